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

/**
 * How much stronger than a packet a rival of another spreading factor may be: a row a spreading factor of the packet from SF7
 * on, a column one of the rival. Measured with an SX1272 (D. Croce and others, "Impact of LoRa Imperfect Orthogonality",
 * IEEE Communications Letters 22, 2018).
 */
const REJECTION_DB = [
  [0, 8, 9, 9, 9, 9],
  [11, 0, 11, 12, 13, 13],
  [15, 13, 0, 13, 14, 15],
  [19, 18, 17, 0, 17, 18],
  [22, 22, 21, 20, 0, 20],
  [25, 25, 25, 24, 23, 0],
] as const;

/** How much stronger than a rival in its channel, both in LoRa and of one polarity, a packet must be: less than 0, weaker. */
export function captureDb(spreadingFactor: number, rivalSpreadingFactor: number): number {
  if (spreadingFactor === rivalSpreadingFactor) return CAPTURE_DB;
  return -(REJECTION_DB[spreadingFactor - 7]?.[rivalSpreadingFactor - 7] ?? Number.POSITIVE_INFINITY);
}

/** Sum of powers given in dBm. */
export function sumDbm(powersDbm: readonly number[]): number {
  return 10 * Math.log10(powersDbm.reduce((sum, dbm) => sum + 10 ** (dbm / 10), 0));
}
