/** What the chip is soldered to, as far as its behaviour depends on it. */
export interface BoardTraits {
  readonly part: "sx1261" | "sx1262";
  /** The oscillator that DIO3 supplies, what it needs and how long it takes to start; a crystal where not given. */
  readonly tcxo?: { readonly millivolts: number; readonly startUpUs: number };
  /** Whether DIO2 drives the switch between the antenna and the chip's output and input. */
  readonly rfSwitch?: "DIO2" | "none";
  /** "LDO": the inductor of the DC-DC converter is not there. */
  readonly regulator?: "DCDC" | "LDO";
}
