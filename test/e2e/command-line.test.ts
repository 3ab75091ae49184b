import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
    ["an application that is not there", ["build", "nowhere.ts"], /there is no application .*nowhere\.ts/],
    ["a folder for the image that is a file", ["build", "--out", "package.json/x"], /choose another --out/],
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
    const cases = report.checks.length + 1;
    assert.match(xml, new RegExp(`<testsuites name="joinery" tests="${cases}" failures="0"`));
    assert.equal(xml.match(/<testcase /g)?.length, cases);
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

  it("says what to run when the client-identity addon is not built, with exit code 3", () => {
    const withoutAddon = `import { Module } from "node:module";
      const load = Module._extensions[".node"];
      Module._extensions[".node"] = (module, file) => {
        if (file.endsWith("client_identity.node")) throw new Error("cannot be loaded");
        return load(module, file);
      };`;
    const { status, stdout, stderr } = joinery(["hil", "run", "join", "--json"], {
      ...process.env,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutAddon)}`,
    });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /^joinery: DANE client identity unavailable: .*run: node .*build\.mjs\n$/s);
    assert.equal(stdout, "");
  });

  it("refuses files and folders that cannot be written, before it runs, with exit code 2", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const refused: readonly [readonly string[], NodeJS.ProcessEnv, RegExp][] = [
      [["--junit", join(folder, "nowhere", "join.xml")], {}, /^joinery: cannot write the JUnit file: ENOENT/],
      [["--junit", folder], {}, /^joinery: cannot write the JUnit file: .* is a folder/],
      [["--state", file], {}, /^joinery: .*file cannot be made: EEXIST/],
      [["--state", join(file, "state")], {}, /^joinery: .*state cannot be made: ENOTDIR/],
      [[], { XDG_CACHE_HOME: file }, /^joinery: cannot keep builds: ENOTDIR.* XDG_CACHE_HOME/],
    ];
    for (const [args, env, text] of refused) {
      const { status, stderr } = joinery(["hil", "run", "join", ...args], { ...process.env, ...env });
      assert.equal(status, 2, stderr);
      assert.match(stderr, text);
    }
    assert.equal(readFileSync(file, "utf8"), "");
  });

  it("ends without a word when nobody reads on", () => {
    const command = `"${process.execPath}" --import tsx cli/main.ts hil run join | head -n 1`;
    const { stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: ROOT, encoding: "utf8" });
    assert.match(stdout, /who\n$/);
    assert.equal(stderr, "");
  });

  it("lists the faults and examples in the help", () => {
    const { status, stdout } = joinery(["hil", "run", "--help"]);
    assert.equal(status, 0);
    assert.match(stdout, /swapped-client-certificate/);
    assert.match(stdout, /Examples:/);
  });
});
