/** Commands that cannot be done as they are asked for: what is said of it, and the exit code. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinery } from "./support/in-process.ts";

describe("the command line refuses", () => {
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
    it(`${what} with exit code 2 and the known names`, async () => {
      const { status, stdout, stderr } = await joinery(args);
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
    it(`${what} with one JSON document where it is asked for JSON`, async () => {
      const { status, stdout, stderr } = await joinery([...args, "--json"]);
      assert.equal(status, 2, stderr);
      const { errors, diagnostics } = JSON.parse(stdout);
      assert.deepEqual([errors, diagnostics[0].related], [1, []]);
      assert.match(diagnostics[0].message, text);
      assert.notEqual(stderr, "");
    });
  }

  it("prints no JSON where --json is the name of a file", async () => {
    const { status, stdout } = await joinery(["check", "--", "--json"]);
    assert.deepEqual([status, stdout], [2, ""]);
  });

  it("names the Debian packages when Lua is missing, with exit code 3", async () => {
    const { status, stdout, stderr } = await joinery(
      ["hil", "run", "join", "--board", "nodemcu-rfm95", "--lua", "5.3", "--json"],
      { env: { ...process.env, PATH: join(folder, "nowhere") } },
    );
    assert.equal(status, 3, stderr);
    const fault = "Lua 5.3 is not installed: apt-get install lua5.3 liblua5.3-dev";
    assert.equal(stderr, `joinery: ${fault}\n`);
    assert.deepEqual(JSON.parse(stdout), { errors: 1, diagnostics: [{ message: fault, related: [] }] });
  });

  it("names the Debian packages when the compiler is missing, with exit code 3", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const env = { ...process.env, PATH: bin };
    const { status, stderr } = await joinery(["build", "--out", join(folder, "out")], { env });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /apt-get install .*gcc-avr/);
  });

  it("files and folders that cannot be written, before it runs, with exit code 2", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const refused: readonly [readonly string[], NodeJS.ProcessEnv, RegExp][] = [
      [
        ["--junit", join(folder, "nowhere", "join.xml")],
        {},
        /^joinery: cannot write the JUnit file: .*nowhere is not there/,
      ],
      [["--junit", folder], {}, /^joinery: cannot write the JUnit file: .* is a folder/],
      [["--html", folder], {}, /^joinery: cannot write the HTML file: .* is a folder/],
      [["--pcap", folder], {}, /^joinery: cannot write the capture file: .* is a folder/],
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
      const { status, stderr } = await joinery(["hil", "run", "join", ...args], {
        env: { ...process.env, ...env },
      });
      assert.equal(status, 2, stderr);
      assert.match(stderr, text);
    }
    assert.equal(readFileSync(file, "utf8"), "");
  });

  it("says what in the image's folder cannot be written, with exit code 2", async () => {
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
      const { status, stderr } = await joinery(["build", ...args]);
      assert.equal(status, 2, stderr);
      assert.match(
        stderr,
        /^joinery: (?:this is the sensor.*\njoinery: )?cannot write the build: .*; remove what is there, or choose another --out\n$/,
      );
      assert.match(stderr, what);
    }
    rmSync(join(taken, "joinery.lua"), { recursive: true });
    assert.match(
      (await joinery(["build", "--out", taken, ...lua])).stderr,
      /taken\/init\.lua is a folder; remove/,
    );
  });
});
