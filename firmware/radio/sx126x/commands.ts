/** Commands and registers over SPI, each once BUSY lets it pass: SX1261/2 data sheet, chapters 8.3 and 10 to 12. */
import { reached } from "../../clock/index.ts";
import { now, radioBusy, radioSelect, radioTransfer } from "../../hal/index.ts";
import { lengthOf, type Table8, u8, type u16, u32 } from "../../lang/index.ts";
import { TCXO_START_UP_US } from "./board.ts";

export const enum Op {
  ClearIrqStatus = 0x02,
  ClearDeviceErrors = 0x07,
  SetDioIrqParams = 0x08,
  WriteRegister = 0x0d,
  WriteBuffer = 0x0e,
  GetIrqStatus = 0x12,
  GetRxBufferStatus = 0x13,
  GetPacketStatus = 0x14,
  GetRssiInst = 0x15,
  ReadRegister = 0x1d,
  ReadBuffer = 0x1e,
  SetStandby = 0x80,
  SetRx = 0x82,
  SetTx = 0x83,
  SetSleep = 0x84,
  SetRfFrequency = 0x86,
  SetCadParams = 0x88,
  Calibrate = 0x89,
  SetPacketType = 0x8a,
  SetModulationParams = 0x8b,
  SetPacketParams = 0x8c,
  SetTxParams = 0x8e,
  SetBufferBaseAddress = 0x8f,
  SetPaConfig = 0x95,
  SetRegulatorMode = 0x96,
  SetDio3AsTcxoCtrl = 0x97,
  CalibrateImage = 0x98,
  SetDio2AsRfSwitchCtrl = 0x9d,
  SetLoRaSymbNumTimeout = 0xa0,
  GetStatus = 0xc0,
  SetCad = 0xc5,
  SetTxContinuousWave = 0xd1,
}

export const enum Register {
  RetentionList = 0x029f,
  WhiteningMsb = 0x06b8,
  WhiteningLsb = 0x06b9,
  Crc = 0x06bc,
  FskSyncWord = 0x06c0,
  SynchTimeout = 0x0706,
  IqPolarity = 0x0736,
  LoraSyncWord = 0x0740,
  RandomNumber = 0x0819,
  TxModulation = 0x0889,
  RxGain = 0x08ac,
  TxClampConfig = 0x08d8,
  Ocp = 0x08e7,
  RtcControl = 0x0902,
  EventMask = 0x0944,
}

/** Longer than any command takes: the oscillator's start, calibration of all blocks (3.5 ms) or a change of mode. */
const BUSY_LIMIT_US = TCXO_START_UP_US + 10000;

/** BUSY has stayed high: the chip hears nothing more until it is reset. */
let stuck: boolean = false;

/** Whether the chip has stopped taking commands. */
export function isStuck(): boolean {
  return stuck;
}

/** The chip has been reset. */
export function clearStuck(): void {
  stuck = false;
}

/** Waits until the chip takes a command. One that is stuck is not waited for again. */
export function waitWhileBusy(): void {
  const deadline = u32(now() + BUSY_LIMIT_US);
  while (!stuck && radioBusy()) stuck = reached(deadline, now());
}

/** Pulls NSS low, but not of a chip that is stuck: what follows then reaches nobody. */
export function selectUnlessStuck(): void {
  radioSelect(!stuck);
}

/** Commands that stay as they are: of each the number of octets, opcode, parameters. */
export function sendCommands(commands: Table8<1>): void {
  let left: u8 = 0;
  for (let i = 0; i < lengthOf(commands); i++) {
    if (left === 0) {
      left = commands[i];
      waitWhileBusy();
      selectUnlessStuck();
    } else {
      radioTransfer(commands[i]);
      left--;
      if (left === 0) radioSelect(false);
    }
  }
}

/** Begins a command, once the chip takes one. `radioSelect(false)` ends it. */
export function begin(op: u8): void {
  waitWhileBusy();
  selectUnlessStuck();
  radioTransfer(op);
}

export function command(op: u8, parameter: u8): void {
  begin(op);
  radioTransfer(parameter);
  radioSelect(false);
}

export function command2(op: u8, first: u8, second: u8): void {
  begin(op);
  radioTransfer(first);
  radioTransfer(second);
  radioSelect(false);
}

/** Ends a command with 24 bits. */
export function endWith24(bits: u32): void {
  radioTransfer(u8(bits >>> 16));
  radioTransfer(u8(bits >>> 8));
  radioTransfer(u8(bits));
  radioSelect(false);
}

function beginAt(op: u8, register: u16): void {
  begin(op);
  radioTransfer(u8(register >> 8));
  radioTransfer(u8(register));
}

export function writeRegister(register: u16, value: u8): void {
  beginAt(Op.WriteRegister, register);
  radioTransfer(value);
  radioSelect(false);
}

/** Begins to read registers; their values follow. `radioSelect(false)` ends it. */
export function beginReading(register: u16): void {
  beginAt(Op.ReadRegister, register);
  radioTransfer(0);
}

export function readRegister(register: u16): u8 {
  beginReading(register);
  const value = radioTransfer(0);
  radioSelect(false);
  return value;
}
