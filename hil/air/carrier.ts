/** A carrier without modulation, which carries nothing: what it is, and what it does to packets on its frequency. */
import { CAPTURE_DB } from "./link-budget.ts";
import type { Transmission } from "./transmission.ts";

export interface Carrier {
  /** The name under which the transmitter also receives: nobody hears himself. */
  readonly from: string;
  readonly frequencyHz: number;
  /** Radiated power. */
  readonly powerDbm: number;
  readonly startNs: number;
}

/** How much stronger than a packet a tone in its channel may be, from SF7 on (SX1276 datasheet, table 10: CCR_LCW). */
const TONE_REJECTION_DB = [5, 9.5, 12, 14.4, 17, 19.5] as const;

/** Whether a carrier is within a channel. */
export function isWithin(
  carrier: Carrier,
  { frequencyHz, bandwidthHz }: { frequencyHz: number; bandwidthHz: number },
): boolean {
  return Math.abs(carrier.frequencyHz - frequencyHz) < bandwidthHz / 2;
}

/** Whether a packet survives a carrier in its channel that is so much stronger than itself. */
export function survivesCarrier(transmission: Transmission, excessDb: number): boolean {
  if (transmission.modulation === "fsk") return excessDb <= -CAPTURE_DB;
  const step = Math.max(transmission.spreadingFactor - 7, 0);
  return excessDb <= TONE_REJECTION_DB[Math.min(step, TONE_REJECTION_DB.length - 1)];
}
