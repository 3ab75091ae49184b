/** `npm run bench -- [name...] [--json]`: runs benchmarks and prints tables, or one JSON document. Asserts nothing. */
import { pathToFileURL } from "node:url";
import { Argument, Command, CommanderError } from "commander";
import { compilerBench } from "./compiler.ts";
import { deviceBench } from "./device.ts";
import { emulatorBench } from "./emulator.ts";
import { Progress } from "./progress.ts";
import { type Bench, tableText } from "./table.ts";

interface Options {
  readonly json?: boolean;
  readonly write?: boolean;
}

type Run = (progress: (what: string) => void, options: Options) => Bench | Promise<Bench>;

const BENCHES: Readonly<Record<string, Run>> = {
  compiler: compilerBench,
  device: (progress, { write = false }) => deviceBench(progress, write),
  emulator: emulatorBench,
};

/**
 * What is read from the words behind the command; `action` gets the names of the benchmarks, all where none is named.
 */
export function commandLine(action: (names: readonly string[], options: Options) => Promise<void>): Command {
  const known = Object.keys(BENCHES);
  return new Command("npm run bench --")
    .description(
      "measure: how long the compiler takes, what the device takes, how fast the emulated boards are",
    )
    .addArgument(new Argument("[name...]", "the benchmarks; all of them without a name").choices(known))
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--write", "of device: keep its figures in test/data and the tables of docs")
    .exitOverride()
    .addHelpText(
      "after",
      `
Says on stderr what it is doing. Some minutes pass: the compiler takes half a minute, the device three, the emulator one.
docs/benchmarks.md explains the figures.`,
    )
    .action((names: readonly string[], options: Options) =>
      action(names.length > 0 ? names : known, options),
    );
}

async function run(names: readonly string[], options: Options): Promise<void> {
  const results: (readonly [name: string, Bench])[] = [];
  const progress = new Progress(process.stderr);
  try {
    for (const name of names)
      results.push([name, await BENCHES[name]((what) => progress.say(what), options)]);
  } finally {
    progress.end();
  }
  if (options.json) {
    const data = Object.fromEntries(results.map(([name, { data }]) => [name, data]));
    process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    return;
  }
  for (const [, { tables }] of results) process.stdout.write(`${tables.map(tableText).join("\n")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await commandLine(run).parseAsync();
  } catch (error) {
    // What is wrong with the words has been said.
    if (!(error instanceof CommanderError)) process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
  }
}
