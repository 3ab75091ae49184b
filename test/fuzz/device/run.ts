/** One run of libFuzzer over one target of one image, and what it has found. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { seedsOf } from "./seeds.ts";
import type { Target, Variant } from "./variants.ts";

export interface FuzzOptions {
  /** What `buildFuzzer` has made. */
  readonly program: string;
  /** What it was made of. */
  readonly variant: Variant;
  readonly target: Target;
  readonly executions: number;
  /** From 0: the same seed runs the same inputs, where addresses are fixed. */
  readonly seed: number;
  /** Made if need be; receives the inputs, and the one of a finding. */
  readonly folder: string;
  /** Told about once a second: executions so far. */
  readonly onProgress?: (executions: number) => void;
}

export interface Finding {
  /** What is wrong, and where in the firmware, where that is known. */
  readonly text: string;
  /** The file with the input. */
  readonly file: string;
}

export interface FuzzResult {
  readonly executions: number;
  readonly seconds: number;
  /** Edges of the program's graph that were reached. */
  readonly edges: number;
  readonly finding: Finding | undefined;
}

/**
 * The program has the same addresses in each run, where the kernel allows that: the checks of the address sanitizer take
 * other ways at others, which counts as coverage, and then the same seed would not run the same inputs.
 */
const FIXED_ADDRESSES = ["setarch", "-R"];
export const hasFixedAddresses: boolean =
  spawnSync(FIXED_ADDRESSES[0], [...FIXED_ADDRESSES.slice(1), "true"]).status === 0;

const MAX_LENGTH = 256;
/** Seconds after which an execution counts as one that does not end; a usual one takes less than a millisecond. */
const TIMEOUT_S = 20;
/** From a finding, which is told at its end. */
const WORDS = /^(?:finding: |.*runtime error: |==\d+== ?ERROR: |SUMMARY: )(.*)$/m;

/** Runs one target. Throws where the program does not do what libFuzzer does. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { variant, target, executions, seed, folder } = options;
  const inputs = join(folder, "inputs");
  mkdirSync(inputs, { recursive: true });
  const files = seedsOf(target, variant).map((input, index) => {
    const file = join(inputs, `seed-${index}`);
    writeFileSync(file, input);
    return file;
  });
  const { text, seconds } = await runProgram(options, [
    `-runs=${executions}`,
    `-seed=${seed + 1}`, // 0 is one of libFuzzer's own choice
    `-max_len=${MAX_LENGTH}`,
    `-timeout=${TIMEOUT_S}`,
    // Operands of comparisons as inputs: pointers are among them, and those differ from run to run.
    "-use_cmp=0",
    // Nothing of the firmware is on the heap, and what looks like a leak, to another thread's malloc, would be run again.
    "-detect_leaks=0",
    "-print_final_stats=1",
    `-artifact_prefix=${join(folder, "finding-")}`,
    `-seed_inputs=${files.join(",")}`, // in this order, which that of a folder's files need not be
  ]);
  const units = /^stat::number_of_executed_units:\s*(\d+)/m.exec(text);
  const edges = [...text.matchAll(/ cov: (\d+)/g)].at(-1);
  const file = readdirSync(folder).find((name) => name.startsWith("finding-"));
  if (!units) throw new Error(`the fuzzer ended without its figures:\n${text.slice(-4000)}`);
  return {
    executions: Number(units[1]),
    seconds,
    edges: Number(edges?.[1] ?? 0),
    finding: file ? { text: findingIn(text), file: join(folder, file) } : undefined,
  };
}

/** Runs the input of a file once: what is wrong, or undefined. */
export async function replay(program: string, target: Target, file: string): Promise<string | undefined> {
  readFileSync(file); // says so where there is none: libFuzzer takes any name for a new folder
  const { text, status } = await runProgram({ program, target }, [`-timeout=${TIMEOUT_S}`, file]);
  return status === 0 ? undefined : findingIn(text);
}

function runProgram(
  { program, target, onProgress }: Pick<FuzzOptions, "program" | "target" | "onProgress">,
  args: readonly string[],
): Promise<{ text: string; status: number | null; seconds: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const [command, ...rest] = [...(hasFixedAddresses ? FIXED_ADDRESSES : []), program, ...args];
    const child = spawn(command, rest, {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      env: { ...process.env, FUZZ_TARGET: target, ASAN_OPTIONS: "detect_leaks=0" },
    });
    const end = () => child.kill();
    process.on("exit", end); // the fuzzer would go on without whoever started it
    let text = "";
    child.stderr!.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    const counts = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream });
    counts.on("line", (line) => onProgress?.(Number(line)));
    child.on("error", reject);
    child.on("close", (status) => {
      process.off("exit", end);
      resolve({ text, status, seconds: (performance.now() - started) / 1000 });
    });
  });
}

function findingIn(text: string): string {
  const words = WORDS.exec(text)?.[1] ?? text.trim().split("\n").at(-1) ?? "";
  const variable = /^changed: (.*)$/m.exec(text);
  // What the harness finds, it finds between two steps of the firmware.
  const place = text.includes("\nfinding: ") ? null : / in \w+ .*?(firmware\/\S+?:\d+)/.exec(text);
  return `${words}${variable ? ` (${variable[1]})` : ""}${place ? `, at ${place[1]}` : ""}`;
}
