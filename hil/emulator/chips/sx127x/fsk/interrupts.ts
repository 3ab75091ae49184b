/**
 * Interrupt flags of the FSK modem, and the DIO lines that they drive in packet mode: datasheet table 30, registers
 * 0x3E, 0x3F.
 */
import type { Dio } from "../../radio-chip.ts";

/** RegIrqFlags1. */
export const Irq1 = {
  ModeReady: 0x80,
  RxReady: 0x40,
  TxReady: 0x20,
  PllLock: 0x10,
  Rssi: 0x08,
  Timeout: 0x04,
  PreambleDetect: 0x02,
  SyncAddressMatch: 0x01,
} as const;

/** RegIrqFlags2. */
export const Irq2 = {
  FifoFull: 0x80,
  FifoEmpty: 0x40,
  FifoLevel: 0x20,
  FifoOverrun: 0x10,
  PacketSent: 0x08,
  PayloadReady: 0x04,
  CrcOk: 0x02,
} as const;

/** Both flag registers in one number, RegIrqFlags1 above. */
export function irqFlags(flags1: number, flags2: number): number {
  return (flags1 << 8) | flags2;
}

const one = (flags1: number): number => irqFlags(flags1, 0);
const NONE = 0;

/**
 * What drives each DIO for the values of its mapping field; a line with two sources has that of the direction under
 * way. TempChange, LowBat, ClkOut and Data are not modelled: those lines stay low.
 */
const MAPPING: ReadonlyArray<readonly [number, number, number, number]> = [
  [Irq2.PayloadReady | Irq2.PacketSent, Irq2.CrcOk, NONE, NONE],
  [Irq2.FifoLevel, Irq2.FifoEmpty, Irq2.FifoFull, NONE],
  [Irq2.FifoFull, one(Irq1.RxReady), one(Irq1.Timeout), one(Irq1.SyncAddressMatch)],
  [Irq2.FifoEmpty, one(Irq1.TxReady), Irq2.FifoEmpty, Irq2.FifoEmpty],
  [NONE, one(Irq1.PllLock), one(Irq1.Timeout), one(Irq1.Rssi)],
  [NONE, one(Irq1.PllLock), NONE, one(Irq1.ModeReady)],
];

/** RegDioMapping2: DIO4 tells of the preamble instead of the RSSI. */
const MAP_PREAMBLE_DETECT = 0x01;

/** Whether `dio` is high with `field` in its mapping. */
export function fskDioLevel(dio: Dio, field: number, mapping2: number, flags: number): boolean {
  const preamble = dio === 4 && field === 3 && (mapping2 & MAP_PREAMBLE_DETECT) !== 0;
  return (flags & (preamble ? one(Irq1.PreambleDetect) : MAPPING[dio][field])) !== 0;
}
