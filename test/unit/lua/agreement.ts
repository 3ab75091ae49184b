/** Whether programs give the same in every Lua as under Node. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Case, inFolder, programOf } from "../compiler/targets.ts";
import { bundleOf, LUAS, runBundle } from "./luas.ts";

const END = 0xffffffff;

export interface Results {
  readonly calls: readonly { readonly which: number; readonly a: number; readonly b: number }[];
  readonly node: readonly number[];
  /** By the name of the Lua. */
  readonly lua: ReadonlyMap<string, readonly number[]>;
}

/** Runs the cases on their inputs under Node and in every Lua. */
export async function runInAll(cases: readonly Case[]): Promise<Results> {
  return inFolder(Object.entries(programOf(cases)), async (folder) => {
    const calls = cases.flatMap(({ inputs }, which) => inputs.map(([a, b]) => ({ which, a, b })));
    const words = [...calls.flatMap(({ which, a, b }) => [which, a, b]), END];
    const bundles = { "5.1": bundleOf(folder, "5.1").bundle, "5.3": bundleOf(folder, "5.3").bundle };
    const lua = new Map(LUAS.map((one) => [one.name, runBundle(one, folder, bundles[one.dialect], words)]));
    return { calls, node: await runNode(folder, words), lua };
  });
}

async function runNode(folder: string, words: readonly number[]): Promise<number[]> {
  const port = await import(pathToFileURL(join(folder, "port.ts")).href);
  const program = await import(pathToFileURL(join(folder, "main.ts")).href);
  let next = 0;
  const written: number[] = [];
  port.bind(
    () => words[next++],
    (value: number) => written.push(value),
  );
  program.main();
  return written;
}

/** Fails where a Lua gives for a case what Node does not. */
export function compareResults(cases: readonly Case[], { calls, node, lua }: Results, which: number): void {
  const own = calls.flatMap((call, i) => (call.which === which ? [i] : []));
  assert.ok(own.length >= 12);
  for (const [name, values] of lua) {
    for (const i of own) {
      const { a, b } = calls[i];
      assert.equal(values[i], node[i], `${cases[which].name}: run(${a}, ${b}) in ${name}`);
    }
  }
}
