/** What the rig itself has asked of the servers and not yet heard back of: virtual time waits for it. */
import type { Participant } from "../clock/index.ts";

export class Errands implements Participant {
  readonly #running = new Set<Promise<unknown>>();

  get busy(): boolean {
    return this.#running.size > 0;
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** How many are under way. */
  get pending(): number {
    return this.#running.size;
  }

  /** Resolves when one has come back; there must be one. */
  settled(): Promise<unknown> {
    return Promise.race(this.#running);
  }

  /** Starts an errand; `failed` hears of it if it goes wrong. */
  start(errand: Promise<unknown>, failed: (error: Error) => void): void {
    const running = errand.then(undefined, failed).then(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }
}
