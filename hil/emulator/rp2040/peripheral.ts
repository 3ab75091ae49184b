/** A peripheral behind its registers, 32 bits each, at multiples of four from its base. */
export interface Peripheral {
  /** Undefined where there is no register. */
  read(offset: number): number | undefined;
  /**
   * The whole register: a narrower write reaches all of it (RP2040 datasheet, 2.1.4). False where there is no register.
   */
  write(offset: number, value: number): boolean;
  /** As after a reset of the subsystem (2.14). */
  reset(): void;
}

/** Registers that keep what is written to them, and mean nothing here. */
export class PlainRegisters implements Peripheral {
  readonly #resetValues: ReadonlyMap<number, number>;
  #words: Map<number, number>;

  constructor(resetValues: readonly (readonly [offset: number, value: number])[]) {
    this.#resetValues = new Map(resetValues);
    this.#words = new Map(this.#resetValues);
  }

  reset(): void {
    this.#words = new Map(this.#resetValues);
  }

  read(offset: number): number | undefined {
    return this.#words.get(offset);
  }

  write(offset: number, value: number): boolean {
    if (!this.#words.has(offset)) return false;
    this.#words.set(offset, value);
    return true;
  }
}
