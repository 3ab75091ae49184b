/**
 * When a receive window opens and for how long (TS001-1.0.4, 3.3): no later than the nominal instant however
 * the clock errs, and long enough to find the preamble even so.
 */
import { COMMAND_LATENCY_US } from "../hal/index.ts";
import { type Int, u32 } from "../lang/index.ts";
import { RECEIVER_START_UP_US } from "../radio/index.ts";
import { symbolUs } from "./airtime.ts";

/** The error of the board's clock, at most, in parts per million. @config */
export const CLOCK_ERROR_PPM: Int<0, 10000> = 30;

/** The RX1 delay of a join-accept, in seconds (RP002-1.0.4, JOIN_ACCEPT_DELAY1). RX2 opens a second later. */
export const JOIN_ACCEPT_DELAY_S = 5;

/** Symbols of preamble that find a frame: five of the eight must be heard, and one to spare. */
const DETECTION_SYMBOLS = 6;

const SECOND_US = 1000000;

/** Seconds from the end of the uplink to a window. */
export type WindowDelay = Int<1, 16>;

/** Microseconds that the clock may be off, either way, after `delayS`. */
function clockErrorUs(delayS: WindowDelay): Int<0, 160000> {
  return delayS * CLOCK_ERROR_PPM;
}

/** Microseconds from the end of the uplink to the command that opens a window. */
export function openingDelayUs(delayS: WindowDelay): u32 {
  return u32(delayS * SECOND_US - clockErrorUs(delayS) - RECEIVER_START_UP_US - COMMAND_LATENCY_US);
}

/** The symbol time-out of a window: the detection, and what the window may be open too early. */
export function windowSymbols(spreadingFactor: Int<7, 12>, delayS: WindowDelay): Int<4, 1023> {
  const earlyUs = 2 * clockErrorUs(delayS) + COMMAND_LATENCY_US;
  const symbol = symbolUs(spreadingFactor);
  return DETECTION_SYMBOLS + u32((earlyUs + symbol - 1) / symbol);
}
