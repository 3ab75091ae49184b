import assert from "node:assert/strict";
import { type Duration, nsOf } from "../../../hil/rig/duration.ts";

describe("a span of time", () => {
  const right: readonly [Duration, number][] = [
    ["250 us", 250_000],
    ["500 ms", 5e8],
    ["20 s", 20e9],
    ["1.5 min", 90e9],
    ["2 h", 7200e9],
    ["1 d", 86_400e9],
    ["0 s", 0],
  ];
  for (const [text, ns] of right) {
    it(`is read from "${text}"`, () => {
      assert.equal(nsOf(text), ns);
    });
  }

  for (const text of [
    "20",
    "20s",
    "s",
    " s",
    "-1 s",
    "NaN s",
    "Infinity s",
    "1 fortnight",
    "1 s 2 s",
    "1 toString",
  ]) {
    it(`is not "${text}"`, () => {
      assert.throws(() => nsOf(text as Duration), { name: "RangeError", message: /is no span of time/ });
    });
  }
});
