/** The pins of a NodeMCU module between two power-ups, as they are printed on it: "D8". */
import type { Clock } from "../../clock/index.ts";
import type { Pins } from "../pins.ts";

const LOW = 0;
const HIGH = 1;

/** A change of a pin that the program has not heard of yet. */
export interface Edge {
  /** The IO index: 8 for "D8". */
  readonly pin: number;
  readonly level: boolean;
  readonly atNs: number;
}

export class ModulePins implements Pins {
  readonly #clock: Pick<Clock, "nowNs">;
  /** What the program drives, by IO index; a pin that it leaves alone is not here, or at neither level. */
  readonly #outputs = new Map<number, number>();
  readonly #inputs = new Map<number, boolean>();
  readonly #listeners: (() => void)[] = [];
  #edges: Edge[] = [];

  constructor(clock: Pick<Clock, "nowNs">) {
    this.#clock = clock;
  }

  drive(pin: string, level: boolean): void {
    const index = ioIndex(pin);
    if (level === (this.#inputs.get(index) ?? false)) return;
    this.#inputs.set(index, level);
    this.#edges.push({ pin: index, level, atNs: this.#clock.nowNs() });
  }

  driven(pin: string): boolean | undefined {
    const level = this.#outputs.get(ioIndex(pin));
    return level === LOW || level === HIGH ? level === HIGH : undefined;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** What the host says of a pin: the level that the program drives, or that it drives none (host/rig.c). */
  set(index: number, level: number): void {
    this.#outputs.set(index, level);
    for (const listener of this.#listeners) listener();
  }

  get hasEdges(): boolean {
    return this.#edges.length > 0;
  }

  /** The changes since the last call, in their order. */
  takeEdges(): readonly Edge[] {
    const edges = this.#edges;
    this.#edges = [];
    return edges;
  }
}

function ioIndex(pin: string): number {
  const index = /^D(\d+)$/.exec(pin)?.[1];
  if (index === undefined) throw new RangeError(`"${pin}" is not a pin of a NodeMCU module, such as "D8"`);
  return Number(index);
}
