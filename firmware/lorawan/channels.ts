/**
 * The channels of the device and the duty cycle of their sub-bands (RP002-1.0.4, EU863-870): each
 * transmission is followed by silence in its sub-band, so that the duty cycle holds over any time.
 */
import { reached, TICK_US } from "../clock/index.ts";
import { type Bytes, type Int, load16le, u8, u32 } from "../lang/index.ts";
import {
  BAND_COUNT,
  bandOf,
  DEFAULT_CHANNEL_COUNT,
  DEFAULT_CHANNELS,
  NO_BAND,
  silenceFactor,
} from "../regions/index.ts";
import type { Airtime } from "./airtime.ts";
import { random16 } from "./random.ts";

/** Default channels and those of a CFList. */
export const CHANNEL_COUNT = 8;

/** What `chooseChannel` answers where every channel must be silent. */
export const NO_CHANNEL = 8;

/** Frequencies in units of 100 Hz; 0 where the channel is not in use. */
const frequencies = new Uint32Array(8);

/** Channels that were chosen since all had their turn, a bit each. */
let recent: u8 = 0;

/** Sub-bands that must be silent, a bit each, and until when, in ticks. */
let silent: u8 = 0;
const silentUntil = new Uint32Array(6);

/** The channels that every device of the region has. */
export function resetChannels(): void {
  for (let i = 0; i < CHANNEL_COUNT; i++)
    frequencies[i] = i < DEFAULT_CHANNEL_COUNT ? DEFAULT_CHANNELS[i] : 0;
}

/** Takes the additional channels of a CFList of type 0; frequencies that the region does not allow are left out. */
export function setCfList(cfList: Bytes<16>): void {
  for (let i = 0; i < 5; i++) {
    const frequency = load16le(cfList, 3 * i) + cfList[3 * i + 2] * 0x10000;
    frequencies[DEFAULT_CHANNEL_COUNT + i] = bandOf(frequency) === NO_BAND ? 0 : frequency;
  }
}

/** The frequency of a channel in units of 100 Hz. */
export function frequencyOf(channel: Int<0, 7>): u32 {
  return frequencies[channel];
}

/** Ends the silence of the sub-bands whose time has come. Call it at least every six days. */
export function releaseBands(time: u32): void {
  for (let band = 0; band < BAND_COUNT; band++) {
    if (reached(silentUntil[band], time)) silent = u8(silent & ~(1 << band));
  }
}

/** Silences the sub-band of a channel after a transmission that ended at `time`, in ticks. */
export function silenceBand(channel: Int<0, 7>, airtimeUs: Airtime, time: u32): void {
  const band = bandOf(frequencies[channel]);
  if (band === NO_BAND) return;
  const airtime = u32(airtimeUs / TICK_US) + 1;
  silentUntil[band] = u32(time + airtime * silenceFactor(band));
  silent = silent | (1 << band);
}

/** When the first of the silent sub-bands is free again, in ticks; `time` where none is silent. */
export function nextRelease(time: u32): u32 {
  let earliest: u32 = time;
  let found = false;
  for (let band = 0; band < BAND_COUNT; band++) {
    if ((silent & (1 << band)) === 0) continue;
    if (!found || reached(silentUntil[band], earliest)) earliest = silentUntil[band];
    found = true;
  }
  return earliest;
}

/** The channels below `count` that may be used now, a bit each. */
function freeChannels(count: Int<3, 8>): u8 {
  let free: u8 = 0;
  for (let i = 0; i < count; i++) {
    const band = bandOf(frequencies[i]);
    if (band !== NO_BAND && (silent & (1 << band)) === 0) free = free | (1 << i);
  }
  return free;
}

/** Whether one of the channels below `count` may be used now. */
export function hasFreeChannel(count: Int<3, 8>): boolean {
  return freeChannels(count) !== 0;
}

/** One of the channels below `count` at random, each free one once before any is used again; or `NO_CHANNEL`. */
export function chooseChannel(count: Int<3, 8>): Int<0, 8> {
  const free = freeChannels(count);
  if (free === 0) return NO_CHANNEL;
  if ((free & ~recent) === 0) recent = u8(recent & ~free);
  const candidates = u8(free & ~recent);
  let channel: Int<0, 7> = random16() & 7;
  while ((candidates & (1 << channel)) === 0) channel = random16() & 7;
  recent = recent | (1 << channel);
  return channel;
}
