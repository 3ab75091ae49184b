/**
 * What a board provides, and nothing else. A function marked `@extern` is implemented by the board's
 * `hal.c` under the C name that the mark gives; under Node by whatever `bindHal` installed.
 *
 * Time is a u32 in microseconds that wraps after 71.6 minutes: compare two instants by the sign of
 * their difference, and keep deadlines less than 35 minutes away.
 */
import type { Int, i16, u8, u16, u32 } from "../lang/index.ts";

/** The board under Node. */
export interface Hal {
  now(): u32;
  sleepUntil(deadline: u32): void;
  /** Boards that sleep no deeper for it leave it out. */
  restUntil?(deadline: u32): void;
  radioReset(asserted: boolean): void;
  radioSelect(selected: boolean): void;
  radioTransfer(out: u8): u8;
  /** Boards whose radio has no BUSY leave it out. */
  radioBusy?(): boolean;
  /** Boards without such lines leave it out. */
  radioFrontEnd?(use: u8): void;
  radioEvents(): u8;
  radioEventTime(): u32;
  storeRead(address: u16): u8;
  storeWrite(address: u16, value: u8): void;
  consoleWrite(character: u8): void;
  /** Boards that nobody types at leave it out. */
  consoleRead?(): i16;
  batteryLevel(): u8;
  /** Boards that nobody resets from within leave it out. */
  reset?(): void;
}

let board: Hal;

/** Installs the board that the functions below use under Node. Not part of the device language. */
export function bindHal(hal: Hal): void {
  board = hal;
}

/** From the end of a sleep to a command having reached the radio: what a board takes at most, in microseconds. @config */
export const COMMAND_LATENCY_US: Int<0, 5000> = 200;

/** `radioEvents`: DIO0 has risen since the last call. */
export const EVENT_DIO0 = 1;
/** `radioEvents`: DIO1 has risen since the last call. */
export const EVENT_DIO1 = 2;

/** `radioEvents`: something has come from the console. Only of images with CONSOLE_COMMANDS. */
export const EVENT_CONSOLE = 4;

/**
 * The device takes commands from its console (docs/console.md). Its processor then sleeps no deeper than its serial port
 * can hear. @config
 */
export const CONSOLE_COMMANDS: boolean = false;
/** The same for the C of a board: 1 where the console is read. */
export const CONSOLE_INPUT = CONSOLE_COMMANDS ? 1 : 0;

/** Microseconds of the board's clock since power-up, modulo 2^32. @extern hal_now */
export function now(): u32 {
  return board.now();
}

/**
 * Sleeps as deeply as the board can and returns at `deadline`, or earlier when a radio event is pending
 * (also one that rose before the call). Never returns late by more than the board's wake-up time.
 * @extern hal_sleep_until
 */
export function sleepUntil(deadline: u32): void {
  board.sleepUntil(deadline);
}

/**
 * `sleepUntil` where nobody minds a late end, for use while the radio sleeps: an event need not end it. It may end late
 * by a hundredth of the time and 40 ms, and `now` lag behind by that from then on; neither is ever early. A board whose
 * clock counts in its deepest sleep takes it for `sleepUntil`.
 * @extern hal_rest_until
 */
export function restUntil(deadline: u32): void {
  if (board.restUntil) board.restUntil(deadline);
  else board.sleepUntil(deadline);
}

/** Drives NRESET of the radio low, or RESET of an SX1272 high (true), or releases it (false). @extern hal_radio_reset */
export function radioReset(asserted: boolean): void {
  board.radioReset(asserted);
}

/** Drives NSS of the radio low (true) or high (false). @extern hal_radio_select */
export function radioSelect(selected: boolean): void {
  board.radioSelect(selected);
}

/** Exchanges one octet with the radio, most significant bit first, SPI mode 0. @extern hal_radio_transfer */
export function radioTransfer(out: u8): u8 {
  return board.radioTransfer(out);
}

/** The level of BUSY, which the SX126x has: high while it takes no command. @extern hal_radio_busy */
export function radioBusy(): boolean {
  return board.radioBusy?.() ?? false;
}

/** `radioFrontEnd`: the radio sleeps. */
export const FRONT_END_OFF = 0;
/** `radioFrontEnd`: the radio wakes up, and listens unless it is told to transmit. */
export const FRONT_END_RECEIVE = 1;
/** `radioFrontEnd`: the radio is about to transmit. */
export const FRONT_END_TRANSMIT = 2;

/**
 * Turns the antenna switch and supplies the TCXO, where board.json says that the board has lines for that: `use` is one
 * of FRONT_END_. Returns at once; the start of the TCXO is waited for. @extern hal_radio_front_end
 */
export function radioFrontEnd(use: u8): void {
  board.radioFrontEnd?.(use);
}

/** The EVENT_ bits raised since the last call, and clears them. @extern hal_radio_events */
export function radioEvents(): u8 {
  return board.radioEvents();
}

/** `now()` at the latest edge of DIO0 or DIO1, taken in the interrupt. @extern hal_radio_event_time */
export function radioEventTime(): u32 {
  return board.radioEventTime();
}

/** One octet of the non-volatile store; where never written 0xff, or on some boards 0. @extern hal_store_read */
export function storeRead(address: u16): u8 {
  return board.storeRead(address);
}

/** Writes one octet of the non-volatile store and returns when it is safe from power loss. @extern hal_store_write */
export function storeWrite(address: u16, value: u8): void {
  board.storeWrite(address, value);
}

/** Writes one character to the console. @extern hal_console_write */
export function consoleWrite(character: u8): void {
  board.consoleWrite(character);
}

/** The next octet that came from the console, or -1. Only of images with CONSOLE_COMMANDS. @extern hal_console_read */
export function consoleRead(): i16 {
  return board.consoleRead?.() ?? -1;
}

/**
 * 0 external supply, 1 (empty) to 254 (full), 255 unknown: the coding of DevStatusAns (TS001-1.0.4, 5).
 * @extern hal_battery_level
 */
export function batteryLevel(): u8 {
  return board.batteryLevel();
}

/**
 * Resets the processor, as its watchdog would: the program begins anew, and does not return. Only of images with
 * CERTIFICATION or CONSOLE_COMMANDS. @extern hal_reset
 */
export function reset(): void {
  board.reset?.();
}
