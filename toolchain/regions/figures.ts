/** The regional parameters of RP002-1.0.4 as `firmware/regions/regions.json` has them, with their sources. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";

/** A region of which firmware can be made; ISM2400 is for other radios. */
export type RegionName = (typeof REGION_NAMES)[number];

export const REGION_NAMES = [
  "EU868",
  "US915",
  "AU915",
  "AS923-1",
  "AS923-2",
  "AS923-3",
  "AS923-4",
  "KR920",
  "IN865",
  "RU864",
  "EU433",
  "CN779",
  "CN470",
] as const;

export interface DataRateFigures {
  readonly modulation: "LORA" | "FSK" | "LR-FHSS";
  readonly sf?: number;
  readonly bw_hz?: number;
  readonly direction: "up" | "down" | "both";
}

export interface BlockFigures {
  readonly first_index: number;
  readonly count: number;
  readonly start_hz: number;
  readonly step_hz: number;
  readonly bw_hz: number;
  readonly min_dr: number;
}

/** A channel for joining that decides on the plan and on the windows of the session. */
export interface JoinChannelFigures {
  readonly index: number;
  readonly uplink_hz: number;
  readonly rx1_hz: number;
  readonly rx2_hz: number;
  /** Of `plans`. */
  readonly plan: AntennaPlanName;
}

export type AntennaPlanName = "20A" | "20B" | "26A" | "26B";

type AntennaBlockFigures = Pick<BlockFigures, "first_index" | "count" | "start_hz" | "step_hz">;

/** One of the plans of CN470, by the antenna that it is for. */
export interface AntennaPlanFigures {
  readonly max_channels: number;
  readonly uplink_blocks: readonly AntennaBlockFigures[];
  readonly downlink_blocks: readonly AntennaBlockFigures[];
  /** RX2 of personalised devices, or of all where there is but one. */
  readonly rx2_abp_hz?: number;
  readonly rx2_hz?: number;
  /** By ChMaskCntl, in words. */
  readonly ch_mask_cntl: Readonly<Record<string, string>>;
}

/** M and N by data rate. */
export type PayloadFigures = Readonly<Record<string, { readonly M: number; readonly N: number }>>;

type Steps = Readonly<Record<string, number | null>>;

export interface RegionFigures {
  readonly name: string;
  readonly plan: "dynamic" | "fixed";
  readonly freq_range_hz: readonly [number, number];
  readonly freq_grid?: string;
  readonly default_channels?: readonly {
    readonly freq_hz: number;
    readonly min_dr: number;
    readonly max_dr: number;
  }[];
  readonly uplink_blocks?: readonly BlockFigures[];
  readonly downlink_blocks?: readonly BlockFigures[];
  /** In words. */
  readonly linkadr_extra_rule?: string;
  readonly join: {
    readonly dr_range?: readonly [number, number];
    readonly dr_125khz?: number;
    readonly dr_500khz?: number;
    readonly common_join_channels?: readonly JoinChannelFigures[];
  };
  /** Where the channel of the join decides between several. */
  readonly plans?: Readonly<Record<AntennaPlanName, AntennaPlanFigures>>;
  readonly data_rates: Readonly<Record<string, DataRateFigures>>;
  /** The next slower data rate; two tables where time on air may be limited. */
  readonly dr_backoff: Steps | { readonly dwell0: Steps; readonly dwell1: Steps };
  /** The first is what certification asks for: "DR0-5 (certification minimum)". */
  readonly dr_options: readonly string[];
  readonly max_payload: {
    readonly no_repeater: { readonly dwell0: PayloadFigures; readonly dwell1?: PayloadFigures };
  };
  readonly rx1_dr_offset: {
    readonly range: readonly [number, number];
    readonly table?: Readonly<Record<string, readonly number[]>>;
    readonly table_dwell0?: Readonly<Record<string, readonly number[]>>;
    readonly table_dwell1?: Readonly<Record<string, readonly number[]>>;
  };
  /** No frequency where the channel of the join decides on it. */
  readonly rx2: { readonly freq_hz?: number; readonly dr: number };
  readonly tx_power: {
    readonly default_max_eirp_dbm?: number;
    readonly default_max_conducted_dbm?: number;
    readonly max_index: number;
    /** In words. */
    readonly extra_limits?: readonly string[];
  };
  readonly tx_param_setup: boolean;
  readonly dwell: { readonly uplink_default: boolean; readonly limit_ms: number | null };
  readonly duty_cycle: {
    readonly enforced: boolean;
    readonly sub_bands: readonly {
      readonly min_hz: number;
      readonly max_hz: number;
      readonly duty_cycle: number;
      readonly max_erp_dbm?: number;
    }[];
    readonly gaps_hz?: readonly (readonly [number, number])[];
    /** What other devices keep to that listen before they talk. */
    readonly lbt?: readonly { readonly carrier_sense_ms?: number; readonly threshold_dbm: number }[];
  };
  readonly class_b: {
    /** Several where beacon and ping slots hop; none where the channel of the join decides on them. */
    readonly beacon_freqs_hz?: readonly number[];
    readonly beacon_dr: number;
    /** Octets of each field. */
    readonly beacon_format: { readonly rfu1: number; readonly rfu2: number; readonly total: number };
    readonly ping_slot_freqs_hz?: readonly number[];
    readonly ping_slot_dr: number;
  };
}

const { regions } = JSON.parse(
  readFileSync(join(packageRoot, "firmware", "regions", "regions.json"), "utf8"),
) as { readonly regions: Readonly<Record<RegionName, RegionFigures>> };

/** The parameters of a region. */
export function regionFigures(name: RegionName): RegionFigures {
  return regions[name];
}

/** The file of a plan in `firmware/regions`. */
export function planFile(name: RegionName): string {
  return `${name.toLowerCase()}.ts`;
}
