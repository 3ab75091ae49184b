/**
 * Several scenarios, or scenarios that are specs: each run of one is a mocha process, told its choice by the
 * environment.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { hasMachine } from "../hil/emulator/index.ts";
import {
  CHOICE_VARIABLE,
  type CommandChoice,
  junitXml,
  RigError,
  type RunReport,
  runJoin,
} from "../hil/rig/index.ts";
import { boardNames, isLuaBoard, loadBoard } from "../toolchain/image/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { type Choice, choiceOf } from "./choice.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";
import type { RunOptions } from "./hil.ts";
import { checkOutputFile, writeOutputFile } from "./output-file.ts";
import { knownScenarios, scenarioFile, whyNotFor } from "./scenario-files.ts";

/** In real time a device that sends every minute takes minutes. */
const TIMEOUT_MS = 3_600_000;

/** How time may go. */
export const TIMES = ["lockstep", "real"] as const;

/** What the arguments of `joinery hil run` name. Throws Refusal. */
export function scenariosIn(what: readonly string[]): {
  readonly scenarios: readonly string[];
  readonly application: string | undefined;
} {
  const known = knownScenarios();
  const isScenario = (name: string) => known.includes(name) || name.endsWith(".spec.ts");
  const scenarios = what.filter(isScenario);
  const [application, ...others] = what.filter((name) => !isScenario(name));
  const isFile = application === undefined || application.endsWith(".ts");
  if (!isFile || others.length > 0) {
    const unknown = isFile ? others[0] : application;
    throw new Refusal(`there is no scenario ${unknown}. Known scenarios: ${known.join(", ")}`, EXIT.usage);
  }
  for (const name of scenarios) {
    if (!known.includes(name) && !existsSync(name)) throw new Refusal(`there is no spec ${name}`, EXIT.usage);
  }
  return { scenarios: scenarios.length > 0 ? scenarios : ["join"], application };
}

/** What is to be run, on what. */
interface SpecRun {
  /** The name of a scenario, or the path of a spec. */
  readonly scenario: string;
  readonly choice: CommandChoice & {
    readonly board: string;
    readonly lorawan: "1.0.4" | "1.1";
    readonly seed: number;
  };
}

/** What mocha's reporter "json" writes, as far as it is read. */
interface MochaResults {
  readonly tests: readonly { readonly title: string; readonly err: { readonly message?: string } }[];
  /** Tests that were left out. */
  readonly pending: readonly { readonly title: string }[];
  readonly failures: readonly { readonly title: string; readonly err: { readonly message?: string } }[];
}

/** Runs a spec to its end. */
async function runSpec({ scenario, choice }: SpecRun): Promise<RunReport> {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "joinery-hil-"));
  try {
    const results = join(folder, "results.json");
    const status = await ended(scenarioFile(scenario), choice, results);
    const checks = existsSync(results) ? checksOf(JSON.parse(readFileSync(results, "utf8"))) : [];
    const failed = checks.find(({ ok }) => !ok);
    const passed = status === 0 && checks.length > 0 && failed === undefined;
    const why =
      failed === undefined ? "the spec did not come to its end" : `${failed.name}: ${failed.detail}`;
    const { board, lorawan, region, seed } = choice;
    return {
      scenario,
      verdict: passed ? "passed" : "failed",
      reason: passed ? null : why,
      ...{ board, lorawan, region: regionsOf(region), seed, checks },
      wallMs: performance.now() - startedMs,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The exit code; null where a signal has ended it. */
function ended(spec: string, choice: CommandChoice, results: string): Promise<number | null> {
  const mocha = spawn(
    process.execPath,
    [
      ...["--import", import.meta.resolve("tsx"), fileURLToPath(import.meta.resolve("mocha/bin/mocha.js"))],
      // A spec that leaves its rig open must not keep the run from its end.
      ...["--no-config", "--exit", "--timeout", String(TIMEOUT_MS)],
      ...["--reporter", "json", "--reporter-option", `output=${results}`, spec],
    ],
    {
      stdio: ["ignore", choice.printsTimeline ? "inherit" : "ignore", "inherit"],
      env: { ...process.env, [CHOICE_VARIABLE]: JSON.stringify(choice) },
    },
  );
  return new Promise((resolve, reject) => {
    mocha.once("error", reject);
    mocha.once("close", (status) => resolve(status));
  });
}

/** The tests that were run; and what failed around them, such as a hook before all. */
function checksOf({ tests, pending, failures }: MochaResults): RunReport["checks"] {
  const isLeftOut = (test: { readonly title: string }) => pending.some(({ title }) => title === test.title);
  const isTest = (failure: MochaResults["tests"][number]) =>
    tests.some(({ title }) => title === failure.title);
  const run = tests.filter((test) => !isLeftOut(test));
  return [...run, ...failures.filter((failure) => !isTest(failure))].map(({ title, err }) => ({
    name: title,
    ok: err.message === undefined,
    detail: err.message ?? "",
  }));
}

/** Options of the join by itself; a real board has a state too. */
const JOIN_ALONE = ["html", "pcap", "gdb", "networkServer", "gatewayEui"] as const;

/** A board at a serial port has a time of its own, and a real one more. Throws Refusal. */
function checkPort({ port, time, state, listen, flash, matrix }: RunOptions): void {
  if (port !== undefined && time !== "real")
    throw new Refusal("a board at a serial port runs in real time: --time real", EXIT.usage);
  const isReal = port !== undefined && port !== "pty";
  const ofReal = { "--listen": listen, "--no-flash": flash === false || undefined, "--state": state };
  for (const [flag, value] of Object.entries(ofReal)) {
    if (value === undefined || isReal) continue;
    const other = flag === "--state" ? ", or to the join by itself" : "";
    throw new Refusal(`${flag} belongs to a real board at a serial port, --port${other}`, EXIT.usage);
  }
  if (!isReal) return;
  if (matrix) throw new Refusal(`the board at ${port} is one: leave --matrix out`, EXIT.usage);
  for (const [flag, value] of Object.entries({ "--listen": listen, "--state": state })) {
    if (value !== undefined) continue;
    throw new Refusal(`a real board needs ${flag} too: see docs/real-boards.md`, EXIT.usage);
  }
}

/** Runs them one after the other; prints, and writes, what came of each. Throws Refusal. */
export async function runScenarios(
  scenarios: readonly string[],
  application: string | undefined,
  options: RunOptions,
): Promise<void> {
  for (const name of JOIN_ALONE) {
    if (options[name] === undefined) continue;
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new Refusal(`${flag} is for the join by itself: joinery hil run join ${flag} …`, EXIT.usage);
  }
  checkPort(options);
  const { junit, json } = options;
  if (junit !== undefined) checkOutputFile("JUnit", junit);
  const print = (text: string) => {
    if (!json) process.stdout.write(`${text}\n`);
  };
  const wanted = runsOf(scenarios, choiceOf(application, options, "anywhere"), options);
  const notRun = wanted.flatMap(({ scenario, choice }) => {
    const reason = whyNotFor(scenario, choice);
    const { board, lorawan, region } = choice;
    return reason === undefined ? [] : [{ scenario, board, lorawan, region: regionsOf(region), reason }];
  });
  if (notRun.length === wanted.length)
    throw new Refusal(`${notRun[0].scenario} does not run here: ${notRun[0].reason}`, EXIT.usage);
  const runs = wanted.filter(({ scenario, choice }) => whyNotFor(scenario, choice) === undefined);
  const reports: RunReport[] = [];
  for (const run of runs) {
    const { board, lorawan, region } = run.choice;
    print(`${run.scenario} on ${board}, LoRaWAN ${lorawan}, ${regionsOf(region).join(" ")}`);
    const printsTimeline = runs.length === 1 && !json;
    const report = await one({ ...run, choice: { ...run.choice, printsTimeline } }, options);
    reports.push(report);
    print(outcome(report));
  }
  if (junit !== undefined) writeOutputFile("JUnit", junit, junitXml(...reports));
  if (json) process.stdout.write(`${JSON.stringify({ runs: reports, notRun }, null, 2)}\n`);
  for (const { scenario, board, lorawan, region, reason } of notRun)
    print(`${scenario} on ${board}, LoRaWAN ${lorawan}, ${region.join(" ")}: not run, ${reason}`);
  const passed = reports.filter(({ verdict }) => verdict === "passed").length;
  print(
    `${passed} of ${reports.length} passed${notRun.length === 0 ? "" : `, ${notRun.length} more not run`}`,
  );
  process.exitCode = passed === reports.length ? EXIT.done : EXIT.failed;
}

/** One a scenario, board, version and region. */
function runsOf(scenarios: readonly string[], choice: Choice, options: RunOptions): SpecRun[] {
  const { matrix = false, seed, lua, fault, time, gateway, port, crystalPpm, radioCrystalPpm } = options;
  const { listen, flash, state } = options;
  const isNamed = (value: unknown) => value !== undefined || !matrix;
  const boards = isNamed(options.board) ? [choice.board] : emulatedBoards(choice.boards);
  const versions = isNamed(options.lorawan) ? [choice.lorawan] : VERSIONS;
  const regions = matrix ? regionsOf(choice.region) : [choice.region];
  const { app, c, boards: folder, config, file } = choice;
  const crystals = { crystalPpm, radioCrystalPpm };
  const real = { listen, flash, state };
  const build = { app, c, boards: folder, config, file, lua };
  const common = { ...build, seed, fault, time, gateway, port, ...real, ...crystals };
  return scenarios.flatMap((scenario) =>
    boards.flatMap((board) =>
      versions.flatMap((lorawan) =>
        regions.map((region) => ({ scenario, choice: { ...common, board, lorawan, region } })),
      ),
    ),
  );
}

const VERSIONS = ["1.0.4", "1.1"] as const;

function emulatedBoards(folder: string | undefined): string[] {
  return boardNames(folder).filter((name) => {
    const board = loadBoard(name, folder);
    return isLuaBoard(board) || hasMachine(board.processor);
  });
}

async function one(run: SpecRun, { keepGoing }: RunOptions): Promise<RunReport> {
  // The run of its own sees more than its spec can, and needs virtual time for that.
  if (run.scenario !== "join" || run.choice.time === "real") return runSpec(run);
  try {
    return await runJoin({ ...run.choice, keepGoing });
  } catch (error) {
    throw error instanceof RigError ? refusalOf(error) : error;
  }
}

/** The tests, where one failed; and the verdict. */
function outcome({ verdict, reason, checks, wallMs }: RunReport): string {
  const palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  const lines = checks.map(({ name, ok, detail }) =>
    ok
      ? `  ${palette.green("✓")} ${name}`
      : `  ${palette.red("✗")} ${name}: ${detail.replaceAll("\n", "\n    ")}`,
  );
  const seconds = `${(wallMs / 1000).toFixed(1)} s`;
  if (verdict === "passed") return `  ${palette.green("passed")}: ${checks.length} checks in ${seconds}`;
  const why = checks.some(({ ok }) => !ok) ? "" : `: ${reason}`;
  return [...lines, `  ${palette.red("failed")} in ${seconds}${why}`].join("\n");
}
