/**
 * Semtech SX1276, SX1277, SX1278 and SX1279 in LoRa mode, above 779 MHz (data sheet rev. 7, chapters 4
 * to 6; errata note, items 2.1 and 2.3). DIO0 and DIO1 are wired; PA_BOOST feeds the antenna.
 *
 * Between two uses the chip sleeps. It keeps its registers then, but not its FIFO. Frequencies are in
 * units of 100 Hz.
 */
import { wait, waitUntil } from "../clock/index.ts";
import {
  COMMAND_LATENCY_US,
  EVENT_DIO0,
  EVENT_DIO1,
  radioEvents,
  radioReset,
  radioSelect,
  radioTransfer,
} from "../hal/index.ts";
import { type Bytes, type Int, lengthOf, table8, u8, u32 } from "../lang/index.ts";

const enum Register {
  Fifo = 0x00,
  OpMode = 0x01,
  FrfMsb = 0x06,
  FrfMid = 0x07,
  FrfLsb = 0x08,
  PaConfig = 0x09,
  Ocp = 0x0b,
  Lna = 0x0c,
  FifoAddrPtr = 0x0d,
  FifoTxBaseAddr = 0x0e,
  FifoRxBaseAddr = 0x0f,
  FifoRxCurrentAddr = 0x10,
  IrqFlagsMask = 0x11,
  IrqFlags = 0x12,
  RxNbBytes = 0x13,
  HopChannel = 0x1c,
  ModemConfig1 = 0x1d,
  ModemConfig2 = 0x1e,
  SymbTimeoutLsb = 0x1f,
  PayloadLength = 0x22,
  MaxPayloadLength = 0x23,
  ModemConfig3 = 0x26,
  RssiWideband = 0x2c,
  IfFreq2 = 0x2f,
  IfFreq1 = 0x30,
  DetectOptimize = 0x31,
  InvertIq = 0x33,
  HighBwOptimize1 = 0x36,
  SyncWord = 0x39,
  HighBwOptimize2 = 0x3a,
  InvertIq2 = 0x3b,
  DioMapping1 = 0x40,
  Version = 0x42,
}

/** RegOpMode: high-frequency registers; bit 7 is the LoRa modem, which changes in sleep only. */
const enum Mode {
  FskSleep = 0x00,
  FskStandby = 0x01,
  Sleep = 0x80,
  Standby = 0x81,
  Transmit = 0x83,
  ReceiveContinuous = 0x85,
  ReceiveSingle = 0x86,
}

/** Bandwidth as RegModemConfig1 codes it. */
export const enum Bandwidth {
  Khz125 = 7,
  Khz250 = 8,
  Khz500 = 9,
}

/** What rises at the end of a transmission, of a received frame, and of a window without one. */
export const EVENT_TRANSMITTED = EVENT_DIO0;
export const EVENT_RECEIVED = EVENT_DIO0;
export const EVENT_TIMED_OUT = EVENT_DIO1;

/** The longest frame that `readFrame` takes; the modem ignores longer ones. */
const MAX_LENGTH = 64;

/** RegVersion of the family. */
const CHIP_VERSION = 0x12;

/** RegIrqFlags, and masks that let these pass. */
const IRQ_RX_DONE = 0x40;
const IRQ_PAYLOAD_CRC_ERROR = 0x20;
const ALL_IRQS = 0xff;
const MASK_ALL = 0xff;
const MASK_BUT_TX_DONE = 0xf7;
const MASK_BUT_RX = 0x1f;

/** RegDioMapping1: DIO0 tells RxDone and DIO1 RxTimeout; or DIO0 tells TxDone. */
const DIO_RECEIVE = 0x00;
const DIO_TRANSMIT = 0x40;

/** RegHopChannel: the header announced a CRC. */
const CRC_ON_PAYLOAD = 0x40;

/** RegImageCal, which the FSK page has where the LoRa page has RegInvertIQ2: start, and running. */
const REG_IMAGE_CAL = Register.InvertIq2;
const IMAGE_CAL_START = 0x40;
const IMAGE_CAL_RUNNING = 0x20;

/** NRESET low, and until the chip may be spoken to (data sheet, 7.2.2). */
const RESET_PULSE_US = 200;
const RESET_RECOVERY_US = 6000;

/** From sleep to standby: the crystal starts in 250 microseconds (data sheet: TS_OSC). */
const CRYSTAL_START_UP_US = 500;

/** How long before `openReceiver` opens it must be called: two commands, and the crystal's start between them. */
export const OPENING_US = CRYSTAL_START_UP_US + 2 * COMMAND_LATENCY_US + 100;

/** From the command to the receiver on air: 60 microseconds for the PLL (data sheet: TS_FS). */
export const RECEIVER_START_UP_US = 60;

/** Between two readings of the noise, so that they do not depend on each other. */
const NOISE_INTERVAL_US = 1000;

/**
 * Registers that stay as they are, address and value in turn: over-current protection at 100 mA, highest
 * LNA gain with boost, FIFO from its start for both directions, the sync word of LoRaWAN. Preamble (8
 * symbols), RegPaDac (+20 dBm off) and RegDetectionThreshold are right after reset.
 */
// biome-ignore format: a register a line
const SETTINGS = table8([
  Register.Ocp, 0x2b,
  Register.Lna, 0x23,
  Register.FifoTxBaseAddr, 0x00,
  Register.FifoRxBaseAddr, 0x00,
  Register.MaxPayloadLength, MAX_LENGTH,
  Register.SyncWord, 0x34,
]);

function writeRegister(register: u8, value: u8): void {
  radioSelect(true);
  radioTransfer(register | 0x80);
  radioTransfer(value);
  radioSelect(false);
}

function readRegister(register: u8): u8 {
  radioSelect(true);
  radioTransfer(register);
  const value = radioTransfer(0);
  radioSelect(false);
  return value;
}

function setMode(mode: u8): void {
  writeRegister(Register.OpMode, mode);
}

function wake(): void {
  setMode(Mode.Standby);
  wait(CRYSTAL_START_UP_US);
}

/**
 * RegFrf = f * 2^19 / 32 MHz, to the nearest. With f in units of 100 Hz that is f * 1024 / 625, taken
 * apart so that it stays within 32 bits.
 */
function setFrequency(frequency: u32): void {
  const quotient = u32(frequency / 625);
  const remainder = frequency % 625;
  const frf = u32(quotient * 1024 + u32((remainder * 1024 + 312) / 625));
  writeRegister(Register.FrfMsb, u8(frf >>> 16));
  writeRegister(Register.FrfMid, u8(frf >>> 8));
  writeRegister(Register.FrfLsb, u8(frf));
}

/**
 * Resets the chip and makes it ready: image calibration at `frequency`, LoRa mode, output power, then sleep.
 * False where no chip of the family answers.
 */
export function startRadio(frequency: u32, powerDbm: Int<2, 17>): boolean {
  radioReset(true);
  wait(RESET_PULSE_US);
  radioReset(false);
  wait(RESET_RECOVERY_US);
  if (readRegister(Register.Version) !== CHIP_VERSION) return false;

  setMode(Mode.FskStandby);
  setFrequency(frequency);
  writeRegister(REG_IMAGE_CAL, readRegister(REG_IMAGE_CAL) | IMAGE_CAL_START);
  for (let attempt = 0; attempt < 20; attempt++) {
    wait(1000);
    if ((readRegister(REG_IMAGE_CAL) & IMAGE_CAL_RUNNING) === 0) break;
  }

  setMode(Mode.FskSleep);
  setMode(Mode.Sleep);
  for (let i = 0; i < lengthOf(SETTINGS); i += 2) writeRegister(SETTINGS[i], SETTINGS[i + 1]);
  writeRegister(Register.PaConfig, 0x80 | (powerDbm - 2));
  return true;
}

/** Lets the chip sleep. */
export function sleepRadio(): void {
  setMode(Mode.Sleep);
}

/** 32 bits of noise from the wideband RSSI of the antenna. Takes 33 ms. */
export function readNoise(): u32 {
  wake();
  writeRegister(Register.IrqFlagsMask, MASK_ALL);
  setMode(Mode.ReceiveContinuous);
  let noise: u32 = 0;
  for (let i = 0; i < 32; i++) {
    wait(NOISE_INTERVAL_US);
    noise = u32((noise << 1) | (readRegister(Register.RssiWideband) & 1));
  }
  sleepRadio();
  return noise;
}

/** What both directions set: channel, modem, and what the errata note asks for at each bandwidth. */
function setModem(frequency: u32, spreadingFactor: Int<7, 12>, bandwidth: Bandwidth): void {
  setFrequency(frequency);
  writeRegister(Register.ModemConfig1, (bandwidth << 4) | 0x02); // 4/5, explicit header
  // LowDataRateOptimize from 16 ms a symbol on; automatic gain always.
  const slow = spreadingFactor - (bandwidth - Bandwidth.Khz125) >= 11;
  writeRegister(Register.ModemConfig3, slow ? 0x0c : 0x04);
  if (bandwidth === Bandwidth.Khz500) {
    writeRegister(Register.HighBwOptimize1, 0x02); // errata 2.1
    writeRegister(Register.HighBwOptimize2, 0x64);
  } else {
    writeRegister(Register.HighBwOptimize1, 0x03);
  }
}

/** Transmits the first `length` octets of `message`. DIO0 rises at the end of the transmission. */
export function transmit(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  message: Bytes<64>,
  length: Int<1, 64>,
): void {
  wake();
  setModem(frequency, spreadingFactor, bandwidth);
  writeRegister(Register.ModemConfig2, (spreadingFactor << 4) | 0x04); // CRC on
  writeRegister(Register.InvertIq, 0x27);
  writeRegister(Register.InvertIq2, 0x1d);
  writeRegister(Register.PayloadLength, length);
  writeRegister(Register.FifoAddrPtr, 0);
  radioSelect(true);
  radioTransfer(Register.Fifo | 0x80);
  for (let i = 0; i < length; i++) radioTransfer(message[i]);
  radioSelect(false);
  writeRegister(Register.IrqFlagsMask, MASK_BUT_TX_DONE);
  writeRegister(Register.IrqFlags, ALL_IRQS);
  writeRegister(Register.DioMapping1, DIO_TRANSMIT);
  radioEvents(); // discards what rose before
  setMode(Mode.Transmit);
}

/**
 * Sets a window up: downlinks of LoRaWAN on this channel, `symbols` symbols for a preamble to be found. Then
 * the chip sleeps until `openReceiver`.
 */
export function prepareReceiver(
  frequency: u32,
  spreadingFactor: Int<7, 12>,
  bandwidth: Bandwidth,
  symbols: Int<4, 1023>,
): void {
  wake();
  setModem(frequency, spreadingFactor, bandwidth);
  writeRegister(Register.ModemConfig2, (spreadingFactor << 4) | (symbols >> 8));
  writeRegister(Register.SymbTimeoutLsb, u8(symbols));
  writeRegister(Register.InvertIq, 0x67);
  writeRegister(Register.InvertIq2, 0x19);
  // Errata 2.3, spurious reception.
  if (bandwidth === Bandwidth.Khz500) {
    writeRegister(Register.DetectOptimize, 0xc3);
  } else {
    writeRegister(Register.DetectOptimize, 0x43);
    writeRegister(Register.IfFreq1, 0x00);
    writeRegister(Register.IfFreq2, 0x40);
  }
  writeRegister(Register.IrqFlagsMask, MASK_BUT_RX);
  writeRegister(Register.IrqFlags, ALL_IRQS);
  writeRegister(Register.DioMapping1, DIO_RECEIVE);
  sleepRadio();
}

/**
 * Commands the receiver on at `time` of the board's clock, `OPENING_US` from now. DIO0 rises at the end of a
 * frame, DIO1 when no preamble came.
 */
export function openReceiver(time: u32): void {
  setMode(Mode.Standby);
  radioEvents(); // discards what rose before
  waitUntil(time);
  setMode(Mode.ReceiveSingle);
}

/** Takes the received frame from the modem, lets the chip sleep, and returns the frame's length; 0 where there is none. */
export function readFrame(frame: Bytes<64>): Int<0, 64> {
  const flags = readRegister(Register.IrqFlags);
  const broken =
    (flags & IRQ_PAYLOAD_CRC_ERROR) !== 0 && (readRegister(Register.HopChannel) & CRC_ON_PAYLOAD) !== 0;
  const received = readRegister(Register.RxNbBytes);
  let length: Int<0, 64> = 0;
  if ((flags & IRQ_RX_DONE) !== 0 && !broken && received <= MAX_LENGTH) {
    length = received;
    writeRegister(Register.FifoAddrPtr, readRegister(Register.FifoRxCurrentAddr));
    radioSelect(true);
    radioTransfer(Register.Fifo);
    for (let i = 0; i < length; i++) frame[i] = radioTransfer(0);
    radioSelect(false);
  }
  sleepRadio();
  return length;
}
