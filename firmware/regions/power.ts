/** Transmit power of the plan in use. */
import { PLANS } from "#region";
import type { Int } from "../lang/index.ts";
import { selection } from "./selection.ts";

/** What no amplifier of the radios goes below, in dBm. */
const LEAST_DBM = -17;

/** The conducted power of a TXPower, as far as amplifiers go: each is 2 dB below the one before. */
export function powerDbm(txPower: Int<0, 15>): Int<-17, 22> {
  const plan = PLANS[selection.plan];
  const power = plan.maxPowerDbm - 2 * txPower;
  if (power < LEAST_DBM) return LEAST_DBM;
  return power > plan.mostPowerDbm ? plan.mostPowerDbm : power;
}
