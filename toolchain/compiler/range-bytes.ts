/** The intrinsics on octets: each access lies inside its array. */
import { checkAccess } from "./bounds.ts";
import { EITHER, EVERYTHING, type Interval } from "./interval.ts";
import type { Evaluator } from "./range-expressions.ts";
import { store } from "./range-stores.ts";
import {
  type CopyNode,
  type EqualNode,
  type FillNode,
  intType,
  type LoadNode,
  RANGES,
  type StoreNode,
  type ViewNode,
} from "./tree.ts";

/** Octets of an array as an array of its own. */
export function view(evaluator: Evaluator, { node, array, offset, count }: ViewNode): Interval {
  for (const operand of [array, offset]) evaluator.value(operand);
  checkAccess(evaluator, node, array, offset, count);
  return EVERYTHING;
}

/** A 16- or 32-bit number of octets. */
export function load(evaluator: Evaluator, { node, array, offset, bits }: LoadNode): Interval {
  for (const operand of [array, offset]) evaluator.value(operand);
  checkAccess(evaluator, node, array, offset, bits / 8);
  return bits === 16 ? RANGES.u16 : RANGES.u32;
}

/** A 16- or 32-bit number into octets. */
export function storeWord(evaluator: Evaluator, { node, array, offset, bits, value }: StoreNode): Interval {
  for (const operand of [array, offset]) evaluator.value(operand);
  checkAccess(evaluator, node, array, offset, bits / 8);
  store(evaluator, value, intType(bits === 16 ? "u16" : "u32"));
  return EVERYTHING;
}

export function copy(evaluator: Evaluator, expression: CopyNode): Interval {
  const { node, target, targetOffset, source, sourceOffset, count } = expression;
  for (const operand of [target, targetOffset, source, sourceOffset, count]) evaluator.value(operand);
  checkAccess(evaluator, node, target, targetOffset, count, [source, sourceOffset, count]);
  checkAccess(evaluator, node, source, sourceOffset, count, [count]);
  return EVERYTHING;
}

export function fill(evaluator: Evaluator, { node, target, offset, count, value }: FillNode): Interval {
  for (const operand of [target, offset, count]) evaluator.value(operand);
  checkAccess(evaluator, node, target, offset, count, [count]);
  store(evaluator, value, intType("u8"));
  return EVERYTHING;
}

export function equal(evaluator: Evaluator, expression: EqualNode): Interval {
  const { node, left, leftOffset, right, rightOffset, count } = expression;
  for (const operand of [left, leftOffset, right, rightOffset, count]) evaluator.value(operand);
  checkAccess(evaluator, node, left, leftOffset, count, [right, rightOffset, count]);
  checkAccess(evaluator, node, right, rightOffset, count, [count]);
  return EITHER;
}
