/** One run of a scenario that is a spec: in a process of its own, told its choice by the environment. */
import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { CHOICE_VARIABLE, type CommandChoice, type RunReport } from "../hil/rig/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { temporaryFolder } from "../toolchain/temporary-folder.ts";
import { moduleBeside, runSpecChild } from "./spec-child.ts";
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
}

/** What a spec imports is compiled first, in one go; on a busy machine that takes a while. */
const SILENT_S = 600;

/** Runs the spec in `file` to its end. Throws the reason of `end`. */
export async function runSpec(
  { scenario, choice }: SpecRun,
  file: string,
  { timeoutS, silentS = SILENT_S, end }: SpecLimits,
): Promise<RunReport> {
  const startedMs = performance.now();
  const folder = temporaryFolder("results");
  const results = join(folder.path, "results.jsonl");
  closeSync(openSync(results, "w"));
  /** A program that never lets go of its processor hears of no timeout. */
  const givenUp = () => {
    if ((Date.now() - statSync(results).mtimeMs) / 1000 <= silentS) return undefined;
    return `its process has not answered for ${silentS} s, and was killed`;
  };
  try {
    const child = await runSpecChild([moduleBeside("spec-process"), results, String(timeoutS * 1000), file], {
      stdio: ["ignore", choice.printsTimeline ? "inherit" : "ignore", "inherit"],
      env: { ...process.env, [CHOICE_VARIABLE]: JSON.stringify(choice) },
      end,
      givenUp,
    });
    const { board, lorawan, region, seed } = choice;
    return {
      scenario,
      ...{ board, lorawan, region: regionsOf(region), seed },
      ...verdictOf(readEvents(results), child),
      wallMs: performance.now() - startedMs,
    };
  } finally {
    folder.remove();
  }
}
