/** The sub-bands of the plan in use, in each of which a device may transmit for a part of the time. */
import { BAND_COUNT, BAND_EDGES, BAND_SILENCES, type Band, type BandOrNone } from "#region";
import type { u16, u32 } from "../lang/index.ts";
import { isAllowed } from "./frequencies.ts";
import { selection } from "./selection.ts";

export { BAND_COUNT, type Band, type BandOrNone } from "#region";

/** What `bandOf` says of a frequency that no device may transmit at. */
export const NO_BAND = BAND_COUNT;

/** The sub-band of a frequency, or `NO_BAND`. A frequency on a border belongs to the upper one, as 868.0 MHz does. */
export function bandOf(frequency: u32): BandOrNone {
  const first = BAND_COUNT * selection.plan;
  for (let band = BAND_COUNT - 1; band >= 0; band--) {
    const lowest = BAND_EDGES[2 * (first + band)];
    const highest = BAND_EDGES[2 * (first + band) + 1];
    if (frequency >= lowest && frequency <= highest && isAllowed(frequency)) return band;
  }
  return NO_BAND;
}

/** How many times its time on air a transmission in a band must be followed by silence there. */
export function silenceFactor(band: Band): u16 {
  return BAND_SILENCES[BAND_COUNT * selection.plan + band];
}
