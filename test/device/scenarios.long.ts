/** The ready scenarios on every board that is emulated, and in real time. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { knownScenarios, scenarioFile } from "../../cli/scenario-files.ts";
import type { RunReport } from "../../hil/rig/index.ts";

/** That of the join, too, which in lockstep is not what the name stands for. */
const SCENARIOS = [...knownScenarios().slice(1), scenarioFile("join")];

function assertPasses(args: readonly string[]): void {
  const command = ["--import", "tsx", "cli/main.ts", "hil", "run", ...args, "--json"];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  assert.notEqual(stdout, "", stderr);
  const { runs } = JSON.parse(stdout) as { runs: readonly RunReport[] };
  assert.deepEqual(
    runs.flatMap(({ scenario, board, lorawan, reason }) =>
      reason === null ? [] : [`${scenario}, ${board}, ${lorawan}: ${reason}`],
    ),
    [],
  );
}

describe("the ready scenarios", function () {
  this.timeout(3_600_000);

  for (const scenario of SCENARIOS) {
    it(`${scenario} passes on every board and with both versions`, () =>
      assertPasses([scenario, "--matrix"]));
  }

  it("exchange passes in other regions", () =>
    assertPasses([
      "exchange",
      "--matrix",
      "--board",
      "nucleo-l073rz-sx1262",
      "--region",
      "US915,AS923-1,CN470",
    ]));

  it("all pass in real time", () =>
    assertPasses([...knownScenarios(), "--time", "real", "--config", "PERIOD_S=5"]));

  for (const board of ["pro-mini-rfm95", "nucleo-l073rz-sx1262", "feather-rp2040-rfm95", "nodemcu-rfm95"]) {
    it(`join, exchange, reset and adr pass with ${board} known by a serial port alone`, () =>
      assertPasses([
        ...["join", "exchange", "reset", "adr", "--board", board],
        ...["--time", "real", "--port", "pty", "--config", "PERIOD_S=5"],
      ]));
  }
});
