import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** For a working folder from which Node does not find it by its name. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

function joinery(args: readonly string[], env: NodeJS.ProcessEnv = process.env, cwd = ROOT) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", LOADER, join(ROOT, "cli/main.ts"), ...args],
    {
      cwd,
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
    [
      "a misspelt region",
      ["hil", "run", "join", "--region", "US951"],
      /Did you mean US915\? Regions are EU868, /,
    ],
    ["a region twice", ["check", "--region", "EU868,EU868"], /names EU868 twice/],
    ["an unknown version", ["hil", "run", "join", "--lorawan", "2"], /1\.0\.4, 1\.1/],
    ["an unknown scenario", ["hil", "run", "dance"], /Known scenarios: join/],
    ["a seed that is no number", ["hil", "run", "join", "--seed", "x"], /whole number/],
    ["an unknown command", ["dance"], /unknown command 'dance'/],
    ["a board to build for that is unknown", ["build", "--board", "toaster"], /pro-mini-rfm95/],
    [
      "a misspelt board",
      ["build", "--board", "pro-mini-rfm59"],
      /Did you mean pro-mini-rfm95\? Allowed choices are .*nodemcu/,
    ],
    [
      "Lua for a board that runs none",
      ["build", "--lua", "5.1"],
      /pro-mini-rfm95 runs no Lua: leave --lua out/,
    ],
    ["the size of an image that there is not", ["size", "--board", "nodemcu-rfm95"], /runs a Lua program/],
    [
      "what a Lua program draws",
      ["build", "--energy", "--board", "nodemcu-rfm95"],
      /runs a Lua program: .* leave --energy out/,
    ],
    ["a battery that holds nothing", ["size", "--battery", "0"], /Write milliampere-hours/],
    ["an application that is not there", ["build", "nowhere.ts"], /there is no application .*nowhere\.ts/],
    [
      "an application to check that is not there",
      ["check", "nowhere.ts"],
      /there is no application .*nowhere\.ts/,
    ],
    ["a folder for an application", ["build", "firmware/apps"], /firmware\/apps: name its TypeScript file/],
    ["a value of the configuration that is none", ["check", "--config", "PERIOD_S=often"], /NAME=integer/],
    ["a value of the configuration that is a space", ["check", "--config", "PERIOD_S= "], /NAME=integer/],
    [
      "a configuration that decides the version",
      ["build", "--config", "LORAWAN_1_1=false"],
      /since --lorawan decides it/,
    ],
    [
      "a comparison as JSON",
      ["size", "--json", "--compare", "package.json"],
      /'--json' cannot be used with option '--compare <file>'/,
    ],
    ["a number that no message has", ["explain", "dev2099"], /DEV2099; near it are\n.*DEV2\d\d\d {2}\w/s],
    ["a word instead of a number", ["explain", "shift"], /write it as in DEV2001/],
    ["a folder for the image that is a file", ["build", "--out", "package.json/x"], /choose another --out/],
    [
      "a project in a folder of something else",
      ["export", "platformio", "--out", "docs"],
      /docs is not empty and holds no platformio\.ini/,
    ],
    [
      "a project for a board that needs a framework",
      ["export", "platformio", "--board", "feather-rp2040-rfm95", "--out", "/tmp/none"],
      /has no "platformio"/,
    ],
    ["a monitor of no board", ["monitor"], /--port \/dev\/ttyUSB0 for a real one, or --emulated/],
    [
      "a monitor of a real board and an emulated one",
      ["monitor", "--emulated", "--port", "/dev/ttyUSB0"],
      /--port is the serial port of a real board, and --emulated asks for an emulated one: give one/,
    ],
    ["a rate of an emulated board", ["monitor", "--emulated", "--baud", "9600"], /--baud belongs to --port/],
    ["a port that is not there", ["monitor", "--port", "/dev/ttyNONE"], /there is no port \/dev\/ttyNONE/],
    ["a port that is a file", ["monitor", "--port", "package.json"], /package\.json is no serial port/],
    ["a debugger of a Lua program", ["debug", "--board", "nodemcu-rfm95"], /runs a Lua program/],
    [
      "an image and an application",
      ["flash", "firmware/apps/sensor.ts", "--image", "x.elf"],
      /give one of them/,
    ],
    ["a port for a debugger that is none", ["hil", "run", "join", "--gdb", "app.ts"], /must be a port/],
    [
      "a JUnit file of specs in a folder that cannot be made",
      ["hil", "test", "package.json", "--junit", "/proc/joinery/hil.xml"],
      /cannot write the JUnit file: \/proc is no ordinary folder/,
    ],
    [
      "a time for specs that is none",
      ["hil", "test", "--timeout", "0"],
      /'--timeout <seconds>' argument '0' is invalid. It must be a whole number of seconds/,
    ],
    [
      "a debugger beside a Lua program",
      ["hil", "run", "join", "--gdb", "--board", "nodemcu-rfm95"],
      /runs a Lua program: a debugger needs an image/,
    ],
  ];
  for (const [what, args, text] of misuses) {
    it(`refuses ${what} with exit code 2 and the known names`, () => {
      const { status, stdout, stderr } = joinery(args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, text);
      if (!args.includes("--json")) assert.equal(stdout, "");
    });
  }

  const refusedAsJson: readonly [string, readonly string[], RegExp][] = [
    [
      "an unknown board",
      ["build", "--board", "nucleo"],
      /^option '--board <name>' argument 'nucleo' is invalid/,
    ],
    [
      "an unknown fault",
      ["hil", "run", "join", "--fault", "nosuch"],
      /^option '--fault <name>' argument 'nosuch' is invalid/,
    ],
    ["an unknown option", ["check", "--nonsense"], /^unknown option '--nonsense'/],
    ["an unknown command", ["dance"], /^unknown command 'dance'/],
    ["a number that no message has", ["explain", "dev2099"], /^no message has the number DEV2099/],
  ];
  for (const [what, args, text] of refusedAsJson) {
    it(`refuses ${what} with one JSON document where it is asked for JSON`, () => {
      const { status, stdout, stderr } = joinery([...args, "--json"]);
      assert.equal(status, 2, stderr);
      const { errors, diagnostics } = JSON.parse(stdout);
      assert.deepEqual([errors, diagnostics[0].related], [1, []]);
      assert.match(diagnostics[0].message, text);
      assert.notEqual(stderr, "");
    });
  }

  it("prints no JSON where --json is the name of a file", () => {
    const { status, stdout } = joinery(["check", "--", "--json"]);
    assert.deepEqual([status, stdout], [2, ""]);
  });

  it("builds a Lua program with what the board adds to it", () => {
    const out = join(folder, "lua");
    const { status, stdout, stderr } = joinery(["build", "--board", "nodemcu-rfm95", "--out", out, "--json"]);
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.board, report.lua], ["nodemcu-rfm95", "5.1"]);
    for (const name of ["joinery.lua", "init.lua", "hal.lua"]) {
      assert.ok(report.files.includes(join(out, name)));
      assert.ok(readFileSync(join(out, name), "utf8").length > 0);
    }
  });

  it("names the Debian packages when Lua is missing, with exit code 3", () => {
    const { status, stdout, stderr } = joinery(
      ["hil", "run", "join", "--board", "nodemcu-rfm95", "--lua", "5.3", "--json"],
      { ...process.env, PATH: join(folder, "nowhere") },
    );
    assert.equal(status, 3, stderr);
    const fault = "Lua 5.3 is not installed: apt-get install lua5.3 liblua5.3-dev";
    assert.equal(stderr, `joinery: ${fault}\n`);
    assert.deepEqual(JSON.parse(stdout), { errors: 1, diagnostics: [{ message: fault, related: [] }] });
  });

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

  const faulty = `import type { Bytes, Int, u8 } from ${JSON.stringify(join(ROOT, "firmware/lang/index.ts"))};
/** @config */
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 2;
export const MAX_PAYLOAD = 49;
let count: u8 = 0;
export function setup(): void {
  count = count + 1;
}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = count;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {
  if (length > 0 && port === 1) count = payload[0];
}
`;

  it("checks the example, without a C compiler", () => {
    const { status, stdout, stderr } = joinery(["check"], { ...process.env, PATH: "" });
    assert.deepEqual([status, stdout], [0, "no errors\n"]);
    assert.match(
      stderr,
      /^joinery: this is the sensor example, firmware\/apps\/sensor\.ts; for another, name the .* joinery new NAME\n$/,
    );
  });

  it("builds no example unasked where there is no application and no joinery.json", () => {
    for (const command of ["build", "check", "size", "watch"]) {
      const { status, stdout, stderr } = joinery([command], process.env, folder);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /^joinery: there is no joinery\.json here or above: name .* joinery new NAME\n$/);
    }
  });

  it("shows errors with their frames, their count and where to read more; build shows the same", () => {
    const app = join(folder, "faulty.ts");
    writeFileSync(app, faulty);
    const checked = joinery(["check", app]);
    assert.equal(checked.status, 1, checked.stderr);
    assert.match(
      checked.stdout,
      /faulty\.ts:8:11 - error DEV2001: .*\n\n8 {3}count = count \+ 1;\n {12}~{9}\n/,
    );
    assert.match(checked.stdout, /\n1 error in .*faulty\.ts; joinery explain DEV2001 tells more\n$/);
    const built = joinery(["build", app, "--out", join(folder, "out")]);
    assert.deepEqual([built.status, built.stderr], [1, checked.stdout]);
  });

  it("gives errors as JSON", () => {
    const app = join(folder, "faulty.ts");
    writeFileSync(app, faulty);
    const { status, stdout } = joinery(["check", app, "--json"]);
    assert.equal(status, 1);
    const { errors, diagnostics } = JSON.parse(stdout);
    assert.equal(errors, 1);
    const [{ related, page, ...own }] = diagnostics;
    assert.deepEqual(own, {
      file: app,
      line: 8,
      column: 11,
      end: { line: 8, column: 20 },
      code: "DEV2001",
      message: "value 1..256 may not fit u8: wrap it with u8()",
    });
    assert.ok(Array.isArray(related));
    assert.match(readFileSync(page, "utf8"), /^# DEV2001: /);
    for (const command of [["build", "--out", join(folder, "out")], ["size"], ["hil", "run", "join"]]) {
      const refused = joinery([...command, app, "--json"]);
      assert.deepEqual([refused.status, refused.stdout], [1, stdout], command.join(" "));
    }
  });

  describe("with a project", () => {
    let project: string;
    const good = { app: "app.ts", board: "pro-mini-rfm95", lorawan: "1.1" };
    beforeEach(() => {
      project = mkdtempSync(join(folder, "project-"));
      writeFileSync(join(project, "app.ts"), faulty.replace("count + 1", "0"));
    });
    const inProject = (document: string | object, ...args: readonly string[]) => {
      const text = typeof document === "string" ? document : JSON.stringify(document);
      writeFileSync(join(project, "joinery.json"), text);
      return joinery(args, process.env, project);
    };

    it("shows what is wrong with its joinery.json, with exit code 2", () => {
      for (const command of [["check"], ["build"], ["hil", "run", "join"]]) {
        const { status, stdout, stderr } = inProject('{\n  "app": "app.ts"\n  "board"\n}', ...command);
        assert.deepEqual([status, stdout], [2, ""]);
        assert.equal(
          stderr,
          `joinery.json:3:3 - error DEV1053: this is not JSON: "," or "}" is expected before "board"

3   "board"
    ~~~~~~~

1 error in joinery.json; joinery explain DEV1053 tells more
`,
        );
      }
    });

    it("gives what is wrong with its joinery.json as JSON", () => {
      const document = { ...good, board: "pro-mini-rfm59" };
      for (const command of [["check"], ["build"], ["size"], ["hil", "run", "join"]]) {
        const { status, stdout } = inProject(document, ...command, "--json");
        assert.equal(status, 2);
        const { errors, diagnostics } = JSON.parse(stdout);
        const [{ file, line, column, code, message }] = diagnostics;
        assert.deepEqual(
          [errors, file, line, column, code],
          [1, join(project, "joinery.json"), 1, 25, "DEV1053"],
        );
        assert.match(message, /not "pro-mini-rfm59": did you mean "pro-mini-rfm95"\?$/);
      }
    });

    it("tells of a configured value at its place in joinery.json, whichever command compiles", () => {
      const document = { ...good, config: { PERIOD_S: 0 } };
      for (const command of [["check"], ["build"], ["hil", "run", "join"]]) {
        const { status, stdout, stderr } = inProject(document, ...command);
        assert.equal(status, 1);
        assert.match(
          stdout + stderr,
          /(^|\n)joinery\.json:1:\d+ - error DEV1019: the configuration gives PERIOD_S = 0/,
        );
      }
    });
  });

  it("explains a number, by any way of writing it", () => {
    const pages = ["DEV2001", "dev2001", "2001"].map((number) => joinery(["explain", number]));
    for (const { status, stdout } of pages) assert.deepEqual([status, stdout], [0, pages[0].stdout]);
    assert.match(
      pages[0].stdout,
      /^DEV2001: A value that may not fit its width\n\n.*\nRefused:\n\n {4}let count/s,
    );
    const document = JSON.parse(joinery(["explain", "2001", "--json"]).stdout);
    assert.equal(document.title, "A value that may not fit its width");
    assert.deepEqual(
      document.examples.map(({ verdict }: { verdict: string }) => verdict),
      ["refused", "accepted"],
    );
  });

  it("explains of TypeScript's own errors where they are documented, and which casts there are", () => {
    const { status, stdout } = joinery(["explain", "ts2322"]);
    assert.equal(status, 0);
    assert.match(stdout, /^TS2322: .*\n\nTS2322 is an error of TypeScript, not one of Joinery's/);
    assert.match(stdout, /https:\/\/www\.typescriptlang\.org\/docs\//);
    assert.match(stdout, /\n\* u8\(x\), u16\(x\), u32\(x\) keep the low/);
    const document = JSON.parse(joinery(["explain", "TS6133", "--json"]).stdout);
    assert.deepEqual([document.number, document.title], ["TS6133", "An error of TypeScript itself"]);
  });

  it("lists what it can explain", () => {
    const { status, stdout } = joinery(["explain"]);
    assert.equal(status, 0);
    assert.match(stdout, /^DEV1001 {2}Syntax that has no place in firmware\n(DEV\d{4} {2}.+\n)+$/);
  });

  it("says what an image takes, as a table, a page, JSON, and against an earlier report", () => {
    const out = ["--out", join(folder, "size")];
    const built = joinery(["build", ...out]);
    assert.equal(built.status, 0, built.stderr);
    assert.match(
      built.stdout,
      /\n {2}flash \d+ of .*\n {2}RAM {3}\d+ of .*\n {2}stack \d+ of .* at worst\n$/,
    );
    const page = join(folder, "size.html");
    const table = joinery(["size", ...out, "--by", "function", "--html", page]);
    assert.equal(table.status, 0, table.stderr);
    assert.match(table.stdout, /\n +\d+ +\d+\.\d +\d+ +\d+ {2}crypto\/aes-octets\.ts:encryptBlock\n/);
    assert.match(table.stdout, /\nDeepest stack\n +\d+ B {2}start-up\n/);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>.*<\/html>\n$/s);
    const document = JSON.parse(joinery(["size", ...out, "--json"]).stdout);
    const kept = join(folder, "size", "size.json");
    assert.deepEqual(JSON.parse(readFileSync(kept, "utf8")), document);
    const fileOf = (name: string) => readFileSync(join(folder, "size", name));
    const ofBuild = ["size.json", "joinery.hex", "joinery.elf"].map(fileOf);
    const older = joinery(["size", ...out, "--lorawan", "1.0.4", "--compare", kept]);
    assert.match(
      older.stdout,
      /^pro-mini-rfm95, LoRaWAN 1\.0\.4, EU868, against the earlier report of pro-mini-rfm95, LoRaWAN 1\.1, EU868\n {2}flash \d+ B, -\d+ from \d+\n/,
    );
    assert.match(older.stdout, /\n +-\d+ +\d+ +\d+ {2}lorawan\/join\.ts\n/);
    assert.deepEqual(["size.json", "joinery.hex", "joinery.elf"].map(fileOf), ofBuild);
    const refused = joinery(["size", "--compare", join(folder, "nowhere.json")]);
    assert.deepEqual([refused.status, refused.stdout], [2, ""]);
    assert.match(refused.stderr, /cannot read the report/);
  });

  it("gives an image that is too large as JSON: at the limit, with the places of what takes most", () => {
    const app = join(folder, "large.ts");
    const example = readFileSync(join(ROOT, "firmware/apps/sensor.ts"), "utf8");
    const application = example
      .replaceAll('"../', `"${join(ROOT, "firmware")}/`)
      .replace("let sampleCount", "const history = new Uint8Array(3000);\nlet sampleCount")
      .replace("sampleCount = 0;\n", "sampleCount = history[batteryLevel()];\n  history[0] = sampleCount;\n");
    writeFileSync(app, application);
    const { status, stdout } = joinery(["build", app, "--out", join(folder, "large"), "--json"]);
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

  it("fails a build that takes more than its project allows, and says what grew", () => {
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
    const build = () =>
      spawnSync(
        process.execPath,
        ["--import", join(ROOT, "node_modules/tsx/dist/loader.mjs"), join(ROOT, "cli/main.ts"), "build"],
        {
          cwd: project,
          encoding: "utf8",
        },
      );
    write(32768, application);
    assert.equal(build().status, 0);
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
      const { status, stdout, stderr } = build();
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

  it("tells its version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.deepEqual(joinery(["--version"]), { status: 0, stdout: `${version}\n`, stderr: "" });
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
    assert.match(JSON.parse(stdout).diagnostics[0].message, /^DANE client identity unavailable/);
  });

  it("refuses files and folders that cannot be written, before it runs, with exit code 2", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const refused: readonly [readonly string[], NodeJS.ProcessEnv, RegExp][] = [
      [
        ["--junit", join(folder, "nowhere", "join.xml")],
        {},
        /^joinery: cannot write the JUnit file: .*nowhere is not there/,
      ],
      [["--junit", folder], {}, /^joinery: cannot write the JUnit file: .* is a folder/],
      [["--state", file], {}, /^joinery: .*file cannot be made: .*file is a file, not a folder/],
      [["--state", join(file, "state")], {}, /^joinery: .*state cannot be made: .*state lies in a file/],
      [
        ["--state", "/proc/joinery/state"],
        {},
        /^joinery: \/proc\/joinery\/state cannot be made: \/proc is no ordinary folder: no other can be made in it\n$/,
      ],
      [
        [],
        { XDG_CACHE_HOME: file },
        /^joinery: cannot write the build: .*joinery lies in a file.* XDG_CACHE_HOME/,
      ],
    ];
    for (const [args, env, text] of refused) {
      const { status, stderr } = joinery(["hil", "run", "join", ...args], { ...process.env, ...env });
      assert.equal(status, 2, stderr);
      assert.match(stderr, text);
    }
    assert.equal(readFileSync(file, "utf8"), "");
  });

  it("says what in the image's folder cannot be written, with exit code 2", () => {
    mkdirSync(join(folder, "occupied"));
    writeFileSync(join(folder, "occupied", "c"), "");
    for (const name of ["joinery.hex", "joinery.lua", "init.lua"]) {
      mkdirSync(join(folder, "taken", name), { recursive: true });
    }
    const taken = join(folder, "taken");
    const lua = ["--board", "nodemcu-rfm95"];
    const cases: readonly [readonly string[], RegExp][] = [
      [["--out", join(folder, "occupied")], /occupied\/c is a file, not a folder/],
      [["--out", join(folder, "occupied", "c")], /occupied\/c is a file, not a folder/],
      [["--out", join(folder, "occupied", "c", "x")], /occupied\/c\/x lies in a file, which is no folder/],
      [
        ["--out", "/proc/joinery/build"],
        /: \/proc is no ordinary folder: no other can be made in it; remove/,
      ],
      [["--out", taken], /taken\/joinery\.hex is a folder/],
      [["--out", taken, ...lua], /taken\/joinery\.lua is a folder/],
    ];
    for (const [args, what] of cases) {
      const { status, stderr } = joinery(["build", ...args]);
      assert.equal(status, 2, stderr);
      assert.match(
        stderr,
        /^joinery: (?:this is the sensor.*\njoinery: )?cannot write the build: .*; remove what is there, or choose another --out\n$/,
      );
      assert.match(stderr, what);
    }
    rmSync(join(taken, "joinery.lua"), { recursive: true });
    assert.match(joinery(["build", "--out", taken, ...lua]).stderr, /taken\/init\.lua is a folder; remove/);
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
