/** What an emulated part notices that the real one would suffer in silence: misuse by the firmware. */
export interface Finding {
  /** When it happened, in nanoseconds of the run. */
  readonly atNs: number;
  /** What happened and what should have been done, with the document's words. */
  readonly message: string;
  /** Where the processor was, when the part that noticed knows it. */
  readonly programCounter?: number;
  /** What tells how it came there, of a processor. */
  readonly stack?: ProcessorStack;
}

/** The stack of a processor at an instant. */
export interface ProcessorStack {
  /** From the stack pointer on, at most 512: what was pushed last comes first. */
  readonly octets: Uint8Array;
  /** The registers that may hold a return address, by number; none of an AVR. */
  readonly registers: readonly number[];
}

/** Octets that are kept of a stack. */
export const STACK_OCTETS = 512;
