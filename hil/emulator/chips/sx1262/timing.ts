/** How long the chip is busy. SX1261/2 datasheet, sections 8.1 and 8.3.1 (table 8-2, typical values) and 13.1.1. */
import type { ChipMode } from "./chip-mode.ts";

/** NRESET must be low for as long. */
export const RESET_PULSE_NS = 100_000;
/** From power-up, reset or sleep without retention to STDBY_RC, with the calibration of all blocks. */
export const COLD_START_NS = 3_500_000;
/** From sleep with retention to STDBY_RC. */
export const WARM_START_NS = 340_000;
/** After SetSleep the chip hears nothing for as long. */
export const SLEEP_ENTRY_NS = 500_000;
/** A command that does not change the mode. */
export const COMMAND_NS = 1_500;
/** Calibration of one of the seven blocks: all of them take 3.5 ms. */
export const BLOCK_CALIBRATION_NS = 500_000;
/** The unit of all time-outs that the host gives: 15.625 us. */
const TIMEOUT_STEP_NS = 15_625;

type Row = Partial<Record<ChipMode, number>>;

/** Microseconds from the mode of the row to that of the column, with a crystal; a transmission without its ramp. */
const SWITCHING_US: Readonly<Record<ChipMode, Row>> = {
  SLEEP: {},
  STDBY_RC: { STDBY_XOSC: 31, FS: 50, RX: 83, TX: 126 },
  STDBY_XOSC: { FS: 40, RX: 62, TX: 105 },
  FS: { RX: 41, TX: 76 },
  RX: { FS: 15, RX: 41, TX: 92 },
  TX: { FS: 15, RX: 41, TX: 76 },
};

/** How long the chip is busy with the change from one mode to another. */
export function switchingNs(from: ChipMode, to: ChipMode): number {
  const us = SWITCHING_US[from][to];
  return us === undefined ? COMMAND_NS : us * 1000;
}

/** RTC steps to nanoseconds. */
export function timeoutNs(steps: number): number {
  return steps * TIMEOUT_STEP_NS;
}
