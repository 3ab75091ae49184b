/** The end of a receive window. What happens in the very last instant of the window still counts. */
import type { Clock, Timer } from "../../../clock/index.ts";

export class WindowTimer {
  readonly #clock: Clock;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `expired` at `atNs` with that instant, unless it is cancelled or started anew before. Infinity: never. */
  start(atNs: number, expired: (atNs: number) => void): void {
    this.cancel();
    if (atNs === Number.POSITIVE_INFINITY) return;
    // Twice over the clock: a preamble that is complete at this very instant comes first.
    this.#timer = this.#clock.at(atNs, () => {
      this.#timer = this.#clock.at(atNs, () => {
        this.#timer = undefined;
        expired(atNs);
      });
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
