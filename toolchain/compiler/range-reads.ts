/** The range of what is read: variables, fields, elements, lengths. */
import type ts from "typescript";
import { checkIndex } from "./bounds.ts";
import { EITHER, EVERYTHING, exactly, hull, type Interval } from "./interval.ts";
import { lengthOfArray } from "./lengths.ts";
import { messages } from "./messages.ts";
import type { Evaluator } from "./range-expressions.ts";
import { fieldInTable } from "./table-values.ts";
import {
  calleesOf,
  type ElementNode,
  type Expression,
  type LengthNode,
  RANGES,
  type Type,
  typeOf,
} from "./tree.ts";
import { operands } from "./walk.ts";

/** A variable or field: what is known of its place, or all that its type holds. */
export function read(evaluator: Evaluator, expression: Expression): Interval {
  const place = evaluator.places.of(expression);
  if (place) return evaluator.state!.value(place);
  const listed = expression.kind === "field" && fieldInTable(expression.base, expression.field);
  return listed || rangeOfType(typeOf(expression));
}

/** An element: of a constant table, the values that the index may choose. */
export function element(evaluator: Evaluator, expression: ElementNode): Interval {
  evaluator.value(expression.array);
  const index = evaluator.value(expression.index);
  checkIndex(evaluator, expression);
  const { array } = expression;
  if (array.kind === "variable" && array.variable.initial?.kind === "table") {
    const { values } = array.variable.initial;
    const first = Math.max(index.min, 0);
    const possible = values.slice(first, Math.min(index.max, values.length - 1) + 1);
    if (possible.length > 0) return possible.map(exactly).reduce(hull);
  }
  const type = typeOf(array);
  return type.kind === "array" ? RANGES[type.element] : EVERYTHING;
}

/** `array.length` and `lengthOf(array)`. */
export function length(evaluator: Evaluator, { node, array }: LengthNode): Interval {
  evaluator.value(array);
  // The length is a constant or a parameter's: what finding the array does besides would be lost.
  if (acts(array)) evaluator.report(messages.lengthUnknown(node));
  return lengthOf(evaluator, array, node);
}

/** The length of an array, which must be known here: a constant, or what a parameter brings. */
export function lengthOf(evaluator: Evaluator, array: Expression, node: ts.Node): Interval {
  const { min, exact, parameter } = lengthOfArray(array);
  if (!exact) evaluator.report(messages.lengthUnknown(node));
  return parameter ? evaluator.state!.value(evaluator.places.ofVariable(parameter.length!)) : exactly(min);
}

/** Every value of a scalar type; of other types nothing is known. */
export function rangeOfType(type: Type): Interval {
  if (type.kind === "int") return { min: type.min, max: type.max };
  return type.kind === "boolean" ? EITHER : EVERYTHING;
}

/** Whether finding an array does more than that. */
function acts(array: Expression): boolean {
  const here = array.kind === "update" || array.kind === "read" || calleesOf(array).length > 0;
  return here || operands(array).some(acts);
}
