/**
 * When a receive window opens and for how long (TS001-1.0.4, 3.3): no later than the nominal instant however
 * the clock errs, and long enough to find the preamble even so.
 */
import { COMMAND_LATENCY_US } from "../hal/index.ts";
import { type Int, type u16, u32 } from "../lang/index.ts";
import { OPENING_US, RECEIVER_START_UP_US } from "../radio/index.ts";
import type { DataRate } from "../regions/index.ts";
import { FSK_OCTET_US, symbolUs } from "./airtime.ts";

/** The error of the board's clock, at most, in parts per million. @config */
export const CLOCK_ERROR_PPM: Int<0, 10000> = 30;

/** The RX1 delay of a join-accept, in seconds (RP002-1.0.4, JOIN_ACCEPT_DELAY1). RX2 opens a second later. */
export const JOIN_ACCEPT_DELAY_S = 5;

/** Symbols of preamble that find a frame: five of the eight must be heard, and one to spare. */
const DETECTION_SYMBOLS = 6;

/** Symbols that the SX127x can count (RegSymbTimeout). */
const MOST_SYMBOLS = 1023;

/** What the drivers take at most for a window in FSK, which a clock that errs by more than 0.2 % would exceed. */
const MOST_FSK_US = 65535;

/** Octets that find a frame in FSK: preamble and sync word. */
const FSK_DETECTION_OCTETS = 8;

const SECOND_US = 1000000;

/** From listening, or from sleep, to a window that is set up: the commands for that, and the start of an oscillator. */
export const SET_UP_US = OPENING_US + 50 * COMMAND_LATENCY_US;

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

/** Microseconds that a window may be open too early. */
function earlyUs(delayS: WindowDelay): Int<0, 330000> {
  return 2 * clockErrorUs(delayS) + COMMAND_LATENCY_US;
}

/** The symbol time-out of a window in LoRa: the detection, and what the window may be open too early. */
export function windowSymbols(rate: DataRate, delayS: WindowDelay): Int<4, 1023> {
  const symbol = symbolUs(rate);
  const symbols = DETECTION_SYMBOLS + u32((earlyUs(delayS) + symbol - 1) / symbol);
  return symbols > MOST_SYMBOLS ? MOST_SYMBOLS : symbols;
}

/**
 * The same of a window that is not behind an uplink: it may be open too early by `early` microseconds. Were the one above to
 * call it, an AVR would pay 14 octets in images without such windows.
 */
export function listeningSymbols(rate: DataRate, early: Int<0, 150000000>): Int<4, 1023> {
  const symbol = symbolUs(rate);
  const symbols = DETECTION_SYMBOLS + u32((early + symbol - 1) / symbol);
  return symbols > MOST_SYMBOLS ? MOST_SYMBOLS : symbols;
}

/** Whether the radios count as many symbols as that may ask for. */
export function canListen(rate: DataRate, early: Int<0, 150000000>): boolean {
  return early <= (MOST_SYMBOLS - DETECTION_SYMBOLS - 1) * symbolUs(rate);
}

/** Microseconds after which a window in FSK closes, if neither preamble nor sync word has come. */
export function fskWindowUs(delayS: WindowDelay): u16 {
  const us = earlyUs(delayS) + FSK_DETECTION_OCTETS * FSK_OCTET_US;
  return us > MOST_FSK_US ? MOST_FSK_US : us;
}
