/** What every target does: calls of programs in order, and one value or one failure for each. */
import type { Member } from "./batch.ts";

export interface Call {
  /** The number of the program in its batch. */
  readonly index: number;
  readonly a: number;
  readonly b: number;
}

/** The value of a call; or how the program ended, after which it is not called again. */
export type Outcome = number | Failure;

export interface Failure {
  readonly failure: string;
  /** The program breaks its own word, such as an assertion: what it does elsewhere means nothing. */
  readonly invalid?: boolean;
}

/** What the programs of a batch gave on one target, by number. */
export type Outcomes = ReadonlyMap<number, readonly Outcome[]>;

/**
 * A value for each call; fewer where the target ended at a call: the reason stands beside. Programs keep their
 * variables between the calls of one run.
 */
export interface Run {
  readonly values: readonly number[];
  readonly failure?: string;
}

/**
 * Runs all calls of the members on a target. After a failure the target starts again with the next program: the one
 * that failed has had its turn.
 */
export function runCalls(members: readonly Member[], run: (calls: readonly Call[]) => Run): Outcomes {
  const outcomes = new Map<number, Outcome[]>(members.map(({ index }) => [index, []]));
  let calls: readonly Call[] = members.flatMap(({ index, program }) =>
    program.inputs.map(([a, b]) => ({ index, a, b })),
  );
  while (calls.length > 0) {
    const { values, failure } = run(calls);
    values.forEach((value, i) => {
      outcomes.get(calls[i].index)!.push(value);
    });
    if (values.length >= calls.length) return outcomes;
    const failed = calls[values.length].index;
    outcomes.get(failed)!.push({ failure: failure ?? "ended without a value" });
    calls = calls.slice(values.length).filter(({ index }) => index !== failed);
  }
  return outcomes;
}

/** The words that a target reads: program, a and b of each call, then what ends them. */
export function wordsOf(calls: readonly Call[], end: number): Uint32Array {
  return Uint32Array.from([...calls.flatMap(({ index, a, b }) => [index, a, b]), end]);
}

/**
 * The checksum that `output` of the port gives, of what was traced during the call and of its result: `value` put on
 * top of `hash`. Each target computes the same; a call begins with HASH.
 */
export function mixed(hash: number, value: number): number {
  return (Math.imul(hash, 31) + value) >>> 0;
}

export const HASH = 7;
