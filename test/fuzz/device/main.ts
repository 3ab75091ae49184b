/** `npm run fuzz:device`: the long form of the fuzz of what comes to a device from the air and from its store. */
import { cpSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { createCompiler } from "../../../toolchain/compiler/index.ts";
import { ownFolder, refuseUsage, wholeNumber } from "../command.ts";
import { buildFuzzer } from "./build.ts";
import { type FuzzResult, fuzz, replay } from "./run.ts";
import { TARGETS, type Target, targetsOf, VARIANTS, type Variant } from "./variants.ts";

const IMAGES = VARIANTS.map(({ name }) => name);

const HELP = `Gives the C of the firmware, under clang's sanitizers, what libFuzzer makes up: join-accepts, downlinks, frames to
multicast groups, beacons and whole sessions from the air, and any store with power cuts at its writes. What it accepts and
sends is judged by a second implementation of LoRaWAN's cryptography: a frame with a wrong MIC must change nothing, counters
must only grow, no DevNonce may come twice, and ping slots must open where the beacon puts them.

Each image is built first, one after the other, with clang's sanitizers: a minute or more for all of them before the first
execution, and the longer part of a short run. --image builds what is named alone.

  --executions N   in all, shared evenly by images and targets (10000000)
  --target a,b     some of: ${TARGETS.join(", ")} (all)
  --image a,b      some of: ${IMAGES.join(", ")} (all)
  --seed S         the same seed runs the same inputs (1)
  --workers N      processes (one for each processor)
  --out FOLDER     where the input of a finding is kept (.build/fuzz-device)
  --input FILE     runs this input once, on one --image and one --target, and says what is wrong
  --json           one JSON document on stdout and nothing else
  --help

Examples:
  npm run fuzz:device
  npm run fuzz:device -- --executions 400000 --target store --seed 7
  npm run fuzz:device -- --image 1.1-EU868 --target session --input .build/fuzz-device/1.1-EU868-session

Exit codes: 0 no finding; 1 some; 2 wrong usage; 3 what it needs cannot be installed.
`;

function optionsOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        executions: { ...text, default: "10000000" },
        target: { ...text, default: TARGETS.join(",") },
        image: { ...text, default: IMAGES.join(",") },
        seed: { ...text, default: "1" },
        workers: { ...text, default: String(availableParallelism()) },
        out: { ...text, default: join(".build", "fuzz-device") },
        input: text,
        json: flag,
        help: flag,
      },
    });
    const listed = (name: "target" | "image", known: readonly string[]) => {
      const names = values[name].split(",");
      const unknown = names.find((candidate) => !known.includes(candidate));
      if (unknown === undefined) return names;
      throw new Error(`--${name} wants some of ${known.join(", ")}, not '${unknown}'`);
    };
    const targets = listed("target", TARGETS) as Target[];
    const variants = listed("image", IMAGES).map(
      (name) => VARIANTS.find((variant) => variant.name === name)!,
    );
    const { input, out, json, help } = values;
    if (input !== undefined && (targets.length > 1 || variants.length > 1))
      throw new Error("--input wants one --image and one --target");
    const numbers = {
      executions: wholeNumber("executions", values.executions, 1),
      seed: wholeNumber("seed", values.seed, 0),
      workers: wholeNumber("workers", values.workers, 1),
    };
    return { targets, variants, input, out, json, help, ...numbers };
  } catch (error) {
    refuseUsage(error as Error);
  }
}

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

interface Job {
  readonly variant: Variant;
  readonly target: Target;
  readonly program: string;
}

const jobName = ({ variant, target }: Job) => `${variant.name}-${target}`;
const folder = ownFolder("fuzz-device");

/** One line that is written over on a terminal; elsewhere a line a minute. */
const LINE_EVERY_MS = 60_000;
let nextLine = performance.now();
function progress(text: string): void {
  if (options.json) return;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${text}`);
  } else if (performance.now() >= nextLine) {
    process.stderr.write(`${text}\n`);
    nextLine = performance.now() + LINE_EVERY_MS;
  }
}

async function buildAll(): Promise<Job[]> {
  const compiler = createCompiler();
  const jobs: Job[] = [];
  for (const variant of options.variants) {
    progress(`building ${variant.name}`);
    const program = await buildFuzzer({ variant, folder: join(folder, variant.name), compiler });
    const targets = targetsOf(variant).filter((target) => options.targets.includes(target));
    jobs.push(...targets.map((target) => ({ variant, target, program })));
  }
  return jobs;
}

async function fuzzAll(jobs: readonly Job[]): Promise<void> {
  const started = performance.now();
  const counts = new Map<Job, number>();
  const results = new Map<Job, FuzzResult>();
  const tell = setInterval(() => {
    const done = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const rate = Math.round(done / ((performance.now() - started) / 1000));
    const findings = [...results.values()].filter(({ finding }) => finding).length;
    progress(`${done} of ${options.executions} executions, ${rate} a second, ${findings} findings`);
  }, 1000);
  const waiting = [...jobs.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, job] = next;
      const share = Math.floor(options.executions / jobs.length);
      const executions = share + (index < options.executions % jobs.length ? 1 : 0);
      if (executions === 0) continue;
      const { program, target, variant } = job;
      const own = join(folder, jobName(job));
      const onProgress = (count: number) => counts.set(job, count);
      const result = await fuzz({
        ...{ program, variant, target, executions, seed: options.seed, folder: own, onProgress },
      });
      counts.set(job, result.executions);
      results.set(job, keep(job, result));
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  clearInterval(tell);
  if (process.stderr.isTTY && !options.json) process.stderr.write("\r\u001b[K");
  report(results, (performance.now() - started) / 1000);
}

/** The input of a finding outlives this run. */
function keep(job: Job, result: FuzzResult): FuzzResult {
  if (!result.finding) return result;
  mkdirSync(options.out, { recursive: true });
  const file = join(options.out, jobName(job));
  cpSync(result.finding.file, file);
  return { ...result, finding: { ...result.finding, file } };
}

function report(results: ReadonlyMap<Job, FuzzResult>, seconds: number): void {
  const all = [...results].sort(([a], [b]) => jobName(a).localeCompare(jobName(b)));
  const executions = all.reduce((sum, [, result]) => sum + result.executions, 0);
  const found = all.filter(([, { finding }]) => finding);
  const rate = Math.round(executions / seconds);
  if (options.json) {
    const runs = all.map(([job, result]) => ({ image: job.variant.name, target: job.target, ...result }));
    process.stdout.write(
      `${JSON.stringify({ seed: options.seed, executions, seconds, rate, runs }, null, 2)}\n`,
    );
  } else {
    for (const [job, { executions: count, seconds: own, edges }] of all) {
      const figures = `${count} executions, ${Math.round(count / own)} a second, ${edges} edges`;
      process.stdout.write(`${jobName(job).padEnd(22)} ${figures}\n`);
    }
    for (const [job, { finding }] of found) {
      const again = `npm run fuzz:device -- --image ${job.variant.name} --target ${job.target} --input ${finding!.file}`;
      process.stdout.write(`\n${jobName(job)}: ${finding!.text}\n  again: ${again}\n`);
    }
    const verdict = found.length === 0 ? "no finding" : `${found.length} findings`;
    process.stdout.write(
      `${executions} executions in ${Math.round(seconds)} s, ${rate} a second: ${verdict}\n`,
    );
  }
  process.exitCode = found.length === 0 ? 0 : 1;
}

async function runInput(job: Job, file: string): Promise<void> {
  const text = await replay(job.program, job.target, file);
  const words = text ?? "nothing is wrong";
  if (options.json) process.stdout.write(`${JSON.stringify({ input: file, finding: text ?? null })}\n`);
  else process.stdout.write(`${basename(file)}: ${words}\n`);
  process.exitCode = text === undefined ? 0 : 1;
}

const jobs = await buildAll();
if (options.input !== undefined) await runInput(jobs[0], options.input);
else await fuzzAll(jobs);
