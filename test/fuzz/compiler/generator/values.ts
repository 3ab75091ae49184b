/** An integer expression with the range that it stays in. */
import type { Interval } from "../../../../toolchain/compiler/interval.ts";
import type { IntegerName } from "./scope.ts";
import type { IntegerType } from "./types.ts";

/** An integer: its text (of one word, or in parentheses), and where it lies. */
export interface Value extends Interval {
  readonly text: string;
  readonly brand: IntegerType["brand"];
}

/** Two values that TypeScript takes for one type. */
export function alike(a: Value, b: Value): [a: Value, b: Value] {
  if (a.brand === b.brand) return [a, b];
  const plus = (value: Value) => computed(`(${value.text} + 0)`, value);
  return [plus(a), plus(b)];
}

/** A text without the parentheses around the whole of it. */
export function bare(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}

export function literal(value: number, hexadecimal = false): Value {
  const digits = hexadecimal ? `0x${Math.abs(value).toString(16)}` : String(Math.abs(value));
  const text = value < 0 ? `(-${digits})` : digits;
  return { text, min: value, max: value, brand: "number" };
}

export function named({ text, type }: IntegerName): Value {
  const { min, max, brand } = type;
  // TypeScript compares an enum with its members only.
  return { text: type.members ? `(${text} + 0)` : text, min, max, brand };
}

export function computed(text: string, range: Interval): Value {
  return { text, ...plain(range), brand: "number" };
}

/** A range without its step: the generator does not count on it. */
export function plain({ min, max }: Interval): { min: number; max: number } {
  return { min: min + 0, max: max + 0 };
}

export function isMask(size: number): boolean {
  return size > 1 && (size & (size - 1)) === 0;
}
