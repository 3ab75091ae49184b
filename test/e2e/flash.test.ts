/** `joinery flash` from the shell: what it prints, what it runs, and what it leaves alone. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { boardNames, isLuaBoard, loadBoard } from "../../toolchain/image/index.ts";
import { joinery } from "./support/in-process.ts";
import { joineryArguments, ROOT } from "./support/joinery.ts";

describe("joinery flash", function () {
  this.timeout(300_000);
  let folder: string;
  let tools: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-flash-"));
    tools = mkdtempSync(join(tmpdir(), "joinery-tools-"));
  });
  after(() => {
    for (const each of [folder, tools]) rmSync(each, { recursive: true });
  });

  const flash = (args: readonly string[], path = `${tools}${delimiter}${process.env.PATH}`) =>
    joinery(["flash", ...args], { cwd: folder, env: { ...process.env, PATH: path } });
  /** As a process: a tool says its words to that. */
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, joineryArguments("flash", ...args), {
      ...{ cwd: folder, encoding: "utf8" },
      env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` },
    });
  /** A tool that notes what it was called with, says something, and ends with an exit code. */
  function fake(tool: string, exitCode: number): void {
    const script = `#!/bin/sh\necho "$0 $*" >> ${folder}/log\necho words of ${tool}\nexit ${exitCode}\n`;
    writeFileSync(join(tools, tool), script);
    chmodSync(join(tools, tool), 0o755);
  }
  const calls = () => readFileSync(join(folder, "log"), "utf8").trim().split("\n");
  const app = join(ROOT, "firmware/apps/sensor.ts");

  for (const name of boardNames()) {
    const board = loadBoard(name);
    if (isLuaBoard(board)) continue;
    it(`prints the exact commands for ${name} on stdout and where their files lie on stderr, and runs none`, async () => {
      const { avrdude, uf2 } = board.flashing ?? assert.fail(`board.json of ${name} has no "flashing"`);
      const wish = avrdude ? ["--port", "/dev/ttyUSB0"] : uf2 ? ["--volume", folder] : [];
      const out = join(folder, name);
      const args = [app, "--board", name, "--out", out, "--dry-run", ...wish];
      const { status, stdout, stderr } = await flash(args, process.env.PATH);
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        new RegExp(`^(test -f .*\\n)?(avrdude|openocd|cp) .*${name}/joinery\\.(hex|uf2).*\\n$`),
      );
      assert.equal(stderr, `joinery: nothing is flashed; the files that the commands name lie in ${out}\n`);
    });
  }

  it("looks at the fuse first, and flashes only where that stands", () => {
    fake("avrdude", 0);
    const image = join(folder, "pro-mini-rfm95/joinery.elf");
    const flashed = run(["--image", image, "--programmer", "usbasp"]);
    assert.equal(flashed.status, 0, flashed.stderr);
    assert.match(flashed.stdout, /^\d+ B are in pro-mini-rfm95, by avrdude in \d+\.\d s\n$/);
    assert.match(flashed.stderr, /words of avrdude/);
    const made = calls();
    assert.equal(made.length, 2);
    assert.match(made[0], /hfuse:v:0xD1:m$/);
    assert.match(made[1], /-U flash:w:pro-mini-rfm95\/joinery\.hex:i$/);

    fake("avrdude", 1);
    const refused = run(["--image", image, "--programmer", "usbasp", "--json"]);
    assert.equal(refused.status, 1);
    assert.match(
      JSON.parse(refused.stdout).diagnostics[0].message,
      /avrdude ended with exit code 1: .*--erase-store/,
    );
    assert.equal(calls().length, 3);
  });

  it("refuses an image for another board before anything runs", async () => {
    const image = join(folder, "nucleo-l073rz-sx1276/joinery.elf");
    const { status, stdout, stderr } = await flash([
      "--board",
      "nucleo-l073rz-sx1262",
      "--image",
      image,
      "--dry-run",
    ]);
    assert.equal(status, 2);
    assert.match(stderr, /is an image for nucleo-l073rz-sx1276, not for nucleo-l073rz-sx1262/);
    assert.equal(stdout, "");
  });

  it("names the command that installs a missing tool, before it builds", async () => {
    const { status, stderr } = await flash([app, "--board", "nucleo-l073rz-sx1276"], join(folder, "nowhere"));
    assert.equal(status, 3);
    assert.equal(stderr, "joinery: openocd is not installed: apt-get install openocd\n");
  });
});
