/** The images that are fuzzed: both versions, a region with channels of the network's making and one with fixed ones. */
import type { RegionName } from "../../../toolchain/regions/index.ts";

export interface Variant {
  readonly name: string;
  /** Whose C it is: the boards differ in the cipher, octet-wise or word-wise. */
  readonly board: string;
  readonly region: RegionName;
  readonly lorawan11: boolean;
  /** Further options of the firmware. */
  readonly config: Readonly<Record<string, boolean | number>>;
}

const OCTETS = "pro-mini-rfm95";
const WORDS = "nucleo-l073rz-sx1276";

/** So that a few fragments are a block, and its memory is soon used up. */
const MAX_BLOCK = 64;
const SMALL_BLOCK = { MAX_BLOCK, MAX_FRAGMENTS: 16, MAX_LOST: 4 };

const TWO_GROUPS = { MULTICAST_SETUP: true, MAX_GROUPS: 2 };

export const VARIANTS: readonly Variant[] = [
  {
    name: "1.0.4-EU868",
    board: OCTETS,
    region: "EU868",
    lorawan11: false,
    config: { CONFIRMED: true },
  },
  {
    name: "1.1-EU868",
    board: WORDS,
    region: "EU868",
    lorawan11: true,
    config: { FAST_DATA_RATES: true, CLOCK_SYNC: true, FRAGMENTATION: true, ...SMALL_BLOCK },
  },
  {
    name: "1.0.4-US915",
    board: WORDS,
    region: "US915",
    lorawan11: false,
    config: {
      ...{ CLASS_C: true, ...TWO_GROUPS },
      ...{ FRAGMENTATION: true, FRAGMENTATION_V1: true, ...SMALL_BLOCK },
    },
  },
  {
    name: "1.0.4-EU868-ABP",
    board: OCTETS,
    region: "EU868",
    lorawan11: false,
    config: { ABP: true },
  },
  { name: "1.1-US915", board: OCTETS, region: "US915", lorawan11: true, config: { CONFIRMED: true } },
  {
    name: "1.0.4-EU868-certification",
    board: WORDS,
    region: "EU868",
    lorawan11: false,
    config: { CERTIFICATION: true },
  },
  {
    name: "1.1-EU868-class-C",
    board: OCTETS,
    region: "EU868",
    lorawan11: true,
    config: { CLASS_C: true, REJOIN: true, KEY_SCHEDULE: true },
  },
  {
    name: "1.1-EU868-class-B",
    board: WORDS,
    region: "EU868",
    lorawan11: true,
    config: {
      // Two hours without a beacon are to fit into an input, and each window and each uplink takes some of it.
      ...{ CLASS_B: true, PING_PERIODICITY: 6, PERIOD_S: 3600 },
      ...{ ...TWO_GROUPS, KEY_SCHEDULE: true },
    },
  },
];

export const TARGETS = ["join", "downlink", "session", "store"] as const;
export type Target = (typeof TARGETS)[number];

/** What of a variant is fuzzed: a personalised device does not join. */
export function targetsOf({ config }: Variant): readonly Target[] {
  return config.ABP ? TARGETS.filter((target) => target !== "join") : TARGETS;
}

/** Octets of the block that fragments are put together in; without that package the harness keeps one for nothing. */
export const BLOCK_LENGTH = MAX_BLOCK;

/** What the harness holds a region to (RP002-1.0.4, 2.4 and 2.5): frequencies in units of 100 Hz, sets of data rates. */
export function regionLimits({ region, config }: Variant): Readonly<Record<string, number>> {
  if (region === "US915") {
    return {
      LOWEST: 9_020_000,
      HIGHEST: 9_280_000,
      UPLINK_RATES: 0x001f,
      DOWNLINK_RATES: 0x3f00,
      MAX_RX1_OFFSET: 3,
      RX2_RATE: 8,
    };
  }
  const rates = config.FAST_DATA_RATES ? 0xff : 0x3f;
  return {
    DYNAMIC: 1,
    LOWEST: 8_630_000,
    HIGHEST: 8_700_000,
    UPLINK_RATES: rates,
    DOWNLINK_RATES: rates,
    MAX_RX1_OFFSET: 5,
    RX2_RATE: 0,
  };
}
