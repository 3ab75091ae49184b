/**
 * EU863-870 as a Network Server needs it. RP002-1.0.4, section 2.4 (EU863-870): default channels, CFList,
 * data rates, RX1 data rate offset, RX2, payload sizes. DR8 to DR11 (LR-FHSS) are uplink-only and not heard
 * by the gateways that this network has.
 */

export interface LoRaDataRate {
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
}

/** DR0 to DR6; DR7 is FSK. */
const DATA_RATES: readonly LoRaDataRate[] = [
  { spreadingFactor: 12, bandwidthHz: 125_000 },
  { spreadingFactor: 11, bandwidthHz: 125_000 },
  { spreadingFactor: 10, bandwidthHz: 125_000 },
  { spreadingFactor: 9, bandwidthHz: 125_000 },
  { spreadingFactor: 8, bandwidthHz: 125_000 },
  { spreadingFactor: 7, bandwidthHz: 125_000 },
  { spreadingFactor: 7, bandwidthHz: 250_000 },
];

/** N, the largest FRMPayload with empty FOpts and no repeater, for DR0 to DR6. */
const MAX_FRM_PAYLOAD_OCTETS = [51, 51, 51, 115, 242, 242, 242];

/** Channels 0 to 2, which every device knows. */
const DEFAULT_CHANNELS_HZ = [868_100_000, 868_300_000, 868_500_000];

/** Channels 3 to 7, given to the device in the join-accept's CFList. */
const CF_LIST_CHANNELS_HZ = [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000];

/** Highest RX1DROffset. */
const RX1_DR_OFFSET_LIMIT = 5;

export const eu868 = {
  name: "EU863-870",
  cfListFrequenciesHz: CF_LIST_CHANNELS_HZ as readonly number[],
  uplinkChannelsHz: [...DEFAULT_CHANNELS_HZ, ...CF_LIST_CHANNELS_HZ] as readonly number[],
  rx2: { frequencyHz: 869_525_000, dataRate: 0 },
  /** JOIN_ACCEPT_DELAY1; the second window is one second later in all cases. */
  joinAcceptDelay1Us: 5_000_000,
  rx2AfterRx1Us: 1_000_000,
  /** ERP limits of the sub-bands: 865 to 868.6 MHz (L, M) and 869.4 to 869.65 MHz (P, where RX2 is). */
  rx1PowerDbm: 14,
  rx2PowerDbm: 27,

  /** Index of a channel by its frequency; undefined if the plan has none there. */
  channelIndex(frequencyHz: number): number | undefined {
    const index = eu868.uplinkChannelsHz.indexOf(frequencyHz);
    return index < 0 ? undefined : index;
  },

  /** Index of a data rate; undefined if the plan has none such. */
  dataRateIndex(wanted: LoRaDataRate): number | undefined {
    const index = DATA_RATES.findIndex(
      (rate) => rate.spreadingFactor === wanted.spreadingFactor && rate.bandwidthHz === wanted.bandwidthHz,
    );
    return index < 0 ? undefined : index;
  },

  /** @throws RangeError if the plan has no LoRa data rate of that index. */
  dataRate(index: number): LoRaDataRate {
    const rate = DATA_RATES[index];
    if (!rate) throw new RangeError(`EU863-870 has no LoRa data rate DR${index}`);
    return rate;
  },

  /** The SNR in decibels below which a data rate is not demodulated: -7.5 at SF7, 2.5 less with each step. */
  snrFloorDb(dataRate: number): number {
    return -7.5 - 2.5 * (eu868.dataRate(dataRate).spreadingFactor - 7);
  },

  /** Data rate of RX1: the uplink's, lowered by the offset, never below DR0. RX1 uses the uplink's frequency. */
  rx1DataRate(uplinkDataRate: number, rx1DrOffset: number): number {
    if (!(rx1DrOffset >= 0 && rx1DrOffset <= RX1_DR_OFFSET_LIMIT))
      throw new RangeError(`RX1DROffset ${rx1DrOffset} is not 0 to ${RX1_DR_OFFSET_LIMIT}`);
    return Math.max(0, uplinkDataRate - rx1DrOffset);
  },

  /** The largest FRMPayload at a data rate, FOpts included in the count. */
  maxFrmPayloadOctets(dataRate: number): number {
    return MAX_FRM_PAYLOAD_OCTETS[dataRate];
  },
} as const;
