/** What the rig makes of a downlink, whatever the application does with it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Downlink, type JoinRunOptions, RigError, runJoin } from "../../hil/rig/index.ts";

const FIRMWARE = join(import.meta.dirname, "../../firmware");

const CHECK = "device: receives the downlinks of the Application Server";

/** An application that sends the first octet of the last downlink and prints nothing. */
const QUIET = `import type { Bytes, Int, u8 } from ${JSON.stringify(join(FIRMWARE, "lang/index.ts"))};
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 1;
export const MAX_PAYLOAD = 49;
let last: u8 = 0;
export function setup(): void {}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = last;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  if (port > 0 && length > 0) last = payload[0];
}
`;

/** The same, but it moves the session's counters on, so that the MAC drops every downlink as an old one. */
const DEAF = `import { session } from ${JSON.stringify(join(FIRMWARE, "lorawan/session.ts"))};
${QUIET.replace("payload[0] = last;", "session.nextAFCntDown = 1000;\n  payload[0] = last;")}`;

describe("a downlink", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-downlink-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (text: string, options: Partial<JoinRunOptions> = {}) => {
    const app = join(folder, "app.ts");
    writeFileSync(app, text);
    return runJoin({ app, board: "pro-mini-rfm95", lorawan: "1.1", seed: 1, ...options });
  };

  it("counts as received though the application prints nothing", async () => {
    const report = await run(QUIET);
    assert.equal(report.reason, null);
    assert.deepEqual(report.downlinks, [{ fCnt: 0, fPort: 10, payload: "0102ff00" }]);
    assert.equal(report.uplinks.at(-1)?.payload, "01");
  });

  it("counts as lost where the device drops it", async () => {
    const report = await run(DEAF);
    assert.equal(report.reason, `${CHECK}: queued "10: 0102FF00"; printed ""`);
    assert.deepEqual(report.downlinks, []);
    assert.equal(report.uplinks.at(-1)?.payload, "00");
  });

  it("cannot be seen in an image that keeps it to itself, which the failed check says", async () => {
    const { verdict, checks } = await run(QUIET, { config: { PRINT_DOWNLINKS: false } });
    assert.equal(verdict, "failed");
    const { detail } = checks.find(({ name }) => name === CHECK)!;
    assert.match(
      detail,
      /^the firmware is built with PRINT_DOWNLINKS false, so that the rig cannot see them: run it with/,
    );
  });

  for (const [lorawan, longest] of [
    ["1.0.4", 51],
    ["1.1", 49],
  ] as const) {
    it(`is what the caller asks for, up to ${longest} octets with LoRaWAN ${lorawan}`, async () => {
      const payload = Uint8Array.from({ length: longest }, (_, index) => 0xa0 + index);
      const { reason, downlinks } = await run(QUIET, { lorawan, downlink: { fPort: 223, payload } });
      assert.equal(reason, null);
      assert.deepEqual(downlinks, [{ fCnt: 0, fPort: 223, payload: Buffer.from(payload).toString("hex") }]);
      await assert.rejects(
        run(QUIET, { lorawan, downlink: { fPort: 1, payload: new Uint8Array(longest + 1) } }),
        (error) =>
          error instanceof RigError &&
          error.message ===
            `downlink.payload has ${longest + 1} octets: at the slowest data rate a device of LoRaWAN ${lorawan} can be sent ${longest}`,
      );
    });
  }

  it("may be without a payload", async () => {
    const { reason, downlinks } = await run(QUIET, { downlink: { fPort: 1, payload: new Uint8Array() } });
    assert.equal(reason, null);
    assert.deepEqual(downlinks, [{ fCnt: 0, fPort: 1, payload: "" }]);
  });

  const refused: readonly [string, Downlink, RegExp][] = [
    [
      "FPort 0, which is the network's",
      { fPort: 0, payload: Uint8Array.of(1) },
      /^downlink\.fPort is 0: .* 1 to 223$/,
    ],
    ["FPort 224, which is for tests", { fPort: 224, payload: Uint8Array.of(1) }, /^downlink\.fPort is 224: /],
    ["half an FPort", { fPort: 1.5, payload: Uint8Array.of(1) }, /^downlink\.fPort is 1\.5: /],
    ["text", { fPort: 1, payload: "0102" as unknown as Uint8Array }, /^downlink\.payload must be octets: /],
  ];
  for (const [what, downlink, message] of refused) {
    it(`is refused before anything runs with ${what}`, async () => {
      await assert.rejects(
        run(QUIET, { downlink }),
        (error) => error instanceof RigError && error.kind === "usage" && message.test(error.message),
      );
    });
  }
});
