/** A concentrator's counter: where it begins, how it drifts, and that instants come back out of it. */
import assert from "node:assert/strict";
import { Counter } from "../../../hil/gateway/counter.ts";

describe("the counter of a concentrator", () => {
  for (const [choice, ns, us] of [
    [{}, 0, 0],
    [{}, 1_999, 1],
    [{ startUs: 4_294_000_000 }, 2_000_000_000, 4_296_000_000],
    [{ errorPpm: 2 }, 1_000_000_000_000, 1_000_002_000],
    [{ errorPpm: -2, startUs: 7 }, 1_000_000_000_000, 999_998_007],
  ] as const) {
    it(`${JSON.stringify(choice)} shows ${us} at ${ns} ns`, () =>
      assert.equal(new Counter(choice).usAt(ns), us));
  }

  for (const choice of [{}, { startUs: 123_456, errorPpm: 1.7 }, { errorPpm: -20 }]) {
    it(`${JSON.stringify(choice)} comes to each number at an instant at which it shows that`, () => {
      const counter = new Counter(choice);
      for (const us of [123_456, 123_457, 1_000_000, 3_600_000_001, 86_400_000_000]) {
        assert.equal(counter.usAt(counter.nsAt(us)), us);
      }
    });
  }
});
