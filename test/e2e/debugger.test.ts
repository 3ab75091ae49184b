/** GDB beside a join: in the TypeScript of an application, while time stands still. From Debian: gdb-avr, gdb-multiarch. */
import assert from "node:assert/strict";
import { exec } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type JoinReport, RigError, runJoin, type TimelineEntry } from "../../hil/rig/index.ts";
import { projectFiles } from "../../toolchain/project/index.ts";
import { repeatable } from "./support/repeatable.ts";

const ROOT = join(import.meta.dirname, "../..");
const LINE_TEXT = "sampleCount = u16(sampleCount + 1);";

describe("gdb beside a join", () => {
  let folder: string;
  let app: string;
  let line: number;
  before(() => {
    // A blank in the path: the printed command must survive it.
    folder = mkdtempSync(join(tmpdir(), "joinery gdb "));
    app = join(folder, "app.ts");
    const text = projectFiles("demo", folder).get("app.ts") ?? "";
    line = text.split("\n").findIndex((each) => each.trim() === LINE_TEXT) + 1;
    writeFileSync(
      app,
      text
        .replaceAll('"joinery/', `"${ROOT}/firmware/`)
        .replace(/firmware\/(\w+)"/g, 'firmware/$1/index.ts"'),
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const choice = { board: "pro-mini-rfm95", lorawan: "1.1", seed: 3 } as const;

  /** A run with the board's gdb, started by the printed command: the report, and what gdb printed. */
  async function debugged(
    script: readonly string[],
    board: string = choice.board,
  ): Promise<{ report: JoinReport; said: string }> {
    const file = join(folder, "script.gdb");
    writeFileSync(file, ["set confirm off", "set pagination off", "set width 0", ...script, ""].join("\n"));
    let gdb: Promise<{ stdout: string; stderr: string }> | undefined;
    const report = await runJoin({
      ...{ ...choice, board },
      app,
      debugging: {
        port: 0,
        onReady: ({ command }) => {
          gdb = promisify(exec)(`${command} -batch -nx -x '${file}'`, { timeout: 60_000 });
        },
      },
    });
    assert.ok(gdb !== undefined);
    const { stdout, stderr } = await gdb;
    return { report, said: `${stdout}${stderr}` };
  }

  it("stops at a line of the application, reads and steps, and goes on to a join that passes", async () => {
    const { report, said } = await debugged([
      `break app.ts:${line}`,
      "continue",
      "print app_sampleCount",
      "next",
      "print app_sampleCount",
      "backtrace",
      "continue",
      "print app_sampleCount",
      "shell sleep 1",
      "delete",
      "continue",
    ]);
    assert.match(
      said,
      new RegExp(`^Breakpoint 1, app_sample .* at app\\.ts:${line}\\n${line}\\t +sampleCount =`, "m"),
    );
    assert.match(said, new RegExp(`^${line + 1}\\t +store16be`, "m"), said);
    assert.deepEqual(said.match(/^\$\d = \d+/gm), ["$1 = 0", "$2 = 1", "$3 = 1"]);
    assert.match(said, /^#1 .*joinery_main \(\) at firmware\/main\.ts:\d+$/m);
    assert.match(said, /exited normally/);
    assert.equal(report.reason, null);
    assert.equal(report.verdict, "passed");
    assert.deepEqual(
      report.uplinks.map(({ payload }) => payload),
      ["0001ff00", "0002ff01", "0003ff01"],
    );
  });

  it("stops at every statement of a function of the application on a Cortex-M0+ too, and steps through them", async () => {
    const statements = [0, 1, 2, 3].map((next) => line + next);
    const { report, said } = await debugged(
      [
        ...statements.map((each) => `break app.ts:${each}`),
        "continue",
        "print app_sampleCount",
        "next",
        "print app_sampleCount",
        "next",
        "next",
        "backtrace",
        "show architecture",
        "delete",
        "continue",
      ],
      "nucleo-l073rz-sx1276",
    );
    assert.match(said, /architecture is set to .*armv6s-m/);
    for (const [index, each] of statements.entries())
      assert.match(said, new RegExp(`^Breakpoint ${index + 1} at .*app\\.ts, line ${each}\\.$`, "m"), said);
    assert.match(said, new RegExp(`^Breakpoint 1, app_sample .* at app\\.ts:${line}\\n`, "m"), said);
    assert.deepEqual(said.match(/^\$\d = \d+/gm), ["$1 = 0", "$2 = 1"], said);
    assert.match(
      said,
      new RegExp(`^#0 .* at app\\.ts:${line + 3}\\n#1 .*joinery_main \\(\\) at firmware/main\\.ts:`, "m"),
    );
    assert.equal(report.verdict, "passed");
  });

  it("changes nothing of a run by standing still", async () => {
    const stopping = await debugged([
      "break app_sample",
      "continue",
      "shell sleep 1",
      "watch app_sampleCount",
      "continue",
      "stepi 20",
      "delete",
      "continue",
    ]);
    assert.match(stopping.said, /^Hardware watchpoint 2: app_sampleCount\n\nOld value = 0\nNew value = 1\n/m);
    const passing = await debugged(["continue"]);
    assert.deepEqual(repeatable(stopping.report), repeatable(passing.report));
  });

  it("writes variables, and the Application Server gets them", async () => {
    const { report } = await debugged([
      `break app.ts:${line}`,
      "continue",
      "set var app_sampleCount = 0x1233",
      "delete",
      "continue",
    ]);
    assert.equal(report.uplinks[0].payload, "1234ff00");
  });

  it("lets the run go on without it when it leaves, and end when it kills the program", async () => {
    const left = await debugged([`break app.ts:${line}`, "continue", "detach"]);
    assert.equal(left.report.verdict, "passed");
    const killed = await debugged([`break app.ts:${line}`, "continue", "kill"]);
    assert.equal(killed.report.verdict, "failed");
    assert.equal(killed.report.reason, "device: the debugger has ended the program");
  });

  it("is not waited for where its port is taken, and not beside a Lua program", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    try {
      const { port } = other.address() as { port: number };
      const debugging = { port, onReady: () => assert.fail("the port is taken") };
      const onEntry = ({ text }: TimelineEntry) => assert.fail(`before the port is asked for: ${text}`);
      await assert.rejects(runJoin({ ...choice, debugging, onEntry }), (error: RigError) => {
        assert.ok(error instanceof RigError);
        assert.equal(error.kind, "usage");
        assert.match(error.message, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use: choose another`));
        return true;
      });
      await assert.rejects(
        runJoin({ ...choice, board: "nodemcu-rfm95", debugging: { port: 0, onReady: () => {} } }),
        /runs a Lua program: a debugger needs an image/,
      );
    } finally {
      other.close();
    }
  });
});
