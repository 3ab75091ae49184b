/** Registers over SPI: data sheet, section 2.2 and chapter 6. */
import { radioSelect, radioTransfer } from "../../hal/index.ts";
import type { u8 } from "../../lang/index.ts";
import { IS_SX1272 } from "./board.ts";

/** Those of both modems, and the page of the LoRa modem. */
export const enum Register {
  Fifo = 0x00,
  OpMode = 0x01,
  FrfMsb = 0x06,
  FrfMid = 0x07,
  FrfLsb = 0x08,
  PaConfig = 0x09,
  PaRamp = 0x0a,
  Ocp = 0x0b,
  Lna = 0x0c,
  FifoAddrPtr = 0x0d,
  FifoTxBaseAddr = 0x0e,
  FifoRxBaseAddr = 0x0f,
  FifoRxCurrentAddr = 0x10,
  IrqFlagsMask = 0x11,
  IrqFlags = 0x12,
  RxNbBytes = 0x13,
  PktSnrValue = 0x19,
  RssiValue = 0x1b,
  HopChannel = 0x1c,
  ModemConfig1 = 0x1d,
  ModemConfig2 = 0x1e,
  SymbTimeoutLsb = 0x1f,
  PreambleLsb = 0x21,
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

/** The page of the FSK modem, and what lies outside for it. */
export const enum FskRegister {
  BitrateMsb = 0x02,
  BitrateLsb = 0x03,
  FdevMsb = 0x04,
  FdevLsb = 0x05,
  RxConfig = 0x0d,
  RxBw = 0x12,
  AfcBw = 0x13,
  PreambleDetect = 0x1f,
  RxTimeout3 = 0x22,
  PreambleMsb = 0x25,
  PreambleLsb = 0x26,
  SyncConfig = 0x27,
  SyncValue1 = 0x28,
  SyncValue2 = 0x29,
  SyncValue3 = 0x2a,
  PacketConfig1 = 0x30,
  PacketConfig2 = 0x31,
  PayloadLength = 0x32,
  FifoThresh = 0x35,
  ImageCal = 0x3b,
  IrqFlags1 = 0x3e,
  IrqFlags2 = 0x3f,
}

/** RegTcxo. */
export const TCXO_INPUT = IS_SX1272 ? 0x58 : 0x4b;

/** RegPaDac, for +20 dBm. */
export const PA_DAC = IS_SX1272 ? 0x5a : 0x4d;

export function writeRegister(register: u8, value: u8): void {
  radioSelect(true);
  radioTransfer(register | 0x80);
  radioTransfer(value);
  radioSelect(false);
}

export function readRegister(register: u8): u8 {
  radioSelect(true);
  radioTransfer(register);
  const value = radioTransfer(0);
  radioSelect(false);
  return value;
}
