/** How much a program may do. */
/** What a function may still spend; loops and calls count as often as they run. */
export interface Budget {
  /** Whether a piece of work of this cost may stand here; it is spent then. */
  spend(cost: number): boolean;
}

/** Counts the work of a function: each loop around a point multiplies what stands there. */
export class Work implements Budget {
  readonly #limit: number;
  #spent = 0;
  #rounds = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get spent(): number {
    return this.#spent;
  }

  spend(cost: number): boolean {
    const whole = cost * this.#rounds;
    if (this.#spent + whole > this.#limit) return false;
    this.#spent += whole;
    return true;
  }

  /** Whether a loop of so many rounds, with a little work in each, still fits. */
  allows(rounds: number): boolean {
    return this.#spent + 20 * rounds * this.#rounds <= this.#limit;
  }

  repeated<T>(rounds: number, action: () => T): T {
    this.#rounds *= rounds;
    const result = action();
    this.#rounds /= rounds;
    return result;
  }
}
