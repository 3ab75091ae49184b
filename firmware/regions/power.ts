/** Transmit power of the plan in use. */
import { HAS_DWELL_TIME, PLANS } from "#region";
import { type Int, table8 } from "../lang/index.ts";
import { selection } from "./selection.ts";

/** What no amplifier of the radios goes below, in dBm. */
const LEAST_DBM = -17;

/** MaxEIRP of TxParamSetupReq in dBm, by its code (TS001-1.0.4, 5.9; TS001-1.1, 5.9). */
const MAX_EIRPS = table8([8, 10, 12, 13, 14, 16, 18, 20, 21, 24, 26, 27, 29, 30, 33, 36]);

/** What of it an antenna with 2.15 dBi takes from the radio, in whole decibels: no more may be radiated. */
const ANTENNA_DB = 3;

/** In place of a code: MaxEIRP is that of the plan. */
export const PLAN_MAX_EIRP = 16;

/** A code of MaxEIRP, or `PLAN_MAX_EIRP`. */
export type MaxEirp = Int<0, 16>;

let maxEirp: MaxEirp = PLAN_MAX_EIRP;
let hasLimitChanged: boolean = false;

/** Where the plan has TxParamSetupReq: what all powers are counted from. */
export function setMaxEirp(code: MaxEirp): void {
  maxEirp = code;
  hasLimitChanged = true;
}

export function maxEirpCode(): MaxEirp {
  return maxEirp;
}

/** Whether all powers are others than when this was last asked. */
export function takeLimitChange(): boolean {
  const hasChanged = hasLimitChanged;
  hasLimitChanged = false;
  return hasChanged;
}

/** The conducted power of a TXPower, as far as amplifiers go: each is 2 dB below the one before. */
export function powerDbm(txPower: Int<0, 15>): Int<-17, 22> {
  const plan = PLANS[selection.plan];
  let most: Int<0, 34> = plan.maxPowerDbm;
  if (HAS_DWELL_TIME && maxEirp < PLAN_MAX_EIRP) most = MAX_EIRPS[maxEirp] - ANTENNA_DB;
  const power = most - 2 * txPower;
  if (power < LEAST_DBM) return LEAST_DBM;
  return power > plan.mostPowerDbm ? plan.mostPowerDbm : power;
}
