/** One thing that a peripheral waits for, which may be put off or called off. */
import type { Clock, Timer } from "../../clock/index.ts";

export class Due {
  readonly #clock: Clock;
  readonly #action: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, action: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  /** Instead of whatever was planned. Infinity: not at all. */
  plan(atNs: number): void {
    this.#timer?.cancel();
    this.#timer =
      atNs === Number.POSITIVE_INFINITY
        ? undefined
        : this.#clock.at(atNs, () => {
            this.#timer = undefined;
            this.#action();
          });
  }

  get planned(): boolean {
    return this.#timer !== undefined;
  }
}
