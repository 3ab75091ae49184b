/** What a run holds of this computer, and how each of it is freed: all of it, whatever goes wrong on the way. */

/** Wall time after which whatever does not close is left, far above what closing takes on a busy machine. */
const LIMIT_MS = 10_000;

interface Closer {
  readonly what: string;
  readonly close: () => unknown;
}

export class Closers {
  readonly #closers: Closer[] = [];
  readonly #limitMs: number;
  readonly #end = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(limitMs = LIMIT_MS) {
    this.#limitMs = limitMs;
  }

  /** Is aborted when closing begins: nothing is waited for any more. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /**
   * `close` is to be called, before those that were added earlier. `what`: what it frees, for people. Once closing has begun,
   * it is called at once, and the reason of `signal` is thrown: nobody would free it later.
   */
  add(what: string, close: () => unknown): void {
    if (this.signal.aborted) {
      // What that throws has nobody to hear it: the caller is told why it is closed.
      this.#inTime(async () => close()).catch(() => {});
      throw this.signal.reason;
    }
    this.#closers.push({ what, close });
  }

  /**
   * Frees everything, once: the last that was added first. Throws AggregateError where something could not be freed, or
   * not in time, once all the others are.
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  /** Does it, and frees everything where it throws. What it throws goes before what freeing throws. */
  async whileOpening<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      await this.close().catch((closing) => addTo(error, closing));
      throw error;
    }
  }

  /** Does it, then frees everything. What it throws goes before what freeing throws. */
  async during<T>(action: () => Promise<T>): Promise<T> {
    const result = await this.whileOpening(action);
    await this.close();
    return result;
  }

  async #closeAll(): Promise<void> {
    this.#end.abort(new Error("the run has been closed"));
    const errors: Error[] = [];
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      const { what, close } = closer;
      try {
        await this.#inTime(close);
      } catch (error) {
        errors.push(new Error(`${what}: ${(error as Error).message}`, { cause: error }));
      }
    }
    if (errors.length === 0) return;
    throw new AggregateError(
      errors,
      `could not be closed: ${errors.map(({ message }) => message).join("; ")}`,
    );
  }

  async #inTime(close: () => unknown): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`it has not closed within ${this.#limitMs / 1000} s`);
      timer = setTimeout(() => reject(error), this.#limitMs);
    });
    try {
      await Promise.race([close(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What came of closing is told with what went wrong first, and does not take its place. */
function addTo(error: unknown, closing: unknown): void {
  if (error instanceof Error) error.cause ??= closing;
}
