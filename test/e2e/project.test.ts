/** An application outside this repository, from `joinery new` to its HIL spec. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { boardNames, isLuaBoard, loadBoard } from "../../toolchain/image/index.ts";
import { joinery as joineryHere } from "./support/in-process.ts";
import { ROOT } from "./support/joinery.ts";

const COMMAND = join(ROOT, "cli/setup/joinery.mjs");

/** As whoever has the package runs it. */
function run(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const joinery = (cwd: string, ...words: string[]) => joineryHere(words, { cwd });

describe("an application of its own", () => {
  let parent: string;
  let folder: string;
  before(() => {
    parent = mkdtempSync(join(tmpdir(), "joinery-new-"));
    folder = join(parent, "demo");
    const made = run(parent, "new", "demo");
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /^ {2}npm install .*joinery itself comes from /m);
    // What npm makes of `npm install`.
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules/joinery"));
    symlinkSync(join(ROOT, "node_modules/@types"), join(folder, "node_modules/@types"));
  });
  after(() => rmSync(parent, { recursive: true }));

  it("is built for its board, with what joinery.json says", () => {
    const { status, stdout, stderr } = run(folder, "build", "--json");
    assert.equal(status, 0, stderr);
    const { board, lorawan, hexPath } = JSON.parse(stdout);
    assert.deepEqual([board, lorawan, hexPath], ["pro-mini-rfm95", "1.1", join(folder, "build/joinery.hex")]);
    assert.match(readFileSync(hexPath, "utf8"), /^:/);
  });

  it("is built for every board that has an image, and the budget is that of the boards it names", async function () {
    this.timeout(400_000);
    const images = boardNames().filter((name) => !isLuaBoard(loadBoard(name)));
    assert.ok(images.length > 3);
    const out = join(parent, "boards");
    for (const board of images) {
      const { status, stdout, stderr } = await joinery(
        folder,
        "build",
        "--board",
        board,
        "--out",
        out,
        "--json",
      );
      assert.equal(status, 0, stderr);
      assert.equal(JSON.parse(stdout).board, board);
      const said = board === "pro-mini-rfm95" ? /^$/ : /^joinery: the budget of joinery\.json does not name /;
      assert.match(stderr, said);
    }
  });

  it("says that its budget is not for a board that runs Lua, and which boards have an image", async () => {
    const built = await joinery(folder, "build", "--board", "nodemcu-rfm95", "--out", join(parent, "lua"));
    assert.equal(built.status, 0, built.stderr);
    assert.match(
      built.stderr,
      /^joinery: the budget of joinery\.json is an image's: nothing is held against/,
    );
    const help = (await joinery(folder, "size", "--help")).stdout.replace(/\s+/g, " ");
    assert.match(help, /\(choices: [^)]*"pro-mini-rfm95"\)/);
    assert.doesNotMatch(help, /nodemcu/);
    const { status, stderr } = await joinery(folder, "size", "--board", "nodemcu-rfm95");
    assert.equal(status, 2);
    assert.match(
      stderr,
      /runs a Lua program: there is no image of it; joinery hil run join --board nodemcu-rfm95/,
    );
  });

  it("has no error in an editor", () => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "."], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout);
  });

  it("passes its HIL spec, and says so in JUnit XML", () => {
    const { status, stdout, stderr } = run(folder, "hil", "test", "--junit", "hil.xml");
    assert.equal(status, 0, stdout + stderr);
    assert.match(readFileSync(join(folder, "hil.xml"), "utf8"), /tests="2" failures="0"/);
  });

  it("fails its HIL spec when the device does not do what the spec asks, and says what to change", () => {
    const app = join(folder, "app.ts");
    const text = readFileSync(app, "utf8");
    writeFileSync(app, text.replace("sampleCount + 1", "sampleCount + 2"));
    try {
      const { status, stdout } = run(folder, "hil", "test", "--grep", "readings");
      assert.equal(status, 1);
      assert.match(stdout, /1 failing/);
      assert.match(stdout, /if app\.ts was changed so on purpose, change UPLINKS too/);
      assert.match(stdout, /^ +- +"0002ff00"\n +- +"0004ff07"/m);
      assert.match(stdout, /^ +\+ +"0001ff00"\n +\+ +"0002ff07"/m);
    } finally {
      writeFileSync(app, text);
    }
  });

  it("is built anew at each change while it is watched", async () => {
    const app = join(folder, "app.ts");
    const text = readFileSync(app, "utf8");
    const watcher = spawn(process.execPath, [COMMAND, "watch"], { cwd: folder });
    const ended = new Promise((done) => watcher.once("exit", done));
    const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();
    const lineWith = async (pattern: RegExp): Promise<string> => {
      for (let seen = ""; ; ) {
        const { value, done } = await lines.next();
        if (done) assert.fail(`no line with ${pattern} in:\n${seen}`);
        if (pattern.test(value)) return value;
        seen += `${value}\n`;
      }
    };
    try {
      await lineWith(
        /^builds app\.ts for pro-mini-rfm95, LoRaWAN 1\.1, EU868, at each change in \.; Ctrl-C ends$/,
      );
      await lineWith(/^\d\d:\d\d:\d\d {2}building$/);
      await lineWith(/built in .*: flash \d+ B, RAM \d+ B, stack \d+ B$/);
      writeFileSync(app, text.replace("u16(sampleCount + 1)", "sampleCount + 1"));
      await lineWith(/app\.ts has changed, building$/);
      await lineWith(/refused:$/);
      await lineWith(/app\.ts:\d+:\d+ - error DEV2001: .*wrap it with u16\(\)/);
      const longer = text
        .replace("MAX_PAYLOAD = 4", "MAX_PAYLOAD = 5")
        .replace("Bytes<4>): Int<0, 4>", "Bytes<5>): Int<0, 5>");
      writeFileSync(app, longer.replace("return 4;", "payload[4] = 0;\n  return 5;"));
      await lineWith(/built in .*: flash \d+ B \(\+\d+\)/);
    } finally {
      writeFileSync(app, text);
      watcher.kill("SIGINT");
      assert.equal(await ended, 0);
    }
  });

  it("is not written over", async () => {
    const { status, stderr } = await joinery(parent, "new", "demo");
    assert.equal(status, 2);
    assert.match(stderr, /demo exists already: choose another name/);
    assert.ok(existsSync(join(folder, "app.ts")));
  });

  it("cannot have a name that npm refuses", async () => {
    const { status, stderr } = await joinery(parent, "new", "My App");
    assert.equal(status, 2);
    assert.match(stderr, /"My App" cannot name an application: lower-case letters/);
  });

  it("has nothing to test where there is no project", async () => {
    const { status, stderr } = await joinery(parent, "hil", "test");
    assert.equal(status, 2);
    assert.match(stderr, /no joinery\.json here or above/);
  });
});
