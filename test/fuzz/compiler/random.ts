/** Pseudo-random choices: the same seed makes the same ones. */

/** A small generator of numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The seed of the `index`th program of a run: neighbours have nothing in common. */
export function seedOf(run: number, index: number): number {
  const mixed = Math.imul(run ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Where widths begin and end, and what programs are full of. */
export const EDGES: readonly number[] = [
  0, 1, 2, 3, 7, 8, 15, 16, 31, 100, 127, 128, 200, 255, 256, 1000, 32767, 32768, 65535, 65536, 0x7fffffff,
  0x80000000, 0xffffffff,
];

/** Inputs where widths begin and end, and others. */
export function randomInput(random: () => number): number {
  if (random() < 0.5) return EDGES[Math.floor(random() * EDGES.length)];
  return Math.floor(random() * 2 ** Math.ceil(random() * 32));
}

/** Choices from one seed. */
export class Random {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomFrom(seed);
  }

  /** From 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** From `min` to `max`, both inclusive. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** One of the choices, each as likely as its weight says; weights of 0 are never taken. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.next() * total;
    for (const [weight, choice] of choices) {
      at -= weight;
      if (at < 0) return choice;
    }
    return choices.findLast(([weight]) => weight > 0)![1];
  }
}
