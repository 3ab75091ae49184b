/**
 * The FIFO of the FSK modem: 64 octets between host and modem, datasheet section 2.1.12.2. Octets are kept in sleep;
 * what clears it are certain changes of mode, and a one written to FifoOverrun.
 */
const CAPACITY = 64;

export class FskFifo {
  #octets: number[] = [];
  #overrun = false;

  get level(): number {
    return this.#octets.length;
  }

  get full(): boolean {
    return this.#octets.length === CAPACITY;
  }

  get empty(): boolean {
    return this.#octets.length === 0;
  }

  /** An octet came when there was no room. */
  get overrun(): boolean {
    return this.#overrun;
  }

  /** The octet that leaves next. */
  get next(): number {
    return this.#octets[0] ?? 0;
  }

  /** False where the FIFO is full: the octet is lost. */
  push(octet: number): boolean {
    if (this.full) this.#overrun = true;
    else this.#octets.push(octet);
    return !this.#overrun;
  }

  /** Undefined where the FIFO is empty. */
  pop(): number | undefined {
    return this.#octets.shift();
  }

  /** Puts `octets` in the place of the last ones. */
  replaceLast(octets: Uint8Array): void {
    const kept = Math.min(octets.length, this.level);
    this.#octets.splice(this.level - kept, kept, ...octets.subarray(octets.length - kept));
  }

  clear(): void {
    this.#octets = [];
    this.#overrun = false;
  }
}
