/** The line of the console, as who reads it hears it. */

/**
 * A console whose rate is off by more than this cannot be read: half a bit in the ten of a character, shared by two.
 */
const BAUD_TOLERANCE = 0.02;

export class ConsoleLine {
  readonly #baud: number | undefined;
  readonly #report: (message: string) => void;
  readonly #listeners: ((octet: number) => void)[] = [];

  /** `baud`: the rate that the line is read at; undefined for a line that has none. */
  constructor(baud: number | undefined, report: (message: string) => void) {
    this.#baud = baud;
    this.#report = report;
  }

  onOctet(listener: (octet: number) => void): void {
    this.#listeners.push(listener);
  }

  /** An octet has left, sent at `baud`. */
  transmit(octet: number, baud = this.#baud): void {
    const wanted = this.#baud;
    if (wanted !== undefined && baud !== undefined && Math.abs(baud / wanted - 1) > BAUD_TOLERANCE) {
      this.#report(`sends to the console at ${Math.round(baud)} Bd instead of ${wanted} Bd`);
    }
    for (const listener of this.#listeners) listener(octet);
  }
}
