/**
 * US915, which is US902-928. Made from the figures of regions.json (RP002-1.0.4) by `npm run regions`.
 */
import { type Int, table8, table16, table32, tableOf } from "../lang/index.ts";
import { BeaconPlan, Block, Plan } from "./plan.ts";

export type PlanIndex = Int<0, 0>;

export const PLANS = tableOf(Plan, [
  {
    isFixed: true,
    lowestFrequency: 9020000,
    highestFrequency: 9280000,
    frequencyStep: 1,
    rx2Frequency: 9233000,
    rx2DataRate: 8,
    uplinkRates: 31,
    fastRates: 0,
    downlinkRates: 16128,
    dwellRate: 0,
    slowestJoinRate: 0,
    fastestJoinRate: 4,
    rx1Base: 10,
    rx1Slowest: 8,
    rx1Fastest: 13,
    maxRx1DrOffset: 3,
    maxPowerDbm: 30,
    mostPowerDbm: 21,
    maxTxPower: 14,
    hasTxParamSetup: false,
    leastChannels: 2,
    defaultChannelCount: 0,
    hasJoinChannels: false,
  },
]);

/** Data rates of a plan: so many are in the tables. */
export const RATE_COUNT = 14;

export type DataRate = Int<0, 13>;

/** Spreading factors; 7 where there is none. */
export const SPREADING_FACTORS = table8([10, 9, 8, 7, 8, 7, 7, 7, 12, 11, 10, 9, 8, 7]);

/** 0: 125 kHz; 1: 250 kHz; 2: 500 kHz; 3: FSK. */
export const BANDWIDTHS = table8([0, 0, 0, 0, 2, 0, 0, 0, 2, 2, 2, 2, 2, 2]);

/** A network adds channels to those that each device has. */
export const HAS_DYNAMIC_PLAN = false;

/** The channel of the join decides on the channels and on RX2. */
export const HAS_JOIN_CHANNELS = false;

/** Time on air may be limited to 400 ms. */
export const HAS_DWELL_TIME = false;

/** M: octets of a MACPayload at most. */
export const MAC_PAYLOADS = table8([19, 61, 133, 250, 250, 0, 0, 0, 61, 137, 250, 250, 250, 250]);

/** The least of them that an uplink may have to keep to. */
export const LEAST_MAC_PAYLOAD = 19;

/** Default channels of a plan: so many are in the table. */
export const DEFAULT_CHANNEL_COUNT = 1;

/** The channels that each device of a dynamic plan has. */
export const DEFAULT_CHANNELS = table32([0]);

/** Sub-bands of a plan: so many are in the tables. */
export const BAND_COUNT = 1;

export type Band = Int<0, 0>;
export type BandOrNone = Int<0, 1>;

/** First and last frequency of the sub-bands. */
export const BAND_EDGES = table32([9020000, 9280000]);

/** Silence in a sub-band after a transmission, in times on air: 1/duty cycle - 1. */
export const BAND_SILENCES = table16([0]);

/** The channels of a fixed plan, 2 blocks a plan, and those of RX1. */
export const UPLINK_BLOCKS = tableOf(Block, [
  { count: 64, firstFrequency: 9023000, step: 2000 },
  { count: 8, firstFrequency: 9030000, step: 16000 },
]);
export const DOWNLINK_BLOCKS = tableOf(Block, [
  { count: 8, firstFrequency: 9233000, step: 6000 },
  { count: 0, firstFrequency: 0, step: 0 },
]);

/** Beacons and ping slots of class B. */
export const BEACON_PLANS = tableOf(BeaconPlan, [
  {
    beaconFrequency: 9233000,
    pingFrequency: 9233000,
    hopCount: 8,
    hopStep: 6000,
    beaconDataRate: 8,
    pingDataRate: 8,
    rfu1: 4,
    rfu2: 3,
  },
]);
