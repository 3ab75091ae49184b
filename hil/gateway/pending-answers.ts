/**
 * Datagrams that wait for their answer. As long as there are any, virtual time stands still; an answer
 * that does not come within a wall-clock limit ends the run with an error instead of hanging it.
 */
export class PendingAnswers {
  readonly #timeoutMs: number;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #failure: Error | undefined;
  #waiting: Array<{ resolve: () => void; reject: (error: Error) => void }> = [];

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** An answer has not come, or never will. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** True also after a failure, so that whoever waits hears of it. */
  get busy(): boolean {
    return this.#failure !== undefined || this.#timers.size > 0;
  }

  /** Resolves when every answer has come, rejects when one has not. */
  idle(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** `key` identifies the answer; `missing` is the error should it not come. */
  expect(key: string, missing: (timeoutMs: number) => Error): void {
    this.#timers.set(
      key,
      setTimeout(() => this.fail(missing(this.#timeoutMs)), this.#timeoutMs),
    );
  }

  has(key: string): boolean {
    return this.#timers.has(key);
  }

  /** The answer came; false if nobody waited for it. */
  settle(key: string): boolean {
    const timer = this.#timers.get(key);
    if (timer === undefined) return false;
    clearTimeout(timer);
    this.#timers.delete(key);
    if (this.#timers.size === 0) {
      for (const { resolve } of this.#waiting.splice(0)) resolve();
    }
    return true;
  }

  fail(error: Error): void {
    this.#clearTimers();
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  /** Waits for nothing any more. */
  clear(): void {
    this.#clearTimers();
    this.#failure = undefined;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #clearTimers(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
