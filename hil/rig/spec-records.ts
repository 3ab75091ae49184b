/**
 * What the rigs of a spec's process have seen, in files for the command that has started it: written anew each second, when a
 * rig is closed and when the process ends, so that it is known however that is. Kept by the process and not by this module: see
 * open-rigs.ts.
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaptureFormat } from "../air/index.ts";
import type { RigRecord } from "./report/rig-record.ts";

/** The variable of the environment that tells a spec's process where to: RecordsChoice as JSON. Not given, nothing is kept. */
export const RECORDS_VARIABLE = "JOINERY_HIL_RECORDS";

export interface RecordsChoice {
  readonly folder: string;
  /** Of the files with what was on the air. */
  readonly capture: CaptureFormat;
  /** What they are of, in words. */
  readonly name: string;
}

/** Of more rigs a page is not readable. */
const MOST_RIGS = 40;
const PERIOD_MS = 1000;

/** What can be kept of a run. */
export interface Recordable {
  /** Grows with all that happens. */
  happened(): number;
  record(): RigRecord;
  /** `name` is that of the interface of pcapng. */
  capture(format: CaptureFormat, name: string): Uint8Array;
}

interface Records {
  readonly kept: Set<KeptRecord>;
  count: number;
  /** The test or hook that runs now. */
  running?: string;
}

const KEY = Symbol.for("joinery: records of rigs");

function records(): Records {
  const holder = globalThis as { [KEY]?: Records };
  holder[KEY] ??= { kept: new Set(), count: 0 };
  return holder[KEY];
}

/** Told by what runs the tests: what begins now; undefined where that is over. */
export function noteRunning(title: string | undefined): void {
  records().running = title;
}

/** The test or hook that runs now. */
export function runningNow(): string | undefined {
  return records().running;
}

/** Keeps what `rig` has seen from now on, where somebody wants it. Returns what ends that, with what it has seen by then. */
export function keepRecord(rig: Recordable): () => void {
  const choice = process.env[RECORDS_VARIABLE];
  const all = records();
  if (choice === undefined || all.count >= MOST_RIGS) return () => {};
  if (all.count === 0) {
    setInterval(writeAll, PERIOD_MS).unref();
    process.on("exit", writeAll);
  }
  const kept = new KeptRecord(rig, JSON.parse(choice) as RecordsChoice, ++all.count);
  all.kept.add(kept);
  return () => {
    if (all.kept.delete(kept)) kept.writeEnd();
  };
}

function writeAll(): void {
  for (const kept of records().kept) kept.write();
}

class KeptRecord {
  readonly #rig: Recordable;
  readonly #choice: RecordsChoice;
  readonly #number: number;
  /** What had happened when it was written last. */
  #written = -1;

  constructor(rig: Recordable, choice: RecordsChoice, number: number) {
    this.#rig = rig;
    this.#choice = choice;
    this.#number = number;
  }

  /** Time may have gone by in which nothing happened. */
  writeEnd(): void {
    this.#written = -1;
    this.write();
  }

  /** What cannot be written is told, and the run goes on. */
  write(): void {
    const happened = this.#rig.happened();
    if (happened === this.#written) return;
    this.#written = happened;
    const { capture, name } = this.#choice;
    try {
      this.#put("json", JSON.stringify(this.#rig.record()));
      this.#put("capture", this.#rig.capture(capture, `${name}, rig ${this.#number}`));
    } catch (error) {
      process.stderr.write(
        `joinery: what rig ${this.#number} has seen is not kept: ${(error as Error).message}\n`,
      );
    }
  }

  /** Whole, or as it was. */
  #put(kind: string, content: string | Uint8Array): void {
    const path = join(this.#choice.folder, `rig-${String(this.#number).padStart(3, "0")}.${kind}`);
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  }
}
