/** The fuzz finds each of the planted bugs. */
import assert from "node:assert/strict";
import { findOne } from "./find-one.ts";
import { PLANTED_BUGS, SHORT_FORM, withPlanted } from "./planted-bugs.ts";

describe("random programs find a planted bug", function () {
  this.timeout(300_000);

  for (const bug of PLANTED_BUGS.filter((one) => !SHORT_FORM.includes(one))) {
    it(bug.name, async () => {
      const found = await withPlanted(bug, (toolchain) => findOne(toolchain, bug.targets));
      assert.ok(found, "no program shows it");
    });
  }
});
