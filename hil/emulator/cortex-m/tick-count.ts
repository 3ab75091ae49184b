/** A count of the periods of a clock that may change its rate, or stand. */
import type { Clock } from "../../clock/index.ts";

/** What the rounding of instants to whole nanoseconds may take from a period. */
const ROUNDING = 1e-6;

export class TickCount {
  readonly #clock: Clock;
  #hz = 0;
  #ticks = 0;
  #sinceNs = 0;

  /** Stands at zero until it gets a rate. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get hz(): number {
    return this.#hz;
  }

  /** Periods since the count was zero, the one under way left out. */
  get whole(): number {
    return Math.floor(this.#exact + ROUNDING);
  }

  setRate(hz: number): void {
    this.#ticks = this.#exact;
    this.#sinceNs = this.#clock.nowNs();
    this.#hz = hz;
  }

  /** A period begins now, and it is this one. */
  set(ticks: number): void {
    this.#ticks = ticks;
    this.#sinceNs = this.#clock.nowNs();
  }

  /** The instant at which the count reaches `ticks`; Infinity while the clock stands. */
  whenNs(ticks: number): number {
    if (this.#hz === 0) return Number.POSITIVE_INFINITY;
    return this.#sinceNs + Math.max(0, ticks - this.#ticks) * (1e9 / this.#hz);
  }

  get #exact(): number {
    return this.#ticks + ((this.#clock.nowNs() - this.#sinceNs) * this.#hz) / 1e9;
  }
}
