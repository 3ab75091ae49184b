/**
 * Registers of the family: addresses, values after reset, and who may write them. SX1276 datasheet chapter 6
 * (tables 41 and 42, revision 7), SX1272 datasheet chapter 6 (revision 4). Addresses 0x0D to 0x3F exist twice:
 * RegOpMode selects between the LoRa page and the FSK/OOK page.
 */
import type { Part } from "./part.ts";

export const Reg = {
  Fifo: 0x00,
  OpMode: 0x01,
  FrfMsb: 0x06,
  FrfMid: 0x07,
  FrfLsb: 0x08,
  PaConfig: 0x09,
  PaRamp: 0x0a,
  Ocp: 0x0b,
  FifoAddrPtr: 0x0d,
  FifoTxBaseAddr: 0x0e,
  FifoRxBaseAddr: 0x0f,
  FifoRxCurrentAddr: 0x10,
  IrqFlagsMask: 0x11,
  IrqFlags: 0x12,
  RxNbBytes: 0x13,
  RxHeaderCntMsb: 0x14,
  RxHeaderCntLsb: 0x15,
  RxPacketCntMsb: 0x16,
  RxPacketCntLsb: 0x17,
  ModemStat: 0x18,
  PktSnrValue: 0x19,
  PktRssiValue: 0x1a,
  RssiValue: 0x1b,
  HopChannel: 0x1c,
  ModemConfig1: 0x1d,
  ModemConfig2: 0x1e,
  SymbTimeoutLsb: 0x1f,
  PreambleMsb: 0x20,
  PreambleLsb: 0x21,
  PayloadLength: 0x22,
  MaxPayloadLength: 0x23,
  HopPeriod: 0x24,
  FifoRxByteAddr: 0x25,
  ModemConfig3: 0x26,
  FeiMsb: 0x28,
  FeiMid: 0x29,
  FeiLsb: 0x2a,
  RssiWideband: 0x2c,
  IfFreq2: 0x2f,
  IfFreq1: 0x30,
  DetectOptimize: 0x31,
  InvertIq: 0x33,
  HighBwOptimize1: 0x36,
  DetectionThreshold: 0x37,
  SyncWord: 0x39,
  HighBwOptimize2: 0x3a,
  InvertIq2: 0x3b,
  DioMapping1: 0x40,
  DioMapping2: 0x41,
  Version: 0x42,
} as const;

/** The addresses of which each page has its own registers. */
export const PAGE_FIRST = 0x0d;
export const PAGE_LAST = 0x3f;

/** The registers of the FSK/OOK modem: its page, and the four before it. */
export const FskReg = {
  BitrateMsb: 0x02,
  BitrateLsb: 0x03,
  FdevMsb: 0x04,
  FdevLsb: 0x05,
  RxConfig: 0x0d,
  RssiThresh: 0x10,
  RssiValue: 0x11,
  RxBw: 0x12,
  FeiMsb: 0x1d,
  FeiLsb: 0x1e,
  PreambleDetect: 0x1f,
  RxTimeout1: 0x20,
  RxTimeout2: 0x21,
  RxTimeout3: 0x22,
  PreambleMsb: 0x25,
  PreambleLsb: 0x26,
  SyncConfig: 0x27,
  SyncValue1: 0x28,
  PacketConfig1: 0x30,
  PacketConfig2: 0x31,
  PayloadLength: 0x32,
  NodeAdrs: 0x33,
  BroadcastAdrs: 0x34,
  FifoThresh: 0x35,
  SeqConfig1: 0x36,
  ImageCal: 0x3b,
  IrqFlags1: 0x3e,
  IrqFlags2: 0x3f,
} as const;

type Values = ReadonlyArray<readonly [number, number]>;

const SX1276_COMMON_RESET: Values = [
  [0x01, 0x09], // FSK/OOK, low frequency mode, standby
  [0x02, 0x1a],
  [0x03, 0x0b], // 4.8 kbit/s
  [0x04, 0x00],
  [0x05, 0x52], // 5 kHz
  [0x06, 0x6c],
  [0x07, 0x80],
  [0x08, 0x00], // 434 MHz
  [0x09, 0x4f],
  [0x0a, 0x09],
  [0x0b, 0x2b],
  [0x0c, 0x20],
  [0x42, 0x12],
  [0x44, 0x2d],
  [0x4b, 0x09],
  [0x4d, 0x84],
  [0x61, 0x19],
  [0x62, 0x0e],
  [0x63, 0x5b],
  [0x64, 0xdb],
  [0x70, 0xd0],
];

const SX1272_COMMON_RESET: Values = [
  [0x01, 0x01], // FSK/OOK, standby
  [0x02, 0x1a],
  [0x03, 0x0b],
  [0x04, 0x00],
  [0x05, 0x52],
  [0x06, 0xe4],
  [0x07, 0xc0],
  [0x08, 0x00], // 915 MHz
  [0x09, 0x0f],
  [0x0a, 0x19],
  [0x0b, 0x2b],
  [0x0c, 0x20],
  [0x42, 0x22],
  [0x43, 0x13],
  [0x44, 0x0e],
  [0x45, 0x5b],
  [0x46, 0xdb],
  [0x4b, 0x2e],
  [0x58, 0x09],
  [0x5a, 0x84],
  [0x5c, 0xd0],
  [0x5e, 0xd0],
];

const SX1276_LORA_RESET: Values = [
  [0x0e, 0x80],
  [0x18, 0x10], // modem clear
  [0x1d, 0x72], // 125 kHz, 4/5, explicit header
  [0x1e, 0x70], // SF7
  [0x1f, 0x64],
  [0x21, 0x08],
  [0x22, 0x01],
  [0x23, 0xff],
  [0x2f, 0x20],
  [0x31, 0xc3],
  [0x33, 0x27],
  [0x36, 0x03],
  [0x37, 0x0a],
  [0x39, 0x12],
  [0x3b, 0x1d],
];

/** RegModemConfig1 has the bandwidth in bits 7:6, RegModemConfig2 has AgcAutoOn, and there is no RegModemConfig3. */
const SX1272_LORA_RESET: Values = [...SX1276_LORA_RESET, [0x1d, 0x08], [0x1e, 0x74]];

const FSK_RESET: Values = [
  [0x0d, 0x08],
  [0x0e, 0x02],
  [0x0f, 0x0a],
  [0x10, 0xff],
  [0x12, 0x15],
  [0x13, 0x0b],
  [0x14, 0x28],
  [0x15, 0x0c],
  [0x16, 0x12],
  [0x17, 0x47],
  [0x18, 0x32],
  [0x19, 0x3e],
  [0x1f, 0x40],
  [0x24, 0x05],
  [0x26, 0x03],
  [0x27, 0x93],
  [0x28, 0x55],
  [0x29, 0x55],
  [0x2a, 0x55],
  [0x2b, 0x55],
  [0x2c, 0x55],
  [0x2d, 0x55],
  [0x2e, 0x55],
  [0x2f, 0x55],
  [0x30, 0x90],
  [0x31, 0x40],
  [0x32, 0x40],
  [0x35, 0x0f],
  [0x39, 0xf5],
  [0x3a, 0x20],
  [0x3b, 0x82],
  [0x3d, 0x02],
];

/** Registers of the LoRa page that the modem writes and the host only reads. */
const LORA_READ_ONLY: ReadonlySet<number> = new Set([
  Reg.FifoRxCurrentAddr,
  Reg.RxNbBytes,
  Reg.RxHeaderCntMsb,
  Reg.RxHeaderCntLsb,
  Reg.RxPacketCntMsb,
  Reg.RxPacketCntLsb,
  Reg.ModemStat,
  Reg.PktSnrValue,
  Reg.PktRssiValue,
  Reg.RssiValue,
  Reg.HopChannel,
  Reg.FifoRxByteAddr,
  Reg.FeiMsb,
  Reg.FeiMid,
  Reg.FeiLsb,
  Reg.RssiWideband,
]);

/**
 * Addresses of the SX1276's LoRa page that the datasheet calls reserved. 0x36 and 0x3A are in the errata note, section
 * 2.1.
 */
const LORA_RESERVED: ReadonlySet<number> = new Set([
  0x27, 0x2b, 0x2d, 0x2e, 0x32, 0x34, 0x35, 0x38, 0x3c, 0x3d, 0x3e, 0x3f,
]);

/** Of the FSK modem, outside its page: bit rate and frequency deviation. */
const FSK_ONLY: ReadonlySet<number> = new Set([0x02, 0x03, 0x04, 0x05]);

/**
 * The registers of the LoRa page that the SX1272 does not have: RegModemConfig3, and those of the SX1276's errata note.
 */
const SX1276_LORA_ONLY: ReadonlySet<number> = new Set([
  Reg.ModemConfig3,
  Reg.IfFreq2,
  Reg.IfFreq1,
  Reg.HighBwOptimize1,
  Reg.HighBwOptimize2,
]);

/** What a write to `address` in LoRa mode means to the chip. */
export function loraAccess(part: Part, address: number): "writable" | "read-only" | "reserved" | "fsk" {
  if (LORA_READ_ONLY.has(address) || address === Reg.Version) return "read-only";
  if (LORA_RESERVED.has(address)) return "reserved";
  if (part.name === "SX1272" && SX1276_LORA_ONLY.has(address)) return "reserved";
  return FSK_ONLY.has(address) ? "fsk" : "writable";
}

/** Registers of the FSK/OOK page that the modem writes and the host only reads. */
const FSK_READ_ONLY: ReadonlySet<number> = new Set([
  FskReg.RssiValue,
  FskReg.FeiMsb,
  FskReg.FeiLsb,
  Reg.Version,
]);

const FSK_RESERVED: ReadonlySet<number> = new Set([0x17, 0x18, 0x19]);

/** What a write to `address` means to the chip where the FSK/OOK page is visible. */
export function fskAccess(address: number): "writable" | "read-only" | "reserved" {
  if (FSK_READ_ONLY.has(address)) return "read-only";
  return FSK_RESERVED.has(address) ? "reserved" : "writable";
}

function page(values: Values): Uint8Array {
  const octets = new Uint8Array(0x80);
  for (const [address, value] of values) octets[address] = value;
  return octets;
}

/** The storage behind the addresses, without the behaviour: two pages and what they share. */
export class Registers {
  readonly #common: Uint8Array;
  /** Indexed by address; only PAGE_FIRST to PAGE_LAST count. */
  readonly lora: Uint8Array;
  readonly fsk = page(FSK_RESET);

  constructor(part: Part) {
    const isSx1272 = part.name === "SX1272";
    this.#common = page(isSx1272 ? SX1272_COMMON_RESET : SX1276_COMMON_RESET);
    this.lora = page(isSx1272 ? SX1272_LORA_RESET : SX1276_LORA_RESET);
  }

  /** The array in which `address` lies, with the LoRa page or the FSK page visible. */
  at(address: number, visible: "lora" | "fsk"): Uint8Array {
    if (address < PAGE_FIRST || address > PAGE_LAST) return this.#common;
    return visible === "lora" ? this.lora : this.fsk;
  }

  /** A register outside the pages. */
  common(address: number): number {
    return this.#common[address];
  }

  /** Two registers outside the pages, the more significant one first. */
  common16(address: number): number {
    return (this.#common[address] << 8) | this.#common[address + 1];
  }

  setCommon(address: number, value: number): void {
    this.#common[address] = value;
  }
}
