/**
 * The channel plans as a Network Server needs them: channels, CFList, data rates, RX1, RX2, payload sizes and powers of
 * RP002-1.0.4, from the project's table of its figures. What the device makes of the same figures it works out by
 * itself. FSK and LR-FHSS are left out: the gateways that this network has do not hear them.
 */
import {
  type JoinChannelFigures,
  type RegionFigures,
  type RegionName,
  regionFigures,
} from "../../toolchain/regions/index.ts";
import { BEACON_PERIOD_S, type BeaconLayout } from "./beacon.ts";
import type { CfList } from "./cf-list.ts";

export interface LoRaDataRate {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
}

/** Where and how beacons and ping slots are, unless the network says otherwise to a device. */
export interface ClassBPlan {
  readonly beaconDataRate: number;
  readonly beaconLayout: BeaconLayout;
  readonly pingDataRate: number;
}

/** A channel that every device of the network has after its join. */
export interface NetworkChannel {
  readonly uplinkHz: number;
  /** Where RX1 is after an uplink on it. */
  readonly rx1Hz: number;
  readonly bandwidthHz: number;
  /** The one spreading factor of a channel of 500 kHz; undefined: all. */
  readonly spreadingFactor?: number;
}

const NARROW_HZ = 125_000;
/** Channels of 125 kHz that a ChMask has a bit for. */
const MASK_BITS = 16;

/** Gain of a half-wave dipole: limits are stated as EIRP, gateways are told conducted power. */
const DIPOLE_DBI = 2.15;
/** What the reference gateways can send with: they refuse a power between two of these. */
const GATEWAY_POWERS_DBM = [-6, -3, 0, 3, 6, 10, 11, 12, 13, 14, 16, 20, 23, 25, 26, 27];

/** The channels of a dynamic plan that this network adds to the default ones; 100 Hz to the unit of CFList. */
const ADDED_CHANNELS_HZ: Readonly<Partial<Record<RegionName, readonly number[]>>> = {
  EU868: [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000],
  "AS923-1": [923_600_000, 923_800_000, 924_000_000, 924_200_000, 924_400_000],
  "AS923-2": [921_800_000, 922_000_000, 922_200_000, 922_400_000, 922_600_000],
  "AS923-3": [917_000_000, 917_200_000, 917_400_000, 917_600_000, 917_800_000],
  "AS923-4": [917_700_000, 917_900_000, 918_100_000, 918_300_000, 918_500_000],
  // 200 kHz further lies the end of the band: the fifth place of the CFList stays empty.
  KR920: [922_700_000, 922_900_000, 923_100_000, 923_300_000],
  IN865: [865_600_000, 865_800_000, 866_185_000, 866_385_000, 866_785_000],
  RU864: [864_100_000, 864_300_000, 864_500_000, 864_700_000, 864_900_000],
  EU433: [433_775_000, 433_975_000, 434_175_000, 434_375_000, 434_575_000],
  CN779: [780_500_000, 780_700_000, 780_900_000, 781_100_000, 781_300_000],
};

export class NetworkPlan {
  readonly region: RegionName;
  /** As RP002 calls the plan. */
  readonly name: string;
  /** Where gateways may send. */
  readonly rangeHz: { readonly from: number; readonly to: number };
  /** By their index; of CN470 before a join, all that a gateway may hear, in no order. */
  readonly channels: readonly NetworkChannel[];
  readonly cfList: CfList;
  /** Of CN470 before a join, that of its first join channel. */
  readonly rx2: { readonly frequencyHz: number; readonly dataRate: number };
  /** JOIN_ACCEPT_DELAY1; the second window is one second later in all cases. */
  readonly joinAcceptDelay1Us = 5_000_000;
  readonly rx2AfterRx1Us = 1_000_000;
  readonly classB: ClassBPlan;
  /** Of LoRa, by index. */
  readonly #dataRates: ReadonlyMap<number, LoRaDataRate & { readonly direction: "up" | "down" | "both" }>;
  readonly #figures: RegionFigures;
  readonly #joinChannel: JoinChannelFigures | undefined;

  /** `joinChannel`: in CN470, what a device joined on; see `joinedOn`. */
  constructor(region: RegionName, joinChannel?: JoinChannelFigures) {
    this.region = region;
    const figures = regionFigures(region);
    this.#figures = figures;
    this.#joinChannel = joinChannel;
    this.name = figures.name;
    this.rangeHz = { from: figures.freq_range_hz[0], to: figures.freq_range_hz[1] };
    const rx2Channel = joinChannel ?? figures.join.common_join_channels?.[0];
    this.rx2 = { frequencyHz: figures.rx2.freq_hz ?? rx2Channel!.rx2_hz, dataRate: figures.rx2.dr };
    const { beacon_dr, beacon_format, ping_slot_dr } = figures.class_b;
    this.classB = {
      beaconDataRate: beacon_dr,
      beaconLayout: { rfu1Octets: beacon_format.rfu1, rfu2Octets: beacon_format.rfu2 },
      pingDataRate: ping_slot_dr,
    };
    this.#dataRates = new Map(
      Object.entries(figures.data_rates)
        .filter(([, { modulation }]) => modulation === "LORA")
        .map(([index, { sf, bw_hz, direction }]) => [
          Number(index),
          { spreadingFactor: sf!, bandwidthHz: bw_hz!, direction },
        ]),
    );
    if (figures.plans) this.channels = this.#antennaChannels();
    else this.channels = figures.plan === "fixed" ? this.#fixedChannels() : dynamicChannels(region, figures);
    this.cfList =
      figures.plan === "fixed"
        ? { type: 1, channelMasks: allOn(this.channels.length) }
        : { type: 0, frequenciesHz: ADDED_CHANNELS_HZ[region] ?? [] };
  }

  /**
   * The plan of a session whose join-request came at a frequency: this one, but in CN470, where the join channel
   * decides on it. Undefined where no device joins.
   */
  joinedOn(frequencyHz: number): NetworkPlan | undefined {
    const { common_join_channels } = this.#figures.join;
    if (!common_join_channels) return this.channelIndex(frequencyHz) === undefined ? undefined : this;
    const joinChannel = common_join_channels.find(({ uplink_hz }) => uplink_hz === frequencyHz);
    return joinChannel && new NetworkPlan(this.region, joinChannel);
  }

  /**
   * The plan of a personalised device: this one, but in CN470, where the device has one of several and no join that
   * tells which. `index`: as the firmware counts them.
   */
  personalised(index: number): NetworkPlan {
    const { plans, join } = this.#figures;
    if (!plans) return this;
    const [name, { rx2_abp_hz, rx2_hz }] = Object.entries(plans)[index];
    const joinChannel = join.common_join_channels!.find(
      (channel) => channel.plan === name && channel.rx2_hz === (rx2_abp_hz ?? rx2_hz),
    );
    return new NetworkPlan(this.region, joinChannel!);
  }

  /** Where RX1 is after a join-request at a frequency of this plan. */
  joinRx1Hz(frequencyHz: number): number {
    return this.#joinChannel?.rx1_hz ?? this.channels[this.channelIndex(frequencyHz) ?? 0].rx1Hz;
  }

  /** What a LinkADRReq says to switch all channels on. */
  get allOn(): { readonly chMask: number; readonly chMaskCntl: number } {
    const { plan, plans } = this.#figures;
    if (plan === "dynamic") return { chMask: 2 ** this.channels.length - 1, chMaskCntl: 0 };
    if (!plans) return { chMask: 0xff, chMaskCntl: 6 };
    const controls = Object.entries(plans[this.#joinChannel!.plan].ch_mask_cntl);
    const [control] = controls.find(([, meaning]) => meaning.startsWith("all channels ON"))!;
    return { chMask: 0, chMaskCntl: Number(control) };
  }

  /** Index of a channel by its frequency; undefined if the plan has none there. */
  channelIndex(frequencyHz: number): number | undefined {
    const index = this.channels.findIndex(({ uplinkHz }) => uplinkHz === frequencyHz);
    return index < 0 ? undefined : index;
  }

  /** Index of a data rate for uplinks; undefined if the plan has none such. */
  dataRateIndex({ spreadingFactor, bandwidthHz }: LoRaDataRate): number | undefined {
    for (const [index, rate] of this.#dataRates) {
      if (rate.direction === "down") continue;
      if (rate.spreadingFactor === spreadingFactor && rate.bandwidthHz === bandwidthHz) return index;
    }
    return undefined;
  }

  /** @throws RangeError if the plan has no LoRa data rate of that index. */
  dataRate(index: number): LoRaDataRate {
    const rate = this.#dataRates.get(index);
    if (!rate) throw new RangeError(`${this.name} has no LoRa data rate DR${index}`);
    const { spreadingFactor, bandwidthHz } = rate;
    return { spreadingFactor, bandwidthHz };
  }

  /** Those of LoRa, by index. */
  get dataRates(): ReadonlyMap<number, LoRaDataRate & { readonly direction: "up" | "down" | "both" }> {
    return this.#dataRates;
  }

  /** The beacon's channels, which take turns; none in CN470, whose beacons this network does not send. */
  get beaconFrequenciesHz(): readonly number[] {
    return this.#figures.class_b.beacon_freqs_hz ?? [];
  }

  /** The SNR in decibels below which a data rate is not demodulated: -7.5 at SF7, 2.5 less with each step. */
  snrFloorDb(dataRate: number): number {
    return -7.5 - 2.5 * (this.dataRate(dataRate).spreadingFactor - 7);
  }

  /** Data rate of RX1 behind an uplink; `isDwellLimited`: downlinks keep to 400 ms on air. */
  rx1DataRate(uplinkDataRate: number, rx1DrOffset: number, isDwellLimited = false): number {
    const { range, table, table_dwell0, table_dwell1 } = this.#figures.rx1_dr_offset;
    if (!(rx1DrOffset >= range[0] && rx1DrOffset <= range[1]))
      throw new RangeError(`RX1DROffset ${rx1DrOffset} is not ${range[0]} to ${range[1]}`);
    const rows = (isDwellLimited ? table_dwell1 : table_dwell0) ?? table;
    const row = rows?.[uplinkDataRate];
    if (!row) throw new RangeError(`${this.name} has no RX1 behind an uplink at DR${uplinkDataRate}`);
    return row[rx1DrOffset];
  }

  /** N, the largest FRMPayload at a data rate, FOpts included in the count. */
  maxFrmPayloadOctets(dataRate: number, isDwellLimited = false): number {
    const { dwell0, dwell1 = dwell0 } = this.#figures.max_payload.no_repeater;
    return (isDwellLimited ? dwell1 : dwell0)[dataRate].N;
  }

  /** The largest FRMPayload that a device can be sent in RX1 whatever data rate it has joined at. */
  get leastFrmPayloadOctets(): number {
    const { dr_range: [slowest, fastest] = [], dr_125khz, dr_500khz } = this.#figures.join;
    const uplinks = [slowest ?? dr_125khz!, fastest ?? dr_500khz!];
    return Math.min(...uplinks.map((rate) => this.maxFrmPayloadOctets(this.rx1DataRate(rate, 0))));
  }

  /**
   * Conducted power of a gateway at a frequency: the most of what the sub-band allows, or else of what a device may
   * have.
   */
  powerDbm(frequencyHz: number): number {
    const { duty_cycle, tx_power } = this.#figures;
    const band = duty_cycle.sub_bands.find(
      ({ min_hz, max_hz }) => frequencyHz >= min_hz && frequencyHz <= max_hz,
    );
    const { default_max_conducted_dbm: conducted, default_max_eirp_dbm: eirp } = tx_power;
    const limit = band?.max_erp_dbm ?? conducted ?? Math.round(eirp! - DIPOLE_DBI);
    return Math.max(...GATEWAY_POWERS_DBM.filter((dBm) => dBm <= limit));
  }

  /** The channels of the plan that the join channel has chosen; RX1 goes through those for it over and over. */
  #antennaChannels(): NetworkChannel[] {
    const plans = this.#figures.plans!;
    const chosen = this.#joinChannel ? [plans[this.#joinChannel.plan]] : Object.values(plans);
    const all = chosen.flatMap(({ uplink_blocks, downlink_blocks }) => {
      const downlinksHz = downlink_blocks.flatMap(frequenciesOf);
      return uplink_blocks.flatMap(frequenciesOf).map((uplinkHz, index) => ({
        uplinkHz,
        rx1Hz: downlinksHz[index % downlinksHz.length],
        bandwidthHz: NARROW_HZ,
      }));
    });
    return this.#joinChannel ? all : heardChannels(all);
  }

  /** Which of the beacon's channels has the beacon with this time: they take turns. */
  beaconChannel(beaconTime: number): number {
    return hop(this.#figures.class_b.beacon_freqs_hz ?? [0], beaconTime, 0);
  }

  /** @throws RangeError in CN470, whose beacons this network does not send. */
  beaconFrequencyHz(beaconTime: number): number {
    const { beacon_freqs_hz } = this.#figures.class_b;
    if (!beacon_freqs_hz) throw new RangeError(`${this.name} has no beacons here`);
    return beacon_freqs_hz[this.beaconChannel(beaconTime)];
  }

  /** Where the ping slots of a device or a group are behind that beacon. @throws RangeError in CN470. */
  pingFrequencyHz(beaconTime: number, devAddr: string): number {
    const frequencies = this.#figures.class_b.ping_slot_freqs_hz;
    if (!frequencies) throw new RangeError(`${this.name} has no ping slots here`);
    return frequencies[hop(frequencies, beaconTime, Number.parseInt(devAddr, 16))];
  }

  /** The channels of 125 kHz, then those of 500 kHz; RX1 goes through the channels for it over and over. */
  #fixedChannels(): NetworkChannel[] {
    const [downlinks] = this.#figures.downlink_blocks!;
    return this.#figures.uplink_blocks!.flatMap(({ first_index, count, start_hz, step_hz, bw_hz, min_dr }) =>
      Array.from({ length: count }, (_, i) => ({
        uplinkHz: start_hz + i * step_hz,
        rx1Hz: downlinks.start_hz + ((first_index + i) % downlinks.count) * downlinks.step_hz,
        bandwidthHz: bw_hz,
        ...(bw_hz === NARROW_HZ ? {} : { spreadingFactor: this.dataRate(min_dr).spreadingFactor }),
      })),
    );
  }
}

/** Index of the frequency whose turn it is. */
function hop(frequencies: readonly number[], beaconTime: number, from: number): number {
  return (from + Math.floor(beaconTime / BEACON_PERIOD_S)) % frequencies.length;
}

function frequenciesOf(block: {
  readonly count: number;
  readonly start_hz: number;
  readonly step_hz: number;
}): number[] {
  return Array.from({ length: block.count }, (_, i) => block.start_hz + i * block.step_hz);
}

/** Each frequency of several plans once. */
function heardChannels(channels: readonly NetworkChannel[]): NetworkChannel[] {
  return [...new Map(channels.map((channel) => [channel.uplinkHz, channel])).values()];
}

function dynamicChannels(region: RegionName, { default_channels }: RegionFigures): NetworkChannel[] {
  const frequenciesHz = [
    ...default_channels!.map(({ freq_hz }) => freq_hz),
    ...(ADDED_CHANNELS_HZ[region] ?? []),
  ];
  return frequenciesHz.map((frequencyHz) => ({
    uplinkHz: frequencyHz,
    rx1Hz: frequencyHz,
    bandwidthHz: NARROW_HZ,
  }));
}

/** ChMasks with a bit for each of so many channels. */
function allOn(channels: number): number[] {
  return Array.from({ length: Math.ceil(channels / MASK_BITS) }, (_, mask) => {
    const count = Math.min(channels - mask * MASK_BITS, MASK_BITS);
    return 2 ** count - 1;
  });
}
