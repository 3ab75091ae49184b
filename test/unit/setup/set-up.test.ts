/** The set-up step in a checkout of its own, among commands that only say what they were asked. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const SET_UP = join(import.meta.dirname, "../../../cli/setup");
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;

/** Leaves a tsc behind that "compiles" the command line to one that says its arguments. */
const NPM = `echo npm "$@" >> "$LOG"
mkdir -p node_modules/typescript/bin
cat > node_modules/typescript/bin/tsc <<'END'
const { mkdirSync, writeFileSync, appendFileSync } = require("node:fs");
appendFileSync("log", "tsc\\n");
const dist = process.argv[process.argv.indexOf("--outDir") + 1];
mkdirSync(dist + "/cli", { recursive: true });
writeFileSync(dist + "/cli/main.js", 'console.log("ran", ...process.argv.slice(2))');
END
`;

describe("the set-up step", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "joinery-set-up-"));
    chmodSync(root, 0o777);
    cpSync(SET_UP, join(root, "cli/setup"), { recursive: true });
    put("package.json", '{ "type": "module", "engines": { "node": ">=20.19" } }');
    for (const file of ["package-lock.json", "tsconfig.json", "tsconfig.build.json"]) put(file, "{}");
    put("toolchain/index.ts", "");
    put("hil/trust/client-identity/build.mjs", "");
    mkdirSync(join(root, "bin"));
    for (const command of ["cc", "make", "python3", "avr-gcc"]) fake(command, "exit 0");
    fake("npm", NPM);
    for (const command of ["env", "cat", "mkdir"])
      symlinkSync(`/usr/bin/${command}`, join(root, "bin", command));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  function fake(command: string, script: string): void {
    put(`bin/${command}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, "bin", command), 0o755);
  }
  /** What was asked of the fake commands, line by line. */
  function log(): string[] {
    const path = join(root, "log");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }
  /** npm runs in a folder of its own. */
  const environment = () => ({ PATH: join(root, "bin"), LOG: join(root, "log") });
  function start(...args: string[]) {
    return spawnSync(process.execPath, ["cli/setup/start.mjs", ...args], {
      cwd: root,
      env: environment(),
      encoding: "utf8",
    });
  }
  /** An apt-get that brings avr-gcc, for root and for sudo without a password. */
  function fakeApt(): void {
    fake(
      "apt-get",
      `echo apt-get "$@" DEBIAN_FRONTEND=$DEBIAN_FRONTEND >> log
      case "$*" in *install*) cat > bin/avr-gcc < bin/cc; /bin/chmod 755 bin/avr-gcc;; esac`,
    );
    fake("sudo", 'shift; [ "$1" = true ] || exec "$@"');
  }

  it("installs npm packages, builds, and hands the arguments on; stdout is the command's alone", () => {
    const { status, stdout, stderr } = start("--json");
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "ran hil run join --json\n");
    assert.match(stderr, /setting up npm packages/);
    assert.deepEqual(
      log().map((line) => line.split(" ").slice(0, 2).join(" ")),
      ["npm ci", "tsc"],
    );
  });

  it("does nothing the second time", () => {
    start();
    const before = log();
    const { stdout, stderr } = start();
    assert.equal(stdout, "ran hil run join\n");
    assert.equal(stderr, "");
    assert.deepEqual(log(), before);
  });

  it("leaves what is installed in its place where an install fails half-way, and nothing of the new", () => {
    start();
    put("package-lock.json", '{ "other": true }');
    fake("npm", 'echo npm broken >> "$LOG"; mkdir node_modules; echo half-way >&2; exit 1');
    const { status, stdout, stderr } = start();
    assert.equal(status, 3);
    assert.equal(stdout, "");
    assert.match(stderr, /half-way\n\nSetting up npm packages .* failed\.\n$/);
    assert.ok(existsSync(join(root, "node_modules/typescript")));

    fake("npm", NPM);
    assert.equal(start().status, 0);
    assert.equal(log().filter((line) => line.startsWith("npm ci")).length, 2);
    assert.deepEqual(readdirSync(join(root, ".build")), ["set-up.lock"]);
  });

  describe("beside npm called by hand", () => {
    const LOCK = {
      "": { version: "0.1.0" },
      "node_modules/typescript": { version: "6.0.2", integrity: "sha512-a" },
      "node_modules/for-another-machine": { version: "1.0.0", integrity: "sha512-b", optional: true },
    };
    const { "": _, "node_modules/for-another-machine": __, ...installed } = LOCK;

    /** What `npm install` leaves. */
    function npmInstall(inventory: object = installed): void {
      put("package-lock.json", JSON.stringify({ packages: LOCK }));
      assert.equal(spawnSync("/bin/sh", ["-e", "bin/npm"], { cwd: root, env: environment() }).status, 0);
      put("node_modules/better-sqlite3/index.js", "module.exports = class { close() {} };");
      put("node_modules/.package-lock.json", JSON.stringify({ packages: inventory }));
      rmSync(join(root, "log"));
    }

    it("takes what is installed, where that is what the lock file asks for", () => {
      npmInstall();
      const { stdout, stderr } = start();
      assert.equal(stdout, "ran hil run join\n", stderr);
      assert.deepEqual(log(), ["tsc"]);
      start();
      assert.deepEqual(log(), ["tsc"]);
    });

    for (const [what, change] of [
      ["is of another version", () => npmInstall({ "node_modules/typescript": { version: "6.0.1" } })],
      ["lacks a package", () => npmInstall({})],
      [
        "has lost the folder of a package",
        () => {
          npmInstall({ ...installed, "node_modules/gone": LOCK["node_modules/for-another-machine"] });
          put(
            "package-lock.json",
            JSON.stringify({
              packages: { ...LOCK, "node_modules/gone": LOCK["node_modules/for-another-machine"] },
            }),
          );
        },
      ],
      [
        "was compiled for another Node",
        () => {
          npmInstall();
          put("node_modules/better-sqlite3/index.js", 'throw new Error("NODE_MODULE_VERSION 115")');
        },
      ],
    ] as const) {
      it(`installs the packages where what is installed ${what}`, () => {
        change();
        assert.equal(start().status, 0);
        assert.deepEqual(
          log().map((line) => line.split(" ").slice(0, 2).join(" ")),
          ["npm ci", "tsc"],
        );
      });
    }
  });

  it("sets up once for several commands at a time, and takes nothing from under one that is running", async () => {
    start();
    rmSync(join(root, "log"));
    put("package-lock.json", '{ "other": true }');
    put("toolchain/index.ts", "export {};");
    symlinkSync("/usr/bin/flock", join(root, "bin/flock"));
    symlinkSync("/bin/sleep", join(root, "bin/sleep"));
    fake(
      "npm",
      `[ -e "${root}/node_modules/typescript/bin/tsc" ] || echo missing >> "$LOG"\nsleep 1\n${NPM}`,
    );
    const ends = await Promise.all(
      [0, 1, 2].map(() =>
        promisify(execFile)(process.execPath, ["cli/setup/start.mjs"], { cwd: root, env: environment() }),
      ),
    );
    for (const { stdout } of ends) assert.equal(stdout, "ran hil run join\n");
    assert.deepEqual(
      log().map((line) => line.split(" ").slice(0, 2).join(" ")),
      ["npm ci", "tsc"],
    );
  });

  for (const [what, change] of [
    ["a source has changed", () => put("toolchain/index.ts", "export {};")],
    ["the compiler's options have changed", () => put("tsconfig.json", '{ "files": [] }')],
    ["what was built is gone", () => rmSync(join(root, "dist/cli"), { recursive: true })],
  ] as const) {
    it(`builds again when ${what}`, () => {
      start();
      change();
      assert.equal(start().stdout, "ran hil run join\n");
      assert.equal(log().filter((line) => line === "tsc").length, 2);
    });
  }

  it("leaves nothing of an old build beside the new one", () => {
    start();
    put("dist/cli/removed.js", "");
    put("toolchain/index.ts", "export {};");
    start();
    assert.equal(existsSync(join(root, "dist/cli/removed.js")), false);
  });

  it("installs the Debian packages that are missing, and no others", () => {
    rmSync(join(root, "bin/avr-gcc"));
    fakeApt();
    const { status, stdout, stderr } = start();
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "ran hil run join\n");
    assert.match(stderr, /installing Debian packages: gcc-avr binutils-avr\n/);
    const asked = log().filter((line) => line.startsWith("apt-get"));
    assert.match(asked[0], /^apt-get update /);
    assert.match(asked[1], /^apt-get install .* gcc-avr binutils-avr DEBIAN_FRONTEND=noninteractive$/);
  });

  it("gives apt's words when it fails, with exit code 3", () => {
    rmSync(join(root, "bin/avr-gcc"));
    fakeApt();
    fake("apt-get", "echo E: $1 impossible >&2; exit 100");
    const { status, stdout, stderr } = start();
    assert.equal(status, 3);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /E: update impossible\nE: install impossible\n\nThis failed: apt-get install -y gcc-avr/,
    );
  });

  const COMMAND = /Missing: avr-gcc\.\n.*\n\n {2}sudo apt-get install -y gcc-avr binutils-avr\n/;

  it("prints the one command to run where there is no apt-get, with exit code 3", () => {
    rmSync(join(root, "bin/avr-gcc"));
    const { status, stdout, stderr } = start();
    assert.equal(status, 3);
    assert.match(stderr, COMMAND);
    assert.equal(stdout, "");
    assert.deepEqual(log(), []);
  });

  it("prints what the fuzz of the device lacks, before it fuzzes", () => {
    const command = ["cli/setup/fuzz-device.mjs", "--executions", "1"];
    const { status, stderr } = spawnSync(process.execPath, command, {
      cwd: root,
      env: environment(),
      encoding: "utf8",
    });
    assert.equal(status, 3);
    assert.match(stderr, /sudo apt-get install -y clang .*llvm\n/);
  });

  for (const [who, sudo] of [
    ["without sudo", undefined],
    ["whose sudo wants a password", "exit 1"],
  ] as const) {
    it(`prints the one command to run to a user ${who}, with exit code 3`, () => {
      rmSync(join(root, "bin/avr-gcc"));
      fakeApt();
      rmSync(join(root, "bin/sudo"));
      if (sudo !== undefined) fake("sudo", sudo);
      const { status, stderr } = spawnSync(process.execPath, ["cli/setup/start.mjs"], {
        cwd: root,
        env: environment(),
        encoding: "utf8",
        ...(IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}),
      });
      assert.equal(status, 3, stderr);
      assert.match(stderr, COMMAND);
      assert.deepEqual(log(), []);
    });
  }

  it("refuses a Node.js that is too old, with exit code 3", () => {
    put("package.json", '{ "type": "module", "engines": { "node": ">=999.1" } }');
    const { status, stderr } = start();
    assert.equal(status, 3);
    assert.match(stderr, /Node\.js 999\.1 or later is needed, this is \d+\.\d+\.\d+\./);
  });
});
