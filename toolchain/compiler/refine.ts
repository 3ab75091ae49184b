/** What a comparison proves about the places that it compares. */
import { type Interval, meet, subtract } from "./interval.ts";
import { combine, constantForm, type Linear } from "./linear.ts";
import type { State } from "./state.ts";
import type { CompareOperator } from "./tree.ts";

/** The state where a condition is true, and the one where it is false; undefined where it cannot be. */
export interface Branches {
  readonly whenTrue: State | undefined;
  readonly whenFalse: State | undefined;
}

/** One side of a comparison. `form` undefined: only its range is known. */
export interface Side {
  readonly range: Interval;
  readonly form: Linear | undefined;
}

const opposite: Readonly<Record<CompareOperator, CompareOperator>> = {
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
  "===": "!==",
  "!==": "===",
};

/** Both outcomes of `left operator right`; `state` itself is left alone. */
export function branchOnComparison(
  state: State,
  operator: CompareOperator,
  left: Side,
  right: Side,
): Branches {
  const whenTrue = assumed(state, operator, left, right);
  const whenFalse = assumed(state, opposite[operator], left, right);
  if (whenTrue || whenFalse) return { whenTrue, whenFalse };
  // Neither can be: nothing reaches this point, but only now do the facts show it. Go on as if it were.
  return { whenTrue: state.copy(), whenFalse: state.copy() };
}

function assumed(state: State, operator: CompareOperator, left: Side, right: Side): State | undefined {
  switch (operator) {
    case "<":
      return below(state, left, right, 1);
    case "<=":
      return below(state, left, right, 0);
    case ">":
      return below(state, right, left, 1);
    case ">=":
      return below(state, right, left, 0);
    case "===": {
      const half = below(state, left, right, 0);
      return half && below(half, right, left, 0);
    }
    case "!==":
      return different(state, left, right);
  }
}

/** The state where `less + gap <= more`. */
function below(state: State, less: Side, more: Side, gap: 0 | 1): State | undefined {
  if (difference(state, less, more).min + gap > 0) return undefined;
  const lower = less.form ?? finite(less.range.min);
  const upper = more.form ?? finite(more.range.max);
  const result = state.copy();
  if (lower === undefined || upper === undefined) return result;
  const form = combine(combine(lower, upper, -1), constantForm(1), gap);
  return result.assume(form) ? result : undefined;
}

/** Inequality says something where one side is known and lies at an end of the other's range. */
function different(state: State, left: Side, right: Side): State | undefined {
  const gap = difference(state, left, right);
  if (gap.min === 0 && gap.max === 0) return undefined;
  if (gap.min === 0) return below(state, right, left, 1);
  if (gap.max === 0) return below(state, left, right, 1);
  return state.copy();
}

function difference(state: State, left: Side, right: Side): Interval {
  const plain = subtract(left.range, right.range);
  if (left.form === undefined || right.form === undefined) return plain;
  return meet(plain, state.bound(combine(left.form, right.form, -1), 2)) ?? plain;
}

function finite(value: number): Linear | undefined {
  return Number.isFinite(value) ? constantForm(value) : undefined;
}
