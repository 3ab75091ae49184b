import assert from "node:assert/strict";
import { blankCases } from "./blank-cases.ts";
import { dataCases } from "./data-cases.ts";
import { programCases, widthCases } from "./same-cases.ts";
import { type Outcome, runEverywhere } from "./targets.ts";

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
});
