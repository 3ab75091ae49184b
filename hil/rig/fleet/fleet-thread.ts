/** A thread of a fleet as its owner sees it. */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { BootableData } from "../built-firmware.ts";
import { RigError } from "../rig-error.ts";
import type { SiteOutcome, SitePlan, SiteProgress } from "./fleet-site.ts";
import type { Answer, Order } from "./fleet-worker.ts";

/** The thread has come to its end before the site has. */
export class ThreadEnded extends Error {
  override readonly name = "ThreadEnded";
}

/** From the sources by a detour, in the package what is compiled of it. */
const isSource = extname(import.meta.filename) === ".ts";
const PROGRAM = new URL(isSource ? "./fleet-worker-source.mjs" : "./fleet-worker.js", import.meta.url);

export class FleetThread {
  readonly #worker: Worker;
  readonly #ended: Promise<never>;

  constructor(program: URL = PROGRAM) {
    this.#worker = new Worker(program);
    this.#ended = new Promise((_, reject) => {
      this.#worker.once("error", (error) => reject(new ThreadEnded(error.message, { cause: error })));
      this.#worker.once("exit", (code) => reject(new ThreadEnded(`exit code ${code}`)));
    });
    // Heard of by whoever waits for a site.
    this.#ended.catch(() => {});
  }

  load(firmwares: readonly BootableData[]): void {
    this.#send({ firmwares });
  }

  /**
   * Takes all boards of a site to their ends; one site at a time. Throws RigError where the site cannot begin, ThreadEnded
   * where the thread ends before it.
   */
  async run(plan: SitePlan, onProgress: (progress: SiteProgress) => void): Promise<SiteOutcome> {
    const answered = new Promise<SiteOutcome>((resolve, reject) => {
      this.#worker.removeAllListeners("message");
      this.#worker.on("message", (answer: Answer) => {
        if ("progress" in answer) onProgress(answer.progress);
        else if ("outcome" in answer) resolve(answer.outcome);
        else reject(new RigError(answer.refusal.kind, answer.refusal.message));
      });
    });
    this.#send({ plan });
    return Promise.race([answered, this.#ended]);
  }

  /** Ends it, whatever it does. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(order: Order): void {
    this.#worker.postMessage(order);
  }
}
