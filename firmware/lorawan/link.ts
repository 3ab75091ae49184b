/** What the network has told of the link and of the time, for the application. */
import { ticks } from "../clock/index.ts";
import { u8, u32 } from "../lang/index.ts";
import { Cid, post } from "./outbox.ts";

/** The last LinkCheckAns. */
export class Link {
  /** How many have come, modulo 256. */
  checks: u8 = 0;
  /** Decibels above the floor of the demodulator, at the best of the gateways that heard the device. */
  margin: u8 = 0;
  gateways: u8 = 0;
}

export const link = new Link();

class NetworkTime {
  isKnown: boolean = false;
  /** Seconds of GPS time at an instant of the board's clock, in ticks. */
  seconds: u32 = 0;
  tick: u32 = 0;
}

const time = new NetworkTime();

/** Asks with the next uplink how well the network hears the device: `link` has the answer. */
export function requestLinkCheck(): void {
  post(Cid.LinkCheck, 0, 0);
}

/** Asks with the next uplink what time it is: `gpsTime` knows from then on. */
export function requestTime(): void {
  post(Cid.DeviceTime, 0, 0);
}

/** LinkCheckAns. */
export function noteLinkCheck(margin: u8, gateways: u8): void {
  link.checks = u8(link.checks + 1);
  link.margin = margin;
  link.gateways = gateways;
}

/** DeviceTimeAns: the time at the end of the uplink that asked, which ended at `tick`. The fraction is 1/256 s. */
export function noteTime(seconds: u32, fraction: u8, tick: u32): void {
  // A fraction of a second are 3906.25 ticks / 256.
  time.tick = u32(tick - u32((fraction * 15625) >> 10));
  time.seconds = seconds;
  time.isKnown = true;
}

/** The device's time is wrong by `correction` seconds, modulo 2^32. It is known from then on. */
export function correctTime(correction: u32): void {
  time.seconds = u32(time.seconds + correction);
  time.isKnown = true;
}

export function isTimeKnown(): boolean {
  return time.isKnown;
}

/** Ticks of four seconds. */
const FOUR_SECONDS = 15625;

/** Seconds of GPS time, once they are known; until then since power-up. Call it at least once in twelve days. */
export function gpsTime(): u32 {
  const fours = u32(u32(ticks() - time.tick) / FOUR_SECONDS);
  time.seconds = u32(time.seconds + 4 * fours);
  time.tick = u32(time.tick + fours * FOUR_SECONDS);
  return u32(time.seconds + u32((4 * (u32(ticks() - time.tick) % FOUR_SECONDS)) / FOUR_SECONDS));
}
