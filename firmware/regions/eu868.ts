/**
 * EU868, which is EU863-870. Made from the figures of regions.json (RP002-1.0.4) by `npm run regions`.
 */
import { type Int, table8, table16, table32, tableOf } from "../lang/index.ts";
import { BeaconPlan, Block, Plan } from "./plan.ts";

export type PlanIndex = Int<0, 0>;

export const PLANS = tableOf(Plan, [
  {
    isFixed: false,
    lowestFrequency: 8630000,
    highestFrequency: 8700000,
    frequencyStep: 1,
    rx2Frequency: 8695250,
    rx2DataRate: 0,
    uplinkRates: 63,
    fastRates: 192,
    downlinkRates: 255,
    dwellRate: 0,
    slowestJoinRate: 0,
    fastestJoinRate: 5,
    rx1Base: 0,
    rx1Slowest: 0,
    rx1Fastest: 7,
    maxRx1DrOffset: 5,
    maxPowerDbm: 14,
    mostPowerDbm: 22,
    maxTxPower: 7,
    hasTxParamSetup: false,
    leastChannels: 1,
    defaultChannelCount: 3,
    hasJoinChannels: false,
  },
]);

/** Data rates of a plan: so many are in the tables. */
export const RATE_COUNT = 8;

export type DataRate = Int<0, 7>;

/** Spreading factors; 7 where there is none. */
export const SPREADING_FACTORS = table8([12, 11, 10, 9, 8, 7, 7, 7]);

/** 0: 125 kHz; 1: 250 kHz; 2: 500 kHz; 3: FSK. */
export const BANDWIDTHS = table8([0, 0, 0, 0, 0, 0, 1, 3]);

/** A network adds channels to those that each device has. */
export const HAS_DYNAMIC_PLAN = true;

/** The channel of the join decides on the channels and on RX2. */
export const HAS_JOIN_CHANNELS = false;

/** Time on air may be limited to 400 ms. */
export const HAS_DWELL_TIME = false;

/** M: octets of a MACPayload at most. */
export const MAC_PAYLOADS = table8([59, 59, 59, 123, 250, 250, 250, 250]);

/** The least of them that an uplink may have to keep to. */
export const LEAST_MAC_PAYLOAD = 59;

/** Default channels of a plan: so many are in the table. */
export const DEFAULT_CHANNEL_COUNT = 3;

/** The channels that each device of a dynamic plan has. */
export const DEFAULT_CHANNELS = table32([8681000, 8683000, 8685000]);

/** Sub-bands of a plan: so many are in the tables. */
export const BAND_COUNT = 6;

export type Band = Int<0, 5>;
export type BandOrNone = Int<0, 6>;

/** First and last frequency of the sub-bands. */
export const BAND_EDGES = table32([
  8630000, 8650000, 8650000, 8680000, 8680000, 8686000, 8687000, 8692000, 8694000, 8696500, 8697000, 8700000,
]);

/** Silence in a sub-band after a transmission, in times on air: 1/duty cycle - 1. */
export const BAND_SILENCES = table16([999, 99, 99, 999, 9, 99]);

/** The channels of a fixed plan, 2 blocks a plan, and those of RX1. */
export const UPLINK_BLOCKS = tableOf(Block, [
  { count: 0, firstFrequency: 0, step: 0 },
  { count: 0, firstFrequency: 0, step: 0 },
]);
export const DOWNLINK_BLOCKS = tableOf(Block, [
  { count: 0, firstFrequency: 0, step: 0 },
  { count: 0, firstFrequency: 0, step: 0 },
]);

/** Beacons and ping slots of class B. */
export const BEACON_PLANS = tableOf(BeaconPlan, [
  {
    beaconFrequency: 8695250,
    pingFrequency: 8695250,
    hopCount: 1,
    hopStep: 0,
    beaconDataRate: 3,
    pingDataRate: 3,
    rfu1: 1,
    rfu2: 0,
  },
]);
