/** Virtual time: integer nanoseconds since the start of a run, and what is due when. */

/** Something due at an instant; `cancel` makes it not happen. */
export interface Timer {
  readonly atNs: number;
  cancel(): void;
}

/** What a part needs of time. Virtual in lockstep, the machine's own in real time. */
export interface Clock {
  /** Nanoseconds since the clock's start. */
  nowNs(): number;
  /** Calls `action` at `atNs`; at once, but not synchronously, if that is past. */
  at(atNs: number, action: () => void): Timer;
}

interface Entry extends Timer {
  readonly order: number;
  action: (() => void) | undefined;
}

/** A clock that moves only when it is told to. Actions due at one instant run in the order of their scheduling. */
export class VirtualClock implements Clock {
  #nowNs = 0;
  #order = 0;
  #entries: Entry[] = [];

  nowNs(): number {
    return this.#nowNs;
  }

  at(atNs: number, action: () => void): Timer {
    const entry: Entry = {
      atNs: Math.max(Math.ceil(atNs), this.#nowNs),
      order: this.#order++,
      action,
      cancel() {
        entry.action = undefined;
      },
    };
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1].atNs > entry.atNs) index--;
    this.#entries.splice(index, 0, entry);
    return entry;
  }

  /** When the next action is due, Infinity when none is. A board must not run past it. */
  get nextNs(): number {
    while (this.#entries.length > 0 && this.#entries[0].action === undefined) this.#entries.shift();
    return this.#entries[0]?.atNs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Moves time to `toNs`, running what is due on the way, in order. An action may schedule others.
   * A part that carries its own time (a board between two slices) moves the clock with it.
   */
  advanceTo(toNs: number): void {
    while (this.nextNs <= toNs) {
      const entry = this.#entries.shift() as Entry;
      this.#nowNs = Math.max(this.#nowNs, entry.atNs);
      entry.action?.();
    }
    this.#nowNs = Math.max(this.#nowNs, toNs);
  }
}
