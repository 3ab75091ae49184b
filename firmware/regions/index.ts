/** The channel plans of the image, and the one in use. */
export {
  BEACON_PLANS,
  DEFAULT_CHANNEL_COUNT,
  DEFAULT_CHANNELS,
  DOWNLINK_BLOCKS,
  HAS_DWELL_TIME,
  HAS_DYNAMIC_PLAN,
  HAS_JOIN_CHANNELS,
  LEAST_MAC_PAYLOAD,
  PLANS,
  type PlanIndex,
  RATE_COUNT,
  UPLINK_BLOCKS,
} from "#region";
export { ANTENNA_PLANS, CHANNEL_STEP, JOIN_CHANNELS } from "./cn470-plans.ts";
export {
  bandwidth,
  type DataRate,
  FAST_DATA_RATES,
  isDownlinkRate,
  isFsk,
  isUplinkRate,
  maxMacPayload,
  rx1DataRate,
  slowerDataRate,
  slowestDataRate,
  spreadingFactor,
} from "./data-rates.ts";
export { BAND_COUNT, type Band, type BandOrNone, bandOf, NO_BAND, silenceFactor } from "./duty-cycle.ts";
export { isAllowed } from "./frequencies.ts";
export {
  type MaxEirp,
  maxEirpCode,
  PLAN_MAX_EIRP,
  powerDbm,
  setMaxEirp,
  takeLimitChange,
} from "./power.ts";
export { selection, selectRegion } from "./selection.ts";
