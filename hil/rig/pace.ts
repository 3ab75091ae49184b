/** How fast virtual time goes where no server is waited for. */
import type { Clock, Participant } from "../clock/index.ts";

/** A stepped machine leaves the event loop no time of its own: so often signals and timers get some. */
const YIELD_EVERY_MS = 20;
/** So far virtual time may be ahead of wall time: less than people notice. */
const AHEAD_MS = 5;

export class Pace implements Participant {
  readonly #clock: Clock;
  readonly #realTime: boolean;
  readonly #end: AbortSignal;
  readonly #begunMs = performance.now();
  #yieldedAtMs = this.#begunMs;

  /** `realTime`: a second of virtual time takes one. `end`: nothing is waited for any more. */
  constructor(clock: Clock, realTime: boolean, end: AbortSignal) {
    this.#clock = clock;
    this.#realTime = realTime;
    this.#end = end;
  }

  get busy(): boolean {
    if (this.#end.aborted) return false;
    return this.#aheadMs > AHEAD_MS || performance.now() - this.#yieldedAtMs >= YIELD_EVERY_MS;
  }

  async idle(): Promise<void> {
    await (this.#aheadMs > 0 ? this.#waitForTime() : new Promise((resolve) => setImmediate(resolve)));
    this.#yieldedAtMs = performance.now();
  }

  #waitForTime(): Promise<void> {
    return new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#end.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(this.#aheadMs, LONGEST_TIMER_MS));
      this.#end.addEventListener("abort", done);
    });
  }

  get #aheadMs(): number {
    if (!this.#realTime) return 0;
    return this.#clock.nowNs() / 1e6 - (performance.now() - this.#begunMs);
  }
}

/** What setTimeout takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
