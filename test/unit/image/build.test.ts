/** From the firmware's TypeScript to an image: the whole tool chain. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnosticsJson } from "../../../toolchain/compiler/index.ts";
import { BuildError, buildImage } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

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

  it("shows an array that is larger than the processor can reach where it is declared", async () => {
    const app = join(outDir, "oversized.ts");
    const text = `import { type Bytes, type Int, type u8 } from "joinery/lang";
export const PERIOD_S = 60;
export const UPLINK_PORT = 2;
export const MAX_PAYLOAD = 49;
const history = new Uint8Array(40000);
export function setup(): void { history[0] = 1; }
export function sample(payload: Bytes<49>): Int<0, 49> { payload[0] = history[0]; return 1; }
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
`;
    const board = loadProcessorBoard("pro-mini-rfm95");
    const building = buildImage({ board, app, sources: { [app]: text }, outDir: join(outDir, "oversized") });
    await assert.rejects(building, (error: BuildError) => {
      const [{ file, line, column, code, message }] = diagnosticsJson(error.diagnostics);
      assert.deepEqual([file, line, column, code], [app, 5, 7, "DEV7002"]);
      assert.match(
        message,
        /^the program takes more than the processor can address, .*: make arrays shorter$/,
      );
      return true;
    });
  });

  for (const name of ["pro-mini-rfm95", "nucleo-l073rz-sx1276"]) {
    it(`shows the functions that no C of ${name} defines where the sources name them`, async () => {
      const app = join(outDir, "without-c.ts");
      const text = `import { type Bytes, type Int, type u8 } from "joinery/lang";
/** @extern board_light */
function setLight(on: boolean): void {}
/** @extern board_button */
function isPressed(): boolean { return false; }
/** @extern board_unused */
export function unused(): void {}
export const PERIOD_S = 60;
export const UPLINK_PORT = 2;
export const MAX_PAYLOAD = 49;
export function setup(): void { setLight(isPressed()); }
export function sample(payload: Bytes<49>): Int<0, 49> { return 0; }
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
`;
      const board = loadProcessorBoard(name);
      const building = buildImage({ board, app, sources: { [app]: text }, outDir: join(outDir, name) });
      await assert.rejects(building, (error: Error) => {
        assert.ok(error instanceof BuildError && error.kind === "failed");
        assert.deepEqual(
          diagnosticsJson(error.diagnostics).map(({ file, line, column, code }) => [
            file,
            line,
            column,
            code,
          ]),
          [
            [app, 3, 10, "DEV1037"],
            [app, 5, 10, "DEV1037"],
          ],
        );
        assert.match(
          error.message,
          new RegExp(
            `error DEV1037: no C of ${name} and none of the application defines 'board_light', which 'setLight' stands for: correct the name after @extern, or define it in a C file that "c" of joinery\\.json names`,
          ),
        );
        return true;
      });
    });
  }
});
