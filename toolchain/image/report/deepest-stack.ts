/** The most stack that a program can need, and the calls that lead there: the deepest way through its call graph. */
import type { Call, MachineCode, Routine } from "./routine.ts";

/** One routine on the way. */
export interface Step {
  /** Where the routine begins. */
  readonly entry: number;
  /** Where it calls the next one; undefined for the last. */
  readonly callAt: number | undefined;
  /** What it adds: with the return address of its callee, or the last routine's own deepest. */
  readonly bytes: number;
}

/** The deepest way that begins at a routine. */
export interface Way {
  readonly bytes: number;
  readonly steps: readonly Step[];
}

/** Why the figure would be a guess. */
export interface Unknown {
  /** An address in the routine that is not understood. */
  readonly at: number;
  readonly reason: string;
}

export interface StackBound {
  /** Octets: the deepest way of the program, and above it the deepest one of an interrupt. */
  readonly bytes: number;
  readonly program: Way;
  /** The deepest handler, with what the processor pushes; undefined where there is none. */
  readonly interrupt: Way | undefined;
  /** Empty where the figures hold. */
  readonly unknown: readonly Unknown[];
  /** The deepest way from each routine that is reached, by its address. */
  readonly ways: ReadonlyMap<number, Way>;
  readonly routines: ReadonlyMap<number, Routine>;
}

/**
 * `targetsOf` says which routines the call through a pointer at an address may reach; undefined where that is not
 * known.
 */
export function deepestStack(
  code: MachineCode,
  targetsOf: (at: number) => readonly number[] | undefined,
): StackBound {
  const ways = new Map<number, Way>();
  const routines = new Map<number, Routine>();
  const unknown = new Map<number, Unknown>();
  const underWay = new Set<number>();
  const note = (at: number, reason: string) => {
    if (!unknown.has(at)) unknown.set(at, { at, reason });
  };

  const callsOf = (routine: Routine): Call[] => [
    ...routine.calls,
    ...routine.pointerCalls.flatMap(({ at, depth }) => {
      const targets = targetsOf(at);
      if (targets === undefined) note(at, "calls through a pointer, and what it may point at is not known");
      return (targets ?? []).map((target) => ({ at, target, depth }));
    }),
  ];

  const deepestFrom = (entry: number): Way => {
    const known = ways.get(entry);
    if (known !== undefined) return known;
    underWay.add(entry);
    const routine = code.routine(entry);
    routines.set(entry, routine);
    for (const { at, reason } of routine.doubts) note(at, reason);
    let deepest: Way = {
      bytes: routine.ownBytes,
      steps: [{ entry, callAt: undefined, bytes: routine.ownBytes }],
    };
    for (const { at, target, depth } of callsOf(routine)) {
      if (underWay.has(target)) {
        note(at, "calls itself, or what called it: how often is not known");
        continue;
      }
      const callee = deepestFrom(target);
      // Of equal ways the longer one tells more: the callee's frame may be no more than its return address.
      if (depth + callee.bytes < deepest.bytes) continue;
      if (depth + callee.bytes === deepest.bytes && callee.steps.length < deepest.steps.length) continue;
      deepest = {
        bytes: depth + callee.bytes,
        steps: [{ entry, callAt: at, bytes: depth }, ...callee.steps],
      };
    }
    underWay.delete(entry);
    ways.set(entry, deepest);
    return deepest;
  };

  const program = deepestFrom(code.reset);
  let interrupt: Way | undefined;
  for (const handler of code.handlers) {
    const way = deepestFrom(handler);
    const bytes = way.bytes + code.interruptBytes;
    for (const at of enablingRoutines(handler, routines, targetsOf)) {
      note(at, "lets interrupts into a handler: how deep they nest is not known");
    }
    if (interrupt === undefined || bytes > interrupt.bytes) interrupt = { bytes, steps: way.steps };
  }
  return {
    bytes: program.bytes + (interrupt?.bytes ?? 0),
    program,
    interrupt,
    unknown: [...unknown.values()].sort((a, b) => a.at - b.at),
    ways,
    routines,
  };
}

/** The routines below a handler, and itself, that let interrupts in. */
function enablingRoutines(
  handler: number,
  routines: ReadonlyMap<number, Routine>,
  targetsOf: (at: number) => readonly number[] | undefined,
): number[] {
  const reached = new Set([handler]);
  for (const entry of reached) {
    const routine = routines.get(entry);
    for (const { target } of routine?.calls ?? []) reached.add(target);
    for (const { at } of routine?.pointerCalls ?? []) {
      for (const target of targetsOf(at) ?? []) reached.add(target);
    }
  }
  return [...reached].filter((entry) => routines.get(entry)?.enablesInterrupts);
}
