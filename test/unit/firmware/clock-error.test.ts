/**
 * A board whose clock is as bad as its board.json allows: its windows open early and stay open, and it hears them all.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, type Image } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { runBoard } from "./support/board-run.ts";
import { DEV_ADDR } from "./support/network.ts";

const BOARD = "feather-32u4-rfm95";
/** The latest window that an uplink has, and how early one may open beside what the clock may err. */
const LONGEST_DELAY_S = 6;
const EARLY_US = 2000;

describe(`the clock of ${BOARD}`, () => {
  const board = loadProcessorBoard(BOARD);
  let image: Image;
  let outDir: string;

  before(async function () {
    this.timeout(60_000);
    outDir = mkdtempSync(join(tmpdir(), "joinery-clock-"));
    image = await buildImage({ board, config: { LORAWAN_1_1: true, PERIOD_S: 20 }, outDir });
  });

  after(() => rmSync(outDir, { recursive: true, force: true }));

  for (const clockErrorPpm of [-board.clockErrorPpm, board.clockErrorPpm]) {
    it(`may err by ${clockErrorPpm} ppm`, async () => {
      const { bench, network, lines } = await runBoard(
        image,
        { lorawan11: true },
        { durationS: 50, clockErrorPpm },
      );
      assert.ok(lines().includes(`joined ${DEV_ADDR}`), lines().join("\n"));
      assert.deepEqual(network.plain, ["0000ff00", "0001ff00", "0002ff00"]);
      assert.ok(bench.windows.length > 0);
      const mostUs = EARLY_US + 2 * board.clockErrorPpm * LONGEST_DELAY_S;
      for (const { afterUs } of bench.windows) {
        const earlyUs = Math.ceil(afterUs / 1e6) * 1e6 - afterUs;
        assert.ok(earlyUs >= 0 && earlyUs <= mostUs, `a window opened ${earlyUs} µs early`);
      }
      assert.deepEqual(bench.findings, []);
    });
  }
});
