/**
 * Places in memory that a debugger watches: the program stands still behind the instruction that has changed one. Found
 * by comparison after each instruction, so that the machines need not know of it; what is written there as it was
 * before is no change, and a read is not seen.
 */
export class Watchpoints {
  readonly #read: (address: number, length: number) => Uint8Array | undefined;
  readonly #watched = new Map<string, { readonly address: number; octets: Uint8Array }>();

  /** `read` gives what lies at an address now; undefined where there is no such memory. */
  constructor(read: (address: number, length: number) => Uint8Array | undefined) {
    this.#read = read;
  }

  /** Whether there is such memory. */
  add(address: number, length: number): boolean {
    const octets = this.#read(address, length)?.slice();
    if (octets === undefined) return false;
    this.#watched.set(`${address},${length}`, { address, octets });
    return true;
  }

  delete(address: number, length: number): void {
    this.#watched.delete(`${address},${length}`);
  }

  clear(): void {
    this.#watched.clear();
  }

  /** The address of a place that has changed since this was last asked, or since it is watched. */
  changed(): number | undefined {
    let found: number | undefined;
    for (const place of this.#watched.values()) {
      const now = this.#read(place.address, place.octets.length);
      if (now === undefined || now.every((octet, index) => octet === place.octets[index])) continue;
      place.octets = now.slice();
      found ??= place.address;
    }
    return found;
  }
}
