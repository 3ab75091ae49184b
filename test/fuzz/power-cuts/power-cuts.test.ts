/** The short form of the campaign, and that it finds what it looks for. */
import assert from "node:assert/strict";
import { isDataFrame } from "../../../hil/lorawan/index.ts";
import { type Bench, seeded } from "../../unit/firmware/support/bench.ts";
import { planCuts } from "./plan.ts";
import { campaign, imageFor, SHORT_FORM_BOARDS, specifySurvival } from "./survival.ts";

describe("power cuts", () => {
  for (const board of SHORT_FORM_BOARDS) specifySurvival(board);
});

describe("a campaign of power cuts", () => {
  const cuts = [{ at: "instant", afterNs: 15e9 }] as const;

  it("finds a store that forgets what it was given", async () => {
    const forget = ({ eeprom, air, clock }: Bench) => {
      const fresh = Uint8Array.from(eeprom);
      air.onTransmission(({ from, endNs }) => {
        if (from !== "network") clock.at(endNs, () => eeprom.set(fresh));
      });
    };
    const { fault } = await campaign("pro-mini-rfm95", true, cuts, { prepare: forget });
    assert.match(fault ?? "", /^cut 0, 15\.000000 s after power-up: DevNonce 0 follows 0$/);
  });

  it("finds an FCntUp that is there twice", async () => {
    const repeat = ({ air, clock }: Bench) => {
      air.onTransmission((transmission) => {
        const { from, payload, startNs, endNs } = transmission;
        if (from === "network" || from === "parrot" || !isDataFrame(payload)) return;
        const later = { startNs: startNs + 1e9, endNs: endNs + 1e9 };
        clock.at(endNs, () => air.transmit({ ...transmission, ...later, from: "parrot" }));
      });
    };
    const { fault } = await campaign("pro-mini-rfm95", true, cuts, { prepare: repeat });
    assert.match(fault ?? "", /^cut 0, .*: FCntUp 0 follows 0 under the same keys$/);
  });

  it("finds a device that does not join again", async () => {
    const deafen = ({ air }: Bench) => {
      let joins = 0;
      air.disturb(({ from }) => (from === "network" && ++joins > 1 ? "lost" : undefined));
    };
    const { fault, survived } = await campaign("pro-mini-rfm95", true, cuts, { prepare: deafen });
    assert.match(fault ?? "", /: the device does not join again$/);
    assert.equal(survived.asleep, 0);
  });

  it("finds what the firmware does wrong on its board", async () => {
    const image = { ...(await imageFor("pro-mini-rfm95", true)), ramEnd: 0x8f0 };
    const { fault } = await campaign("pro-mini-rfm95", true, cuts, { image });
    assert.match(fault ?? "", /^cut 0, .*: the firmware .*stack/);
  });
});

describe("a plan of power cuts", () => {
  it("spreads the instants over the life, and goes through all writes in all phases", () => {
    const plan = planCuts(288, "atmega328p", seeded(1));
    const instants = plan.flatMap((cut) => (cut.at === "instant" ? [cut.afterNs / 1e9] : []));
    assert.equal(instants.length, 144);
    for (const [index, atS] of instants.entries())
      assert.ok(Math.abs(atS - (index * 22) / 144) < 0.5, `${atS} s`);
    const writes = plan.flatMap((cut) => (cut.at === "write" ? [`${cut.count} ${cut.phase}`] : []));
    assert.equal(new Set(writes).size, 54);
  });
});
