/**
 * Several scenarios, or scenarios that are specs: each run of one is a mocha process, told its choice by the
 * environment.
 */
import { existsSync } from "node:fs";
import pc from "picocolors";
import { hasMachine } from "../hil/emulator/index.ts";
import {
  type CaptureFormat,
  captureOf,
  joinedCaptures,
  junitXml,
  type RecordedPacket,
  RigError,
  type RunReport,
  reportPage,
  runJoin,
  VIRTUAL_EPOCH_MS,
} from "../hil/rig/index.ts";
import { boardNames, isLuaBoard, loadBoard } from "../toolchain/image/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { type Choice, choiceOf } from "./choice.ts";
import { EXIT, Refusal, refusalOf, sayFault } from "./exit.ts";
import type { RunOptions } from "./hil.ts";
import { runSpec, type SpecRun } from "./hil-spec.ts";
import { endingSoon, Interrupted, interruptible } from "./interruption.ts";
import { writeOutputFiles } from "./output-file.ts";
import { captureFormatOf, checkReportFiles } from "./report-files.ts";
import { knownScenarios, scenarioFile, whyNotFor } from "./scenario-files.ts";

/** In real time a device that sends every minute takes minutes. */
const TIMEOUT_S = 3600;

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

/** Options of the join by itself; a real board has a state too. */
const JOIN_ALONE = ["gdb", "networkServer", "gatewayEui"] as const;

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
  const { json, junit, html, pcap } = options;
  checkReportFiles(options);
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
  const captures: Uint8Array[] = [];
  const exitCodes: number[] = [];
  const running = interruptible(async (end) => {
    for (const run of runs) {
      const { board, lorawan, region } = run.choice;
      print(`${run.scenario} on ${board}, LoRaWAN ${lorawan}, ${regionsOf(region).join(" ")}`);
      const printsTimeline = runs.length === 1 && !json;
      const choice = { ...run.choice, printsTimeline };
      const { report, captures: seen, exitCode } = await one({ ...run, choice }, options, end);
      reports.push(report);
      captures.push(...seen);
      exitCodes.push(exitCode);
      print(outcome(report));
      if (end.aborted) return;
    }
  });
  const interruption = await running.then(
    () => undefined,
    (error: unknown) => error,
  );
  for (const { scenario, board, lorawan, region, reason } of notRun)
    print(`${scenario} on ${board}, LoRaWAN ${lorawan}, ${region.join(" ")}: not run, ${reason}`);
  const passed = reports.filter(({ verdict }) => verdict === "passed").length;
  const cutShort = runs.length - reports.length;
  print(
    [
      `${passed} of ${runs.length} passed`,
      ...(cutShort > 0 ? [`${cutShort} not run to the end`] : []),
      ...(notRun.length > 0 ? [`${notRun.length} more not run`] : []),
    ].join(", "),
  );
  if (json) process.stdout.write(`${JSON.stringify({ runs: reports, notRun }, null, 2)}\n`);
  const written = writeOutputFiles([
    { what: "JUnit", path: junit, content: () => junitXml(...reports) },
    { what: "HTML", path: html, content: () => reportPage(...reports) },
    { what: "capture", path: pcap, content: () => joinedCaptures(captures, captureFormatOf(pcap)) },
  ]);
  if (interruption !== undefined) throw interruption;
  process.exitCode = Math.max(written ? EXIT.done : EXIT.failed, ...exitCodes);
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

interface Outcome {
  readonly report: RunReport;
  /** What was on the air, of each rig. */
  readonly captures: readonly Uint8Array[];
  readonly exitCode: number;
}

/** A run that cannot begin has failed like any other, with its reason. Throws the reason of `end`. */
async function one(run: SpecRun, { keepGoing, pcap }: RunOptions, end: AbortSignal): Promise<Outcome> {
  const startedMs = performance.now();
  const capture = captureFormatOf(pcap);
  try {
    // The run of its own sees more than its spec can, and needs virtual time for that.
    const { report, captures } =
      run.scenario === "join" && run.choice.time !== "real"
        ? await joinAlone(run, { keepGoing, end, capture })
        : await runSpec(run, scenarioFile(run.scenario), { timeoutS: TIMEOUT_S, end, capture });
    return { report, captures, exitCode: report.verdict === "passed" ? EXIT.done : EXIT.failed };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const isRefusal = error instanceof RigError;
    const { message, stack } = isRefusal ? refusalOf(error) : (error as Error);
    if (!isRefusal) sayFault(error as Error);
    const { board, lorawan, region, seed } = run.choice;
    return {
      report: {
        scenario: run.scenario,
        verdict: "failed",
        reason: isRefusal ? message : `a fault of Joinery: ${stack ?? message}`,
        ...{ board, lorawan, region: regionsOf(region), seed },
        checks: [],
        wallMs: performance.now() - startedMs,
      },
      captures: [],
      exitCode: isRefusal ? EXIT.failed : EXIT.fault,
    };
  }
}

async function joinAlone(
  { choice }: SpecRun,
  { keepGoing, end, capture }: Pick<RunOptions, "keepGoing"> & { end: AbortSignal; capture: CaptureFormat },
): Promise<Omit<Outcome, "exitCode">> {
  const { board, lorawan, region } = choice;
  const name = `join ${board} LoRaWAN ${lorawan} ${regionsOf(region).join(" ")}`;
  const captures: Uint8Array[] = [];
  const onAir = (packets: readonly RecordedPacket[]) => {
    captures.push(captureOf(packets, VIRTUAL_EPOCH_MS, capture, name));
  };
  const report = await endingSoon(runJoin({ ...choice, keepGoing, end, onAir }), end);
  return { report, captures };
}

/** The tests, where one failed or was left out; and the verdict. */
function outcome({ verdict, reason, checks, skipped = [], wallMs }: RunReport): string {
  const palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  const lines = checks.map(({ name, ok, detail }) =>
    ok
      ? `  ${palette.green("✓")} ${name}`
      : `  ${palette.red("✗")} ${name}: ${detail.replaceAll("\n", "\n    ")}`,
  );
  const left = skipped.map((name) => `  - ${name}: skipped`);
  const seconds = `${(wallMs / 1000).toFixed(1)} s`;
  if (verdict === "passed") {
    return [...left, `  ${palette.green("passed")}: ${checks.length} checks in ${seconds}`].join("\n");
  }
  const why = checks.some(({ ok }) => !ok) ? "" : `: ${reason}`;
  return [...lines, ...left, `  ${palette.red("failed")} in ${seconds}${why}`].join("\n");
}
