/** Runs programs on targets and tells where one of them does not give what Node gives. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accept, type Refused } from "./batch.ts";
import type { Outcome, Outcomes } from "./calls.ts";
import type { Program } from "./program.ts";
import { Bundles } from "./run-lua.ts";
import { runNode } from "./run-node.ts";
import type { Target } from "./targets.ts";
import type { Toolchain } from "./toolchain.ts";

/** A program that did not do what it should. */
export interface Difference {
  /** As it was compiled: what was refused of it is mended. */
  readonly program: Program;
  /** What each target gave, Node first; "compiler" alone where that threw. */
  readonly outcomes: Readonly<Record<string, readonly Outcome[]>>;
}

export interface Comparison {
  readonly accepted: number;
  readonly refused: readonly Refused[];
  /** Accepted programs that break their own word under Node; no target is asked about them. */
  readonly invalid: number;
  /** Places of programs that were refused and mended. */
  readonly mended: number;
  /** Calls on one target. */
  readonly vectors: number;
  readonly differences: readonly Difference[];
  /**
   * Time in milliseconds by what was done: "compiler", "node", "bundle-5.1" and so on for the Luas of a dialect, and
   * each target.
   */
  readonly times: Readonly<Record<string, number>>;
}

/** Compiles the programs as one and runs them on each target. */
export async function compare(
  programs: readonly Program[],
  targets: readonly Target[],
  toolchain: Toolchain,
  mending = true,
): Promise<Comparison> {
  const times: Record<string, number> = {};
  const timed = async <T>(what: string, action: () => T | Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await action();
    times[what] = performance.now() - from;
    return result;
  };
  const all = await timed("compiler", () => accept(programs, toolchain, mending));
  const { refused, mended } = all;
  const crashes = refused.filter(({ crash }) => crash);
  const differences: Difference[] = crashes.map(({ program, reason }) => ({
    program,
    outcomes: { compiler: [{ failure: reason }] },
  }));
  const node = await timed("node", () => runNode(all.members));
  const isInvalid = (index: number) => node.get(index)!.some((one) => typeof one !== "number" && one.invalid);
  const members = all.members.filter(({ index }) => !isInvalid(index));
  const invalid = all.members.length - members.length;
  const given = new Map<string, Outcomes>([["node", node]]);
  if (members.length > 0) {
    const folder = await mkdtemp(join(tmpdir(), "joinery-fuzz-"));
    const bundles = new Bundles(toolchain);
    try {
      for (const target of targets) {
        const shared = sum(bundles.times.values());
        const outcomes = () => target.run({ ...all, members }, folder, bundles);
        given.set(target.name, await timed(target.name, outcomes));
        times[target.name] -= sum(bundles.times.values()) - shared;
      }
      for (const [dialect, ms] of bundles.times) times[`bundle-${dialect}`] = ms;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  for (const { index, program } of members) {
    const outcomes = Object.fromEntries([...given].map(([name, of]) => [name, of.get(index)!]));
    if (differ(Object.values(outcomes), program.inputs.length)) differences.push({ program, outcomes });
  }
  const vectors = sum(members.map(({ program }) => program.inputs.length));
  return { accepted: members.length, refused, invalid, mended, vectors, differences, times };
}

function sum(figures: Iterable<number>): number {
  return [...figures].reduce((total, one) => total + one, 0);
}

/** Whether the outcomes are anything but the same value for each of `count` calls. */
function differ(outcomes: readonly (readonly Outcome[])[], count: number): boolean {
  const [first] = outcomes;
  return outcomes.some(
    (own) => own.length !== count || own.some((value, i) => typeof value !== "number" || value !== first[i]),
  );
}
