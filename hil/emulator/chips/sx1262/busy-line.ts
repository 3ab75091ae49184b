/** The BUSY line: high while the chip works on a command, starts up, or sleeps. SX1261/2 datasheet, section 8.3.1. */
import type { Clock, Timer } from "../../../clock/index.ts";

export class BusyLine {
  readonly #clock: Clock;
  readonly #listeners: Array<(level: boolean) => void> = [];
  #untilNs = 0;
  #shown = false;
  #fall: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get high(): boolean {
    return this.#clock.nowNs() < this.#untilNs;
  }

  onChange(listener: (level: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** High from now to `untilNs`, whatever was said before. Infinity: until the next call. */
  hold(untilNs: number): void {
    this.#untilNs = untilNs;
    this.#fall?.cancel();
    this.#fall = undefined;
    this.#show(this.high);
    if (!this.high || untilNs === Number.POSITIVE_INFINITY) return;
    this.#fall = this.#clock.at(untilNs, () => {
      this.#fall = undefined;
      this.#show(false);
    });
  }

  #show(level: boolean): void {
    if (level === this.#shown) return;
    this.#shown = level;
    for (const listener of this.#listeners) listener(level);
  }
}
