/**
 * Channels of a dynamic plan on which somebody else was heard. They are left alone for a random time, which doubles as
 * long as nothing can be sent: a device on an air that never falls silent must not wear its battery out by listening.
 */
import { reached } from "../../clock/index.ts";
import { type Int, u16, u32 } from "../../lang/index.ts";
import { random16 } from "../random.ts";

/** A set of channels, as in a dynamic plan. */
let busy: u16 = 0;
/** Until when, in ticks. */
let busyUntil: u32 = 0;

/** A second, and up to two by chance, in ticks. */
const LEAST_PAUSE = 3907;
const PAUSE_SPREAD = 7812;

/** How often the pause has doubled; at most it is one to three minutes. */
const MOST_DOUBLINGS = 6;
let doublings: Int<0, 6> = 0;

/** Somebody was heard on a channel at `time`, in ticks. */
export function noteBusy(channel: Int<0, 15>, time: u32): void {
  busy = busy | (1 << channel);
  busyUntil = u32(time + ((LEAST_PAUSE + u32((random16() * PAUSE_SPREAD) >>> 16)) << doublings));
}

/** Something has been sent. */
export function endDoublings(): void {
  doublings = 0;
}

/** Ends the pause where it is time. */
export function releaseBusy(time: u32): void {
  if (busy === 0 || !reached(busyUntil, time)) return;
  busy = 0;
  if (doublings < MOST_DOUBLINGS) doublings++;
}

/** Those of a set that are not left alone. */
export function withoutBusy(channels: u16): u16 {
  return u16(channels & ~busy);
}

export function isAnyBusy(): boolean {
  return busy !== 0;
}

/** When the pause ends, in ticks. */
export function busyEnd(): u32 {
  return busyUntil;
}
