import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runJoin } from "../../hil/rig/index.ts";
import { joinIn, VERSIONS } from "./support/joins.ts";

/** One region of each kind besides EU868, which all other tests have; join.long.ts has all of them, on two boards. */
const SHORT = ["US915", "AS923-1"] as const;

describe("the join of an emulated board", () => {
  for (const region of SHORT) {
    for (const lorawan of VERSIONS) {
      it(`passes every check in ${region} with LoRaWAN ${lorawan}`, async () => {
        await joinIn(region, "pro-mini-rfm95", lorawan);
      });
    }
  }
});

describe("the join of an emulated board in CN470", () => {
  it("passes every check, in the plan and the windows that its join channel decides on", async () => {
    await joinIn("CN470", "pro-mini-rfm95", "1.1");
  });
});

describe("an image with several regions", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-regions-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const CHOICE = { board: "pro-mini-rfm95", lorawan: "1.1", region: ["EU868", "US915"], seed: 1 } as const;
  const MODULE = resolve(import.meta.dirname, "../../firmware");

  it("is in the first of them", async () => {
    assert.equal((await runJoin(CHOICE)).reason, null);
  });

  it("is in the one that the application selects", async () => {
    const app = join(folder, "app.ts");
    writeFileSync(
      app,
      `import { type Bytes, type Int, type u8 } from "${MODULE}/lang/index.ts";
import { selectRegion } from "${MODULE}/regions/index.ts";
export const PERIOD_S = 60;
export const UPLINK_PORT = 1;
export const MAX_PAYLOAD = 1;
export function setup(): void {
  selectRegion(1);
}
export function sample(payload: Bytes<1>): Int<0, 1> {
  payload[0] = 7;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
`,
    );
    assert.equal((await runJoin({ ...CHOICE, app, networkRegion: "US915" })).reason, null);
  });
});
