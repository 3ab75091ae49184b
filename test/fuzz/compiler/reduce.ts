/** Shrinks a program that fails to the little of it that still fails in the same way. */
import type { Outcome } from "./calls.ts";
import { compare, type Difference } from "./compare.ts";
import { targetsOf } from "./describe.ts";
import { lineCount, type Program } from "./program.ts";
import { type Shrinking, shrinkings, shrunk } from "./reduce-edits.ts";
import type { Target } from "./targets.ts";
import type { Toolchain } from "./toolchain.ts";

export interface ReduceOptions {
  readonly targets: readonly Target[];
  readonly toolchain: Toolchain;
  /** When to be content with what has been reached. */
  readonly limitMs: number;
  readonly onProgress?: (lines: number) => void;
}

/** Steps that are tried in one compile. */
const AT_ONCE = 24;

/** The smallest program found, with what the targets give for it. */
export async function reduce(difference: Difference, options: ReduceOptions): Promise<Difference> {
  const differing = targetsOf(difference);
  const { toolchain } = options;
  // Two targets show a difference as well as ten.
  const targets = options.targets.filter(({ name }) => differing.includes(name)).slice(0, 2);
  const wanted = kindOf(difference, targets);
  const until = performance.now() + options.limitMs;
  /** Those of the candidates that fail in the same way, by their place in the list. */
  const failing = async (candidates: readonly Program[]): Promise<Map<number, Difference>> => {
    const named = candidates.map((candidate, i) => ({ ...candidate, name: String(i) }));
    const { differences } = await compare(named, targets, toolchain, false);
    return new Map(
      differences
        .filter((candidate) => kindOf(candidate, targets) === wanted)
        .map((candidate) => [Number(candidate.program.name), candidate]),
    );
  };

  let best = difference;
  const take = (better: Difference) => {
    best = { ...better, program: { ...better.program, name: difference.program.name } };
    options.onProgress?.(lineCount(best.program));
  };
  const calls = fewerCalls(difference);
  const kept = await failing(calls);
  const fewest = calls.findIndex((_, i) => kept.has(i));
  if (fewest >= 0) take(kept.get(fewest)!);
  // Pass after pass over all steps, until one of them takes none.
  for (let progress = true; progress && performance.now() < until; ) {
    progress = false;
    let steps = shrinkings(best.program);
    for (let from = 0; from < steps.length && performance.now() < until; ) {
      const chunk = steps.slice(from, from + AT_ONCE);
      const { program } = best;
      const found = await failing(chunk.map((step) => shrunk(program, [step])));
      const good = chunk.flatMap((step, i) => (found.has(i) ? [{ step, alone: found.get(i)! }] : []));
      if (good.length === 0) {
        from += AT_ONCE;
        continue;
      }
      progress = true;
      take(await together(program, good, failing));
      steps = shrinkings(best.program);
    }
  }
  return best;
}

/** As many of the steps at once as still fail together. */
async function together(
  program: Program,
  good: readonly { readonly step: Shrinking; readonly alone: Difference }[],
  failing: (candidates: readonly Program[]) => Promise<Map<number, Difference>>,
): Promise<Difference> {
  const counts: number[] = [];
  for (let count = good.length; count > 1; count = Math.floor(count / 2)) counts.push(count);
  const candidates = counts.map((count) =>
    shrunk(
      program,
      good.slice(0, count).map(({ step }) => step),
    ),
  );
  const found = counts.length > 0 ? await failing(candidates) : new Map<number, Difference>();
  const most = counts.findIndex((_, i) => found.has(i));
  return most >= 0 ? found.get(most)! : good[0].alone;
}

/** The program with only the call that fails, then with fewer of those before it. */
function fewerCalls({ program, outcomes }: Difference): Program[] {
  const all = Object.values(outcomes);
  const differs = (i: number) => all.some((own) => typeof own[i] !== "number" || own[i] !== all[0][i]);
  const at = program.inputs.findIndex((_, i) => differs(i));
  if (at < 0) return [];
  const before = Array.from({ length: at + 1 }, (_, from) => program.inputs.slice(at - from, at + 1));
  return before.map((inputs) => ({ ...program, inputs }));
}

/** What is wrong, without the names and numbers that shrinking changes. */
function kindOf({ outcomes }: Difference, targets: readonly Target[]): string {
  const own = outcomes.compiler ?? outcomes.node;
  const failure = failureOf(own ?? []);
  if (failure !== undefined)
    return outcomes.compiler ? `compiler ${shape(failure)}` : `node ${shape(failure)}`;
  const kinds = targets.map(({ name }) => {
    const text = failureOf(outcomes[name] ?? []);
    return text === undefined ? "value" : shape(text);
  });
  return kinds.join("; ");
}

function failureOf(outcomes: readonly Outcome[]): string | undefined {
  for (const outcome of outcomes) if (typeof outcome !== "number") return outcome.failure;
  return undefined;
}

/** A message without places, names in quotes and numbers. */
function shape(failure: string): string {
  const line = failure.split("\n").find((part) => /error|Error/.test(part)) ?? failure.split("\n")[0];
  return line
    .replace(/^.*?(error|Error)/, "$1")
    .replace(/['‘`][^'’`]*['’`]/g, "''")
    .replace(/0x[0-9a-f]+|-?\d+/gi, "n");
}
