/**
 * From transmit power to what a demodulator makes of it: path loss, thermal noise, the floor of each spreading factor
 * and of FSK.
 */

/** Loss between two stations where none was set: a comfortable link, about -86 dBm at 14 dBm. */
export const DEFAULT_PATH_LOSS_DB = 100;

/** Noise figure of the receivers: 6 dB, SX1276 datasheet table 10 and Semtech AN1200.22. */
const NOISE_FIGURE_DB = 6;

/** Thermal noise in `bandwidthHz` at the demodulator: -174 dBm/Hz at room temperature, plus the noise figure. */
export function noiseFloorDbm(bandwidthHz: number): number {
  return -174 + NOISE_FIGURE_DB + 10 * Math.log10(bandwidthHz);
}

/** The least SNR at which a spreading factor demodulates: -5 dB at SF6, 2.5 dB less for each step (datasheet table 13). */
export function snrFloorDb(spreadingFactor: number): number {
  return -5 - 2.5 * (spreadingFactor - 6);
}

/** The same of FSK, whatever its bit rate: -106 dBm at 38.4 kbit/s and 20 kHz (datasheet table 9) within 77 kHz. */
export const FSK_SNR_FLOOR_DB = 13;

/**
 * How far under its floor a packet is still detected, though its payload is lost: the preamble is
 * correlated over several symbols, the payload's symbols stand alone.
 */
export const DETECTION_MARGIN_DB = 3;

/** The SNR that a demodulator reports: its estimate saturates on strong signals. */
export function reportedSnrDb(snrDb: number): number {
  return Math.min(snrDb, 12);
}

/** How much stronger than its rivals of equal chirps a packet must be to survive them (capture effect). */
export const CAPTURE_DB = 6;

/** Sum of powers given in dBm. */
export function sumDbm(powersDbm: readonly number[]): number {
  return 10 * Math.log10(powersDbm.reduce((sum, dbm) => sum + 10 ** (dbm / 10), 0));
}
