/**
 * What the sensor's image costs on each board, to the octet: growth is a decision, and seen in review. The stack that a
 * join takes is measured, in a run that passes all its checks; the stack at worst is read from the image, and never
 * less. What the board draws with the image in a day is near what is recorded; it moves with every instruction.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImageFigures, type JoinReport, measureEnergy, runJoin } from "../../hil/rig/index.ts";
import { processorOf } from "../../toolchain/image/board.ts";
import { buildImage, type EnergyEstimate, type Image, sizeReport } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";
import { EMULATED_BOARDS } from "../unit/emulator/support/emulated-boards.ts";

const FILE = "test/data/footprint.json";

interface Figures extends ImageFigures {
  /** At worst, interrupt included; null where the image does not tell. */
  readonly stackBytes: number | null;
}

/** The figures depend on the compiler: those of another one say nothing. */
interface Footprint {
  /** The version of each. */
  readonly compilers: Readonly<Record<string, string>>;
  readonly boards: Readonly<Record<string, Readonly<Record<JoinReport["lorawan"], Figures>>>>;
}

const VERSIONS = ["1.0.4", "1.1"] as const;
const known: Footprint = JSON.parse(readFileSync(join(import.meta.dirname, "../..", FILE), "utf8"));

/** What differs from the figures of the file, and the line to put there; undefined where nothing does. */
function difference(before: Figures, now: Figures, lorawan: string): string | undefined {
  const changes = (Object.keys(now) as (keyof typeof now)[])
    .filter((figure) => now[figure] !== before[figure])
    .map(
      (figure) =>
        `${figure} ${Number(now[figure]) > Number(before[figure]) ? "grew" : "fell"} from ${before[figure]} to ${now[figure]}`,
    );
  if (changes.length === 0) return undefined;
  const members = Object.entries(now).map(([figure, bytes]) => `"${figure}": ${bytes}`);
  return `${changes.join(", ")}. If that is meant, the line in ${FILE} is now:\n"${lorawan}": { ${members.join(", ")} }`;
}

/** The compiler of a board's image. */
function compilerOf(board: string): string {
  return processorOf(loadProcessorBoard(board)).family === "avr" ? "avr-gcc" : "arm-none-eabi-gcc";
}

function versionOf(compiler: string): string {
  return spawnSync(compiler, ["-dumpversion"], { encoding: "utf8" }).stdout.trim();
}

async function withImage(
  board: string,
  lorawan: JoinReport["lorawan"],
  use: (image: Image) => Promise<void>,
): Promise<void> {
  const outDir = mkdtempSync(join(tmpdir(), "joinery-footprint-"));
  try {
    const config = { LORAWAN_1_1: lorawan === "1.1" };
    await use(await buildImage({ board: loadProcessorBoard(board), config, outDir }));
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

const ENERGY_FILE = "test/data/energy.json";
/** The day that is recorded is one of LoRaWAN 1.1 at DR5. */
const energy: Readonly<Record<string, { readonly day: Pick<EnergyEstimate, "milliampereHours"> }>> =
  JSON.parse(readFileSync(join(import.meta.dirname, "../..", ENERGY_FILE), "utf8"));
const ENERGY_TOLERANCE = 0.02;

async function assertEnergy(image: Image): Promise<void> {
  const estimates = await measureEnergy(image, { lorawan: "1.1", region: "EU868" });
  assert.deepEqual(
    estimates.map(({ scenario }) => scenario.dataRate),
    [5, 0],
  );
  const now = estimates[0].milliampereHours;
  const before = energy[image.board.name].day.milliampereHours;
  assert.ok(Math.abs(now - before) < ENERGY_TOLERANCE * before, `${now} mAh a day, ${before} recorded`);
}

describe("the footprint of the sensor", () => {
  it("is known for every board that is emulated", () => {
    assert.deepEqual(Object.keys(known.boards), EMULATED_BOARDS);
  });

  for (const board of EMULATED_BOARDS) {
    for (const lorawan of VERSIONS) {
      it(`is what ${FILE} says, on ${board} with LoRaWAN ${lorawan}`, async function () {
        const compiler = compilerOf(board);
        if (versionOf(compiler) !== known.compilers[compiler]) this.skip();
        const { image, checks } = await runJoin({ board, lorawan, seed: 1 });
        assert.deepEqual(
          checks.filter((check) => !check.ok),
          [],
        );
        assert.ok("flashBytes" in image);
        await withImage(board, lorawan, async (built) => {
          const { stackBytes } = sizeReport(built);
          assert.ok(
            stackBytes !== null && stackBytes >= image.stackPeakBytes,
            `${stackBytes} octets at worst`,
          );
          const changed = difference(known.boards[board][lorawan], { ...image, stackBytes }, lorawan);
          assert.equal(changed, undefined, changed);
          if (lorawan === "1.1") await assertEnergy(built);
        });
      });
    }
  }

  it("tells growth from a fall, and the line to write", () => {
    const image = { flashBytes: 10, ramBytes: 20, stackPeakBytes: 30, stackBytes: 40 };
    assert.equal(difference(image, image, "1.1"), undefined);
    const text =
      difference(image, { flashBytes: 9, ramBytes: 20, stackPeakBytes: 31, stackBytes: 40 }, "1.1") ?? "";
    assert.match(text, /^flashBytes fell from 10 to 9, stackPeakBytes grew from 30 to 31\./);
    assert.match(
      text,
      /\n"1\.1": \{ "flashBytes": 9, "ramBytes": 20, "stackPeakBytes": 31, "stackBytes": 40 \}$/,
    );
  });
});
