import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function joinery(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "cli/main.ts", ...args],
    {
      cwd: ROOT,
      encoding: "utf8",
      env,
    },
  );
  return { status, stdout, stderr };
}

describe("the command line", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-cli-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const misuses: readonly [string, readonly string[], RegExp][] = [
    ["an unknown option", ["hil", "run", "join", "--nonsense"], /unknown option '--nonsense'/],
    ["an unknown board", ["hil", "run", "join", "--board", "toaster"], /toaster.*pro-mini-rfm95/s],
    ["an unknown fault", ["hil", "run", "join", "--fault", "gremlins"], /gremlins.*bogus-dnssec/s],
    ["an unknown version", ["hil", "run", "join", "--lorawan", "2"], /1\.0\.4, 1\.1/],
    ["an unknown scenario", ["hil", "run", "dance"], /Known scenarios: join/],
    ["a seed that is no number", ["hil", "run", "join", "--seed", "x"], /whole number/],
    ["an unknown command", ["dance"], /unknown command 'dance'/],
    ["a board to build for that is unknown", ["build", "--board", "toaster"], /pro-mini-rfm95/],
  ];
  for (const [what, args, text] of misuses) {
    it(`refuses ${what} with exit code 2 and the known names`, () => {
      const { status, stdout, stderr } = joinery(args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, text);
      assert.equal(stdout, "");
    });
  }

  it("prints one JSON document and writes JUnit XML", () => {
    const junit = join(folder, "join.xml");
    const { status, stdout, stderr } = joinery(["hil", "run", "join", "--json", "--junit", junit]);
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.verdict, "passed");
    const xml = readFileSync(junit, "utf8");
    assert.match(xml, new RegExp(`<testsuites name="joinery" tests="${report.checks.length}" failures="0"`));
    assert.equal(xml.match(/<testcase /g)?.length, report.checks.length);
  });

  it("tells a failed run by exit code 1, a reason, and failed cases in JUnit", () => {
    const junit = join(folder, "failed.xml");
    const { status, stdout } = joinery(["hil", "run", "join", "--fault", "unknown-device", "--junit", junit]);
    assert.equal(status, 1);
    assert.match(stdout, /failed.*: Join Server: join refused: DevEUI/);
    assert.match(readFileSync(junit, "utf8"), /<failure message="/);
  });

  it("names the Debian packages when the compiler is missing, with exit code 3", () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const { status, stderr } = joinery(["build", "--out", join(folder, "out")], {
      ...process.env,
      PATH: bin,
    });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /apt-get install .*gcc-avr/);
  });

  it("lists the faults and examples in the help", () => {
    const { status, stdout } = joinery(["hil", "run", "--help"]);
    assert.equal(status, 0);
    assert.match(stdout, /swapped-client-certificate/);
    assert.match(stdout, /Examples:/);
  });
});
