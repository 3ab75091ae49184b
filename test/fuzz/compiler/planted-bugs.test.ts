import assert from "node:assert/strict";
import { compare, type Difference } from "./compare.ts";
import { describeDifference } from "./describe.ts";
import { generateProgram } from "./generator/index.ts";
import { PLANTED_BUGS, withPlanted } from "./planted-bugs.ts";
import { lineCount } from "./program.ts";
import { seedOf } from "./random.ts";
import { reduce } from "./reduce.ts";
import { targetsNamed } from "./targets.ts";
import type { Toolchain } from "./toolchain.ts";

/** As many as the short form of the fuzz runs. */
const PROGRAMS = 96;
const AT_ONCE = 24;

/** The first difference that the programs of the short form show. */
async function findOne(toolchain: Toolchain, targets: readonly string[]): Promise<Difference | undefined> {
  for (let from = 0; from < PROGRAMS; from += AT_ONCE) {
    const programs = Array.from({ length: AT_ONCE }, (_, i) => generateProgram(seedOf(1, from + i)));
    const { differences } = await compare(programs, targetsNamed(targets), toolchain);
    if (differences.length > 0) return differences[0];
  }
  return undefined;
}

describe("random programs find a planted bug", function () {
  this.timeout(300_000);

  for (const bug of PLANTED_BUGS) {
    it(bug.name, async () => {
      const found = await withPlanted(bug, (toolchain) => findOne(toolchain, bug.targets));
      assert.ok(found, "no program shows it");
    });
  }

  it("and it is shrunk to a few lines", async () => {
    const bug = PLANTED_BUGS[0];
    await withPlanted(bug, async (toolchain) => {
      const found = await findOne(toolchain, bug.targets);
      assert.ok(found);
      const targets = targetsNamed(bug.targets);
      const small = await reduce(found, { targets, toolchain, limitMs: 120_000 });
      assert.ok(lineCount(small.program) <= 15, describeDifference(small));
    });
  });
});
