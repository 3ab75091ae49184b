/**
 * router_config: what a Network Server tells a station of the region, and how its radios are to be set up. Basics Station's
 * LNS protocol, s2e.c (handle_router_config) and sx130xconf.c.
 */
import type { NetworkPlan } from "../../lorawan/index.ts";
import { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import { layOut, NARROW_CHANNELS, NARROW_HZ, type PlacedChannel, reachHz } from "./concentrators.ts";
import { parseEui } from "./eui.ts";

/** Entries of DRs. */
const DATA_RATES = 16;
/** Isotropic radiated power of a half-wave dipole against what is fed into it. */
const DIPOLE_DBI = 2.15;
/** A station filters by the seven highest bits of a DevAddr, which hold a NetID only if it is of type 0. */
const NET_ID_TYPE_SHIFT = 21;
/** What stations of all versions call these regions. */
const STATION_REGIONS: Readonly<Record<string, string>> = { EU868: "EU863", US915: "US902" };

/** The first and the last that are let through. */
export type JoinEuiRange = readonly [string, string];

export interface RouterConfigOptions {
  readonly plan: NetworkPlan;
  readonly netId: string;
  /** Join-requests for others stay at the station; all of them come where not given. */
  readonly joinEuis?: readonly JoinEuiRange[];
  /** UTC in milliseconds. */
  readonly nowMs: number;
}

/** The message for a station in the plan's region. @throws PacketError if no station can have such channels. */
export function routerConfig({ plan, netId, joinEuis, nowMs }: RouterConfigOptions): object {
  const channels = plan.channels.map((channel) => ({ ...channel, frequencyHz: channel.uplinkHz }));
  const layouts = layOut(channels);
  const net = Number.parseInt(netId, 16);
  const maxPowerDbm = Math.max(...channels.map(({ frequencyHz }) => plan.powerDbm(frequencyHz)));
  return {
    msgtype: "router_config",
    NetID: net >> NET_ID_TYPE_SHIFT === 0 ? [net] : null,
    JoinEui: joinEuis?.map((range) => range.map((eui) => BigInt(`0x${eui}`))) ?? null,
    region: STATION_REGIONS[plan.region] ?? plan.region,
    hwspec: `sx1301/${layouts.length}`,
    freq_range: [plan.rangeHz.from, plan.rangeHz.to],
    DRs: Array.from({ length: DATA_RATES }, (_, index) => {
      const rate = plan.dataRates.get(index);
      if (rate === undefined) return [-1, 0, 0];
      return [rate.spreadingFactor, rate.bandwidthHz / 1000, rate.direction === "down" ? 1 : 0];
    }),
    max_eirp: maxPowerDbm + DIPOLE_DBI,
    sx1301_conf: layouts.map(({ radiosHz, narrow, wide }) => ({
      radio_0: radio(radiosHz[0]),
      radio_1: radio(radiosHz[1]),
      chan_FSK: { enable: false },
      chan_Lora_std:
        wide === undefined
          ? { enable: false }
          : { ...channel(wide), bandwidth: wide.bandwidthHz, spread_factor: wide.spreadingFactor },
      ...Object.fromEntries(
        Array.from({ length: NARROW_CHANNELS }, (_, i) => [
          `chan_multiSF_${i}`,
          i < narrow.length ? channel(narrow[i]) : { enable: false },
        ]),
      ),
    })),
    ...(plan.beaconFrequenciesHz.length === 0 ? {} : { bcning: beaconing(plan) }),
    MuxTime: nowMs / 1000,
  };
}

function radio(frequencyHz: number | undefined): object {
  return { enable: frequencyHz !== undefined, freq: frequencyHz ?? 0 };
}

function channel({ radio, offsetHz }: PlacedChannel): object {
  return { enable: true, radio, if: offsetHz };
}

/** The layout is where the time and the gateway's own part begin, and the length of a beacon. */
function beaconing(plan: NetworkPlan): object {
  const { beaconDataRate, beaconLayout } = plan.classB;
  const { rfu1Octets, rfu2Octets } = beaconLayout;
  const [paramOctets, timeOctets, crcOctets, ownOctets] = [1, 4, 2, 7];
  const timeAt = rfu1Octets + paramOctets;
  const ownAt = timeAt + timeOctets + crcOctets;
  return {
    DR: beaconDataRate,
    layout: [timeAt, ownAt, ownAt + ownOctets + rfu2Octets + crcOctets],
    freqs: plan.beaconFrequenciesHz,
  };
}

/** A data rate of the region. */
export interface StationRate {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly isDownOnly: boolean;
}

export interface Beaconing {
  readonly dataRate: number;
  readonly layout: { readonly timeAt: number; readonly ownAt: number; readonly octets: number };
  readonly frequenciesHz: readonly number[];
}

/** What a station makes of the message. */
export interface StationConfig {
  readonly region: string;
  /** By index; undefined: none, or FSK. */
  readonly dataRates: readonly (StationRate | undefined)[];
  readonly channels: readonly {
    readonly frequencyHz: number;
    readonly bandwidthHz: number;
    readonly spreadingFactor?: number;
  }[];
  readonly transmitHz: { readonly from: number; readonly to: number };
  readonly maxEirpDbm: number | undefined;
  /** Undefined: all pass. */
  readonly netIds: readonly number[] | undefined;
  /** None: all pass. */
  readonly joinEuis: readonly JoinEuiRange[];
  readonly beaconing: Beaconing | undefined;
  /** Seconds of UTC; undefined where the server does not tell. */
  readonly muxTime: number | undefined;
}

const CONCENTRATOR_MEMBERS = ["sx1301_conf", "SX1301_conf", "sx1302_conf", "SX1302_conf"];

/** @throws PacketError at the first member that is missing or wrong. */
export function parseRouterConfig(members: JsonMembers): StationConfig {
  members.matching("hwspec", /^sx130[12]\/[1-8]$/, "sx1301/1");
  const [from, to] = integers(members, "freq_range");
  if (!(from < to)) throw members.error("freq_range", "is no range");
  const conf = CONCENTRATOR_MEMBERS.find((member) => members.has(member));
  if (conf === undefined) throw members.error("sx1301_conf", "is missing");
  return {
    region: members.string("region"),
    dataRates: members.array("DRs").slice(0, DATA_RATES).map(dataRate),
    channels: members
      .array(conf)
      .flatMap((entry, index) => channelsOf(new JsonMembers(entry, `router_config.${conf}[${index}]`))),
    transmitHz: { from, to },
    maxEirpDbm: members.optional("max_eirp", (member) => members.number(member)),
    netIds: isGiven(members, "NetID") ? integers(members, "NetID") : undefined,
    joinEuis: joinEuiRanges(members),
    beaconing: isGiven(members, "bcning") ? beaconingOf(members.object("bcning")) : undefined,
    muxTime: members.optional("MuxTime", (member) => members.number(member)),
  };
}

function isGiven(members: JsonMembers, member: string): boolean {
  return members.has(member) && members.value(member) !== null;
}

function integers(members: JsonMembers, member: string): number[] {
  const values = members.array(member);
  if (!values.every(Number.isSafeInteger)) throw members.error(member, "expected integers");
  return values as number[];
}

function dataRate(entry: unknown, index: number): StationRate | undefined {
  const [spreadingFactor, bandwidthKhz, downOnly] = Array.isArray(entry) ? entry : [];
  if (![spreadingFactor, bandwidthKhz, downOnly].every(Number.isInteger))
    throw new PacketError(`router_config.DRs[${index}]`, "expected [SF, kHz, downlink only]");
  if (spreadingFactor < 7) return undefined;
  return { spreadingFactor, bandwidthHz: bandwidthKhz * 1000, isDownOnly: downOnly !== 0 };
}

function joinEuiRanges(members: JsonMembers): JoinEuiRange[] {
  const member = ["JoinEui", "JoinEUI"].find((name) => isGiven(members, name));
  if (member === undefined) return [];
  return members.array(member).map((range, index) => {
    const path = `router_config.${member}[${index}]`;
    if (!Array.isArray(range) || range.length !== 2) throw new PacketError(path, "expected two EUIs");
    return [parseEui(range[0], path), parseEui(range[1], path)];
  });
}

function channelsOf(conf: JsonMembers): StationConfig["channels"] {
  const names = Array.from({ length: NARROW_CHANNELS }, (_, i) => `chan_multiSF_${i}`);
  return [...names, "chan_Lora_std"].flatMap((name) => {
    const entry = conf.has(name) ? conf.object(name) : undefined;
    if (entry === undefined || !entry.has("enable") || !entry.boolean("enable")) return [];
    const radio = conf.object(`radio_${entry.integerIn("radio", 0, 1)}`);
    if (!radio.boolean("enable")) throw conf.error(name, "is of a radio that is not enabled");
    const isWide = name === "chan_Lora_std";
    const bandwidthHz = isWide ? entry.oneOf("bandwidth", [125_000, 250_000, 500_000]) : NARROW_HZ;
    const offsetHz = entry.integer("if");
    if (Math.abs(offsetHz) > reachHz(bandwidthHz))
      throw entry.error("if", `is ${offsetHz}, the radio reaches ${reachHz(bandwidthHz)} Hz to each side`);
    const frequencyHz = radio.integer("freq") + offsetHz;
    return [
      {
        frequencyHz,
        bandwidthHz,
        ...(isWide ? { spreadingFactor: entry.integerIn("spread_factor", 7, 12) } : {}),
      },
    ];
  });
}

function beaconingOf(members: JsonMembers): Beaconing {
  const [timeAt, ownAt, octets] = integers(members, "layout");
  const isOrdered = timeAt >= 0 && timeAt + 4 + 2 <= ownAt && ownAt + 7 + 2 <= octets && octets <= 64;
  if (!isOrdered) throw members.error("layout", "leaves no room for time, CRC and the gateway's part");
  return {
    dataRate: members.integerIn("DR", 0, DATA_RATES - 1),
    layout: { timeAt, ownAt, octets },
    frequenciesHz: integers(members, "freqs"),
  };
}
