/**
 * The duty cycle: each transmission is followed by silence in its sub-band, and in all of them where the network asks
 * for less traffic (DutyCycleReq), so that the duty cycle holds over any time.
 */
import { reached, TICK_US } from "../../clock/index.ts";
import { type Int, u8, u32 } from "../../lang/index.ts";
import { CERTIFICATION } from "../../packages/selection.ts";
import { BAND_COUNT, bandOf, NO_BAND, silenceFactor } from "../../regions/index.ts";
import type { Airtime } from "../airtime.ts";
import { LISTEN_BEFORE_TALK } from "../carrier-sense.ts";
import { busyEnd, isAnyBusy, releaseBusy } from "./busy.ts";

/** Counts as one more sub-band: all of them together. */
const ALL_BANDS = BAND_COUNT;

/** Until when the sub-bands must be silent, in ticks. */
const silentUntil = new Uint32Array(BAND_COUNT + 1);

/** Sub-bands that must be silent, a bit each. */
let silent: u8 = 0;

/** Ends the silences whose time has come. Call it at least every six days. */
export function releaseBands(time: u32): void {
  for (let band = 0; band <= ALL_BANDS; band++) {
    if (reached(silentUntil[band], time)) silent = u8(silent & ~(1 << band));
  }
  if (LISTEN_BEFORE_TALK) releaseBusy(time);
}

/** Whether the region's duty cycle is kept to: a certification test may switch that. */
let isDutyCycleOn: boolean = true;

/** For a certification test. What the network allows (DutyCycleReq) stays. */
export function switchDutyCycle(isOn: boolean): void {
  isDutyCycleOn = isOn;
  if (!isOn) silent = silent & (1 << ALL_BANDS);
}

function silence(band: Int<0, typeof ALL_BANDS>, duration: u32, time: u32): void {
  silentUntil[band] = u32(time + duration);
  silent = silent | (1 << band);
}

/**
 * Silences the sub-band of a frequency after a transmission that ended at `time`, in ticks; and all of them where the
 * network allows 1/2^maxDutyCycle of the time in all (0: no such limit).
 */
export function silenceBands(frequency: u32, airtimeUs: Airtime, maxDutyCycle: Int<0, 15>, time: u32): void {
  const airtime = u32(airtimeUs / TICK_US) + 1;
  if (maxDutyCycle > 0) silence(ALL_BANDS, u32(airtime * ((1 << maxDutyCycle) - 1)), time);
  if (CERTIFICATION && !isDutyCycleOn) return;
  const band = bandOf(frequency);
  if (band !== NO_BAND && silenceFactor(band) > 0) silence(band, u32(airtime * silenceFactor(band)), time);
}

/** Whether nothing at all may be transmitted. */
export function isAllSilent(): boolean {
  return (silent & (1 << ALL_BANDS)) !== 0;
}

/** Whether a frequency may be transmitted at now. */
export function isFree(frequency: u32): boolean {
  const band = bandOf(frequency);
  return band !== NO_BAND && (silent & (1 << band)) === 0;
}

/** When the first of the silent sub-bands, or of what is in use by others, is free again, in ticks; `time` where nothing is. */
export function nextRelease(time: u32): u32 {
  let earliest: u32 = time;
  let found = false;
  for (let band = 0; band <= ALL_BANDS; band++) {
    if ((silent & (1 << band)) === 0) continue;
    if (!found || reached(silentUntil[band], earliest)) earliest = silentUntil[band];
    found = true;
  }
  if (LISTEN_BEFORE_TALK && isAnyBusy() && (!found || reached(busyEnd(), earliest))) earliest = busyEnd();
  return earliest;
}
