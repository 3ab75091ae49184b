/**
 * Class B on a board whose clock errs as far as its board.json allows, either way: slots and beacons are heard all the
 * same.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, type Image } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import { runBoard } from "../unit/firmware/support/board-run.ts";
import { ClassBNetwork } from "../unit/firmware/support/class-b-network.ts";

const BOARD = "pro-mini-rfm95";
const PERIODICITY = 4;
/** None of the third to the seventh. */
const LOST_BEACONS = [2, 6];

describe(`class B by the clock of ${BOARD}`, () => {
  const board = loadProcessorBoard(BOARD);
  let image: Image;
  let outDir: string;

  before(async function () {
    this.timeout(60_000);
    outDir = mkdtempSync(join(tmpdir(), "joinery-class-b-clock-"));
    const config = { LORAWAN_1_1: false, CLASS_B: true, PING_PERIODICITY: PERIODICITY, PERIOD_S: 100 };
    image = await buildImage({ board, config, outDir });
  });

  after(() => rmSync(outDir, { recursive: true, force: true }));

  for (const clockErrorPpm of [-board.clockErrorPpm, board.clockErrorPpm]) {
    it(`may err by ${clockErrorPpm} ppm, also while beacons are lost`, async () => {
      let sent = 0;
      let uplinks: ClassBNetwork["uplinks"] = [];
      const { bench, lines } = await runBoard(
        image,
        { lorawan11: false },
        {
          durationS: 1300,
          clockErrorPpm,
          prepare: (_machine, bench) => {
            const net = new ClassBNetwork(bench, { lorawan11: false });
            uplinks = net.uplinks;
            const [first, last] = LOST_BEACONS;
            net.beaconFate = (index) => (index >= first && index <= last ? "none" : "sent");
            net.onUplink = ({ endS, classBBit }) => {
              if (!classBBit) return;
              const [slotS] = net.slotsS(PERIODICITY, endS + 10, endS + 40);
              net.send(slotS, () => {
                sent++;
                return net.network.downlink({ port: 9, payload: Buffer.of(sent) });
              });
            };
          },
        },
      );
      const heard = lines().filter((line) => line.startsWith("downlink 9"));
      assert.ok(sent >= 8, `${sent} frames`);
      assert.equal(heard.length, sent, heard.join(", "));
      assert.ok(
        uplinks.slice(4).every(({ classBBit }) => classBBit),
        "it stays in class B",
      );
      assert.deepEqual(bench.findings, []);
    });
  }
});
