/** Ranges of integers, and how JavaScript's operators carry them. All bounds are exact below 2^53. */
import { BITS, type IntName, RANGES } from "./tree.ts";

/** From `min` to `max`, both inclusive; with a `step`, only each `step`th value from `min` on. */
export interface Interval {
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}

export const I32: Interval = RANGES.i32;
export const U32: Interval = RANGES.u32;
export const EVERYTHING: Interval = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
export const FALSE: Interval = { min: 0, max: 0 };
export const TRUE: Interval = { min: 1, max: 1 };
export const EITHER: Interval = { min: 0, max: 1 };

export function exactly(value: number): Interval {
  return { min: value, max: value };
}

export function within(inner: Interval, outer: Interval): boolean {
  if (inner.min < outer.min || inner.max > outer.max) return false;
  const { step = 1 } = outer;
  return step === 1 || (stepOf(inner) % step === 0 && (inner.min - outer.min) % step === 0);
}

export function hull(a: Interval, b: Interval): Interval {
  const step = commonStep(a, b, Math.abs(a.min - b.min));
  return stepped(Math.min(a.min, b.min), Math.max(a.max, b.max), step);
}

/** The common part, or undefined where there is none. The result keeps to the steps of `a`, or else of `b`. */
export function meet(a: Interval, b: Interval): Interval | undefined {
  const { min: origin, step = 1 } = (a.step ?? 1) > 1 ? a : b;
  let min = Math.max(a.min, b.min);
  let max = Math.min(a.max, b.max);
  if (step > 1) {
    min = origin + Math.ceil((min - origin) / step) * step;
    max = origin + Math.floor((max - origin) / step) * step;
  }
  return min <= max ? stepped(min, max, step) : undefined;
}

export function equals(a: Interval, b: Interval): boolean {
  return a.min === b.min && a.max === b.max && (a.step ?? 1) === (b.step ?? 1);
}

export function add(a: Interval, b: Interval): Interval {
  return stepped(a.min + b.min, a.max + b.max, commonStep(a, b));
}

export function subtract(a: Interval, b: Interval): Interval {
  return stepped(a.min - b.max, a.max - b.min, commonStep(a, b));
}

/** The step that both ranges, and a distance between them, keep to. */
function commonStep(a: Interval, b: Interval, distance = 0): number {
  return gcd(gcd(stepOf(a), stepOf(b)), distance);
}

/** 0 for a single value: it keeps to any step. */
function stepOf(range: Interval): number {
  return range.min === range.max ? 0 : (range.step ?? 1);
}

function gcd(a: number, b: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return 1;
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

function stepped(min: number, max: number, step: number): Interval {
  return step > 1 && min < max && Number.isFinite(min) ? { min, max, step } : { min, max };
}

/** `a` times a constant; zero times anything is zero. */
export function scale(a: Interval, factor: number): Interval {
  if (factor === 0) return FALSE;
  const [from, to] = factor > 0 ? [a.min, a.max] : [a.max, a.min];
  return stepped(from * factor, to * factor, stepOf(a) * Math.abs(factor));
}

export function multiply(a: Interval, b: Interval): Interval {
  if (a.min === a.max) return scale(b, a.min);
  if (b.min === b.max) return scale(a, b.min);
  const corners = [a.min, a.max].flatMap((x) => [b.min, b.max].map((y) => (x === 0 || y === 0 ? 0 : x * y)));
  return { min: Math.min(...corners), max: Math.max(...corners) };
}

/** The quotient without its fraction, of values from 0 on by divisors from 1 on. */
export function divide(a: Interval, b: Interval): Interval {
  return { min: Math.floor(a.min / b.max), max: Math.floor(a.max / b.min) };
}

/** The remainder of values from 0 on by divisors from 1 on. */
export function remainder(a: Interval, b: Interval): Interval {
  if (a.max < b.min) return a;
  return { min: 0, max: Math.min(a.max, b.max - 1) };
}

/** The low bits of a value, as a cast or a bit operator of JavaScript reads them. */
export function wrap(a: Interval, to: IntName): Interval {
  const range = RANGES[to];
  if (within(a, range)) return a;
  const modulus = 2 ** BITS[to];
  const turns = Math.floor((a.min - range.min) / modulus);
  if (!Number.isFinite(turns)) return range;
  if (turns === Math.floor((a.max - range.min) / modulus)) {
    return stepped(a.min - turns * modulus, a.max - turns * modulus, stepOf(a));
  }
  const step = gcd(stepOf(a), modulus);
  const first = range.min + ((((a.min - range.min) % step) + step) % step);
  return stepped(first, first + Math.floor((range.max - first) / step) * step, step);
}

/** The smallest 2^k - 1 from `value` on. */
function allOnes(value: number): number {
  return 2 ** Math.ceil(Math.log2(value + 1)) - 1;
}

export function and(x: Interval, y: Interval): Interval {
  const a = wrap(x, "i32");
  const b = wrap(y, "i32");
  if (a.min >= 0 && b.min >= 0) return { min: 0, max: Math.min(a.max, b.max) };
  if (a.min >= 0) return { min: 0, max: a.max };
  if (b.min >= 0) return { min: 0, max: b.max };
  return { min: -allOnes(-Math.min(a.min, b.min)) - 1, max: Math.max(a.max, b.max, 0) };
}

export function or(x: Interval, y: Interval): Interval {
  const a = wrap(x, "i32");
  const b = wrap(y, "i32");
  if (a.min >= 0 && b.min >= 0) return { min: Math.max(a.min, b.min), max: allOnes(Math.max(a.max, b.max)) };
  // A negative operand leaves its sign, and takes no bit away: what is set in it stays set.
  const negative = [a, b].filter((one) => one.max < 0).map((one) => one.min);
  if (negative.length > 0) return { min: Math.max(...negative), max: -1 };
  return bits(a, b);
}

export function xor(x: Interval, y: Interval): Interval {
  return bits(wrap(x, "i32"), wrap(y, "i32"));
}

/** What any combination of the bits of two signed values may be. */
function bits(a: Interval, b: Interval): Interval {
  const largest = allOnes(Math.max(a.max, b.max, -Math.min(a.min, b.min, 0) - 1, 0));
  return { min: Math.min(a.min, b.min) < 0 ? -largest - 1 : 0, max: largest };
}

export function not(x: Interval): Interval {
  const a = wrap(x, "i32");
  return { min: -1 - a.max, max: -1 - a.min };
}

export function shiftLeft(x: Interval, count: Interval): Interval {
  const a = wrap(x, "i32");
  const exact = multiply(a, { min: 2 ** count.min, max: 2 ** count.max });
  if (within(exact, I32)) return exact;
  if (count.min === count.max) return wrap(exact, "i32");
  return stepped(I32.min, 2 ** 31 - 2 ** count.min, 2 ** count.min);
}

/** `a >> count` and, for `a` from 0 on, `a >>> count`. */
export function shiftRight(a: Interval, count: Interval): Interval {
  const corners = [a.min, a.max].flatMap((x) => [count.min, count.max].map((n) => Math.floor(x / 2 ** n)));
  return { min: Math.min(...corners), max: Math.max(...corners) };
}

const WIDTHS = [
  Number.NEGATIVE_INFINITY,
  ...[-0x80000000, -0x8000, -0x80, -1, 0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff],
  Number.POSITIVE_INFINITY,
];

/**
 * `next`, with each bound that moved away from `previous` pushed to the next of the given values or to the
 * next width: loops come to an end.
 */
export function widen(previous: Interval, next: Interval, stops: readonly number[] = []): Interval {
  const thresholds = [...WIDTHS, ...stops].sort((a, b) => a - b);
  const min = next.min < previous.min ? thresholds.findLast((t) => t <= next.min)! : previous.min;
  const max = next.max > previous.max ? thresholds.find((t) => t >= next.max)! : previous.max;
  const step = commonStep(previous, next, Math.abs(previous.min - next.min));
  if (step <= 1 || min !== previous.min) return { min, max };
  return stepped(min, min + Math.floor((max - min) / step) * step, step);
}
