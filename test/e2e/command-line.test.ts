/** The `joinery` command as its users have it: what it prints, and what it tells its caller. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinery } from "./support/in-process.ts";
import { joineryArguments, ROOT } from "./support/joinery.ts";

/** What only a process shows. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const command = joineryArguments(...args);
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
}

describe("the command line", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-cli-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("prints one JSON document and writes JUnit XML, a page and a capture", async () => {
    const [junit, html, pcap] = ["join.xml", "join.html", "join.pcap"].map((name) => join(folder, name));
    const files = ["--junit", junit, "--html", html, "--pcap", pcap];
    const { status, stdout, stderr } = await joinery(["hil", "run", "join", "--json", ...files]);
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.verdict, "passed");
    const xml = readFileSync(junit, "utf8");
    const cases = report.checks.length + 1;
    assert.match(xml, new RegExp(`<testsuites name="joinery" tests="${cases}" failures="0"`));
    assert.equal(xml.match(/<testcase /g)?.length, cases);
    assert.match(
      readFileSync(html, "utf8"),
      /^<!DOCTYPE html>.*<title>Join of pro-mini-rfm95: passed<\/title>/s,
    );
    assert.equal(readFileSync(pcap).readUInt32LE(20), 270);
  });

  it("tells a failed run by exit code 1, a reason, and failed cases in JUnit", async () => {
    const junit = join(folder, "failed.xml");
    const { status, stdout } = await joinery([
      "hil",
      "run",
      "join",
      "--fault",
      "unknown-device",
      "--junit",
      junit,
    ]);
    assert.equal(status, 1);
    assert.match(stdout, /failed.*: Join Server: join refused: DevEUI/);
    assert.match(readFileSync(junit, "utf8"), /<failure message="/);
  });

  it("explains a number, by any way of writing it", async () => {
    const pages = [];
    for (const number of ["DEV2001", "dev2001", "2001"]) pages.push(await joinery(["explain", number]));
    for (const { status, stdout } of pages) assert.deepEqual([status, stdout], [0, pages[0].stdout]);
    assert.match(
      pages[0].stdout,
      /^DEV2001: A value that may not fit its width\n\n.*\nRefused:\n\n {4}let count/s,
    );
    const document = JSON.parse((await joinery(["explain", "2001", "--json"])).stdout);
    assert.equal(document.title, "A value that may not fit its width");
    assert.deepEqual(
      document.examples.map(({ verdict }: { verdict: string }) => verdict),
      ["refused", "accepted"],
    );
  });

  it("explains of TypeScript's own errors where they are documented, and which casts there are", async () => {
    const { status, stdout } = await joinery(["explain", "ts2322"]);
    assert.equal(status, 0);
    assert.match(stdout, /^TS2322: .*\n\nTS2322 is an error of TypeScript, not one of Joinery's/);
    assert.match(stdout, /https:\/\/www\.typescriptlang\.org\/docs\//);
    assert.match(stdout, /\n\* u8\(x\), u16\(x\), u32\(x\) keep the low/);
    const document = JSON.parse((await joinery(["explain", "TS6133", "--json"])).stdout);
    assert.deepEqual([document.number, document.title], ["TS6133", "An error of TypeScript itself"]);
  });

  it("lists what it can explain", async () => {
    const { status, stdout } = await joinery(["explain"]);
    assert.equal(status, 0);
    assert.match(stdout, /^DEV1001 {2}Syntax that has no place in firmware\n(DEV\d{4} {2}.+\n)+$/);
  });

  it("lists the faults and examples in the help", async () => {
    const { status, stdout } = await joinery(["hil", "run", "--help"]);
    assert.equal(status, 0);
    assert.match(stdout, /swapped-client-certificate/);
    assert.match(stdout, /Examples:/);
  });

  it("tells its version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.deepEqual(run(["--version"]), { status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("ends with exit code 1 where a check failed, and 2 where it is used wrongly", () => {
    const app = join(folder, "faulty.ts");
    writeFileSync(app, "export const NOTHING = 0;\n");
    const failed = run(["check", app, "--json"]);
    assert.equal(failed.status, 1, failed.stderr);
    assert.ok(JSON.parse(failed.stdout).errors > 0);
    const misused = run(["dance", "--json"]);
    assert.equal(misused.status, 2);
    assert.match(misused.stderr, /unknown command 'dance'/);
    assert.match(JSON.parse(misused.stdout).diagnostics[0].message, /^unknown command 'dance'/);
  });

  it("says what to run when the client-identity addon is not built, with exit code 3", () => {
    const withoutAddon = `import { Module } from "node:module";
      const load = Module._extensions[".node"];
      Module._extensions[".node"] = (module, file) => {
        if (file.endsWith("client_identity.node")) throw new Error("cannot be loaded");
        return load(module, file);
      };`;
    const { status, stdout, stderr } = run(["hil", "run", "join", "--json"], {
      ...process.env,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutAddon)}`,
    });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /^joinery: DANE client identity unavailable: .*run: node .*build\.mjs\n$/s);
    assert.match(JSON.parse(stdout).diagnostics[0].message, /^DANE client identity unavailable/);
  });

  it("ends without a word when nobody reads on", () => {
    const command = `"${process.execPath}" --import tsx cli/main.ts hil run join | head -n 1`;
    const { stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: ROOT, encoding: "utf8" });
    assert.match(stdout, /who\n$/);
    assert.equal(stderr, "");
  });
});
