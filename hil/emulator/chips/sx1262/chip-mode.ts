/** Operating modes and the status octet: SX1261/2 datasheet, chapter 9 and section 13.5.1 (table 13-76). */

import type { RadioState } from "../radio-chip.ts";

/** Channel activity detection is a kind of RX. */
export type ChipMode = "SLEEP" | "STDBY_RC" | "STDBY_XOSC" | "FS" | "RX" | "TX";

/** Bits 6:4 of the status octet. In sleep there is nobody to ask. */
const MODE_BITS: Readonly<Record<ChipMode, number>> = {
  SLEEP: 0,
  STDBY_RC: 2,
  STDBY_XOSC: 3,
  FS: 4,
  RX: 5,
  TX: 6,
};

/** What the chip draws in a mode. */
export const STATES: Readonly<Record<ChipMode, RadioState>> = {
  SLEEP: "sleep",
  STDBY_RC: "standby",
  STDBY_XOSC: "standby",
  FS: "standby",
  RX: "receive",
  TX: "transmit",
};

/** Bits 3:1 of the status octet: how the last command ended, or what the modem did since. */
export const CommandStatus = {
  Executed: 1,
  DataAvailable: 2,
  Timeout: 3,
  /** Not a command, or not with these parameters. */
  ProcessingError: 4,
  /** A command that could not be carried out now. */
  Failed: 5,
  TxDone: 6,
} as const;

export function statusOctet(mode: ChipMode, commandStatus: number): number {
  return (MODE_BITS[mode] << 4) | (commandStatus << 1);
}

export function isStandby(mode: ChipMode): boolean {
  return mode === "STDBY_RC" || mode === "STDBY_XOSC";
}

/** Whether frequency and modem settings are in use. */
export function onAir(mode: ChipMode): boolean {
  return mode === "RX" || mode === "TX";
}
