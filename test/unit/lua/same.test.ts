import { blankCases } from "../compiler/blank-cases.ts";
import { dataCases } from "../compiler/data-cases.ts";
import { programCases, widthCases } from "../compiler/same-cases.ts";
import { compareResults, type Results, runInAll } from "./agreement.ts";

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
