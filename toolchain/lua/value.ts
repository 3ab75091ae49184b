/** A number in Lua that stands for one of JavaScript. */
import type * as lua from "typescript-to-lua";
import { intervals } from "../compiler/index.ts";

export type Interval = intervals.Interval;

export interface Value {
  readonly code: lua.Expression;
  /** What the code gives. */
  readonly range: Interval;
  /** Whether the code gives JavaScript's value; else only as many of its low bits as were wanted. */
  readonly exact: boolean;
}

/** What is wanted of an expression: its value, or a number with the same low bits. */
export type Wanted = "exact" | 8 | 16 | 32;

/** Where Lua's numbers, in any dialect, are exact. */
const SAFE: Interval = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

export function isSafe(range: Interval): boolean {
  return intervals.within(range, SAFE);
}

/** The smallest 2^k - 1 from `value` on, for values from 0 on. */
export function allOnes(value: number): number {
  let next = 1;
  while (next <= value) next *= 2;
  return next - 1;
}

/** An array in Lua: a table from index 0 on, or a string; element i of the array is at `base + i`. */
export interface Reference {
  readonly table: lua.Expression;
  readonly base: lua.Expression;
}
