/**
 * Semtech SX1261 and SX1262 in LoRa mode (data sheet rev. 2.1, chapters 8 to 15). BUSY and DIO1 are wired.
 *
 * Between two uses the chip sleeps. It keeps its settings then, but not its buffer. Frequencies are in units of
 * 100 Hz.
 */
import { wait, waitUntil } from "../clock/index.ts";
import {
  COMMAND_LATENCY_US,
  EVENT_DIO1,
  radioBusy,
  radioEvents,
  radioReset,
  radioSelect,
  radioTransfer,
} from "../hal/index.ts";
import { type Bytes, type Int, lengthOf, table8, u8, u16, u32 } from "../lang/index.ts";

/** Whether the board has an SX1262, with its high-power amplifier, or an SX1261. @config */
export const HIGH_POWER: boolean = true;

/** Whether DIO2 drives the switch between the antenna and the chip. @config */
export const RF_SWITCH_ON_DIO2: boolean = true;

/** Whether the board has the inductor of the DC-DC converter. @config */
export const DC_DC: boolean = true;

/** What DIO3 supplies a TCXO with, as SetDIO3AsTCXOCtrl codes it: 0 to 7 for 1.6 to 3.3 V; 8 with a crystal. @config */
export const TCXO_VOLTAGE: Int<0, 8> = 8;

/** How long the TCXO takes to start, in microseconds. @config */
export const TCXO_START_UP_US: Int<0, 100000> = 0;

const enum Op {
  ClearIrqStatus = 0x02,
  ClearDeviceErrors = 0x07,
  SetDioIrqParams = 0x08,
  WriteRegister = 0x0d,
  WriteBuffer = 0x0e,
  GetIrqStatus = 0x12,
  GetRxBufferStatus = 0x13,
  ReadRegister = 0x1d,
  ReadBuffer = 0x1e,
  SetStandby = 0x80,
  SetRx = 0x82,
  SetTx = 0x83,
  SetSleep = 0x84,
  SetRfFrequency = 0x86,
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
}

const enum Register {
  RetentionList = 0x029f,
  SynchTimeout = 0x0706,
  IqPolarity = 0x0736,
  LoraSyncWord = 0x0740,
  RandomNumber = 0x0819,
  TxModulation = 0x0889,
  RxGain = 0x08ac,
  TxClampConfig = 0x08d8,
  Ocp = 0x08e7,
}

/** Bandwidth as SetModulationParams codes it. */
export const enum Bandwidth {
  Khz125 = 4,
  Khz250 = 5,
  Khz500 = 6,
}

/** The chip tells everything by DIO1: the end of a transmission, and that of a reception, whatever that was. */
export const EVENT_TRANSMITTED = EVENT_DIO1;
export const EVENT_RECEIVED = EVENT_DIO1;
/** No event says by itself that nothing came: `readFrame` does. */
export const EVENT_TIMED_OUT = 0;

/** The longest frame that `readFrame` takes; the modem ignores longer ones. */
const MAX_LENGTH = 64;

const STANDBY_RC = 0;
const STANDBY_XOSC = 1;
/** SetSleep with retention of the settings. */
const WARM_SLEEP = 0x04;
const NO_TCXO = 8;
const CALIBRATE_ALL = 0x7f;

const IRQ_TX_DONE = 0x0001;
const IRQ_RX_DONE = 0x0002;
const IRQ_CRC_ERROR = 0x0040;
/** RxDone, HeaderErr, Timeout: the ends of a reception. CrcErr comes with RxDone. */
const IRQ_RX_END = 0x0222;

/** What stands in the sync word's first register after reset. */
const SYNC_WORD_AFTER_RESET = 0x14;

/** NRESET low, and from its release until the chip has calibrated itself (data sheet, 8.1 and 9.2). */
const RESET_PULSE_US = 200;
const RESET_RECOVERY_US = 5000;
/** Calibration of all blocks (data sheet, 9.2.1). */
const CALIBRATION_US = 4000;
/** After SetSleep the chip hears nothing for as long (data sheet, 13.1.1). */
const SLEEP_ENTRY_US = 500;
/** From sleep to STDBY_RC and on to STDBY_XOSC (data sheet, table 8-2: 340 and 31 microseconds). */
const WAKE_UP_US = 500;

/** How often BUSY is looked at before the chip counts as dead. */
const BUSY_LIMIT = 60000;

/** How long before `openReceiver` opens it must be called: waking up, the oscillator, and the commands for that. */
export const OPENING_US = WAKE_UP_US + TCXO_START_UP_US + 2 * COMMAND_LATENCY_US + 100;

/** From the command to the receiver on air: 62 microseconds from STDBY_XOSC (data sheet, table 8-2). */
export const RECEIVER_START_UP_US = 62;

/** The most symbols that the modem's own time-out counts. */
const MAX_SYMBOLS = 248;
/** Symbols from the detection of a preamble in the last instant of a window to the end of the header, and some to spare. */
const HEADER_SYMBOLS = 24;

/** Reception for noise: until its numbers are random. */
const NOISE_US = 10000;

/**
 * Commands that stay as they are: number of octets, opcode, parameters. LoRa; buffer from its start for both
 * directions; modem settings, so that the noise can be taken; the gain of the receiver boosted, and on the list of
 * what outlives sleep; the sync word of LoRaWAN.
 */
// biome-ignore format: a command a line
const SETTINGS = table8([
  2, Op.SetPacketType, 1,
  3, Op.SetBufferBaseAddress, 0, 0,
  5, Op.SetModulationParams, 7, Bandwidth.Khz125, 1, 0,
  7, Op.SetPacketParams, 0, 8, 0, MAX_LENGTH, 1, 0,
  4, Op.WriteRegister, Register.RxGain >> 8, Register.RxGain & 0xff, 0x96,
  6, Op.WriteRegister, Register.RetentionList >> 8, Register.RetentionList & 0xff, 1, Register.RxGain >> 8, Register.RxGain & 0xff,
  5, Op.WriteRegister, Register.LoraSyncWord >> 8, Register.LoraSyncWord & 0xff, 0x34, 0x44,
]);

/** The time-out of SetRx for the window that `prepareReceiver` set up, in steps of 15.625 microseconds. */
let receiveTimeout: u32 = 0;

function waitWhileBusy(): void {
  let polls: u16 = 0;
  while (radioBusy() && polls < BUSY_LIMIT) polls++;
}

/** Begins a command, once the chip takes one. `radioSelect(false)` ends it. */
function begin(op: u8): void {
  waitWhileBusy();
  radioSelect(true);
  radioTransfer(op);
}

function command(op: u8, parameter: u8): void {
  begin(op);
  radioTransfer(parameter);
  radioSelect(false);
}

function command2(op: u8, first: u8, second: u8): void {
  begin(op);
  radioTransfer(first);
  radioTransfer(second);
  radioSelect(false);
}

/** A command with 24 bits. */
function commandWithTime(op: u8, steps: u32): void {
  begin(op);
  radioTransfer(u8(steps >>> 16));
  radioTransfer(u8(steps >>> 8));
  radioTransfer(u8(steps));
  radioSelect(false);
}

function writeRegister(register: u16, value: u8): void {
  begin(Op.WriteRegister);
  radioTransfer(u8(register >> 8));
  radioTransfer(u8(register));
  radioTransfer(value);
  radioSelect(false);
}

/** Begins to read registers; their values follow. `radioSelect(false)` ends it. */
function beginReading(register: u16): void {
  begin(Op.ReadRegister);
  radioTransfer(u8(register >> 8));
  radioTransfer(u8(register));
  radioTransfer(0);
}

function readRegister(register: u16): u8 {
  beginReading(register);
  const value = radioTransfer(0);
  radioSelect(false);
  return value;
}

/** Falling NSS wakes the chip; one that is awake just tells its status. */
function wake(): void {
  radioSelect(true);
  radioTransfer(Op.GetStatus);
  radioTransfer(0);
  radioSelect(false);
  waitWhileBusy();
}

/**
 * f * 2^25 / 32 MHz, to the nearest. With f in units of 100 Hz that is f * 65536 / 625, taken apart so that it
 * stays within 32 bits.
 */
function setFrequency(frequency: u32): void {
  const quotient = u32(frequency / 625);
  const remainder = frequency % 625;
  const steps = u32(quotient * 65536 + u32((remainder * 65536 + 312) / 625));
  begin(Op.SetRfFrequency);
  radioTransfer(u8(steps >>> 24));
  radioTransfer(u8(steps >>> 16));
  radioTransfer(u8(steps >>> 8));
  radioTransfer(u8(steps));
  radioSelect(false);
}

/** The band's edges as the data sheet gives them (table 9-2). */
function calibrateImage(frequency: u32): void {
  if (frequency >= 9000000) command2(Op.CalibrateImage, 0xe1, 0xe9);
  else if (frequency >= 8500000) command2(Op.CalibrateImage, 0xd7, 0xdb);
  else if (frequency >= 7700000) command2(Op.CalibrateImage, 0xc1, 0xc5);
  else if (frequency >= 4600000) command2(Op.CalibrateImage, 0x75, 0x81);
  else command2(Op.CalibrateImage, 0x6b, 0x6f);
}

function setInterrupts(mask: u16): void {
  begin(Op.SetDioIrqParams);
  for (let i = 0; i < 2; i++) {
    radioTransfer(u8(mask >> 8));
    radioTransfer(u8(mask));
  }
  for (let i = 0; i < 4; i++) radioTransfer(0);
  radioSelect(false);
  command2(Op.ClearIrqStatus, 0xff, 0xff);
}

/** Supplies the TCXO by DIO3 and calibrates with it: what the chip did by itself after reset has failed. */
function startTcxo(): void {
  begin(Op.SetDio3AsTcxoCtrl);
  radioTransfer(TCXO_VOLTAGE);
  const steps = u32((TCXO_START_UP_US * 8 + 124) / 125);
  radioTransfer(u8(steps >>> 16));
  radioTransfer(u8(steps >>> 8));
  radioTransfer(u8(steps));
  radioSelect(false);
  command(Op.Calibrate, CALIBRATE_ALL);
  wait(TCXO_START_UP_US + CALIBRATION_US);
  command2(Op.ClearDeviceErrors, 0, 0);
}

/** The amplifier and its limits (data sheet, 13.1.14). The current limit comes last: SetPaConfig resets it. */
function setPower(powerDbm: Int<2, 17>): void {
  begin(Op.SetPaConfig);
  if (HIGH_POWER) {
    radioTransfer(0x04);
    radioTransfer(0x07);
    radioTransfer(0x00);
  } else {
    // 15 dBm are the most that the SX1261 has.
    radioTransfer(powerDbm > 14 ? 0x06 : 0x04);
    radioTransfer(0x00);
    radioTransfer(0x01);
  }
  radioTransfer(0x01);
  radioSelect(false);
  const setting = HIGH_POWER || powerDbm <= 14 ? powerDbm : 14;
  command2(Op.SetTxParams, setting, 0x02); // ramp of 40 microseconds
  if (HIGH_POWER) {
    writeRegister(Register.Ocp, 0x38);
    // Known limitation 15.2: resistance of the amplifier against a mismatch of the antenna.
    writeRegister(Register.TxClampConfig, readRegister(Register.TxClampConfig) | 0x1e);
  } else {
    writeRegister(Register.Ocp, 0x18);
  }
}

function sendSettings(): void {
  let left: u8 = 0;
  for (let i = 0; i < lengthOf(SETTINGS); i++) {
    if (left === 0) {
      left = SETTINGS[i];
      waitWhileBusy();
      radioSelect(true);
    } else {
      radioTransfer(SETTINGS[i]);
      left--;
      if (left === 0) radioSelect(false);
    }
  }
}

/**
 * Resets the chip and makes it ready: oscillator, regulator, image calibration at `frequency`, LoRa mode, output
 * power, then sleep. False where no chip of the family answers.
 */
export function startRadio(frequency: u32, powerDbm: Int<2, 17>): boolean {
  radioReset(true);
  wait(RESET_PULSE_US);
  radioReset(false);
  wait(RESET_RECOVERY_US);
  if (readRegister(Register.LoraSyncWord) !== SYNC_WORD_AFTER_RESET) return false;

  command(Op.SetStandby, STANDBY_RC);
  if (TCXO_VOLTAGE < NO_TCXO) startTcxo();
  if (DC_DC) command(Op.SetRegulatorMode, 1);
  sendSettings();
  calibrateImage(frequency);
  setFrequency(frequency);
  if (RF_SWITCH_ON_DIO2) command(Op.SetDio2AsRfSwitchCtrl, 1);
  setPower(powerDbm);
  sleepRadio();
  return true;
}

/** Lets the chip sleep, whatever it does. Takes half a millisecond, in which it hears nothing. */
export function sleepRadio(): void {
  command(Op.SetStandby, STANDBY_RC);
  command(Op.SetSleep, WARM_SLEEP);
  wait(SLEEP_ENTRY_US);
}

/** 32 bits of noise from the receiver's random numbers. */
export function readNoise(): u32 {
  wake();
  setInterrupts(0);
  command(Op.SetLoRaSymbNumTimeout, 0);
  commandWithTime(Op.SetRx, 0xffffff);
  wait(NOISE_US);
  let noise: u32 = 0;
  beginReading(Register.RandomNumber);
  for (let i = 0; i < 4; i++) noise = u32((noise << 8) | radioTransfer(0));
  radioSelect(false);
  sleepRadio();
  return noise;
}

/** SetModulationParams with 4/5, and LowDataRateOptimize from 16 ms a symbol on. */
function setModulation(spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  const slow = spreadingFactor - (bandwidth - Bandwidth.Khz125) >= 11;
  begin(Op.SetModulationParams);
  radioTransfer(spreadingFactor);
  radioTransfer(bandwidth);
  radioTransfer(1);
  radioTransfer(slow ? 1 : 0);
  radioSelect(false);
}

/** SetPacketParams with 8 symbols of preamble, an explicit header, and what the known limitation 15.4 asks for then. */
function setPacket(length: u8, isUplink: boolean): void {
  begin(Op.SetPacketParams);
  radioTransfer(0);
  radioTransfer(8);
  radioTransfer(0);
  radioTransfer(length);
  radioTransfer(isUplink ? 1 : 0); // CRC
  radioTransfer(isUplink ? 0 : 1); // inverted IQ
  radioSelect(false);
  const polarity = readRegister(Register.IqPolarity);
  writeRegister(Register.IqPolarity, isUplink ? polarity | 0x04 : polarity & 0xfb);
}

/** Transmits the first `length` octets of `message`. DIO1 rises at the end of the transmission. */
export function transmit(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  message: Bytes<64>,
  length: Int<1, 64>,
): void {
  wake();
  setModulation(spreadingFactor, bandwidth);
  setPacket(length, true);
  // Known limitation 15.1: quality of the modulation at 500 kHz.
  const modulation = readRegister(Register.TxModulation);
  writeRegister(
    Register.TxModulation,
    bandwidth === Bandwidth.Khz500 ? modulation & 0xfb : modulation | 0x04,
  );
  begin(Op.WriteBuffer);
  radioTransfer(0);
  for (let i = 0; i < length; i++) radioTransfer(message[i]);
  radioSelect(false);
  setInterrupts(IRQ_TX_DONE);
  setFrequency(frequency);
  radioEvents(); // discards what rose before
  commandWithTime(Op.SetTx, 0);
}

/** SetLoRaSymbNumTimeout and its register, which holds mantissa * 2^(2 * exponent + 1). More than it counts: none. */
function setSymbolTimeout(symbols: Int<4, 1023>): void {
  let mantissa: u8 = 0;
  let exponent: u8 = 0;
  if (symbols <= MAX_SYMBOLS) {
    mantissa = (symbols + 1) >> 1;
    if (mantissa > 31) {
      mantissa = (mantissa + 3) >> 2;
      exponent = 1;
    }
  }
  command(Op.SetLoRaSymbNumTimeout, u8(mantissa << (2 * exponent + 1)));
  writeRegister(Register.SynchTimeout, u8(exponent + (mantissa << 3)));
}

/**
 * Sets a window up: downlinks of LoRaWAN on this channel, `symbols` symbols for a preamble to be found. Then the
 * chip sleeps until `openReceiver`.
 *
 * The time-out of SetRx ends what the symbols do not: a packet of somebody else, and windows of more symbols than
 * the modem counts. It waits for the header, so it is longer by as much.
 */
export function prepareReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
): void {
  wake();
  setModulation(spreadingFactor, bandwidth);
  setPacket(MAX_LENGTH, false);
  setInterrupts(IRQ_RX_END | IRQ_CRC_ERROR);
  setFrequency(frequency);
  setSymbolTimeout(symbols);
  // A symbol has 2^SF / BW: at 125 kHz 2^SF * 64 / 125 steps of 15.625 microseconds.
  const chips = u32((symbols + HEADER_SYMBOLS) << spreadingFactor);
  receiveTimeout = u32((chips * 64) / 125) >>> (bandwidth - Bandwidth.Khz125);
  sleepRadio();
}

/**
 * Commands the receiver on at `time` of the board's clock, `OPENING_US` from now. DIO1 rises at the end of a frame,
 * or when none came.
 */
export function openReceiver(time: u32): void {
  wake();
  command(Op.SetStandby, STANDBY_XOSC);
  waitWhileBusy();
  radioEvents(); // discards what rose before
  waitUntil(time);
  commandWithTime(Op.SetRx, receiveTimeout);
}

/** Takes the received frame from the modem, lets the chip sleep, and returns the frame's length; 0 where there is none. */
export function readFrame(frame: Bytes<64>): Int<0, 64> {
  begin(Op.GetIrqStatus);
  radioTransfer(0);
  const flagsMsb = radioTransfer(0);
  const flags = u16((flagsMsb << 8) | radioTransfer(0));
  radioSelect(false);
  begin(Op.GetRxBufferStatus);
  radioTransfer(0);
  const received = radioTransfer(0);
  const start = radioTransfer(0);
  radioSelect(false);
  let length: Int<0, 64> = 0;
  if ((flags & IRQ_RX_DONE) !== 0 && (flags & IRQ_CRC_ERROR) === 0 && received <= MAX_LENGTH) {
    length = received;
    begin(Op.ReadBuffer);
    radioTransfer(start);
    radioTransfer(0);
    for (let i = 0; i < length; i++) frame[i] = radioTransfer(0);
    radioSelect(false);
  }
  sleepRadio();
  return length;
}
