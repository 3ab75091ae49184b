/** What a server has begun and not finished in wall time: lockstep lets virtual time stand still meanwhile. */
import type { Participant } from "../../clock/index.ts";

export class PendingWork implements Participant {
  readonly #onFault: (error: unknown) => void;
  #running = 0;
  #waiting: (() => void)[] = [];
  #settling: (() => void)[] = [];

  /** `onFault` hears of work that rejected: a fault of the server, since what peers do wrong is handled within. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  get busy(): boolean {
    return this.#running > 0;
  }

  /** How much is under way. */
  get pending(): number {
    return this.#running;
  }

  /** Resolves when the next of it is finished. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#settling.push(resolve));
  }

  idle(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Busy from this call on, until what `work` returns has settled. */
  start(work: () => Promise<void>): void {
    this.#running++;
    // An async function turns a throw of `work` itself into a rejection, so that it ends the wait too.
    (async () => work())()
      .catch(this.#onFault)
      .finally(() => {
        this.#running--;
        for (const resolve of this.#settling.splice(0)) resolve();
        if (this.#running > 0) return;
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const resolve of waiting) resolve();
      });
  }
}
