/** What the analysis of a routine's machine code finds, whatever the processor. */

/** A routine is what a call reaches: a function, or a helper of the C libraries. */
export interface Routine {
  /** Octets of stack at its deepest, without its return address and without what it calls. */
  readonly ownBytes: number;
  readonly calls: readonly Call[];
  /** The addresses of its calls through a pointer, and how deep the stack is there. */
  readonly pointerCalls: readonly PointerCall[];
  /** Where it lets interrupts in. */
  readonly enablesInterrupts: boolean;
  /** Why the figures may be too small. */
  readonly doubts: readonly Doubt[];
  /** Where its return address lies before the instruction at an address; undefined where that is not known. */
  returnPlace(at: number): ReturnPlace | undefined;
}

export interface ReturnPlace {
  /** The register that holds it; undefined where it lies on the stack. */
  readonly register?: number;
  /** Octets from the stack pointer to where it lies. */
  readonly offset: number;
  /** Octets that are gone from the stack when the routine has returned. */
  readonly frameBytes: number;
}

export interface Call extends PointerCall {
  readonly target: number;
}

export interface PointerCall {
  /** The address of the instruction. */
  readonly at: number;
  /** Octets of the caller's stack in use while the callee runs, with the return address. */
  readonly depth: number;
}

export interface Doubt {
  readonly at: number;
  readonly reason: string;
}

/** The machine code of a program for one kind of processor. */
export interface MachineCode {
  /** Octets that the processor pushes where it takes an interrupt. */
  readonly interruptBytes: number;
  /** Where the processor starts. */
  readonly reset: number;
  /** The handlers of interrupts that the program has. */
  readonly handlers: readonly number[];
  /** Analyses the routine at an address. */
  routine(address: number): Routine;
}
