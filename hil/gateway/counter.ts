/** The counter of a concentrator: microseconds, from some number on, by a crystal of its own. */

export interface CounterChoice {
  /** What it shows at the clock's zero; 0 where not given. */
  readonly startUs?: number;
  /** By how much it is fast; 0 where not given. */
  readonly errorPpm?: number;
}

export class Counter {
  readonly #startUs: number;
  readonly #usPerNs: number;

  constructor({ startUs = 0, errorPpm = 0 }: CounterChoice = {}) {
    this.#startUs = startUs;
    this.#usPerNs = (1 + errorPpm / 1e6) / 1000;
  }

  /** Whole microseconds at an instant of the run. */
  usAt(ns: number): number {
    return this.#startUs + Math.floor(ns * this.#usPerNs);
  }

  /** When it comes to show so much, in nanoseconds of the run. */
  nsAt(us: number): number {
    return Math.ceil((us - this.#startUs) / this.#usPerNs);
  }
}
