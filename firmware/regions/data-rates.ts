/** The data rates of the plan in use (RP002-1.0.4, the tables of each region). */
import {
  BANDWIDTHS,
  type DataRate,
  HAS_DWELL_TIME,
  HAS_JOIN_CHANNELS,
  MAC_PAYLOADS,
  PLANS,
  RATE_COUNT,
  SPREADING_FACTORS,
} from "#region";
import type { Int, u8 } from "../lang/index.ts";
import { Bandwidth } from "../radio/index.ts";
import type { DataRates } from "./plan.ts";
import { selection } from "./selection.ts";

export type { DataRate } from "#region";

/** Whether a dynamic plan has its data rates at 250 kHz and with FSK, too (DR6, DR7). @config */
export const FAST_DATA_RATES: boolean = false;

/** The code of FSK in BANDWIDTHS. */
const FSK = 3;

/** The data rates for uplinks. */
export function uplinkRates(): DataRates {
  const plan = PLANS[selection.plan];
  return FAST_DATA_RATES ? plan.uplinkRates | plan.fastRates : plan.uplinkRates;
}

/** The data rates for windows. */
function downlinkRates(): DataRates {
  const plan = PLANS[selection.plan];
  return FAST_DATA_RATES ? plan.downlinkRates : plan.downlinkRates & ~plan.fastRates;
}

/** Whether an uplink can have this data rate. */
export function isUplinkRate(rate: Int<0, 15>): boolean {
  return rate < RATE_COUNT && ((uplinkRates() >> rate) & 1) !== 0;
}

/** Whether a window can have this data rate. */
export function isDownlinkRate(rate: Int<0, 15>): boolean {
  return rate < RATE_COUNT && ((downlinkRates() >> rate) & 1) !== 0;
}

/** The spreading factor of a data rate that is not FSK. */
export function spreadingFactor(rate: DataRate): Int<7, 12> {
  return SPREADING_FACTORS[RATE_COUNT * selection.plan + rate];
}

/** The bandwidth of a data rate that is not FSK. */
export function bandwidth(rate: DataRate): Bandwidth {
  if (!FAST_DATA_RATES && !PLANS[selection.plan].isFixed) return Bandwidth.Khz125;
  switch (BANDWIDTHS[RATE_COUNT * selection.plan + rate]) {
    case 0:
      return Bandwidth.Khz125;
    case 1:
      return Bandwidth.Khz250;
    default:
      return Bandwidth.Khz500;
  }
}

/** Whether a data rate is FSK at 50 kbit/s. */
export function isFsk(rate: DataRate): boolean {
  return FAST_DATA_RATES && BANDWIDTHS[RATE_COUNT * selection.plan + rate] === FSK;
}

/** The slowest data rate that keeps to the limit of 400 ms on air, where that holds: `isLimited`. */
export function slowestDataRate(isLimited: boolean): DataRate {
  return HAS_DWELL_TIME && isLimited ? PLANS[selection.plan].dwellRate : 0;
}

/** The next slower data rate for uplinks; the slowest itself. `isLimited`: time on air is limited to 400 ms. */
export function slowerDataRate(rate: DataRate, isLimited: boolean): DataRate {
  const rates = uplinkRates();
  const slowest = slowestDataRate(isLimited);
  for (let slower = rate; slower > slowest; slower--) {
    if (((rates >> (slower - 1)) & 1) !== 0) return slower - 1;
  }
  return rate;
}

/** The data rate of RX1 after an uplink; `isLimited`: time on air of downlinks is limited to 400 ms. */
export function rx1DataRate(uplink: DataRate, offset: Int<0, 7>, isLimited: boolean): DataRate {
  const plan = PLANS[selection.plan];
  // Offsets 6 and 7 are -1 and -2: RX1 is the faster one.
  const slower = plan.maxRx1DrOffset > 5 && offset > 5 ? 5 - offset : offset;
  const rate = uplink + plan.rx1Base - slower;
  const slowest = slowestDataRate(isLimited);
  if (HAS_JOIN_CHANNELS && plan.hasJoinChannels && rate < plan.rx1Slowest) return plan.rx1Slowest; // it has no DR0
  if (rate < slowest) return slowest;
  if (rate <= plan.rx1Slowest) return plan.rx1Slowest;
  if (rate >= plan.rx1Fastest) return plan.rx1Fastest;
  // DR6 of IN865 is reserved.
  return isDownlinkRate(rate) ? rate : rate - 1;
}

/** Octets of a MACPayload at most: M. `isLimited`: time on air is limited to 400 ms. */
export function maxMacPayload(rate: DataRate, isLimited: boolean): u8 {
  if (!HAS_DWELL_TIME) return MAC_PAYLOADS[RATE_COUNT * selection.plan + rate];
  return MAC_PAYLOADS[RATE_COUNT * (2 * selection.plan + (isLimited ? 1 : 0)) + rate];
}
