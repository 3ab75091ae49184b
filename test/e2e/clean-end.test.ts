/** How runs end where something goes wrong in the midst of them: with what it was, and with nothing left behind. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSpec } from "../../cli/hil-spec.ts";
import { type JoinReport, openRig, type RunReport, runFleet, runJoin } from "../../hil/rig/index.ts";
import { Leftovers } from "../support/leftovers.ts";
import { joinery } from "./support/in-process.ts";
import { joineryArguments, ROOT } from "./support/joinery.ts";

const RIG = JSON.stringify(join(ROOT, "hil/rig/index.ts"));
const CHOICE = { board: "pro-mini-rfm95", lorawan: "1.1" } as const;

describe("a run that is cut short", () => {
  let folder: string;
  let leftovers: Leftovers;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-clean-end-"));
    leftovers = new Leftovers();
  });
  afterEach(() => {
    leftovers.close();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  it("says that the serial port is gone, and frees all else", async () => {
    const rig = await openRig({ ...CHOICE, time: "real", port: "pty" });
    try {
      const device = await rig.device();
      device.powerOn();
      await device.prints(/^boot /, { within: "1 min" });
      const socat = leftovers.processes.find(({ command }) => command.startsWith("socat"));
      process.kill(socat!.pid, "SIGKILL");
      await assert.rejects(
        device.joined(),
        /^Error: waiting for device to join: .*joinery-pty-.* is gone: is the board still plugged in\?/,
      );
    } finally {
      await rig.close();
    }
    await leftovers.assertNone();
  });

  it("ends a wait that outlives its rig", async () => {
    const rig = await openRig(CHOICE);
    const waiting = assert.rejects(rig.pass("10000 d"), /the run has been closed/);
    setTimeout(() => void rig.close(), 50);
    await waiting;
    await rig.close();
    await leftovers.assertNone();
  });

  it("says of each spec how far it came, and what was left out", async () => {
    const specs = [
      write("some.spec.ts", 'it("holds", () => {}); it.skip("is left out", () => {});'),
      write(
        "none.spec.ts",
        'it("asks for a board", function () { this.skip(); }); it.skip("is left out", () => {});',
      ),
      write("thrown.spec.ts", 'throw new Error("no such fixture");'),
      write("before.spec.ts", 'before(() => { throw new Error("no board"); }); it("never runs", () => {});'),
      write("ended.spec.ts", 'it("holds", () => {}); it("gives up", () => process.exit(7));'),
      write(
        "late.spec.ts",
        `import { openRig } from ${RIG};
        it("waits for ever", async function () {
          const rig = await openRig();
          await rig.device();
          this.timeout(100);
          await new Promise(() => {});
        });`,
      ),
    ];
    const junit = join(folder, "runs.xml");
    const { status, stdout } = await joinery(["hil", "run", ...specs, "--json", "--junit", junit]);
    const { runs } = JSON.parse(stdout) as { runs: readonly RunReport[] };
    const [some, none, thrown, before, ended, late] = runs;
    assert.equal(status, 1);
    assert.equal(some.verdict, "passed");
    assert.deepEqual(some.checks, [{ name: "holds", ok: true, detail: "" }]);
    assert.deepEqual(some.skipped, ["is left out"]);
    assert.equal(none.verdict, "failed");
    assert.equal(none.reason, "all 2 tests were skipped");
    assert.match(thrown.reason ?? "", /^the spec cannot be loaded: no such fixture/);
    assert.match(before.reason ?? "", /^"before all" hook[^:]*: no board/);
    assert.equal(ended.reason, "gives up: its process has ended with exit code 7");
    assert.deepEqual(
      ended.checks.map(({ ok }) => ok),
      [true, false],
    );
    assert.match(
      late.reason ?? "",
      /^waits for ever: did not end within 0\.1 s\nthe device's last words:\n {2}nothing\n/,
    );
    const xml = readFileSync(junit, "utf8");
    assert.match(xml, /name="is left out" time="0">\s*<skipped\/>/);
    assert.match(xml, /<testsuites name="joinery" tests="14" failures="8" errors="0" skipped="3"/);
    await leftovers.assertNone();
  });

  it("is given up where a spec does not let go of its processor", async () => {
    const spec = write(
      "stuck.spec.ts",
      'it("sleeps", () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });',
    );
    const { report } = await runSpec({ scenario: spec, choice: { ...CHOICE, seed: 1 } }, spec, {
      ...{ timeoutS: 1, silentS: 20, end: new AbortController().signal },
    });
    assert.equal(report.reason, "sleeps: its process has not answered for 20 s, and was killed");
    await leftovers.assertNone();
  });

  it("ends with a signal, which its specs hear of, and writes what has come by then", async () => {
    const marker = join(folder, "runs");
    const first = write("first.spec.ts", 'it("holds", () => {});');
    const second = write(
      "second.spec.ts",
      `import { writeFileSync } from "node:fs";
      import { openRig } from ${RIG};
      it("runs on", async () => {
        const rig = await openRig({ time: "real", port: "pty" });
        const device = await rig.device();
        device.powerOn();
        await device.prints(/^boot /);
        writeFileSync(${JSON.stringify(marker)}, "");
        await rig.pass("1 h");
      });`,
    );
    const [junit, html] = [join(folder, "runs.xml"), join(folder, "runs.html")];
    const files = ["--junit", junit, "--html", html];
    const words = joineryArguments("hil", "run", first, second, "--time", "real", ...files);
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    while (!existsSync(marker)) {
      assert.equal(child.exitCode, null, said);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill("SIGTERM");
    assert.equal(await ended, 128 + 15);
    assert.match(said, /passed: 1 checks in/);
    assert.match(said, /✗ runs on: ended by SIGTERM\n.*\n1 of 2 passed\n/s);
    assert.match(readFileSync(junit, "utf8"), /<testsuites name="joinery" tests="4" failures="2"/);
    assert.match(readFileSync(html, "utf8"), /runs on.*boot LoRaWAN 1\.1/s);
    await leftovers.assertNone();
  });

  it("writes the JUnit file of specs as far as they have come", async () => {
    const marker = join(folder, "runs");
    const spec = write(
      "some.spec.ts",
      `import { writeFileSync } from "node:fs";
      it("holds", () => {});
      it("runs on", () => new Promise(() => {
        writeFileSync(${JSON.stringify(marker)}, "");
        setTimeout(() => {}, 1e9);
      }));`,
    );
    const junit = join(folder, "specs.xml");
    const end = new AbortController();
    const looking = setInterval(() => {
      if (existsSync(marker)) end.abort();
    }, 50);
    const { status } = await joinery(["hil", "test", spec, "--junit", junit], { interrupt: end.signal });
    clearInterval(looking);
    assert.equal(status, 128 + 2);
    const xml = readFileSync(junit, "utf8");
    assert.match(xml, /<testsuite name="Mocha Tests" tests="2" failures="0" errors="1" skipped="0"/);
    assert.match(xml, /name="holds"[^>]*\/>/);
    assert.match(xml, /name="runs on"[^>]*><failure>the run was ended in the midst of it/);
    assert.match(xml, /<\/testsuite>\s*$/);
    await leftovers.assertNone();
  });

  it("ends a fleet with its threads", async () => {
    const end = new AbortController();
    await assert.rejects(
      runFleet({
        ...{ kinds: [CHOICE.board], lorawan: CHOICE.lorawan, boards: 2, workers: 1, seed: 1 },
        ...{ uplinks: 1000, signal: end.signal },
        onProgress: () => end.abort(),
      }),
      /^FleetAborted: the run was ended from outside: [12] of 2 boards had joined, 0 were done$/,
    );
    await leftovers.assertNone();
  });

  it("reports the join as far as it has come", async () => {
    const end = new AbortController();
    let heard = 0;
    const report = await runJoin({
      ...{ ...CHOICE, seed: 1, end: end.signal },
      onEntry: ({ text }) => {
        if (text.startsWith("join-request")) end.abort(new Error("ended by SIGINT"));
      },
      onAir: (packets) => {
        heard = packets.length;
      },
    });
    assert.equal(report.verdict, "failed");
    assert.equal(report.reason, "rig: ended by SIGINT");
    assert.equal(report.air.length, 1);
    assert.equal(heard, 1);
    await leftovers.assertNone();
  });

  it("writes what it can where a file cannot be written", async () => {
    const json = ["hil", "run", "join", "--board", CHOICE.board, "--json"];
    const [html, junit] = [join(folder, "join.html"), join(folder, "join.xml")];
    const words = [...json, "--pcap", "/dev/full", "--html", html, "--junit", junit];
    const { status, stdout, stderr } = await joinery(words);
    assert.equal(status, 1);
    assert.match(stderr, /^joinery: cannot write the capture file: .*\/dev\/full/);
    assert.equal((JSON.parse(stdout) as JoinReport).verdict, "passed");
    assert.match(readFileSync(html, "utf8"), /<\/html>\s*$/);
    assert.match(readFileSync(junit, "utf8"), /<\/testsuites>\s*$/);
    await leftovers.assertNone();
  });

  it("goes on with the next of a matrix where one cannot begin", async () => {
    const application = write("broken.ts", "export function setup(): void { nowhere(); }");
    const junit = join(folder, "runs.xml");
    const words = ["hil", "run", "join", application, "--matrix", "--board", CHOICE.board];
    const { status, stdout } = await joinery([...words, "--json", "--junit", junit]);
    const { runs } = JSON.parse(stdout) as { runs: readonly RunReport[] };
    assert.equal(status, 1);
    assert.deepEqual(
      runs.map(({ lorawan, verdict }) => [lorawan, verdict]),
      [
        ["1.0.4", "failed"],
        ["1.1", "failed"],
      ],
    );
    for (const { reason } of runs) assert.match(reason ?? "", /nowhere/);
    assert.match(readFileSync(junit, "utf8"), /<testsuites name="joinery" tests="2" failures="2"/);
    await leftovers.assertNone();
  });
});
