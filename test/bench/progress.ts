/** What a benchmark is doing: one line that changes in a terminal, a line for each step elsewhere. */
export class Progress {
  readonly #stream: Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean };
  readonly #begun = performance.now();

  constructor(stream: Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean }) {
    this.#stream = stream;
  }

  say(what: string): void {
    const seconds = ((performance.now() - this.#begun) / 1000).toFixed(0);
    const text = `${seconds.padStart(4)} s  ${what}`;
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\x1b[K");
  }
}
