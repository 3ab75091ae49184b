/** What each option of the firmware costs beside the sensor's image, to the octet: as the test of the sensor's footprint. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, sizeReport } from "../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../support/processor-board.ts";

const FILE = "test/data/footprint-options.json";

interface Option {
  readonly board: string;
  readonly config: Readonly<Record<string, boolean | number>>;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** At worst, interrupt included. */
  readonly stackBytes: number | null;
  /** What the option must stay within: flash, and RAM with the stack. */
  readonly limits?: { readonly flashBytes: number; readonly memoryBytes: number };
}

const known: { readonly compilers: Readonly<Record<string, string>>; readonly options: readonly Option[] } =
  JSON.parse(readFileSync(join(import.meta.dirname, "../..", FILE), "utf8"));

describe("the footprint of options", () => {
  for (const { board, config, limits, ...figures } of known.options) {
    it(`is what ${FILE} says, of ${JSON.stringify(config)} on ${board}`, async function () {
      for (const [compiler, version] of Object.entries(known.compilers))
        if (spawnSync(compiler, ["-dumpversion"], { encoding: "utf8" }).stdout?.trim() !== version)
          this.skip();
      const outDir = mkdtempSync(join(tmpdir(), "joinery-footprint-"));
      try {
        const report = sizeReport(await buildImage({ board: loadProcessorBoard(board), config, outDir }));
        const { flashBytes, ramBytes, stackBytes } = report;
        assert.deepEqual({ flashBytes, ramBytes, stackBytes }, figures);
        if (limits === undefined) return;
        assert.ok(flashBytes <= limits.flashBytes, `${flashBytes} octets of flash`);
        assert.ok(ramBytes + (stackBytes ?? Infinity) <= limits.memoryBytes, "RAM and stack");
      } finally {
        rmSync(outDir, { recursive: true });
      }
    });
  }
});
