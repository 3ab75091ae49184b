/** The I/O registers of a part: which addresses exist, what stops them, and what this emulation does not have. */

/** The first octet behind the working registers and the I/O registers, where the SRAM begins. */
export const SRAM_START = 0x100;

/** A bit of a power reduction register: while it is set, the registers of the module cannot be used. */
export interface Stop {
  readonly register: number;
  readonly mask: number;
  /** Of the register: "PRR". */
  readonly name: string;
}

/** What a register starts that this emulation does not have, and the bits that start it. */
export interface Missing {
  readonly bits: number;
  readonly what: string;
}

/** By address, below `SRAM_START`. */
export interface IoSpace {
  /** Whether a program may touch it through memory. */
  readonly exists: readonly boolean[];
  readonly stops: readonly (Stop | undefined)[];
  readonly missing: readonly (Missing | undefined)[];
}

type Run = readonly [first: number, last: number];

/**
 * `runs`: where registers are; what lies between is reserved. `stopped`: the registers of each module that can be
 * stopped.
 */
export function ioSpace(space: {
  readonly runs: readonly Run[];
  readonly stopped: readonly (Stop & { readonly runs: readonly Run[] })[];
  readonly missing: Readonly<Record<number, Missing>>;
}): IoSpace {
  const addresses = Array.from({ length: SRAM_START }, (_, address) => address);
  const isIn = (runs: readonly Run[], address: number) =>
    runs.some(([first, last]) => address >= first && address <= last);
  return {
    exists: addresses.map((address) => isIn(space.runs, address)),
    stops: addresses.map((address) => space.stopped.find(({ runs }) => isIn(runs, address))),
    missing: addresses.map((address) => space.missing[address]),
  };
}
