/** {{name}} on its board, from the first join-request to decrypted readings. Run it with `joinery hil test`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runJoin } from "joinery/hil";
import { readProject } from "joinery/project";

const project = readProject(join(import.meta.dirname, ".."));

describe("{{name}}", () => {
  it("joins, and its readings reach the Application Server", async () => {
    const report = await runJoin({ ...project, seed: 1 });
    assert.equal(report.reason, null);
    const counts = report.uplinks.map(({ payload }) => Buffer.from(payload, "hex").readUInt16BE(0));
    assert.deepEqual(counts, [1, 2, 3]);
  });

  it("asks again, each time with a new DevNonce, while the Join Server is down", async () => {
    const report = await runJoin({ ...project, seed: 1, fault: "join-server-down" });
    assert.equal(report.verdict, "failed");
    const { devNonces } = report.join;
    assert.ok(devNonces.length > 1);
    assert.equal(new Set(devNonces).size, devNonces.length);
  });
});
