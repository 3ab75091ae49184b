/**
 * The memory behind a store, which outlives the power: its octets, what is being erased or programmed of them, and what
 * power that goes in the midst of that leaves.
 *
 * A cell takes its charge, or gives it off, all through an operation, and turns at an instant of its own. So a cut
 * leaves some bits as they were and some as they were to be. Those that were about to turn, or just had, are weak: they
 * read as they like at each start from then on, until they are driven once more, to the end.
 */
import type { Clock, Timer } from "../clock/index.ts";
import type { CutPhase } from "./machine.ts";
import { StoreCut } from "./store-cut.ts";

/** A part of an operation: erasing drives all bits of its octets one way, programming some of them the other way. */
export interface Step {
  readonly takesNs: number;
  /** The bits that are driven, octet by octet. */
  readonly drives: Uint8Array;
  readonly to: 0 | 1;
}

interface Operation {
  readonly startNs: number;
  /** Of the first octet. */
  readonly at: number;
  /** One after the other. */
  readonly steps: readonly Step[];
}

/** How near a bit was to its turn if it is weak, as a part of the step. */
const WEAK_WITHIN = 0.02;
/** Where nothing random is given: the fractional parts of the multiples of the golden ratio, which lie evenly. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

export interface StoreMemoryOptions {
  /** What the memory holds, as the next start will find it. What an operation does behind their end is not kept. */
  readonly octets: Uint8Array;
  /** The time of the machine, to which operations begin and cuts are planned. */
  readonly clock: Clock;
  readonly powerOff: () => void;
  /** 0..1, seeded: when in the course of a step each bit turns, how a weak one reads, and when a planned cut comes. */
  readonly random?: () => number;
}

export class StoreMemory {
  readonly octets: Uint8Array;

  readonly #clock: Clock;
  readonly #powerOff: () => void;
  readonly #random: () => number;
  readonly #cut = new StoreCut();
  #cutTimer: Timer | undefined;
  #operation: Operation | undefined;
  /** The weak bits by the index of their octet. */
  readonly #weak = new Map<number, number>();

  constructor({ octets, clock, powerOff, random = evenlySpread() }: StoreMemoryOptions) {
    this.octets = octets;
    this.#clock = clock;
    this.#powerOff = powerOff;
    this.#random = random;
  }

  get busy(): boolean {
    return this.#operation !== undefined;
  }

  /** Cuts the power at the `count`th operation from now, 1 being the next. */
  cutPowerAt(count: number, phase: CutPhase): void {
    this.#cut.plan(count, phase);
  }

  /** An operation begins, whose end the memory's own logic tells. False where the power goes before it does. */
  begin(at: number, steps: readonly Step[]): boolean {
    const phase = this.#cut.beginWrite();
    if (phase === "before") {
      this.#powerOff();
      return false;
    }
    const startNs = this.#clock.nowNs();
    this.#operation = { startNs, at, steps };
    if (phase === "during") {
      const takesNs = steps.reduce((sum, step) => sum + step.takesNs, 0);
      this.#cutTimer = this.#clock.at(startNs + this.#random() * takesNs, this.#powerOff);
    }
    return true;
  }

  /** The operation has come to its end. False where the power goes then. */
  complete(): boolean {
    const { at, steps } = this.#operation as Operation;
    for (const step of steps) this.#drive(at, step, 1);
    this.#stop();
    if (!this.#cut.endWrite()) return true;
    this.#powerOff();
    return false;
  }

  /** Power goes, now. */
  losePower(): void {
    if (this.#operation !== undefined) {
      const { startNs, at, steps } = this.#operation;
      let leftNs = this.#clock.nowNs() - startNs;
      for (const step of steps) {
        if (leftNs > 0) this.#drive(at, step, Math.min(1, leftNs / step.takesNs));
        leftNs -= step.takesNs;
      }
    }
    this.#stop();
    this.#cut.cancel();
  }

  /** Power is back: weak bits settle on something. */
  regainPower(): void {
    for (const [index, weak] of this.#weak) {
      const read = Math.floor(256 * this.#random());
      this.octets[index] = (this.octets[index] & ~weak) | (read & weak);
    }
  }

  #stop(): void {
    this.#operation = undefined;
    this.#cutTimer?.cancel();
    this.#cutTimer = undefined;
  }

  /** A step, up to a part of its time. */
  #drive(at: number, { drives, to }: Step, part: number): void {
    const end = Math.min(at + drives.length, this.octets.length);
    for (let index = at; index < end; index++) {
      const driven = drives[index - at];
      const wasWeak = this.#weak.get(index) ?? 0;
      const there = to === 1 ? this.octets[index] : ~this.octets[index];
      const [turned, weak] = part === 1 ? [driven, 0] : this.#turn(driven & (~there | wasWeak), part);
      this.octets[index] = to === 1 ? this.octets[index] | turned : this.octets[index] & ~turned;
      const stillWeak = (wasWeak & ~turned) | weak;
      if (stillWeak !== 0) this.#weak.set(index, stillWeak);
      else this.#weak.delete(index);
    }
  }

  /** Which of the bits that have to turn have done so, and which of all are weak. */
  #turn(bits: number, part: number): readonly [turned: number, weak: number] {
    let turned = 0;
    let weak = 0;
    for (let bit = 1; bit < 256; bit <<= 1) {
      if ((bits & bit) === 0) continue;
      const turnsAt = this.#random();
      if (turnsAt < part) turned |= bit;
      if (Math.abs(turnsAt - part) < WEAK_WITHIN) weak |= bit;
    }
    return [turned, weak];
  }
}

function evenlySpread(): () => number {
  let last = 0;
  return () => {
    last = (last + GOLDEN_RATIO) % 1;
    return last;
  };
}
