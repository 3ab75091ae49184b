/** How long the chip takes to get from one mode to another. Datasheet table 7 (typical values) and section 7.2. */

/** TS_OSC: crystal oscillator, out of sleep. */
export const CRYSTAL_START_NS = 250_000;
/** TS_FS: frequency synthesizer, before transmission or reception. */
export const SYNTHESIZER_START_NS = 60_000;
/** The reset line must be at its level for as long (section 7.2.2), */
export const RESET_PULSE_NS = 100_000;
/** and after its release the chip must be left alone for as long. */
export const RESET_RECOVERY_NS = 5_000_000;

/** Channel activity detection: a symbol and 32 chips of listening, then the correlation (section 4.1.5). */
export function activityDetectionNs(modem: { spreadingFactor: number; bandwidthHz: number }): {
  listenNs: number;
  processNs: number;
} {
  const chips = 2 ** modem.spreadingFactor;
  return {
    listenNs: Math.round(((chips + 32) / modem.bandwidthHz) * 1e9),
    processNs: Math.round(((modem.spreadingFactor * chips) / 1_750e3) * 1e9),
  };
}
