/**
 * EU863-870 (RP002-1.0.4), data rates 0 to 5, the minimum that certification asks for.
 * Frequencies are in units of 100 Hz, as CFList and the MAC commands carry them.
 */
import { type Int, table16, table32, type u16, type u32 } from "../lang/index.ts";

/** Default channels, which are also the channels for joining. */
export const DEFAULT_CHANNELS = table32([8681000, 8683000, 8685000]);

/** Number of default channels: CFList starts with the next. */
export const DEFAULT_CHANNEL_COUNT = 3;

/** The frequency of RX2 and its data rate until the join-accept names one. */
export const RX2_FREQUENCY = 8695250;
export const RX2_DATA_RATE = 0;

/** Whether a window may be opened at a frequency: the whole band. */
export function isDownlinkFrequency(frequency: u32): boolean {
  return frequency >= 8630000 && frequency <= 8700000;
}

/** Conducted power into a half-wave dipole, whose ERP it then is: at most 14 dBm in the bands of the channels. */
export const TRANSMIT_POWER_DBM = 14;

/** The highest TXPower. */
export const MAX_TX_POWER = 7;

/** The power of a TXPower: each is 2 dB below the one before. */
export function powerDbm(txPower: Int<0, 15>): Int<-16, 14> {
  return TRANSMIT_POWER_DBM - 2 * txPower;
}

/** DrRange of the default channels and of those of a CFList: DR0 to DR5. */
export const DEFAULT_DATA_RATES = 0x50;

/** A data rate for uplinks, and for RX1 and RX2. */
export type DataRate = Int<0, 5>;

/** The highest RX1DROffset. */
export const MAX_RX1_DR_OFFSET = 5;

/** The highest data rate. */
export const MAX_DATA_RATE = 5;

/** The spreading factor of a data rate, at 125 kHz. */
export function spreadingFactor(dataRate: DataRate): Int<7, 12> {
  return 12 - dataRate;
}

/** The next slower data rate; the slowest itself. */
export function slowerDataRate(dataRate: DataRate): DataRate {
  return dataRate > 0 ? dataRate - 1 : 0;
}

/** The data rate of RX1: the uplink's less the offset, not below DR0. */
export function rx1DataRate(uplink: DataRate, offset: Int<0, 5>): DataRate {
  const rate = uplink - offset;
  if (rate < 0) return 0;
  return rate;
}

/** Number of sub-bands with a duty cycle of their own. */
export const BAND_COUNT = 6;

/** First and last frequency of the sub-bands K, L, M, N, P and R. */
const BAND_EDGES = table32([
  8630000, 8650000, 8650000, 8680000, 8680000, 8686000, 8687000, 8692000, 8694000, 8696500, 8697000, 8700000,
]);

/** Silence after a transmission, in times on air: 1/duty cycle - 1. */
const BAND_SILENCE = table16([999, 99, 99, 999, 9, 99]);

/** What `bandOf` says of a frequency that no device may use. */
export const NO_BAND = 6;

/** The sub-band of a frequency, or `NO_BAND`. A frequency on a border belongs to the upper one, as 868.0 MHz does. */
export function bandOf(frequency: u32): Int<0, 6> {
  for (let band = 5; band >= 0; band--) {
    if (frequency >= BAND_EDGES[2 * band] && frequency <= BAND_EDGES[2 * band + 1]) return band;
  }
  return NO_BAND;
}

/** How many times its time on air a transmission in a band must be followed by silence there. */
export function silenceFactor(band: Int<0, 5>): u16 {
  return BAND_SILENCE[band];
}
