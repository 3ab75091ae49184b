/** The table of docs/regions.md has a row for each region, and is as old as the figures that the tests hold exactly. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { documentedRegions, REGION_ROWS } from "../../bench/region-sizes.ts";

const WAY_OUT = "npm run bench -- device --write measures all rows anew";

const { boards } = JSON.parse(
  readFileSync(new URL("../../data/footprint.json", import.meta.url), "utf8"),
) as Record<"boards", Record<string, Record<string, { flashBytes: number; ramBytes: number }>>>;

describe("sizes by region", () => {
  it("are there for each", () => {
    assert.deepEqual([...documentedRegions().keys()], REGION_ROWS);
  });

  it("are those of the firmware as it is: EU868 has the figures of its footprint", () => {
    const [, , ...figures] = documentedRegions().get("EU868")!;
    const known = ["pro-mini-rfm95", "nucleo-l073rz-sx1276"].flatMap((board) => {
      const { flashBytes, ramBytes } = boards[board]["1.1"];
      return [flashBytes, ramBytes];
    });
    const said = figures.map((cell) => Number(cell.replace(",", "")));
    assert.deepEqual(said, known, WAY_OUT);
  });
});
