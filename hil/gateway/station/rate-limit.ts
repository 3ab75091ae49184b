/** So many messages a second, and as many at once as a burst has. */
export interface RateLimits {
  readonly perSecond: number;
  readonly burst: number;
}

export class RateLimit {
  readonly #limits: RateLimits;
  readonly #nowNs: () => number;
  #left: number;
  #atNs: number;

  constructor(limits: RateLimits, nowNs: () => number) {
    this.#limits = limits;
    this.#nowNs = nowNs;
    this.#left = limits.burst;
    this.#atNs = nowNs();
  }

  /** Counts a message; false: it is one too many. */
  take(): boolean {
    const { perSecond, burst } = this.#limits;
    const nowNs = this.#nowNs();
    this.#left = Math.min(burst, this.#left + ((nowNs - this.#atNs) / 1e9) * perSecond);
    this.#atNs = nowNs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
