import assert from "node:assert/strict";
import { join } from "node:path";
import { compile } from "../../../toolchain/compiler/index.ts";
import { blankCases } from "./blank-cases.ts";
import { dataCases } from "./data-cases.ts";
import { randomFrom, randomInput, randomModule } from "./random-programs.ts";
import { programCases, widthCases } from "./same-cases.ts";
import { type Case, inFolder, type Outcome, programOf, runEverywhere } from "./targets.ts";

describe("compiled programs", function () {
  this.timeout(60000);

  for (const [what, cases] of [
    ["of single expressions", widthCases],
    ["of statements, storage and references", programCases],
    ["of arrays of records and references to them", dataCases],
    ["of local storage", blankCases],
  ] as const) {
    describe(what, () => {
      let outcomes: Outcome[];
      before(async () => {
        outcomes = await runEverywhere(cases, { avr: true });
      });
      for (const { name } of cases) {
        it(`give the same under Node, on the host and on AVR: ${name}`, () => {
          const own = outcomes.filter((outcome) => outcome.name === name);
          assert.ok(own.length > 20);
          for (const { a, b, node, host, avr } of own)
            assert.deepEqual([host, avr], [node, node], `run(${a}, ${b})`);
        });
      }
    });
  }

  it("give the same where they are random", async () => {
    const cases = accepted(Array.from({ length: 24 }, (_, seed) => randomCase(seed)));
    assert.ok(cases.length >= 12, `only ${cases.length} of 24 programs were accepted`);
    for (let i = 0; i < cases.length; i += 9) {
      // Random expressions compare what is always smaller, and mix signs in ways that no one writes.
      const flags = ["-Wno-type-limits", "-Wno-sign-conversion"];
      const outcomes = await runEverywhere(cases.slice(i, i + 9), { avr: true, flags });
      for (const { name, a, b, node, host, avr } of outcomes) {
        assert.deepEqual([host, avr], [node, node], `${name}: run(${a}, ${b})`);
      }
    }
  });
});

function randomCase(seed: number): Case {
  const random = randomFrom(seed + 1000);
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
