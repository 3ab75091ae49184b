/**
 * The clock generators: RP2040 datasheet, section 2.15. clk_ref and clk_sys choose between two kinds of sources, of
 * which the second has a selection of its own; the others have only that.
 */
import { Fault } from "../cortex-m/core.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Peripheral } from "./peripheral.ts";

/** Each generator has CTRL, DIV and SELECTED (2.15.7). */
const GENERATORS = [
  "gpout0",
  "gpout1",
  "gpout2",
  "gpout3",
  "ref",
  "sys",
  "peri",
  "usb",
  "adc",
  "rtc",
] as const;
type Generator = (typeof GENERATORS)[number];
const GENERATOR_BYTES = 12;
const CTRL = 0;
const DIV = 4;
const SELECTED = 8;
const RESUS_CTRL = 0x78;
const RESUS_STATUS = 0x7c;
const WAKE_EN0 = 0xa0;
const WAKE_EN1 = 0xa4;
const SLEEP_EN0 = 0xa8;
const SLEEP_EN1 = 0xac;
const ENABLED0 = 0xb0;
const ENABLED1 = 0xb4;
const INTR = 0xb8;
const INTE = 0xbc;
const INTF = 0xc0;
const INTS = 0xc4;

const AUXSRC_SHIFT = 5;
const ENABLE = 1 << 11;
/** DIV: eight bits behind the point. */
const DIV_ONE = 0x100;
const ALL = 0xffffffff;
const ALL_OF_1 = 0x7fff;

export type Oscillator = "ROSC" | "XOSC" | "PLL_SYS" | "PLL_USB";
/** AUXSRC of each generator that is followed here; undefined stands for a clock from a pin. */
const AUX_SOURCES: Readonly<Partial<Record<Generator, readonly (Oscillator | "clk_sys" | undefined)[]>>> = {
  ref: ["PLL_USB"],
  sys: ["PLL_SYS", "PLL_USB", "ROSC", "XOSC"],
  peri: ["clk_sys", "PLL_SYS", "PLL_USB", "ROSC", "XOSC"],
};

/** The enable bit of a clock, awake and asleep: register 0 or 1, and bit (2.15.7, WAKE_EN0). */
export type Gate = readonly [register: 0 | 1, bit: number];

export class Clocks implements Peripheral {
  readonly #host: Host;
  readonly #oscillators: Readonly<Record<Oscillator, { readonly hz: number }>>;
  readonly #listeners: (() => void)[] = [];
  readonly #control: Record<Generator, number>;
  readonly #divider: Record<Generator, number>;
  readonly #wake = [ALL, ALL_OF_1];
  readonly #sleep = [ALL, ALL_OF_1];
  readonly #words = new Map([
    [RESUS_CTRL, 0xff],
    [INTE, 0],
    [INTF, 0],
  ]);
  #asleep = false;

  constructor(host: Host, oscillators: Readonly<Record<Oscillator, { readonly hz: number }>>) {
    this.#host = host;
    this.#oscillators = oscillators;
    const each = (value: number) =>
      Object.fromEntries(GENERATORS.map((name) => [name, value])) as Record<Generator, number>;
    this.#control = each(0);
    this.#divider = each(DIV_ONE);
  }

  reset(): void {}

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** An oscillator has changed. */
  changed(): void {
    if (this.sysHz === 0) {
      throw new Fault(
        "takes the clock away from the processor: an oscillator must be stable before clk_ref or clk_sys follows it",
      );
    }
    for (const listener of this.#listeners) listener();
  }

  /** In SLEEP the enable bits of SLEEP_EN count (2.15.3.5). */
  set asleep(asleep: boolean) {
    this.#asleep = asleep;
    this.changed();
  }

  /** Whether a clock is not stopped at its gate. */
  passes([register, bit]: Gate): boolean {
    return ((this.#asleep ? this.#sleep : this.#wake)[register] & (1 << bit)) !== 0;
  }

  get refHz(): number {
    const source = this.#control.ref & 3;
    const hz =
      source === 1
        ? this.#auxiliaryHz("ref")
        : source === 2
          ? this.#oscillators.XOSC.hz
          : this.#oscillators.ROSC.hz;
    return this.#divided("ref", hz);
  }

  get sysHz(): number {
    return this.#divided("sys", this.#control.sys & 1 ? this.#auxiliaryHz("sys") : this.refHz);
  }

  /** The clock of UART and SPI; it has no divider. */
  get periHz(): number {
    return this.#control.peri & ENABLE ? this.#auxiliaryHz("peri") : 0;
  }

  read(offset: number): number | undefined {
    const generator = GENERATORS[Math.floor(offset / GENERATOR_BYTES)];
    if (generator !== undefined) return this.#readGenerator(generator, offset % GENERATOR_BYTES);
    switch (offset) {
      case RESUS_STATUS:
      case INTR:
      case INTS:
        return 0;
      case WAKE_EN0:
      case WAKE_EN1:
        return this.#wake[offset === WAKE_EN0 ? 0 : 1] >>> 0;
      case SLEEP_EN0:
      case SLEEP_EN1:
        return this.#sleep[offset === SLEEP_EN0 ? 0 : 1] >>> 0;
      case ENABLED0:
      case ENABLED1:
        return this.#wake[offset === ENABLED0 ? 0 : 1] >>> 0;
    }
    return this.#words.get(offset);
  }

  write(offset: number, value: number): boolean {
    const generator = GENERATORS[Math.floor(offset / GENERATOR_BYTES)];
    if (generator !== undefined) {
      const register = offset % GENERATOR_BYTES;
      if (register === CTRL) this.#writeControl(generator, value);
      else if (register === DIV) this.#divider[generator] = value;
    } else if (offset === WAKE_EN0 || offset === WAKE_EN1) {
      this.#wake[offset === WAKE_EN0 ? 0 : 1] = value;
    } else if (offset === SLEEP_EN0 || offset === SLEEP_EN1) {
      this.#sleep[offset === SLEEP_EN0 ? 0 : 1] = value;
    } else if (this.#words.has(offset)) {
      this.#words.set(offset, value);
      if (offset === RESUS_CTRL && value & 0x100)
        this.#host.report("enables the resuscitation of clk_sys, which the emulation does not have");
    } else {
      return this.read(offset) !== undefined;
    }
    this.changed();
    return true;
  }

  /** SELECTED has one bit for the source; without a glitchless selection it is the first (2.15.3.2). */
  #readGenerator(generator: Generator, register: number): number | undefined {
    if (register === CTRL) return this.#control[generator];
    if (register === DIV) return this.#divider[generator];
    if (register !== SELECTED) return undefined;
    return generator === "ref" || generator === "sys" ? 1 << (this.#control[generator] & 3) : 1;
  }

  /** The selection of the second kind may only change while the first is in use, or the clock is off (2.15.3.2). */
  #writeControl(generator: Generator, value: number): void {
    const before = this.#control[generator];
    const movesAuxiliary = ((before ^ value) & (7 << AUXSRC_SHIFT)) !== 0;
    const usesAuxiliary = generator === "sys" ? before & value & 1 : (before & 3) === 1 && (value & 3) === 1;
    if (movesAuxiliary && (generator === "ref" || generator === "sys") && usesAuxiliary)
      this.#host.report(`changes AUXSRC of clk_${generator} while the processor runs on it (2.15.3.2)`);
    this.#control[generator] = value;
  }

  #auxiliaryHz(generator: Generator): number {
    const source = AUX_SOURCES[generator]?.[(this.#control[generator] >> AUXSRC_SHIFT) & 7];
    if (source === undefined) return 0;
    return source === "clk_sys" ? this.sysHz : this.#oscillators[source].hz;
  }

  #divided(generator: Generator, hz: number): number {
    const divider = this.#divider[generator] >>> 0;
    // An integer part of zero stands for 65536 (2.15.7).
    return hz / (divider >>> 8 === 0 ? 65536 : divider / DIV_ONE);
  }
}
