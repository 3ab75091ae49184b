/**
 * Schedules at random, and the search for the smallest that fails: fast-check draws them by a seed, and shrinks one that
 * fails to fewer faults, earlier ones and smaller ones. Loaded where it is needed alone.
 */
import fc from "fast-check";
import {
  FAULT_KINDS,
  FAULT_PARAMETERS,
  type FaultKind,
  type FaultSchedule,
  FRAME_NAMES,
  type ParameterRule,
  type ScheduledFault,
  WHEN_RULES,
  type When,
} from "./schedule.ts";

/** Faults of a schedule. */
const MOST_FAULTS = 6;
/** Steps of instants: eight cycles of the slowest board. */
const STEP_MS = 1000;

/** What nonces stand and fall with comes more often than the rest. */
const WEIGHTS: Partial<Record<FaultKind, number>> = {
  "power-cut": 5,
  "power-cut-at-store-write": 5,
  "brown-out": 2,
  "frame-loss": 2,
};

/** What a trial depends on. */
export interface Drawn {
  /** Whatever is random in the run follows from it. */
  readonly seed: number;
  readonly schedule: FaultSchedule;
}

export interface SearchOptions {
  readonly runs: number;
  readonly seed: number;
  /** Of an earlier search with that seed: begins where it ended. */
  readonly path?: string;
  /** Whether a schedule fails. */
  readonly fails: (drawn: Drawn) => Promise<boolean>;
}

export interface Found {
  /** The smallest that fails. */
  readonly smallest: Drawn;
  readonly first: Drawn;
  readonly path: string;
}

/** Undefined where none fails. */
export async function search({ runs, seed, path, fails }: SearchOptions): Promise<Found | undefined> {
  const drawn = fc.record({ seed: fc.noShrink(fc.integer({ min: 1, max: 0xffff })), schedule: schedules() });
  const property = fc.asyncProperty(drawn, async (each) => !(await fails(each)));
  const found = await fc.check(property, { seed, path, numRuns: runs, verbose: fc.VerbosityLevel.Verbose });
  if (!found.failed) return undefined;
  if (found.counterexample === null) throw found.errorInstance ?? new Error("the search ended early");
  if (found.errorInstance instanceof Error && found.failures.length === 0) throw found.errorInstance;
  return {
    smallest: found.counterexample[0],
    first: (found.failures[0] ?? found.counterexample)[0],
    path: found.counterexamplePath ?? "",
  };
}

export function schedules(kinds: readonly FaultKind[] = FAULT_KINDS): fc.Arbitrary<FaultSchedule> {
  const faults = kinds.map((kind) => ({ weight: WEIGHTS[kind] ?? 1, arbitrary: faultOf(kind) }));
  return fc.array(fc.oneof(...faults), { minLength: 1, maxLength: MOST_FAULTS });
}

function faultOf(kind: FaultKind): fc.Arbitrary<ScheduledFault> {
  const rules: Readonly<Record<string, ParameterRule>> = FAULT_PARAMETERS[kind];
  const parameters = Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, valuesOf(rule)]));
  return fc.record({
    fault: fc.constant(kind),
    when: whenOf(kind),
    ...parameters,
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<ScheduledFault>;
}

/** At an instant, or in the course of what a frame begins. */
function whenOf(kind: FaultKind): fc.Arbitrary<When> {
  const { atMs, count, afterMs } = WHEN_RULES;
  const instant = fc.record({ atMs: steps(atMs.usual!) });
  // From power-up on: so a write is the same in every run.
  if (kind === "power-cut-at-store-write") return fc.oneof(fc.constant({ atMs: 0 }), instant);
  const near = fc.record({
    frame: fc.constantFrom(...FRAME_NAMES),
    count: valuesOf(count) as fc.Arbitrary<number>,
    // As often while the frame is on the air as behind it.
    afterMs: fc.oneof(steps([0, 80]), steps(afterMs.usual!)),
  });
  return fc.oneof(instant, near);
}

function valuesOf(rule: ParameterRule): fc.Arbitrary<number | string> {
  if ("of" in rule) return fc.constantFrom(...rule.of);
  const [min, max] = rule.usual ?? [rule.least, rule.most];
  return fc.integer({ min, max });
}

function steps([least, most]: readonly [number, number]): fc.Arbitrary<number> {
  return fc.integer({ min: least * STEP_MS, max: most * STEP_MS }).map(
    (value) => value / STEP_MS,
    (value) => Math.round((value as number) * STEP_MS),
  );
}
