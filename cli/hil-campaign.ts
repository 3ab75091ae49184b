/** `joinery hil campaign`: schedules of faults at random, and the smallest that breaks a promise. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import {
  type CampaignFailure,
  type CampaignReport,
  describeFault,
  GATEWAY_PROTOCOLS,
  type GatewayProtocol,
  INVARIANTS,
  type InvariantName,
  junitXml,
  parseSchedule,
  RigError,
  type RunReport,
  replaySchedule,
  runCampaign,
  type TimelineEntry,
  type TrialTold,
  timelineHead,
  timelineLine,
  type Violation,
} from "../hil/rig/index.ts";
import { packageVersion } from "../toolchain/compiler/index.ts";
import { describeFileError, makeFolder } from "../toolchain/image/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { addChoice, type Choice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";
import { checkOutputFile, type OutputFile, writeOutputFiles } from "./output-file.ts";

interface CampaignOptions extends ChoiceOptions {
  runs: number;
  seed: number;
  path?: string;
  gateway?: GatewayProtocol;
  replay?: string;
  json?: boolean;
  junit?: string;
  out: string;
}

/** What a schedule that was found is kept in: enough to run it again, wherever that is. */
interface KeptSchedule {
  readonly joinery: string;
  readonly board: string;
  readonly lorawan: "1.0.4" | "1.1";
  readonly region: readonly string[];
  readonly seed: number;
  readonly schedule: readonly unknown[];
  readonly violation: Violation;
  /** Seed and path by which the campaign comes to it. */
  readonly campaign: { readonly seed: number; readonly path: string };
}

const RUNS = 100;
const KEPT = "campaign-failure.json";

export function addHilCampaign(hil: Command): void {
  const campaign = hil
    .command("campaign")
    .description(
      "break a run by faults at random, again and again: power cuts, lost and forged frames, servers that are away",
    )
    .argument(
      "[application]",
      "the TypeScript file of the application; without one, the project's or the sensor example",
    );
  addChoice(campaign)
    .option("--runs <n>", "schedules of faults", count, RUNS)
    .option("--seed <n>", "what schedules, and all that is random in their runs, follow from", seedNumber, 1)
    .option("--path <path>", "begin where a campaign with this seed has found something, as it has said")
    .option("--replay <file>", "run one schedule alone, out of the file that a campaign has left")
    .addOption(
      new Option(
        "--gateway <protocol>",
        "how gateway and Network Server speak: Semtech UDP, or Basics Station",
      ).choices(GATEWAY_PROTOCOLS),
    )
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--junit <file>", "write the invariants as JUnit XML")
    .option("--out <dir>", `where a schedule that breaks one is left, as ${KEPT}`, ".")
    .addHelpText("after", `\n${invariantHelp()}\n\n${EXAMPLES}`)
    .action(async (application: string | undefined, options: CampaignOptions) => {
      try {
        await (options.replay === undefined ? run(application, options) : replay(application, options));
      } catch (error) {
        throw error instanceof RigError ? refusalOf(error) : error;
      }
    });
}

const EXAMPLES = `Examples:
  $ joinery hil campaign --runs 500
  $ joinery hil campaign --board nucleo-l073rz-sx1262 --lorawan 1.0.4 --seed 7
  $ joinery hil campaign --json --junit campaign.xml --out results
  $ joinery hil campaign --replay results/${KEPT}`;

function invariantHelp(): string {
  const width = Math.max(...Object.keys(INVARIANTS).map((name) => name.length));
  const lines = Object.entries(INVARIANTS).map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  return ["In every run:", ...lines].join("\n");
}

async function run(application: string | undefined, options: CampaignOptions): Promise<void> {
  const { runs, seed, path, gateway, json, junit, out } = options;
  const choice = choiceOf(application, options, "anywhere");
  if (junit !== undefined) checkOutputFile("JUnit", junit);
  prepareFolder(out);
  const kept = join(out, KEPT);
  checkOutputFile("schedule", kept);
  const progress = new Progress(runs, json === true);
  if (!json) process.stdout.write(`${titleOf(choice)}: ${runs} schedules of faults, seed ${seed}\n`);
  const report = await runCampaign({
    ...{ ...choice, gateway, runs, seed, path },
    onTrial: (told) => progress.show(told),
  }).finally(() => progress.clear());
  const { failure } = report;
  const written = writeOutputFiles([
    ...(failure === undefined ? [] : [scheduleFile(kept, failure, choice, seed)]),
    junitFile(junit, runReport(report, choice, seed)),
  ]);
  if (json) process.stdout.write(`${JSON.stringify(jsonOf(report, choice, seed), null, 2)}\n`);
  else process.stdout.write(`${textOf(report, kept, seed)}\n`);
  process.exitCode = exitCode(failure?.violation, written);
}

async function replay(application: string | undefined, options: CampaignOptions): Promise<void> {
  const { replay: path = "", gateway, json, junit } = options;
  const kept = readKept(path);
  const choice = choiceOf(
    application,
    { ...options, board: options.board ?? kept.board, lorawan: options.lorawan ?? kept.lorawan },
    "anywhere",
  );
  const region = options.region ?? (kept.region as Choice["region"]);
  const schedule = parseSchedule(kept.schedule);
  const startedMs = performance.now();
  const { violation, timeline, ...result } = await replaySchedule(
    { ...choice, region, gateway },
    { seed: kept.seed, schedule },
  );
  const wallMs = performance.now() - startedMs;
  const report = { failure: violation && { violation }, wallMs };
  const written = writeOutputFiles([junitFile(junit, runReport(report, { ...choice, region }, kept.seed))]);
  if (json) {
    const document = { verdict: verdictOf(violation), violation: violation ?? null, ...result };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    process.stdout.write(`${timelineText(timeline)}\n\n${violationText(violation)}\n`);
  }
  process.exitCode = exitCode(violation, written);
}

function exitCode(violation: Violation | undefined, written: boolean): number {
  if (violation !== undefined) return EXIT.failed;
  return written ? EXIT.done : EXIT.usage;
}

function junitFile(path: string | undefined, report: RunReport): OutputFile {
  return { what: "JUnit", path, content: () => junitXml(report) };
}

function scheduleFile(path: string, failure: CampaignFailure, choice: Choice, seed: number): OutputFile {
  const content = () => `${JSON.stringify(keptSchedule(failure, choice, seed), null, 2)}\n`;
  return { what: "schedule", path, content };
}

/** Throws Refusal where the file cannot be read, or is none of a campaign. */
function readKept(path: string): KeptSchedule {
  try {
    const kept = JSON.parse(readFileSync(path, "utf8")) as KeptSchedule;
    if (!Number.isSafeInteger(kept?.seed)) throw new Error("its seed is no whole number");
    return kept;
  } catch (error) {
    const why = existsSync(path) ? (error as Error).message : "there is no such file";
    throw new Refusal(`${path} holds no schedule that a campaign has left: ${why}`, EXIT.usage);
  }
}

function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new Refusal(
      `cannot write into ${folder}: ${describeFileError(error as Error, folder)}`,
      EXIT.usage,
    );
  }
}

/** One line that is written over on a terminal; elsewhere a line for each tenth. */
class Progress {
  readonly #runs: number;
  readonly #isQuiet: boolean;

  constructor(runs: number, isQuiet: boolean) {
    this.#runs = runs;
    this.#isQuiet = isQuiet;
  }

  show({ number, isShrinking, result }: TrialTold): void {
    if (this.#isQuiet) return;
    const invariant = result.violation?.invariant;
    const text = isShrinking
      ? `makes it smaller: ${number} runs${invariant ? `, ${inWords(result.schedule.length, "fault")}` : ""}`
      : `${number} of ${this.#runs}${invariant ? `: breaks ${invariant}` : ""}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
    else if (!isShrinking && (invariant !== undefined || number % Math.ceil(this.#runs / 10) === 0)) {
      process.stderr.write(`${text}\n`);
    }
  }

  clear(): void {
    if (!this.#isQuiet && process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}

function titleOf({ board, lorawan, region }: Choice): string {
  return `${board}, LoRaWAN ${lorawan}, ${regionsOf(region).join(" ")}`;
}

function keptSchedule(
  failure: CampaignFailure,
  { board, lorawan, region }: Choice,
  seed: number,
): KeptSchedule {
  const { violation, schedule, path } = failure;
  return {
    joinery: packageVersion,
    ...{ board, lorawan, region: regionsOf(region), seed: failure.seed },
    ...{ schedule, violation, campaign: { seed, path } },
  };
}

function jsonOf({ failure, ...report }: CampaignReport, choice: Choice, seed: number) {
  const { board, lorawan, region } = choice;
  return {
    verdict: verdictOf(failure?.violation),
    ...{ board, lorawan, region: regionsOf(region), seed },
    ...report,
    failure: failure
      ? { ...failure, timeline: failure.timeline.map(({ wallMs: _, ...entry }) => entry) }
      : null,
  };
}

/** The invariants as checks. */
function runReport(
  { failure, wallMs }: { readonly failure?: { readonly violation: Violation }; readonly wallMs: number },
  { board, lorawan, region }: Choice,
  seed: number,
): RunReport {
  const violation = failure?.violation;
  const checks = (Object.keys(INVARIANTS) as InvariantName[]).map((name) => ({
    name: `${name}: ${INVARIANTS[name]}`,
    ok: violation?.invariant !== name,
    detail: violation?.invariant === name ? violation.text : "",
  }));
  return {
    ...{ scenario: "campaign", board, lorawan, region: regionsOf(region), seed, checks, wallMs },
    verdict: verdictOf(violation),
    reason: violation === undefined ? null : `${violation.invariant}: ${violation.text}`,
  };
}

function verdictOf(violation: Violation | undefined): "passed" | "failed" {
  return violation === undefined ? "passed" : "failed";
}

function textOf(report: CampaignReport, kept: string, seed: number): string {
  const { runs, failure, totals, virtualSeconds, wallMs } = report;
  const { joins, uplinks, downlinks } = totals;
  const hours = (virtualSeconds / 3600).toFixed(1);
  const figures =
    `${runs} schedules in ${(wallMs / 1000).toFixed(1)} s (${hours} h of the board's time): ` +
    `${joins} joins, ${uplinks} uplinks decrypted, ${downlinks} downlinks received`;
  if (failure === undefined) return `${violationText(undefined)}: ${figures}`;
  const { path, schedule, foundWithFaults, shrinkingRuns, timeline, violation } = failure;
  return [
    timelineText(timeline),
    "",
    violationText(violation),
    `the smallest schedule that does so, of ${inWords(schedule.length, "fault")}; found with ${foundWithFaults}, made smaller in ${shrinkingRuns} runs:`,
    ...schedule.map((fault) => `  ${describeFault(fault)}`),
    `again: joinery hil campaign --replay ${kept}, or --seed ${seed} --path ${path}`,
    figures,
  ].join("\n");
}

const palette = () => pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);

function violationText(violation: Violation | undefined): string {
  const { green, red, bold } = palette();
  if (violation === undefined) return green(bold("passed"));
  const { invariant, text } = violation;
  return `${red(bold("failed"))}: ${invariant}: ${text}\n  but ${INVARIANTS[invariant]}`;
}

function timelineText(timeline: readonly TimelineEntry[]): string {
  const colours = palette();
  return [timelineHead(colours), ...timeline.map((entry) => timelineLine(entry, colours))].join("\n");
}

function inWords(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1_000_000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1000000.");
  }
  return value;
}

function seedNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0x7fffffff) {
    throw new InvalidArgumentError("It must be a whole number from 0 to 2147483647.");
  }
  return value;
}
