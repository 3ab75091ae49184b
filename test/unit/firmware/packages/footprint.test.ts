/** What the application packages cost, to the octet, beside an image that has none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  measurePackages,
  PACKAGE_BOARDS,
  PACKAGES,
  type PackageFigures,
  packageTable,
} from "../../../bench/packages.ts";

const FILE = "test/data/packages.json";
const known: readonly PackageFigures[] = JSON.parse(
  readFileSync(new URL("../../../data/packages.json", import.meta.url), "utf8"),
);

describe("the footprint of the application packages", function () {
  this.timeout(600_000);

  let measured: readonly PackageFigures[];
  before(async () => {
    measured = await measurePackages();
  });

  it("is known for each package and board", () => {
    const expected = Object.keys(PACKAGE_BOARDS).flatMap((board) =>
      Object.keys(PACKAGES).map((name) => `${name} ${board}`),
    );
    assert.deepEqual(
      known.map((one) => `${one.package} ${one.board}`),
      expected,
    );
  });

  for (const before of known)
    it(`is what ${FILE} says: ${before.package} on ${before.board}`, function () {
      const now = measured.find((one) => one.board === before.board && one.package === before.package);
      if (now?.gcc !== before.gcc) this.skip();
      assert.deepEqual(now, before, `if that is meant, ${FILE} is now:\n${JSON.stringify(measured)}`);
    });

  it("is a table of the bench", () => {
    const { rows } = packageTable([
      { board: "b", gcc: "1", package: "TS003", flashBytes: 3, ramBytes: 2, stackBytes: -1 },
    ]);
    assert.deepEqual(rows, [["TS003", "b", "3", "2", "-1"]]);
  });
});
