/** The line of the console, as who reads it hears it. */

import type { Machine } from "./machine.ts";

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

/** Start bit, 8 data bits, stop bit. */
const CHARACTER_BITS = 10;
/** Of a line that has no rate of its own. */
const USUAL_BAUD = 115_200;

/** Octets that come one after the other, each when its last bit is over. Those for a board without power are lost. */
export function typeIn(
  machine: Pick<Machine, "nowNs" | "at" | "powered">,
  octets: Uint8Array,
  baud = USUAL_BAUD,
  receive: (octet: number) => void,
): void {
  const fromNs = machine.nowNs();
  const characterNs = (CHARACTER_BITS * 1e9) / baud;
  for (const [index, octet] of octets.entries()) {
    machine.at(fromNs + (index + 1) * characterNs, () => {
      if (machine.powered) receive(octet);
    });
  }
}
