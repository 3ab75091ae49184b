/** What is lost between stations, by what is said of them: a table against the figures that were measured. */
import assert from "node:assert/strict";
import { OULU_SHADOWING_DB, type Placement, pathLossDb } from "../../../hil/air/index.ts";
import { Propagation } from "../../../hil/air/propagation.ts";

const near = (actual: number, expected: number, within = 0.01) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

describe("path loss", () => {
  // 128.95 + 23.2 lg(d / 1 km); FLoRa's LoRaPathLossOulu gives the same.
  for (const [distanceM, lossDb] of [
    [0, 59.35],
    [1, 59.35],
    [10, 82.55],
    [100, 105.75],
    [1000, 128.95],
    [2000, 135.93],
    [10_000, 152.15],
  ] as const) {
    it(`over ${distanceM} m is ${lossDb} dB`, () => near(pathLossDb(distanceM), lossDb));
  }

  /** Two stations, and what is said of both. */
  const lossDb = (a: Placement, b: Placement, set?: number) => {
    const propagation = new Propagation();
    propagation.place("a", a);
    propagation.place("b", b);
    if (set !== undefined) propagation.setPathLossDb("b", "a", set);
    assert.equal(propagation.lossDb("a", "b"), propagation.lossDb("b", "a"));
    return propagation.lossDb("a", "b");
  };
  for (const [what, a, b, set, expected] of [
    ["of stations without a place is the usual one", {}, {}, undefined, 100],
    ["needs the places of both", { position: [0, 0] }, {}, undefined, 100],
    ["goes by the distance", { position: [0, 3000] }, { position: [4000, 0] }, undefined, 145.17],
    [
      "of a station goes before its place",
      { position: [0, 0], pathLossDb: 90 },
      { position: [9, 9] },
      undefined,
      90,
    ],
    ["of two stations is the greater one", { pathLossDb: 90 }, { pathLossDb: 120 }, undefined, 120],
    ["of a pair goes before all", { position: [0, 0], pathLossDb: 90 }, { pathLossDb: 80 }, 70, 70],
    ["is less by both antennas", { antennaGainDbi: 2 }, { antennaGainDbi: 6 }, 130, 122],
    ["may be infinite", { pathLossDb: Number.POSITIVE_INFINITY }, {}, undefined, Number.POSITIVE_INFINITY],
  ] as const) {
    it(what, () => {
      const actual = lossDb(a, b, set);
      if (actual !== expected) near(actual, expected);
    });
  }

  for (const [what, placement, message] of [
    [
      "position that is no number",
      { position: [0, Number.NaN] },
      /^position of a must be two numbers of metres, not 0,NaN$/,
    ],
    [
      "position of one number",
      { position: [1] as unknown as readonly [number, number] },
      /^position of a must be two/,
    ],
    ["gain that is infinite", { antennaGainDbi: Number.POSITIVE_INFINITY }, /^antennaGainDbi of a must be/],
    ["loss that is no number", { pathLossDb: Number.NaN }, /^pathLossDb of a must be/],
  ] as const) {
    it(`has no ${what}`, () => {
      assert.throws(() => new Propagation().place("a", placement), { name: "RangeError", message });
    });
  }

  it("has shadowing of one figure a pair, by the seed, spread as it was measured", () => {
    const shadows = (seed: number) => {
      const propagation = new Propagation({ sigmaDb: OULU_SHADOWING_DB, seed });
      const names = Array.from({ length: 1000 }, (_, index) => `device-${index}`);
      propagation.place("gateway", { position: [0, 0] });
      for (const name of names) propagation.place(name, { position: [1000, 0] });
      return names.map((name) => {
        const loss = propagation.lossDb(name, "gateway");
        assert.equal(propagation.lossDb("gateway", name), loss);
        return loss - pathLossDb(1000);
      });
    };
    const figures = shadows(1);
    const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
    const deviation = Math.sqrt(
      figures.reduce((sum, value) => sum + (value - mean) ** 2, 0) / figures.length,
    );
    near(mean, 0, 0.7);
    near(deviation, OULU_SHADOWING_DB, 0.5);
    assert.deepEqual(shadows(1), figures);
    assert.notDeepEqual(shadows(2), figures);
  });
});
