import { DnsFailure } from "./failure.ts";

/** Bounds of one look-up; generous for honest chains (a name three zones deep needs about eight queries). */
const MAX_QUERIES = 60;
const MAX_SIGNATURES = 80;

/**
 * What one look-up may still spend. Bounds the work that crafted answers can cause: long chains of zones, and many
 * keys or signatures with one key tag.
 */
export class LookupBudget {
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
  #queries = MAX_QUERIES;
  #signatures = MAX_SIGNATURES;

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
}
