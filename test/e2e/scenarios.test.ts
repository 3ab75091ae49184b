/** `joinery hil run` with scenarios that are specs: what it says of those that pass, and of those that do not. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runScenarios, scenariosIn } from "../../cli/hil-scenarios.ts";
import { knownScenarios, scenarioFile, scenarioList, whyNotFor } from "../../cli/scenario-files.ts";
import { CHOICE_VARIABLE, type RunReport } from "../../hil/rig/index.ts";
import { dissect, field } from "../support/tshark.ts";

describe("scenarios that are specs", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "joinery-scenarios-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  function writeSpec(name: string, text: string): string {
    const path = join(folder, `${name}.spec.ts`);
    writeFileSync(path, text);
    return path;
  }

  it("run one after the other, and each says what came of it", () => {
    const rig = JSON.stringify(join(process.cwd(), "hil/rig/index.ts"));
    const specs = [
      writeSpec("content", 'describe("content", () => { it("is", () => {}); });'),
      writeSpec(
        "impatient",
        `import { openRig } from ${rig};
        it("is disappointed", async () => {
          const rig = await openRig();
          try {
            const device = await rig.device();
            device.powerOn();
            await device.joined({ within: "1 s" });
          } finally {
            await rig.close();
          }
        });
        it("leaves its rig open", async () => {
          const rig = await openRig({ lorawan: "1.0.4" });
          const device = await rig.device();
          device.powerOn();
          await device.prints(/^joining /);
          await rig.pass("100 ms");
        });`,
      ),
      writeSpec("broken", "it(;"),
    ];
    const [junit, html, pcap] = ["xml", "html", "pcapng"].map((type) => join(folder, `runs.${type}`));
    const files = ["--json", "--junit", junit, "--html", html, "--pcap", pcap];
    const command = ["--import", "tsx", "cli/main.ts", "hil", "run", ...specs, ...files];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
    assert.equal(status, 1, stderr);
    const { runs } = JSON.parse(stdout) as { runs: readonly RunReport[] };
    const [content, impatient, broken] = runs;
    assert.equal(runs.length, 3);
    assert.equal(content.verdict, "passed", content.reason ?? "");
    assert.deepEqual(content.checks, [{ name: "is", ok: true, detail: "" }]);
    assert.equal(impatient.verdict, "failed");
    assert.match(impatient.reason ?? "", /^is disappointed: waited 1 s for device to join\n/);
    assert.equal(impatient.board, "pro-mini-rfm95");
    assert.deepEqual(impatient.region, ["EU868"]);
    assert.equal(broken.verdict, "failed");
    assert.match(broken.reason ?? "", /^the spec cannot be loaded: Transform failed with 1 error:/);
    const xml = readFileSync(junit, "utf8");
    assert.match(xml, /<testsuites name="joinery" tests="6" failures="3"/);
    assert.match(
      xml,
      /<testsuite name="[^"]*content\.spec\.ts pro-mini-rfm95 LoRaWAN 1\.1 EU868" tests="2" failures="0"/,
    );
    // What failed, and what was still open at the end of its process.
    assert.deepEqual(
      impatient.rigs?.map(({ openedIn, devices: [{ board }], air }) => [openedIn, board, air[0].name]),
      [
        ["is disappointed", "pro-mini-rfm95", "join-request"],
        ["leaves its rig open", "pro-mini-rfm95", "join-request"],
      ],
    );
    const page = readFileSync(html, "utf8");
    assert.match(page, /<h1>1 of 3 runs passed<\/h1>/);
    assert.equal(page.match(/<svg class="air"/g)?.length, 4, "for a desk and for a telephone");
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const names = dissect(readFileSync(pcap)).map((frame) => field(frame, "frame.interface_name"));
    assert.equal(names.length, 2);
    for (const [index, name] of names.entries())
      assert.match(
        name ?? "",
        new RegExp(`impatient\\.spec\\.ts pro-mini-rfm95 LoRaWAN 1\\.1 EU868, rig ${index + 1}$`),
      );
  });

  it("are named by what they are, or by their files", () => {
    const spec = writeSpec("mine", "");
    assert.deepEqual(scenariosIn([]), { scenarios: ["join"], application: undefined });
    assert.deepEqual(scenariosIn(["adr", spec, "app.ts"]), {
      scenarios: ["adr", spec],
      application: "app.ts",
    });
    assert.equal(knownScenarios()[0], "join");
    assert.ok(knownScenarios().includes("exchange"));
  });

  it("say what they are in the first sentence of their heading comment", () => {
    const spec = writeSpec("mine", "");
    assert.equal(knownScenarios().length, scenarioList().length);
    for (const line of scenarioList()) assert.match(line, /^\S+ +[A-Z].*\S \S/);
    assert.match(scenarioList().join("\n"), /^rejoin +Rejoin-requests .* \(LoRaWAN 1\.1\)$/m);
    assert.equal(
      whyNotFor(spec, { board: "pro-mini-rfm95", lorawan: "1.0.4" }),
      undefined,
      "it says nothing",
    );
  });

  it("are not run where they say that they are not for it", async () => {
    assert.equal(whyNotFor("rejoin", { board: "pro-mini-rfm95", lorawan: "1.1" }), undefined);
    assert.equal(
      whyNotFor("fragments", { board: "nodemcu-rfm95", lorawan: "1.1" }),
      "it needs an application with C, and nodemcu-rfm95 runs Lua",
    );
    await assert.rejects(runScenarios(["rejoin"], undefined, { seed: 1, lorawan: "1.0.4" }), {
      exitCode: 2,
      message: "rejoin does not run here: it is for LoRaWAN 1.1",
    });
  });

  for (const [what, args, message] of [
    ["a scenario that there is not", ["dance"], /^there is no scenario dance\. Known scenarios: join, adr,/],
    ["a spec that is not there", ["nosuch.spec.ts"], /^there is no spec nosuch\.spec\.ts/],
    ["two applications", ["join", "a.ts", "b.ts"], /^there is no scenario b\.ts/],
  ] as const) {
    it(`are not ${what}`, () => {
      assert.throws(() => scenariosIn(args), { exitCode: 2, message });
    });
  }

  for (const { board, lorawan, scenarios } of [
    {
      ...{ board: "pro-mini-rfm95", lorawan: "1.1" },
      // The others are in scenarios.long.ts, and what they are about in tests of its own.
      scenarios: ["join", "rejoin", "key-rotation", "mac-sweep", "certification", "fragments", "multicast"],
    },
    { board: "nucleo-l073rz-sx1262", lorawan: "1.0.4", scenarios: ["join"] },
  ]) {
    it(`pass on ${board} with LoRaWAN ${lorawan}: ${scenarios.join(", ")}`, function () {
      this.timeout(900_000);
      const mocha = [
        "--import",
        "tsx",
        "node_modules/mocha/bin/mocha.js",
        "--no-config",
        "--reporter",
        "dot",
      ];
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [...mocha, "--timeout", "300000", ...scenarios.map(scenarioFile)],
        {
          encoding: "utf8",
          env: { ...process.env, [CHOICE_VARIABLE]: JSON.stringify({ board, lorawan, seed: 1 }) },
        },
      );
      assert.equal(status, 0, stdout + stderr);
    });
  }

  it("have no options that only one join has", async () => {
    const run = { seed: 1, gateway: "udp" } as const;
    await assert.rejects(runScenarios(["exchange"], undefined, { ...run, gdb: true }), {
      exitCode: 2,
      message: /^--gdb is for the join by itself/,
    });
  });

  for (const [flag, options, message] of [
    ["--port in lockstep", { port: "/dev/ttyUSB0" }, /^a board at a serial port runs in real time/],
    ["--listen without --port", { listen: "udp://127.0.0.1:1700" }, /^--listen belongs to a real board/],
    [
      "--no-flash of an emulated board",
      { port: "pty", time: "real", flash: false },
      /^--no-flash belongs to/,
    ],
    ["--state of several runs", { state: "s" }, /^--state belongs to .*, or to the join by itself$/],
    [
      "a real board without --listen",
      { port: "/dev/ttyUSB0", time: "real", state: "s" },
      /needs --listen too/,
    ],
    [
      "a real board on a matrix",
      { port: "/dev/ttyUSB0", time: "real", state: "s", listen: "udp://127.0.0.1:1", matrix: true },
      /leave --matrix out$/,
    ],
  ] as const) {
    it(`are refused with ${flag}`, async () => {
      await assert.rejects(runScenarios(["exchange"], undefined, { seed: 1, ...options }), {
        exitCode: 2,
        message,
      });
    });
  }
});
