/** Frequencies as the chip counts them: SX1261/2 datasheet, section 13.4.1. */

/** 32 MHz over 2^25: 0.954 Hz. */
const FREQUENCY_STEP_HZ = 32e6 / 2 ** 25;

/** A carrier or a deviation in hertz, to the nearest one. */
export function stepsToHz(steps: number): number {
  return Math.round(steps * FREQUENCY_STEP_HZ);
}
