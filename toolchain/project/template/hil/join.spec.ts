/** {{name}} on its board, from the first join-request to decrypted readings. Run it with `joinery hil test`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runJoin } from "joinery/hil";
import { readProject } from "joinery/project";

const project = readProject(join(import.meta.dirname, ".."));

/** What the Application Server sends after the first uplink: on that FPort these octets. */
const DOWNLINK = { fPort: 10, payload: Uint8Array.of(0x07) };

/**
 * The first three payloads that `sample` in app.ts makes, in hexadecimal: number of the sample (2 octets), battery
 * level (ff: unknown), last command. Where app.ts sends something else, write that here.
 */
const UPLINKS = ["0001ff00", "0002ff07", "0003ff07"];

describe("{{name}}", () => {
  it("joins, and its readings reach the Application Server", async () => {
    const report = await runJoin({ ...project, seed: 1, downlink: DOWNLINK });
    assert.equal(report.reason, null);
    assert.deepEqual(
      report.uplinks.slice(0, UPLINKS.length).map(({ payload }) => payload),
      UPLINKS,
      "the device joined and sends, but not what UPLINKS in hil/join.spec.ts says: if app.ts was changed so on purpose, change UPLINKS too",
    );
  });

  it("asks again, each time with a new DevNonce, while the Join Server is down", async () => {
    const report = await runJoin({ ...project, seed: 1, fault: "join-server-down" });
    assert.equal(report.verdict, "failed");
    const { devNonces } = report.join;
    assert.ok(devNonces.length > 1);
    assert.equal(new Set(devNonces).size, devNonces.length);
  });
});
