import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { blankCases } from "../compiler/blank-cases.ts";
import { dataCases } from "../compiler/data-cases.ts";
import { programCases, widthCases } from "../compiler/same-cases.ts";
import { type Case, inFolder, programOf } from "../compiler/targets.ts";
import { bundleOf, LUAS, runBundle } from "./luas.ts";

const END = 0xffffffff;

describe("programs in Lua", function () {
  this.timeout(60000);

  for (const [what, cases] of [
    ["of single expressions", widthCases],
    ["of statements, storage and references", programCases],
    ["of arrays of records and references to them", dataCases],
    ["of local arrays without a first value", blankCases],
  ] as const) {
    describe(what, () => {
      let results: Results;
      before(async () => {
        results = await runInAll(cases);
      });
      for (const [which, { name }] of cases.entries()) {
        it(`give what they give under Node: ${name}`, () => compareResults(cases, results, which));
      }
    });
  }
});

interface Results {
  readonly calls: readonly { readonly which: number; readonly a: number; readonly b: number }[];
  readonly node: readonly number[];
  /** By the name of the Lua. */
  readonly lua: ReadonlyMap<string, readonly number[]>;
}

async function runInAll(cases: readonly Case[]): Promise<Results> {
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

function compareResults(cases: readonly Case[], { calls, node, lua }: Results, which: number): void {
  const own = calls.flatMap((call, i) => (call.which === which ? [i] : []));
  assert.ok(own.length >= 12);
  for (const [name, values] of lua) {
    for (const i of own) {
      const { a, b } = calls[i];
      assert.equal(values[i], node[i], `${cases[which].name}: run(${a}, ${b}) in ${name}`);
    }
  }
}
