/** What a set-up step hands over to goes when the step does. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const MODULE = join(import.meta.dirname, "../../../cli/setup/run.mjs");

/** A step that hands over to a program with these lines. */
function handOver(program: string): ChildProcess {
  const step = `import { runInPlace } from ${JSON.stringify(MODULE)};
    process.exit(await runInPlace(process.execPath, ["-e", ${JSON.stringify(program)}]));`;
  return spawn(process.execPath, ["--input-type=module", "-e", step], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

const STAYS = "console.log(process.pid); setInterval(() => {}, 1000);";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a program that a set-up step hands over to", function () {
  this.timeout(20_000);
  let pid: number | undefined;
  afterEach(() => {
    if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL");
    pid = undefined;
  });

  it("gives its exit code", async () => {
    const [code] = await once(handOver("process.exit(7)"), "close");
    assert.equal(code, 7);
  });

  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    it(`ends with the step at ${signal}`, async () => {
      const step = handOver(STAYS);
      const [line] = await once(step.stdout!, "data");
      pid = Number(line);
      assert.ok(isAlive(pid));
      step.kill(signal);
      assert.deepEqual(await once(step, "close"), [code, null]);
      assert.ok(!isAlive(pid));
    });
  }
});
