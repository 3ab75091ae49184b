/** Resets of the subsystems: RP2040 datasheet, section 2.14. */

import { RESET_BITS } from "./memory-map.ts";
import type { Peripheral } from "./peripheral.ts";

const RESET = 0x0;
const WDSEL = 0x4;
const RESET_DONE = 0x8;
const ALL = (1 << RESET_BITS) - 1;

export class Resets implements Peripheral {
  readonly #onReset: (bit: number) => void;
  #held = ALL;
  #watchdogSelect = 0;

  /** `onReset`: a subsystem is put into its reset. */
  constructor(onReset: (bit: number) => void) {
    this.#onReset = onReset;
  }

  /** Only a reset of the chip does. */
  reset(): void {}

  holds(bit: number): boolean {
    return (this.#held & (1 << bit)) !== 0;
  }

  release(...bits: number[]): void {
    for (const bit of bits) this.#held &= ~(1 << bit);
  }

  read(offset: number): number | undefined {
    if (offset === RESET) return this.#held;
    if (offset === WDSEL) return this.#watchdogSelect;
    return offset === RESET_DONE ? ~this.#held & ALL : undefined;
  }

  write(offset: number, value: number): boolean {
    if (offset === WDSEL) this.#watchdogSelect = value & ALL;
    if (offset === RESET) {
      const taken = value & ~this.#held & ALL;
      this.#held = value & ALL;
      for (let bit = 0; bit < RESET_BITS; bit++) if (taken & (1 << bit)) this.#onReset(bit);
    }
    return offset <= RESET_DONE;
  }
}
