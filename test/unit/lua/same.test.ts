import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "../../../toolchain/compiler/index.ts";
import { blankCases } from "../compiler/blank-cases.ts";
import { dataCases } from "../compiler/data-cases.ts";
import { randomFrom, randomInput, randomModule } from "../compiler/random-programs.ts";
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

  it("give what they give under Node where they are random", async () => {
    const cases = accepted(Array.from({ length: 60 }, (_, seed) => randomCase(seed)));
    assert.ok(cases.length >= 30, `only ${cases.length} of 60 programs were accepted`);
    const results = await runInAll(cases);
    for (const which of cases.keys()) compareResults(cases, results, which);
  });
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

function randomCase(seed: number): Case {
  const random = randomFrom(seed + 5000);
  const inputs = Array.from({ length: 12 }, () => [randomInput(random), randomInput(random)] as const);
  return { name: `seed ${seed}`, source: randomModule(seed), inputs };
}

/** The cases that the compiler takes: it is asked again without those that it refuses. */
function accepted(cases: readonly Case[]): readonly Case[] {
  const { diagnostics } = inFolder(Object.entries(programOf(cases)), (folder) =>
    compile({ entry: join(folder, "main.ts") }),
  );
  const refused = new Set(
    diagnostics.map(({ file }) => Number(/case(\d+)\.ts$/.exec(file?.fileName ?? "")?.[1])),
  );
  return refused.size === 0 ? cases : accepted(cases.filter((_, i) => !refused.has(i)));
}
