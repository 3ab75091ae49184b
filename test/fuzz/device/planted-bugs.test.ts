/** The fuzz finds a bug by each of its targets. planted-bugs.long.ts has all bugs. */
import assert from "node:assert/strict";
import { compileForBoard } from "../../../toolchain/image/index.ts";
import { packageRoot } from "../../../toolchain/package-root.ts";
import { optionsOf } from "./build.ts";
import { specifyPlanted } from "./find-planted.ts";
import { PLANTED_BUGS, type PlantedBug, plantInC, plantInFirmware, SHORT_FORM } from "./planted-bugs.ts";
import { TARGETS, VARIANTS } from "./variants.ts";

describe("the fuzz of the device finds a planted bug", function () {
  this.timeout(300_000);

  it("of which each has its place", () => {
    const isOfC = ({ file }: PlantedBug) => file.endsWith(".c");
    for (const bug of PLANTED_BUGS.filter(isOfC)) {
      const variant = VARIANTS.find(({ name }) => name === bug.variant)!;
      assert.ok(plantInC(bug, compileForBoard(optionsOf(variant)).files).size > 0);
    }
    for (const bug of PLANTED_BUGS.filter((one) => !isOfC(one))) {
      assert.equal(Object.keys(plantInFirmware(bug, packageRoot)).length, 1);
    }
  });

  it("by each target", () => {
    assert.deepEqual(SHORT_FORM.map(({ target }) => target).sort(), [...TARGETS].sort());
  });

  for (const bug of SHORT_FORM) specifyPlanted(bug);
});
