/** `joinery build` and `joinery size`: images and programs, what they take, and what they may take. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinery } from "./support/in-process.ts";
import { ROOT } from "./support/joinery.ts";

describe("joinery build", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-cli-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("builds a Lua program with what the board adds to it", async () => {
    const out = join(folder, "lua");
    const { status, stdout, stderr } = await joinery([
      "build",
      "--board",
      "nodemcu-rfm95",
      "--out",
      out,
      "--json",
    ]);
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.board, report.lua], ["nodemcu-rfm95", "5.1"]);
    for (const name of ["joinery.lua", "init.lua", "hal.lua"]) {
      assert.ok(report.files.includes(join(out, name)));
      assert.ok(readFileSync(join(out, name), "utf8").length > 0);
    }
  });

  it("says what an image takes, as a table, a page, JSON, and against an earlier report", async () => {
    const out = ["--out", join(folder, "size")];
    const built = await joinery(["build", ...out]);
    assert.equal(built.status, 0, built.stderr);
    assert.match(
      built.stdout,
      /\n {2}flash \d+ of .*\n {2}RAM {3}\d+ of .*\n {2}stack \d+ of .* at worst\n$/,
    );
    const page = join(folder, "size.html");
    const table = await joinery(["size", ...out, "--by", "function", "--html", page]);
    assert.equal(table.status, 0, table.stderr);
    assert.match(table.stdout, /\n +\d+ +\d+\.\d +\d+ +\d+ {2}crypto\/aes-octets\.ts:encryptBlock\n/);
    assert.match(table.stdout, /\nDeepest stack\n +\d+ B {2}start-up\n/);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>.*<\/html>\n$/s);
    const document = JSON.parse((await joinery(["size", ...out, "--json"])).stdout);
    const kept = join(folder, "size", "size.json");
    assert.deepEqual(JSON.parse(readFileSync(kept, "utf8")), document);
    const fileOf = (name: string) => readFileSync(join(folder, "size", name));
    const ofBuild = ["size.json", "joinery.hex", "joinery.elf"].map(fileOf);
    const older = await joinery(["size", ...out, "--lorawan", "1.0.4", "--compare", kept]);
    assert.match(
      older.stdout,
      /^pro-mini-rfm95, LoRaWAN 1\.0\.4, EU868, against the earlier report of pro-mini-rfm95, LoRaWAN 1\.1, EU868\n {2}flash \d+ B, -\d+ from \d+\n/,
    );
    assert.match(older.stdout, /\n +-\d+ +\d+ +\d+ {2}lorawan\/join\.ts\n/);
    assert.deepEqual(["size.json", "joinery.hex", "joinery.elf"].map(fileOf), ofBuild);
    const refused = await joinery(["size", "--compare", join(folder, "nowhere.json")]);
    assert.deepEqual([refused.status, refused.stdout], [2, ""]);
    assert.match(refused.stderr, /cannot read the report/);
  });

  it("gives an image that is too large as JSON: at the limit, with the places of what takes most", async () => {
    const app = join(folder, "large.ts");
    const example = readFileSync(join(ROOT, "firmware/apps/sensor.ts"), "utf8");
    const application = example
      .replaceAll('"../', `"${join(ROOT, "firmware")}/`)
      .replace("let sampleCount", "const history = new Uint8Array(3000);\nlet sampleCount")
      .replace("sampleCount = 0;\n", "sampleCount = history[batteryLevel()];\n  history[0] = sampleCount;\n");
    writeFileSync(app, application);
    const { status, stdout } = await joinery(["build", app, "--out", join(folder, "large"), "--json"]);
    assert.equal(status, 1, stdout);
    const [{ file, line, code, message, related }] = JSON.parse(stdout).diagnostics;
    const boardFile = join(ROOT, "boards/pro-mini-rfm95/board.json");
    const limitLine = readFileSync(boardFile, "utf8")
      .split("\n")
      .findIndex((text) => text.includes("ramBytes"));
    assert.deepEqual([file, line, code], [boardFile, limitLine + 1, "DEV7002"]);
    assert.match(message, /RAM: \d+ B needed, 2048 B available/);
    const declared = application.split("\n").findIndex((text) => text.includes("history = new"));
    assert.deepEqual(
      related.map((place: { file: string; line: number; message: string }) => [
        place.file,
        place.line,
        place.message,
      ]),
      [[app, declared + 1, "'history' takes 3000 B of RAM"]],
    );
  });

  it("fails a build that takes more than its project allows, and says what grew", async () => {
    const project = join(folder, "budget");
    mkdirSync(project);
    const application = readFileSync(join(ROOT, "firmware/apps/sensor.ts"), "utf8").replaceAll(
      '"../',
      `"${join(ROOT, "firmware")}/`,
    );
    const write = (flash: number, app: string) => {
      const document = { app: "app.ts", board: "pro-mini-rfm95", lorawan: "1.0.4", budget: { flash } };
      writeFileSync(join(project, "joinery.json"), JSON.stringify(document));
      writeFileSync(join(project, "app.ts"), app);
    };
    const build = () => joinery(["build"], { cwd: project });
    write(32768, application);
    assert.equal((await build()).status, 0);
    const { flashBytes } = JSON.parse(readFileSync(join(project, "build/size.json"), "utf8"));
    write(
      flashBytes,
      application
        .replace("store16be,", "store16be, table8,")
        .replace("sampleCount = 0;\n", "sampleCount = TABLE[batteryLevel()];\n")
        .replace(
          "let sampleCount",
          `const TABLE = table8([${[...Array(256).keys()].join(", ")}]);\nlet sampleCount`,
        ),
    );
    const files = ["joinery.hex", "joinery.elf", "size.json", "c/app.c"].map((name) =>
      join(project, "build", name),
    );
    const kept = files.map((path) => readFileSync(path));
    for (const attempt of [1, 2]) {
      const { status, stdout, stderr } = await build();
      assert.deepEqual(
        files.map((path) => readFileSync(path)),
        kept,
      );
      assert.deepEqual([status, stdout], [1, ""], `attempt ${attempt}: ${stderr}`);
      assert.match(
        stderr,
        /^joinery\.json:1:\d+ - error DEV7002: the image takes more than it may:\n {2}flash: \d+ B, \d+ more than the \d+ allowed/,
      );
      assert.match(
        stderr,
        /grown by \d+ since the last build that was kept .*\n +\+\d+ {2}\.\/app\.ts:TABLE \(new\)/,
      );
      assert.match(stderr, /\n {4}'TABLE' takes 256 B of flash\n/);
    }
  });
});
