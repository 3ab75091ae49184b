/**
 * Interrupt flags of the LoRa modem, and the DIO lines that they drive: datasheet tables 18 and 42 (0x11, 0x12, 0x40,
 * 0x41).
 */
import type { Dio } from "../radio-chip.ts";

/** RegIrqFlags. */
export const Irq = {
  RxTimeout: 0x80,
  RxDone: 0x40,
  PayloadCrcError: 0x20,
  ValidHeader: 0x10,
  TxDone: 0x08,
  CadDone: 0x04,
  FhssChangeChannel: 0x02,
  CadDetected: 0x01,
} as const;

type Source = number | "pll-lock" | "mode-ready" | "none";

/**
 * What drives each DIO for the values 0, 1, 2 of its mapping field; 3 is reserved. ClkOut is not
 * modelled: that line stays low.
 */
const MAPPING: ReadonlyArray<readonly Source[]> = [
  [Irq.RxDone, Irq.TxDone, Irq.CadDone],
  [Irq.RxTimeout, Irq.FhssChangeChannel, Irq.CadDetected],
  [Irq.FhssChangeChannel, Irq.FhssChangeChannel, Irq.FhssChangeChannel],
  [Irq.CadDone, Irq.ValidHeader, Irq.PayloadCrcError],
  [Irq.CadDetected, "pll-lock", "pll-lock"],
  ["mode-ready", "none", "none"],
];

/** The mapping field of `dio` in RegDioMapping1 and RegDioMapping2. */
export function mappingField(dio: Dio, mapping1: number, mapping2: number): number {
  return dio < 4 ? (mapping1 >> (6 - 2 * dio)) & 3 : (mapping2 >> (6 - 2 * (dio - 4))) & 3;
}

/** RegIrqFlags: set by the modem, cleared by writing ones. A masked flag is never set. */
export class InterruptFlags {
  #flags = 0;

  get flags(): number {
    return this.#flags;
  }

  raise(flags: number, mask: number): void {
    this.#flags |= flags & ~mask;
  }

  /** A write to RegIrqFlags. */
  acknowledge(ones: number): void {
    this.#flags &= ~ones;
  }
}

/** Whether `dio` is high with `field` in its mapping. */
export function loraDioLevel(
  dio: Dio,
  field: number,
  state: { flags: number; pllLock: boolean; modeReady: boolean },
): boolean {
  const source = MAPPING[dio][field] ?? "none";
  if (typeof source === "number") return (state.flags & source) !== 0;
  return (source === "pll-lock" && state.pllLock) || (source === "mode-ready" && state.modeReady);
}

/** The DIO pins: levels, not pulses. A line is high as long as its source is. */
export class DioLines {
  readonly #listeners: Array<(dio: Dio, level: boolean) => void> = [];
  readonly #levels = [false, false, false, false, false, false];

  onChange(listener: (dio: Dio, level: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Sets each line to what `levelOf` says for the value of its mapping field. */
  update(mapping1: number, mapping2: number, levelOf: (dio: Dio, field: number) => boolean): void {
    for (const dio of [0, 1, 2, 3, 4, 5] as const) {
      const level = levelOf(dio, mappingField(dio, mapping1, mapping2));
      if (level === this.#levels[dio]) continue;
      this.#levels[dio] = level;
      for (const listener of this.#listeners) listener(dio, level);
    }
  }
}
