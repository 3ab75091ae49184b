/** From the firmware's TypeScript to an image: the whole tool chain. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildError, buildImage, loadProcessorBoard } from "../../../toolchain/image/index.ts";

describe("buildImage", () => {
  let outDir: string;
  before(() => {
    outDir = mkdtempSync(join(tmpdir(), "joinery-build-"));
  });
  after(() => rmSync(outDir, { recursive: true }));

  it("builds the sensor for pro-mini-rfm95, with its keys where the sources name them", async () => {
    const board = loadProcessorBoard("pro-mini-rfm95");
    const image = await buildImage({ board, config: { LORAWAN_1_1: true }, outDir });
    assert.ok(image.flashBytes < 16_384, `${image.flashBytes} octets of flash`);
    assert.ok(image.ramBytes < 1024, `${image.ramBytes} octets of RAM`);
    for (const key of ["fNwkSIntKey", "sNwkSIntKey", "nwkSEncKey", "appSKey"]) {
      const place = image.sourceSymbols.get(`lorawan/session.ts:${key}`);
      assert.ok(place !== undefined, `${key} is in RAM`);
      assert.equal(place.size, 16);
      assert.ok(place.address >= 0x100 && place.address + 16 <= image.ramEnd);
    }
  });

  it("ends with the compiler's diagnostics where there are any", async () => {
    const entry = join(outDir, "nowhere.ts");
    await assert.rejects(
      buildImage({ board: loadProcessorBoard("pro-mini-rfm95"), entry, outDir }),
      (error: Error) => {
        assert.ok(error instanceof BuildError && error.kind === "failed");
        assert.match(error.message, /DEV\d+.*nowhere\.ts/);
        return true;
      },
    );
  });
});
