/** Campaigns of power cuts on boards with the example, and the test that a board survives one. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { seeded } from "../../unit/firmware/support/bench.ts";
import { type CampaignOptions, runCampaign } from "./campaign.ts";
import { JoinWitness } from "./join-witness.ts";
import { type Cut, PERIOD_S, planCuts } from "./plan.ts";

/** With one of four at a write, each of the 18 writes of a join, and of the two at a start, is cut off once. */
const CUTS = 80;

/** One board for each kind of store: EEPROM by octets, by words, and flash. power-cuts.long.ts has the others. */
export const SHORT_FORM_BOARDS: readonly string[] = [
  "pro-mini-rfm95",
  "nucleo-l073rz-sx1262",
  "feather-rp2040-rfm95",
];

const images = new Map<string, Image>();

export async function imageFor(board: string, lorawan11: boolean): Promise<Image> {
  const key = `${board}-${lorawan11}`;
  const known = images.get(key);
  if (known) return known;
  const outDir = mkdtempSync(join(tmpdir(), "joinery-power-cuts-"));
  try {
    const config = { LORAWAN_1_1: lorawan11, PERIOD_S };
    const image = await buildImage({ board: loadProcessorBoard(board), config, outDir });
    images.set(key, image);
    return image;
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

export async function campaign(
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

/** Declares the tests of a board. */
export function specifySurvival(board: string): void {
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
