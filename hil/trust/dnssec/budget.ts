import { DnsFailure } from "./failure.ts";

/** Bounds of one look-up; generous for honest chains (a name three zones deep needs about eight queries). */
const MAX_QUERIES = 60;
const MAX_SIGNATURES = 80;
/** Rounds of hashing names for NSEC3; a name ten labels deep at the most iterations takes about 500. */
const MAX_HASH_ROUNDS = 10_000;

/**
 * What one look-up may still spend. Bounds the work that crafted answers can cause: long chains of zones, many keys or
 * signatures with one key tag, and costly hashes.
 */
export class LookupBudget {
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
  #queries = MAX_QUERIES;
  #signatures = MAX_SIGNATURES;
  #hashRounds = MAX_HASH_ROUNDS;
  readonly #entered = new Set<string>();

  constructor(timeoutMs: number) {
    this.deadlineMs = performance.now() + timeoutMs;
  }

  spendQuery(name: string, type: string): void {
    if (performance.now() > this.deadlineMs)
      throw new DnsFailure("timeout", name, type, "the look-up took too long");
    if (--this.#queries < 0)
      throw new DnsFailure("limit", name, type, `more than ${MAX_QUERIES} queries for one look-up`);
  }

  spendSignature(name: string, type: string): void {
    if (--this.#signatures < 0)
      throw new DnsFailure("limit", name, type, `more than ${MAX_SIGNATURES} signatures for one look-up`);
  }
  spendHash(name: string, type: string, iterations: number): void {
    this.#hashRounds -= iterations + 1;
    if (this.#hashRounds < 0)
      throw new DnsFailure("limit", name, type, `more than ${MAX_HASH_ROUNDS} rounds of NSEC3 hashing`);
  }

  /** Does one step that may lead back to itself. @throws DnsFailure if it does */
  async once<T>(zone: string, type: string, step: () => Promise<T>): Promise<T> {
    const key = `${zone} ${type}`;
    if (this.#entered.has(key))
      throw new DnsFailure("bogus", zone, type, "its own zone is named as the one that vouches for it");
    this.#entered.add(key);
    try {
      return await step();
    } finally {
      this.#entered.delete(key);
    }
  }
}
