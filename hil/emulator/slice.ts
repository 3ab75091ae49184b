/** The stretch of time that a machine has been told to run, which something planned on the way may end sooner. */
export class Slice {
  #endNs = 0;

  get endNs(): number {
    return this.#endNs;
  }

  begin(untilNs: number): void {
    this.#endNs = untilNs;
  }

  /** True where the slice would have ended later. */
  shortenTo(endNs: number): boolean {
    if (endNs >= this.#endNs) return false;
    this.#endNs = endNs;
    return true;
  }

  /** Where it has ended. Until the next slice there is nothing to shorten. */
  finish(): number {
    const endNs = this.#endNs;
    this.#endNs = 0;
    return endNs;
  }
}
