/** Tells of each misuse once for each place in the program, however often the program passes there. */
import type { Finding, ProcessorStack } from "./finding.ts";

export class FindingLog {
  readonly #told = new Set<string>();
  readonly #onFinding: ((finding: Finding) => void) | undefined;

  constructor(onFinding: ((finding: Finding) => void) | undefined) {
    this.#onFinding = onFinding;
  }

  /** `stack` is asked for once for each place. */
  add(finding: Omit<Finding, "stack">, stack?: () => ProcessorStack): void {
    const place = `${finding.programCounter} ${finding.message}`;
    if (this.#told.has(place)) return;
    this.#told.add(place);
    this.#onFinding?.(stack === undefined ? finding : { ...finding, stack: stack() });
  }
}
