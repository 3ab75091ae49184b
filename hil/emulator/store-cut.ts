/** A cut of the power that is planned for a write to the store. */
import type { CutPhase } from "./machine.ts";

export class StoreCut {
  #plan: { remaining: number; readonly phase: CutPhase } | undefined;

  /** For the `count`th write from now; 1 is the next. */
  plan(count: number, phase: CutPhase): void {
    this.#plan = { remaining: count, phase };
  }

  cancel(): void {
    this.#plan = undefined;
  }

  /** A write begins: when in the course of it the power goes, undefined if it stays. */
  beginWrite(): CutPhase | undefined {
    if (this.#plan === undefined || --this.#plan.remaining > 0) return undefined;
    return this.#plan.phase;
  }

  /** The write that began last is complete: whether the power goes now. */
  endWrite(): boolean {
    return this.#plan?.remaining === 0;
  }
}
