/** `npm run fuzz:power-cuts` as it is used. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMMAND = ["--import", "tsx", join(import.meta.dirname, "main.ts")];

describe("the command that cuts the power", function () {
  this.timeout(120_000);

  it("refuses wrong options in a line, with exit code 2", () => {
    const { status, stderr } = spawnSync(process.execPath, [...COMMAND, "--cuts", "0"], { encoding: "utf8" });
    assert.equal(stderr, "--cuts wants an integer from 1 on, not '0'; see --help\n");
    assert.equal(status, 2);
  });

  it("says at its start what it does, and leaves nothing behind where it is ended", async () => {
    const folder = mkdtempSync(join(tmpdir(), "joinery-command-"));
    try {
      const args = ["--boards", "pro-mini-rfm95", "--cuts", "100000", "--seed", "7"];
      const env = { ...process.env, TMPDIR: folder };
      const command = spawn(process.execPath, [...COMMAND, ...args], { env });
      command.stderr.setEncoding("utf8");
      const [said] = await once(command.stderr, "data");
      assert.match(said, /^joinery \d\S*: 100000 cuts of pro-mini-rfm95, LoRaWAN 1\.1, seed 7\n/);
      command.kill("SIGTERM");
      await once(command, "exit");
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith("joinery")),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
