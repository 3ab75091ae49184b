/** The short form of the campaign, and that it finds what it looks for. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDataFrame } from "../../../hil/lorawan/index.ts";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { EMULATED_BOARDS } from "../../unit/emulator/support/emulated-boards.ts";
import { type Bench, seeded } from "../../unit/firmware/support/bench.ts";
import { type CampaignOptions, runCampaign } from "./campaign.ts";
import { JoinWitness } from "./join-witness.ts";
import { type Cut, PERIOD_S, planCuts } from "./plan.ts";

/** With one of four at a write, each of the 18 writes of a join, and of the two at a start, is cut off once. */
const CUTS = 80;

const images = new Map<string, Image>();
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "joinery-power-cuts-"));
});
after(() => rmSync(folder, { recursive: true }));

async function imageFor(board: string, lorawan11: boolean): Promise<Image> {
  const key = `${board}-${lorawan11}`;
  const image =
    images.get(key) ??
    (await buildImage({
      board: loadProcessorBoard(board),
      config: { LORAWAN_1_1: lorawan11, PERIOD_S },
      outDir: join(folder, key),
    }));
  images.set(key, image);
  return image;
}

async function campaign(
  board: string,
  lorawan11: boolean,
  cuts: readonly Cut[],
  more: Partial<CampaignOptions> = {},
) {
  return runCampaign({
    ...{ image: await imageFor(board, lorawan11), cuts, random: seeded(1) },
    witness: (bench) => new JoinWitness(bench, lorawan11),
    ...more,
  });
}

describe("power cuts", () => {
  for (const board of EMULATED_BOARDS) {
    const plan = planCuts(CUTS, loadProcessorBoard(board).processor, seeded(1));
    for (const lorawan11 of [true, false]) {
      const version = lorawan11 ? "1.1" : "1.0.4";
      it(`repeat no DevNonce and no FCntUp, and ${board} joins again, LoRaWAN ${version}`, async function () {
        this.timeout(180_000);
        // A turn of the plan, with its four cuts, is for one version, the next for the other.
        const cuts = plan.filter((_, index) => (Math.floor(index / 4) % 2 === 0) === lorawan11);
        const { survived, onAir, fault } = await campaign(board, lorawan11, cuts);
        assert.equal(fault, undefined);
        assert.equal(
          Object.values(survived).reduce((sum, count) => sum + count),
          CUTS / 2,
        );
        assert.ok(survived.writing >= CUTS / 8);
        assert.ok(survived.transmitting > 0 && survived.asleep > 0);
        assert.ok(onAir.joinRequests > CUTS / 2 && onAir.uplinks > CUTS / 2);
      });
    }
  }
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
