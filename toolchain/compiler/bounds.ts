/** Every access proven to lie inside what is known to be there. */
import type ts from "typescript";
import { add, exactly, type Interval, meet } from "./interval.ts";
import { lengthOfArray } from "./lengths.ts";
import { combine, constantForm, placeForm } from "./linear.ts";
import { messages } from "./messages.ts";
import type { Evaluator } from "./range-expressions.ts";
import { declaredAs, relating, rowOf } from "./related.ts";
import type { ElementNode, Expression, RowType } from "./tree.ts";
import { written } from "./types.ts";
import { guard, guardIndex, guardSum } from "./ways-out.ts";

/** `array[index]`: 0 <= index < length. */
export function checkIndex(evaluator: Evaluator, access: ElementNode): void {
  if (!evaluator.reporting || evaluator.state === undefined) return;
  const { min } = lengthOfArray(access.array);
  const index = narrowed(evaluator, access.index);
  const inside = index.max < min || fits(evaluator, access.index, 1, access.array);
  if (index.min < 0 || !inside) reportIndex(evaluator, access.index, index, min, access.array);
}

function reportIndex(
  evaluator: Evaluator,
  index: Expression,
  range: Interval,
  length: number,
  row?: Expression,
): void {
  const wayOut = guardIndex(evaluator, index, range, length);
  const message = messages.indexOutside(index.node, range, length, wayOut);
  evaluator.report(row ? relating(message, rowOf(row)) : message);
}

/** The `index` of one of `count` functions. */
export function checkDispatchIndex(evaluator: Evaluator, index: Expression, count: number): void {
  if (!evaluator.reporting || evaluator.state === undefined) return;
  const range = narrowed(evaluator, index);
  if (range.min < 0 || range.max >= count) reportIndex(evaluator, index, range, count);
}

/**
 * `count` octets of `array` from `offset` on: 0 <= offset, 0 <= count, offset + count <= length. `later` is what was
 * evaluated after the offset.
 */
export function checkAccess(
  evaluator: Evaluator,
  node: ts.Node,
  array: Expression,
  offset: Expression,
  count: Expression | number,
  later: readonly Expression[] = [],
): void {
  if (!evaluator.reporting || evaluator.state === undefined) return;
  const { min } = lengthOfArray(array);
  const start = narrowed(evaluator, offset, later);
  const size = typeof count === "number" ? exactly(count) : narrowed(evaluator, count);
  const parts = [[start, offset, "the offset"] as const, [size, count, "the count"] as const];
  for (const [range, expression, subject] of parts) {
    if (range.min >= 0 || typeof expression === "number") continue;
    const allowed = { min: 0, max: Number.POSITIVE_INFINITY };
    evaluator.report(
      messages.offsetNegative(node, range, guard(evaluator, expression, range, allowed, subject)),
    );
    return;
  }
  const end = add(start, size);
  if (end.max > min && !fits(evaluator, offset, count, array, later)) {
    const wayOut =
      typeof count === "number"
        ? guard(evaluator, offset, start, { min: 0, max: min - count }, "the offset")
        : guardSum(evaluator, [offset, start], [count, size], min);
    evaluator.report(relating(messages.accessOutside(node, end, min, wayOut), rowOf(array)));
  }
}

/** An array for a parameter or result of at least the length of type `wanted`, which `declaration` asks for. */
export function checkLength(
  evaluator: Evaluator,
  value: Expression,
  wanted: RowType,
  declaration: ts.Node | undefined,
): void {
  const { min } = lengthOfArray(value);
  if (min >= wanted.length) return;
  const message = messages.tooShort(value.node, wanted.length, min, written({ ...wanted, length: min }));
  evaluator.report(relating(message, declaredAs(declaration, written(wanted)), rowOf(value)));
}

/** Whether the facts about sums prove `offset + count <= length of array`. */
function fits(
  evaluator: Evaluator,
  offset: Expression,
  count: Expression | number,
  array: Expression,
  later: readonly Expression[] = [],
): boolean {
  const from = evaluator.form(offset, later);
  const size = typeof count === "number" ? constantForm(count) : evaluator.form(count);
  if (from === undefined || size === undefined || evaluator.state === undefined) return false;
  const { min, parameter } = lengthOfArray(array);
  const length = parameter ? placeForm(evaluator.places.ofVariable(parameter.length!)) : constantForm(min);
  return evaluator.state.bound(combine(combine(from, size, 1), length, -1)).max <= 0;
}

/** The recorded range, narrowed by the facts about sums. */
function narrowed(evaluator: Evaluator, expression: Expression, later: readonly Expression[] = []): Interval {
  const range = evaluator.ranges.of(expression);
  const form = evaluator.form(expression, later);
  return (form && evaluator.state && meet(range, evaluator.state.bound(form))) ?? range;
}
