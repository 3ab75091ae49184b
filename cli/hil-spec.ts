/** One run of a scenario that is a spec: in a process of its own, told its choice by the environment. */
import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type CaptureFormat,
  CHOICE_VARIABLE,
  type CommandChoice,
  RECORDS_VARIABLE,
  type RecordsChoice,
  type RunReport,
} from "../hil/rig/index.ts";
import { temporaryFolder } from "../toolchain/process-exit/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { Interrupted } from "./interruption.ts";
import { moduleBeside, runSpecChild, type SpecChildEnd } from "./spec-child.ts";
import { readCaptures, readRigs } from "./spec-records.ts";
import { readEvents, verdictOf } from "./spec-results.ts";

/** What is to be run, on what. */
export interface SpecRun {
  /** The name of a scenario, or the path of a spec. */
  readonly scenario: string;
  readonly choice: CommandChoice & {
    readonly board: string;
    readonly lorawan: "1.0.4" | "1.1";
    readonly seed: number;
  };
}

export interface SpecLimits {
  /** Seconds that a test may take. */
  readonly timeoutS: number;
  /** Seconds after which a process that does not answer is taken for dead. 600 where not given. */
  readonly silentS?: number;
  /** Ends the run. */
  readonly end: AbortSignal;
  /** Of what was on the air; pcapng where not given. */
  readonly capture?: CaptureFormat;
  /** Told once that has begun; what it is given is the report as far as the run has come. */
  readonly onBegun?: (soFar: () => RunReport) => void;
}

/** What a run comes to. */
export interface SpecOutcome {
  readonly report: RunReport;
  /** What was on the air of each rig. */
  readonly captures: readonly Uint8Array[];
}

/** What a spec imports is compiled first, in one go; on a busy machine that takes a while. */
const SILENT_S = 600;

/**
 * Runs the spec in `file` to its end, or until the run is interrupted: then it has failed for that. Throws any other reason of
 * `end`.
 */
export async function runSpec(
  { scenario, choice }: SpecRun,
  file: string,
  { timeoutS, silentS = SILENT_S, end, capture = "pcapng", onBegun }: SpecLimits,
): Promise<SpecOutcome> {
  const startedMs = performance.now();
  const folder = temporaryFolder("results");
  const results = join(folder.path, "results.jsonl");
  closeSync(openSync(results, "w"));
  /** A program that never lets go of its processor hears of no timeout. */
  const givenUp = () => {
    if ((Date.now() - statSync(results).mtimeMs) / 1000 <= silentS) return undefined;
    return `its process has not answered for ${silentS} s, and was killed`;
  };
  const { board, lorawan, region, seed } = choice;
  const reportWith = (childEnd: SpecChildEnd): RunReport => ({
    scenario,
    ...{ board, lorawan, region: regionsOf(region), seed },
    ...verdictOf(readEvents(results), childEnd),
    rigs: readRigs(folder.path),
    wallMs: performance.now() - startedMs,
  });
  const records: RecordsChoice = {
    folder: folder.path,
    capture,
    name: `${scenario} ${board} LoRaWAN ${lorawan} ${regionsOf(region).join(" ")}`,
  };
  try {
    onBegun?.(() => reportWith(STILL_RUNNING));
    const running = runSpecChild([moduleBeside("spec-process"), results, String(timeoutS * 1000), file], {
      stdio: ["ignore", choice.printsTimeline ? "inherit" : "ignore", "inherit"],
      env: {
        ...process.env,
        [CHOICE_VARIABLE]: JSON.stringify(choice),
        [RECORDS_VARIABLE]: JSON.stringify(records),
      },
      end,
      givenUp,
    });
    const childEnd = await running.catch((error: unknown): SpecChildEnd => {
      if (!(error instanceof Interrupted)) throw error;
      return { status: null, signal: null, givenUp: error.message };
    });
    return { report: reportWith(childEnd), captures: readCaptures(folder.path) };
  } finally {
    folder.remove();
  }
}

const STILL_RUNNING: SpecChildEnd = { status: null, signal: null, givenUp: "it goes on" };
