/** Power cuts of personalised boards, and the test that one survives them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { AbpWitness } from "../../fuzz/power-cuts/abp-witness.ts";
import { type CampaignOptions, runCampaign } from "../../fuzz/power-cuts/campaign.ts";
import {
  type Cut,
  type Life,
  PERIOD_S,
  PERSONALISED_10,
  PERSONALISED_11,
  planCuts,
} from "../../fuzz/power-cuts/plan.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { type Bench, seeded } from "../../unit/firmware/support/bench.ts";

/** What `npm test` cuts the power of: each board and each version once. abp.long.ts has the other two pairs. */
export const SHORT_FORM = [
  { board: "pro-mini-rfm95", lorawan11: false },
  { board: "nucleo-l073rz-sx1276", lorawan11: true },
] as const;

const WRITE_CUTS = 12;
const OTHER_CUTS = 12;

const images = new Map<string, Image>();
async function imageFor(board: string, lorawan11: boolean): Promise<Image> {
  const key = `${board}-${lorawan11}`;
  const known = images.get(key);
  if (known) return known;
  const outDir = mkdtempSync(join(tmpdir(), "joinery-abp-"));
  try {
    const config = { LORAWAN_1_1: lorawan11, PERIOD_S, ABP: true };
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
  prepare?: CampaignOptions["prepare"],
) {
  const image = await imageFor(board, lorawan11);
  const random = seeded(1);
  const witness = (bench: Bench) => new AbpWitness(bench, lorawan11, random);
  return runCampaign({ image, cuts, random, witness, prepare });
}

/** Cuts in the midst of writes, over all of a life, and elsewhere. */
function someCuts(life: Life, processor: string): Cut[] {
  const writes = Array.from({ length: WRITE_CUTS }, (_, index): Cut => {
    const count = 1 + Math.round((index * (life.writes - 1)) / (WRITE_CUTS - 1));
    return { at: "write", count, phase: "during" };
  });
  const others = planCuts(2 * OTHER_CUTS, processor, seeded(1), life).filter(({ at }) => at !== "write");
  return [...writes, ...others.slice(0, OTHER_CUTS)];
}

/** Declares the test of a board. */
export function specifySurvival(board: string, lorawan11: boolean): void {
  const version = lorawan11 ? "1.1" : "1.0.4";
  it(`repeat no FCntUp, take no downlink twice and lose no settings: ${board}, LoRaWAN ${version}`, async function () {
    this.timeout(120_000);
    const life = lorawan11 ? PERSONALISED_11 : PERSONALISED_10;
    const cuts = someCuts(life, loadProcessorBoard(board).processor);
    const { survived, onAir, fault } = await campaign(board, lorawan11, cuts);
    assert.equal(fault, undefined);
    assert.equal(
      Object.values(survived).reduce((sum, count) => sum + count),
      cuts.length,
    );
    assert.ok(survived.writing >= WRITE_CUTS, JSON.stringify(survived));
    assert.ok(onAir.replays > 0 && onAir.downlinks > cuts.length, JSON.stringify(onAir));
  });
}
