/** The gateways that a spec chooses: what they get where nothing is said, and what is refused. */
import assert from "node:assert/strict";
import { chosenGateways } from "../../../hil/rig/gateways.ts";
import { openRig } from "../../../hil/rig/index.ts";
import { seededRandom } from "../../../hil/rig/random.ts";

describe("the gateways of a run", () => {
  it("are one by the run's own clock, where nothing is said", () => {
    assert.deepEqual(chosenGateways(undefined, undefined, seededRandom(1)), [
      { eui: "02000000FFFE0001", protocol: "udp" },
    ]);
  });

  it("have EUIs that count on, and clocks of their own that follow from the seed", () => {
    const choose = (seed: number) =>
      chosenGateways([{}, { position: [1, 2] }, { eui: "00000000000000ab" }], "station", seededRandom(seed));
    const [first, second, third] = choose(1);
    assert.equal(first.counter, undefined);
    assert.equal(second.eui, "02000000FFFE0002");
    assert.deepEqual(second.position, [1, 2]);
    assert.equal(third.eui, "00000000000000AB");
    for (const { counter, protocol } of [second, third]) {
      assert.equal(protocol, "station");
      assert.ok(counter!.startUs! > 0 && Math.abs(counter!.errorPpm!) <= 2);
    }
    assert.notEqual(second.counter!.startUs, third.counter!.startUs);
    assert.deepEqual(choose(1), [first, second, third]);
    assert.notDeepEqual(choose(2)[1].counter, second.counter);
  });

  for (const [what, options, message] of [
    ["none", { gateways: [] }, /^gateways: there may be 1 to 100, not 0$/],
    [
      "an EUI that is none",
      { gateways: [{ eui: "12" }] },
      /^gateways: the EUI "12" must have 16 hexadecimal/,
    ],
    [
      "one EUI twice",
      { gateways: [{}, { eui: "02000000fffe0001" }] },
      /^gateways: two have the EUI 02000000FFFE0001$/,
    ],
    [
      "a place that is none",
      { gateways: [{ position: [0, Number.NaN] }] },
      /^position of 02000000FFFE0001 must be/,
    ],
    ["negative shadowing", { shadowingDb: -1 }, /^shadowingDb must be a number from 0 on, not -1$/],
  ] as const) {
    it(`are not ${what}`, async () => {
      const opening = openRig({ board: "pro-mini-rfm95", lorawan: "1.1", ...options });
      await assert.rejects(opening, { name: "RigError", kind: "usage", message });
    });
  }
});
