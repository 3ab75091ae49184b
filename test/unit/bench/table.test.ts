import assert from "node:assert/strict";
import { chosen } from "../../bench/main.ts";
import { median, tableText } from "../../bench/table.ts";

describe("the benchmarks", () => {
  it("are all that there are, or those that are named", () => {
    assert.deepEqual(chosen([]), ["compiler", "device", "emulator"]);
    assert.deepEqual(chosen(["compiler"]), ["compiler"]);
    assert.throws(() => chosen(["speed"]), /unknown benchmark "speed"; known: compiler, device, emulator/);
  });

  it("take the middle one of their measurements", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 2, 100]), 3);
  });

  it("print names to the left and figures to the right", () => {
    const table = {
      title: "Times",
      head: ["", "ms"],
      rows: [
        ["cold", "1000"],
        ["again", "7"],
      ],
    };
    assert.equal(tableText(table), "Times\n           ms\n  cold   1000\n  again     7\n");
  });
});
