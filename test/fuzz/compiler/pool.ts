/** Batches of programs on several processes. What comes out does not depend on how many there are. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Comparison } from "./compare.ts";

export interface BatchTask {
  readonly number: number;
  /** Of the run. */
  readonly seed: number;
  /** The first program. */
  readonly from: number;
  readonly count: number;
  readonly targets: readonly string[];
  /** Whether assertions trap where they do not hold. */
  readonly debug: boolean;
}

export interface BatchResult {
  readonly number: number;
  readonly count: number;
  readonly comparison?: Comparison;
  /** What ended the comparison itself. */
  readonly error?: string;
}

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** The results in the order of the tasks. Throws where a comparison cannot be made. */
export async function runBatches(
  tasks: readonly BatchTask[],
  processes: number,
  onResult: (result: BatchResult) => void,
): Promise<readonly Comparison[]> {
  const results: Comparison[] = [];
  const waiting = [...tasks];
  const serve = (worker: ChildProcess) =>
    new Promise<void>((done, fail) => {
      const next = () => {
        const task = waiting.shift();
        if (task) worker.send(task);
        else done();
      };
      worker.on("message", (result: BatchResult) => {
        if (result.comparison === undefined) {
          fail(new Error(`batch ${result.number}: ${result.error}`));
          return;
        }
        results[result.number] = result.comparison;
        onResult(result);
        next();
      });
      worker.on("error", fail);
      worker.on("exit", (code, signal) => fail(new Error(`a worker ended with ${signal ?? code}`)));
      next();
    });
  const count = Math.max(1, Math.min(processes, tasks.length));
  const workers = Array.from({ length: count }, () => fork(WORKER, { execArgv: ["--import", "tsx"] }));
  try {
    await Promise.all(workers.map(serve));
  } finally {
    for (const worker of workers) {
      worker.removeAllListeners("exit");
      worker.kill();
    }
  }
  return results;
}
