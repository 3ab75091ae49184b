/** The fuzz finds a bug of each kind, and shrinks what it finds. planted-bugs.long.ts has all of them. */
import assert from "node:assert/strict";
import { describeDifference } from "./describe.ts";
import { findOne } from "./find-one.ts";
import { PLANTED_BUGS, planted, SHORT_FORM, withPlanted } from "./planted-bugs.ts";
import { lineCount } from "./program.ts";
import { reduce } from "./reduce.ts";
import { targetsNamed } from "./targets.ts";

describe("random programs find a planted bug", function () {
  this.timeout(300_000);

  it("of which each has its place in the compiler", () => {
    for (const bug of PLANTED_BUGS) assert.notEqual(planted(bug), "");
  });

  const [first, ...others] = SHORT_FORM;
  for (const bug of others) {
    it(bug.name, async () => {
      const found = await withPlanted(bug, (toolchain) => findOne(toolchain, bug.targets));
      assert.ok(found, "no program shows it");
    });
  }

  it(`${first.name}, and it is shrunk to a few lines`, async () => {
    await withPlanted(first, async (toolchain) => {
      const found = await findOne(toolchain, first.targets);
      assert.ok(found, "no program shows it");
      const targets = targetsNamed(first.targets);
      const small = await reduce(found, { targets, toolchain, limitMs: 120_000 });
      assert.ok(lineCount(small.program) <= 15, describeDifference(small));
    });
  });
});
