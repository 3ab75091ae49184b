/** `node --import tsx test/fuzz/compiler/main.ts`: the long form of the compiler's fuzz. */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { refuseUsage, wholeNumber } from "../command.ts";
import type { Comparison, Difference } from "./compare.ts";
import { describeDifference, targetsOf } from "./describe.ts";
import { runBatches } from "./pool.ts";
import { lineCount } from "./program.ts";
import { reduce } from "./reduce.ts";
import { TARGETS, targetsNamed } from "./targets.ts";
import { debugBuilds, toolchain } from "./toolchain.ts";

const HELP = `Runs random programs in the device language on every target; each must give what it gives under Node.

  --programs N     how many (1000)
  --seed S         which: the same seed makes the same programs (1)
  --from N         the number of the first, to go on where an earlier run ended (0)
  --targets a,b    some of: ${TARGETS.map(({ name }) => name).join(", ")}
  --workers N      processes (one for each processor); they do not change what comes out
  --reduce N       how many of the programs that differ are shrunk (3)
  --out FOLDER     where those are written (.build/fuzz-compiler)
  --debug          debug builds: assertions trap where they do not hold
  --json           one JSON document on stdout and nothing else; "minutes" and "times" differ from run to run
  --help

Exit codes: 0 no difference; 1 some; 2 wrong usage.
`;

/** Programs in one compile. */
const BATCH = 100;
const REDUCE_LIMIT_MS = 180_000;

function optionsOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        programs: { ...text, default: "1000" },
        seed: { ...text, default: "1" },
        from: { ...text, default: "0" },
        targets: { ...text, default: TARGETS.map(({ name }) => name).join(",") },
        workers: { ...text, default: String(availableParallelism()) },
        reduce: { ...text, default: "3" },
        out: { ...text, default: join(".build", "fuzz-compiler") },
        debug: flag,
        json: flag,
        help: flag,
      },
    });
    const targets = values.targets.split(",");
    targetsNamed(targets);
    return {
      ...{ targets, out: values.out, debug: values.debug, json: values.json, help: values.help },
      programs: wholeNumber("programs", values.programs, 1),
      seed: wholeNumber("seed", values.seed, 0),
      from: wholeNumber("from", values.from, 0),
      workers: wholeNumber("workers", values.workers, 1),
      reduce: wholeNumber("reduce", values.reduce, 0),
    };
  } catch (error) {
    refuseUsage(error as Error);
  }
}

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const used = options.debug ? debugBuilds(toolchain) : toolchain;
const started = performance.now();
const minutes = () => (performance.now() - started) / 60_000;
/** One line that is written over on a terminal; elsewhere a line a minute. */
const LINE_EVERY_MS = 60_000;
let nextLine = started + LINE_EVERY_MS;
function progress(text: string): void {
  if (options.json) return;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${text}`);
  } else if (performance.now() >= nextLine) {
    process.stderr.write(`${text}\n`);
    nextLine = performance.now() + LINE_EVERY_MS;
  }
}

/** A line of its own, which stays. */
function note(text: string): void {
  if (!options.json) process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}${text}\n`);
}

const tasks = Array.from({ length: Math.ceil(options.programs / BATCH) }, (_, number) => {
  const done = number * BATCH;
  const count = Math.min(BATCH, options.programs - done);
  return {
    number,
    seed: options.seed,
    from: options.from + done,
    count,
    targets: options.targets,
    debug: options.debug,
  };
});
let done = 0;
let differing = 0;
progress(`0 of ${options.programs} programs`);
const comparisons = await runBatches(tasks, options.workers, ({ count, comparison }) => {
  done += count;
  differing += comparison!.differences.length;
  for (const difference of comparison!.differences) {
    note(`${difference.program.name} differs on ${targetsOf(difference).join(", ")}`);
  }
  const rate = Math.round(done / minutes());
  progress(`${done} of ${options.programs} programs, ${rate} a minute, ${differing} differ`);
});
const wholeMinutes = minutes();

const differences = comparisons.flatMap((comparison) => comparison.differences);
const written = await shrinkAll(differences.slice(0, options.reduce));
progress("");
report(comparisons, differences);
process.exit(differences.length > 0 ? 1 : 0);

/** Shrinks each, writes it to a file, and gives the files' names and texts. */
async function shrinkAll(found: readonly Difference[]): Promise<readonly { file: string; text: string }[]> {
  const files: { file: string; text: string }[] = [];
  for (const difference of found) {
    const { name } = difference.program;
    const small = await reduce(difference, {
      targets: targetsNamed(options.targets),
      toolchain: used,
      limitMs: REDUCE_LIMIT_MS,
      onProgress: (lines) => progress(`${name}: ${lineCount(difference.program)} lines, now ${lines}`),
    });
    mkdirSync(options.out, { recursive: true });
    const file = join(options.out, `${name.replaceAll(" ", "-")}.txt`);
    const text = describeDifference(small);
    writeFileSync(file, `${text}\n\nBefore it was shrunk:\n\n${describeDifference(difference)}\n`);
    files.push({ file, text });
  }
  return files;
}

function report(all: readonly Comparison[], found: readonly Difference[]): void {
  const sum = (of: (comparison: Comparison) => number) =>
    all.reduce((total, comparison) => total + of(comparison), 0);
  const refused = all.flatMap((comparison) => comparison.refused.filter(({ crash }) => !crash));
  const accepted = sum((comparison) => comparison.accepted);
  const times: Record<string, number> = {};
  for (const { times: own } of all) {
    for (const [name, ms] of Object.entries(own)) times[name] = (times[name] ?? 0) + ms;
  }
  const summary = {
    seed: options.seed,
    from: options.from,
    programs: options.programs,
    targets: options.targets,
    debug: options.debug,
    accepted,
    refused: refused.length,
    invalid: sum((comparison) => comparison.invalid),
    mendedPlaces: sum((comparison) => comparison.mended),
    vectors: sum((comparison) => comparison.vectors),
    differences: found.map((difference) => ({
      program: difference.program.name,
      targets: targetsOf(difference),
    })),
    files: written.map(({ file }) => file),
    minutes: Number(wholeMinutes.toFixed(2)),
    /**
     * Programs a minute that one process puts through each part of the work. The Luas of a dialect share one bundle.
     */
    rates: Object.fromEntries(
      Object.entries(times).map(([name, ms]) => [name, Math.round(options.programs / (ms / 60_000))]),
    ),
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
    return;
  }
  for (const { file, text } of written) process.stdout.write(`${text}\n\nwritten to ${file}\n\n`);
  const share = ((100 * refused.length) / options.programs).toFixed(2);
  process.stdout.write(`${options.programs} programs from seed ${options.seed}: ${accepted} accepted, ${refused.length} refused (${share} %), ${summary.invalid} invalid
${summary.vectors} vectors on each of ${options.targets.length} targets, in ${summary.minutes} minutes
${found.length === 0 ? "no difference" : `${found.length} programs differ: ${found.map(({ program }) => program.name).join(", ")}`}
programs a minute in one process: ${Object.entries(summary.rates)
    .map(([name, rate]) => `${name} ${rate}`)
    .join(", ")}
`);
}
