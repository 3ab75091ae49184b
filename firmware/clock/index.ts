/**
 * Time beyond the board's clock, which wraps every 71.6 minutes: ticks of 256 microseconds, which wrap
 * after 12.7 days. Instants of either clock are compared by the sign of their difference, so a tick
 * deadline may be six days away. `ticks` must be called at least once an hour.
 */
import { now, sleepUntil } from "../hal/index.ts";
import { i32, u8, u32 } from "../lang/index.ts";

/** Microseconds of a tick. */
export const TICK_US = 256;

/** Ticks of an hour, 3906.25 a second. */
export const TICKS_PER_HOUR = 14062500;

/** How often the board's clock has wrapped, and what it said last. */
let wraps: u8 = 0;
let latest: u32 = 0;

/** Ticks since power-up, modulo 2^32. */
export function ticks(): u32 {
  const time = now();
  if (time < latest) wraps = u8(wraps + 1);
  latest = time;
  return wraps * 0x1000000 + (time >>> 8);
}

/** Whether `instant` is now or in the past. Both are of one clock: microseconds or ticks. */
export function reached(instant: u32, time: u32): boolean {
  return i32(instant - time) <= 0;
}

/** Sleeps until `deadline`, a time of the board's clock, even where radio events are pending. */
export function waitUntil(deadline: u32): void {
  while (!reached(deadline, now())) sleepUntil(deadline);
}

/** Sleeps for `durationUs`. */
export function wait(durationUs: u32): void {
  waitUntil(u32(now() + durationUs));
}
