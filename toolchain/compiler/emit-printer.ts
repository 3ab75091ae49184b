/** Lines of C that map back to the lines of the source. */
import type { Origin } from "./ir.ts";

/** Lines of C, with `#line` wherever they would not match the source's. */
export class Printer {
  readonly #source: string;
  readonly #lines: string[] = [];
  #indent = 0;
  #prefix = "";
  /** The line of the source that the compiler takes the next line for; none before the first `#line`. */
  #expected = Number.NEGATIVE_INFINITY;

  constructor(source: string) {
    this.#source = source;
  }

  result(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  text(line: string): void {
    for (const part of line.split("\n")) {
      this.#lines.push(part === "" ? "" : "  ".repeat(this.#indent) + this.#prefix + part);
      this.#prefix = "";
      this.#expected++;
    }
  }

  /** Puts `text` before the first line that `action` prints. */
  prefix(text: string, action: () => void): void {
    this.#prefix = text;
    action();
  }

  /** Whether the next line stands for this line of the source. */
  isAt(origin: Origin | undefined): boolean {
    return origin?.line === this.#expected;
  }

  inner(action: () => void): void {
    this.#indent++;
    action();
    this.#indent--;
  }

  /** The comments before a place in the source, then `#line` where the next line would not be its line. */
  at(origin: Origin | undefined): void {
    if (origin === undefined) return;
    for (const comment of origin.comments) {
      this.#seek(comment.line);
      for (const line of comment.text.split("\n")) this.text(line.replace(/^\s+\*/, " *"));
    }
    this.#seek(origin.line);
  }

  /** A brace that closes what ends in this line of the source. */
  close(line: number): void {
    if (line !== this.#expected) this.#line(line);
    this.text("}");
  }

  #seek(line: number): void {
    const gap = line - this.#expected;
    if (gap === 0) return;
    if (gap > 0 && gap <= 2) {
      for (let i = 0; i < gap; i++) this.text("");
      return;
    }
    if (this.#indent === 0 && this.#lines.at(-1) !== "") this.#lines.push("");
    this.#line(line);
  }

  #line(line: number): void {
    this.#lines.push(`#line ${line} "${this.#source}"`);
    this.#expected = line;
  }
}
