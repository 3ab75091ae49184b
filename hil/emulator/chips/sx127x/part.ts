/**
 * What tells the parts of the family apart: SX1276 stands for the SX1276, SX1277, SX1278 and SX1279 (datasheet revision
 * 7), SX1272 for the SX1272 and SX1273 (datasheet revision 4).
 */

export interface Part {
  readonly name: "SX1276" | "SX1272";
  /** The reset line, and the level at which it resets the chip: section 7.2.2 of either datasheet. */
  readonly reset: { readonly line: "NRESET" | "RESET"; readonly level: boolean };
  /** The address of RegTcxo. */
  readonly tcxo: number;
  /** The address of RegPaDac. */
  readonly paDac: number;
  /** Carriers that the synthesizer makes. */
  readonly bandsHz: ReadonlyArray<readonly [number, number]>;
  /** What 0 in the RSSI registers stands for at a carrier. */
  rssiOffsetDbm(frequencyHz: number): number;
}

export const SX1276: Part = {
  name: "SX1276",
  reset: { line: "NRESET", level: false },
  tcxo: 0x4b,
  paDac: 0x4d,
  // Table 1: 137 to 1020 MHz, in the bands of table 32.
  bandsHz: [[137e6, 1020e6]],
  // Section 5.5.5: the high-frequency port has its own offset.
  rssiOffsetDbm: (frequencyHz) => (frequencyHz > 525e6 ? -157 : -164),
};

export const SX1272: Part = {
  name: "SX1272",
  reset: { line: "RESET", level: true },
  tcxo: 0x58,
  paDac: 0x5a,
  bandsHz: [[860e6, 1020e6]],
  rssiOffsetDbm: () => -139,
};
