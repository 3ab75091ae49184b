/** The tables of one channel plan, or of several that an image chooses from, as a module of the device language. */
import {
  type BlockFigures,
  type DataRateFigures,
  type RegionFigures,
  type RegionName,
  regionFigures,
} from "./figures.ts";

/** The unit of the device's frequencies, in Hz. */
const FREQUENCY_UNIT = 100;

/** Gain of a half-wave dipole: most plans state EIRP, the device sets conducted power. */
const DIPOLE_DBI = 2.15;

/** Bandwidths in Hz by their code; the code behind the last is FSK. */
const BANDWIDTHS = [125_000, 250_000, 500_000];

/** What a table holds where the plan has nothing. */
const SOME_SPREADING_FACTOR = 7;
const NO_PAYLOAD = 0;
const NO_BLOCK: BlockFigures = { first_index: 0, count: 0, start_hz: 0, step_hz: 0, bw_hz: 0, min_dr: 0 };

/** What `linkadr_extra_rule` says in words of a plan that must hop over two channels at least. */
const HOPPING_CHANNELS = /^At least 2 enabled 125 kHz channels are required/;

/** What `extra_limits` says in words of a plan whose power depends on how many channels are on. */
const FEW_CHANNELS = /with fewer than \d+ enabled 125 kHz channels: max (\d+) dBm conducted/;

/** What no amplifier of the radios exceeds. */
const RADIO_MOST_DBM = 22;

/** The longest line of the project's style. */
const LINE_WIDTH = 110;

/** Blocks of channels that a fixed plan has at most. */
const BLOCKS = 2;

/** The source of the module behind "#region", for these plans in this order. */
export function planSource(names: readonly RegionName[]): string {
  const regions = names.map(regionFigures);
  const rateCount = Math.max(...regions.flatMap((region) => [...dataRates(region).keys()])) + 1;
  const rates = Array.from({ length: rateCount }, (_, index) => index);
  const byRate = (of: (rate: DataRateFigures | undefined) => number): number[][] =>
    regions.map((region) => rates.map((index) => of(dataRates(region).get(index))));
  const hasDwellTime = regions.some((region) => region.tx_param_setup);
  const payloads = regions.flatMap((region) => {
    const { dwell0, dwell1 = dwell0 } = region.max_payload.no_repeater;
    const limits = hasDwellTime ? [dwell0, dwell1] : [dwell0];
    const known = dataRates(region);
    return limits.map((limit) => rates.map((index) => (known.has(index) ? limit[index].M : NO_PAYLOAD)));
  });
  const channels = padded(
    regions.map((region) => defaultChannels(region).map(({ freq_hz }) => units(freq_hz))),
  );
  const bands = regions.map(dutyCycleBands);
  const edges = padded(bands.map((own) => own.flatMap((band) => [units(band.min_hz), units(band.max_hz)])));
  const silences = padded(bands.map((own) => own.map((band) => Math.round(1 / band.duty_cycle) - 1)));
  const bandCount = silences[0].length;
  const blocks = (of: "uplink_blocks" | "downlink_blocks"): string =>
    regions.map((region) => blockRows(region[of] ?? [])).join("");

  return `/**
 * ${regions.map(({ name }, i) => (name === names[i] ? name : `${names[i]}, which is ${name}`)).join("; ")}. Made from the figures of regions.json (RP002-1.0.4) by \`npm run regions\`.
 */
import { type Int, table8, table16, table32, tableOf } from "../lang/index.ts";
import { BeaconPlan, Block, Plan } from "./plan.ts";

export type PlanIndex = Int<0, ${names.length - 1}>;

export const PLANS = tableOf(Plan, [
${regions.map((region) => record(planFields(region))).join("")}]);

/** Data rates of a plan: so many are in the tables. */
export const RATE_COUNT = ${rateCount};

export type DataRate = Int<0, ${rateCount - 1}>;

/** Spreading factors; ${SOME_SPREADING_FACTOR} where there is none. */
${table(
  "SPREADING_FACTORS",
  "table8",
  byRate((rate) => rate?.sf ?? SOME_SPREADING_FACTOR),
)}

/** 0: 125 kHz; 1: 250 kHz; 2: 500 kHz; 3: FSK. */
${table("BANDWIDTHS", "table8", byRate(bandwidthCode))}

/** A network adds channels to those that each device has. */
export const HAS_DYNAMIC_PLAN = ${regions.some(({ plan }) => plan === "dynamic")};

/** The channel of the join decides on the channels and on RX2. */
export const HAS_JOIN_CHANNELS = ${regions.some((region) => region.plans !== undefined)};

/** Time on air may be limited to 400 ms. */
export const HAS_DWELL_TIME = ${hasDwellTime};

/** M: octets of a MACPayload at most${hasDwellTime ? ", and then the same where time on air is limited" : ""}. */
${table("MAC_PAYLOADS", "table8", payloads)}

/** The least of them that an uplink may have to keep to. */
export const LEAST_MAC_PAYLOAD = ${Math.min(...regions.map(leastMacPayload))};

/** Default channels of a plan: so many are in the table. */
export const DEFAULT_CHANNEL_COUNT = ${channels[0].length};

/** The channels that each device of a dynamic plan has. */
${table("DEFAULT_CHANNELS", "table32", channels)}

/** Sub-bands of a plan: so many are in the tables. */
export const BAND_COUNT = ${bandCount};

export type Band = Int<0, ${bandCount - 1}>;
export type BandOrNone = Int<0, ${bandCount}>;

/** First and last frequency of the sub-bands. */
${table("BAND_EDGES", "table32", edges)}

/** Silence in a sub-band after a transmission, in times on air: 1/duty cycle - 1. */
${table("BAND_SILENCES", "table16", silences)}

/** The channels of a fixed plan, ${BLOCKS} blocks a plan, and those of RX1. */
export const UPLINK_BLOCKS = tableOf(Block, [
${blocks("uplink_blocks")}]);
export const DOWNLINK_BLOCKS = tableOf(Block, [
${blocks("downlink_blocks")}]);

/** Beacons and ping slots of class B. */
export const BEACON_PLANS = tableOf(BeaconPlan, [
${regions.map((region) => record(beaconFields(region))).join("")}]);
`;
}

/**
 * The least M of the data rates for uplinks, whether or not time on air is limited; 0 means that there must be none.
 */
function leastMacPayload(region: RegionFigures): number {
  const { dwell0, dwell1 = dwell0 } = region.max_payload.no_repeater;
  const uplinks = [...dataRates(region)].filter(([, { direction }]) => direction !== "down");
  const all = [dwell0, dwell1].flatMap((limits) => uplinks.map(([rate]) => limits[rate].M));
  return Math.min(...all.filter((octets) => octets > 0));
}

/** The fields of the firmware's `Plan`. */
function planFields(region: RegionFigures): Record<string, number | boolean> {
  const isFixed = region.plan === "fixed";
  const [lowest, highest] = region.freq_range_hz;
  const { join, rx2, tx_power: power, rx1_dr_offset: offsets } = region;
  const rx1 = offsets.table ?? offsets.table_dwell0!;
  const rates = [...dataRates(region)];
  const uplinks = rates.filter(([, { direction }]) => direction !== "down");
  const hasWideRate = join.dr_500khz !== undefined;
  const [fast, basic] = split(uplinks, ([, rate]) => !hasWideRate && rate.bw_hz !== 125_000);
  const [slowest] = basic[0];
  const reached = uplinks.flatMap(([index]) => rx1[index]);
  const slowDwell = Object.entries(region.max_payload.no_repeater.dwell1 ?? {}).find(([, { M }]) => M > 0);
  return {
    isFixed,
    lowestFrequency: units(lowest),
    highestFrequency: units(highest),
    frequencyStep: gridStep(region),
    rx2Frequency: units(rx2.freq_hz ?? 0),
    rx2DataRate: rx2.dr,
    uplinkRates: bits(basic),
    fastRates: bits(fast),
    downlinkRates: bits(rates.filter(([, { direction }]) => direction !== "up")),
    dwellRate: slowDwell === undefined ? slowest : Number(slowDwell[0]),
    slowestJoinRate: join.dr_range?.[0] ?? join.dr_125khz!,
    fastestJoinRate: join.dr_range?.[1] ?? join.dr_500khz!,
    rx1Base: rx1[slowest][0] - slowest,
    rx1Slowest: Math.min(...reached),
    rx1Fastest: Math.max(...reached),
    maxRx1DrOffset: offsets.range[1],
    maxPowerDbm: power.default_max_conducted_dbm ?? Math.round(power.default_max_eirp_dbm! - DIPOLE_DBI),
    mostPowerDbm: mostPowerDbm(region),
    maxTxPower: power.max_index,
    hasTxParamSetup: region.tx_param_setup,
    leastChannels: HOPPING_CHANNELS.exec(region.linkadr_extra_rule ?? "") === null ? 1 : 2,
    defaultChannelCount: defaultChannels(region).length,
    hasJoinChannels: region.plans !== undefined,
  };
}

/** The fields of the firmware's `BeaconPlan`. */
function beaconFields({ class_b }: RegionFigures): Record<string, number> {
  const { beacon_freqs_hz = [0], ping_slot_freqs_hz = [0] } = class_b;
  const [beacon, nextBeacon = beacon] = beacon_freqs_hz;
  const [ping] = ping_slot_freqs_hz;
  return {
    beaconFrequency: units(beacon),
    pingFrequency: units(ping),
    hopCount: beacon_freqs_hz.length,
    hopStep: units(nextBeacon - beacon),
    beaconDataRate: class_b.beacon_dr,
    pingDataRate: class_b.ping_slot_dr,
    rfu1: class_b.beacon_format.rfu1,
    rfu2: class_b.beacon_format.rfu2,
  };
}

/**
 * What `extra_limits` says in words of a device that has but some of the channels: it counts whatever channels are on,
 * so that no mask has to be looked at. It takes from the strongest of the radios a decibel.
 */
function mostPowerDbm({ tx_power: { extra_limits = [] } }: RegionFigures): number {
  const limits = extra_limits
    .map((limit) => FEW_CHANNELS.exec(limit)?.[1])
    .filter((dBm) => dBm !== undefined);
  return Math.min(RADIO_MOST_DBM, ...limits.map(Number));
}

/** The data rates that the device can have, by their index: all but LR-FHSS. */
function dataRates(region: RegionFigures): ReadonlyMap<number, DataRateFigures> {
  const rates = Object.entries(region.data_rates).filter(([, rate]) => rate.modulation !== "LR-FHSS");
  return new Map(rates.map(([index, rate]) => [Number(index), rate]));
}

function defaultChannels(region: RegionFigures): NonNullable<RegionFigures["default_channels"]> {
  return region.default_channels ?? [];
}

/** The sub-bands; where there is no duty cycle, one of all frequencies. */
function dutyCycleBands({
  duty_cycle,
  freq_range_hz,
}: RegionFigures): RegionFigures["duty_cycle"]["sub_bands"] {
  const [min_hz, max_hz] = freq_range_hz;
  return duty_cycle.enforced ? duty_cycle.sub_bands : [{ min_hz, max_hz, duty_cycle: 1 }];
}

/** The distance of channels that `freq_grid` states in words: "920.9 MHz + n*200 kHz", from the lowest frequency. */
function gridStep({ freq_grid = "" }: RegionFigures): number {
  const [, kHz] = /\+ n\*(\d+) kHz/.exec(freq_grid) ?? [];
  return kHz === undefined ? 1 : units(Number(kHz) * 1000);
}

function bandwidthCode(rate: DataRateFigures | undefined): number {
  if (rate?.modulation === "FSK") return BANDWIDTHS.length;
  return rate === undefined ? 0 : BANDWIDTHS.indexOf(rate.bw_hz!);
}

/** A frequency, or a distance of two, as the device has it. */
function units(hz: number): number {
  return hz / FREQUENCY_UNIT;
}

function bits(rates: readonly (readonly [number, DataRateFigures])[]): number {
  return rates.reduce((set, [index]) => set | (1 << index), 0);
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Rows of one length, at least 1: those of all plans lie one behind the other. */
function padded(rows: readonly number[][]): number[][] {
  const length = Math.max(1, ...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array<number>(length - row.length).fill(0)]);
}

/** A table as the project's formatter lays it out. */
function table(name: string, kind: "table8" | "table16" | "table32", rows: readonly number[][]): string {
  const head = `export const ${name} = ${kind}([`;
  const values = rows.flat().map(String);
  const line = `${head}${values.join(", ")}]);`;
  if (line.length <= LINE_WIDTH) return line;
  const lines = values.reduce<string[]>((lines, value) => {
    const last = lines.at(-1);
    if (last === undefined || `${last} ${value},`.length > LINE_WIDTH) lines.push(`  ${value},`);
    else lines[lines.length - 1] = `${last} ${value},`;
    return lines;
  }, []);
  return [head, ...lines, "]);"].join("\n");
}

/** A record of a table, on one line or on as many as it has fields. */
function record(fields: Readonly<Record<string, number | boolean>>): string {
  const own = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const line = `  { ${own.join(", ")} },\n`;
  return line.length <= LINE_WIDTH ? line : `  {\n${own.map((field) => `    ${field},\n`).join("")}  },\n`;
}

function blockRows(blocks: readonly BlockFigures[]): string {
  const own = [...blocks, ...Array<BlockFigures>(BLOCKS - blocks.length).fill(NO_BLOCK)];
  return own
    .map(({ count, start_hz, step_hz }) =>
      record({ count, firstFrequency: units(start_hz), step: units(step_hz) }),
    )
    .join("");
}
