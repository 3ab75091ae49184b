/** Builds the images, fuzzes them by their targets in several processes, and says what came of it. */
import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createCompiler } from "../../../toolchain/compiler/index.ts";
import { ownFolder } from "../command.ts";
import { buildFuzzer } from "./build.ts";
import type { Options } from "./options.ts";
import { type FuzzResult, fuzz, replay } from "./run.ts";
import { type Target, targetsOf, type Variant } from "./variants.ts";

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
function progress({ json }: Options, text: string): void {
  if (json) return;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${text}`);
  } else if (performance.now() >= nextLine) {
    process.stderr.write(`${text}\n`);
    nextLine = performance.now() + LINE_EVERY_MS;
  }
}

async function buildAll(options: Options): Promise<Job[]> {
  const compiler = createCompiler();
  const jobs: Job[] = [];
  for (const variant of options.variants) {
    progress(options, `building ${variant.name}`);
    const program = await buildFuzzer({ variant, folder: join(folder, variant.name), compiler });
    const targets = targetsOf(variant).filter((target) => options.targets.includes(target));
    jobs.push(...targets.map((target) => ({ variant, target, program })));
  }
  return jobs;
}

async function fuzzAll(options: Options, jobs: readonly Job[]): Promise<void> {
  const started = performance.now();
  const counts = new Map<Job, number>();
  const results = new Map<Job, FuzzResult>();
  const tell = setInterval(() => {
    const done = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const rate = Math.round(done / ((performance.now() - started) / 1000));
    const findings = [...results.values()].filter(({ finding }) => finding).length;
    progress(options, `${done} of ${options.executions} executions, ${rate} a second, ${findings} findings`);
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
      results.set(job, keep(options.out, job, result));
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  clearInterval(tell);
  if (process.stderr.isTTY && !options.json) process.stderr.write("\r\u001b[K");
  report(options, results, (performance.now() - started) / 1000);
}

/** The input of a finding outlives this run. */
function keep(out: string, job: Job, result: FuzzResult): FuzzResult {
  if (!result.finding) return result;
  mkdirSync(out, { recursive: true });
  const file = join(out, jobName(job));
  cpSync(result.finding.file, file);
  return { ...result, finding: { ...result.finding, file } };
}

function report(options: Options, results: ReadonlyMap<Job, FuzzResult>, seconds: number): void {
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

async function runInput({ json }: Options, job: Job, file: string): Promise<void> {
  const text = await replay(job.program, job.target, file);
  const words = text ?? "nothing is wrong";
  if (json) process.stdout.write(`${JSON.stringify({ input: file, finding: text ?? null })}\n`);
  else process.stdout.write(`${basename(file)}: ${words}\n`);
  process.exitCode = text === undefined ? 0 : 1;
}

/** Sets the exit code. */
export async function runLongForm(options: Options): Promise<void> {
  const jobs = await buildAll(options);
  if (options.input !== undefined) await runInput(options, jobs[0], options.input);
  else await fuzzAll(options, jobs);
}
