/** `npm run bench -- [name...] [--json]`: runs benchmarks and prints tables, or one JSON document. Asserts nothing. */
import { pathToFileURL } from "node:url";
import { compilerBench } from "./compiler.ts";
import { deviceBench } from "./device.ts";
import { emulatorBench } from "./emulator.ts";
import { type Bench, tableText } from "./table.ts";

const BENCHES: Readonly<Record<string, () => Bench | Promise<Bench>>> = {
  compiler: compilerBench,
  device: deviceBench,
  emulator: emulatorBench,
};

/** The benchmarks by name, all where none is named. Throws with the known names for another. */
export function chosen(names: readonly string[]): string[] {
  const known = Object.keys(BENCHES);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`unknown benchmark "${unknown.join('", "')}"; known: ${known.join(", ")}`);
  }
  return names.length > 0 ? [...names] : known;
}

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  const results: (readonly [name: string, Bench])[] = [];
  for (const name of chosen(args.filter((arg) => arg !== "--json"))) {
    results.push([name, await BENCHES[name]()]);
  }
  if (json) {
    const data = Object.fromEntries(results.map(([name, { data }]) => [name, data]));
    process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
    return;
  }
  for (const [, { tables }] of results) process.stdout.write(`${tables.map(tableText).join("\n")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}
