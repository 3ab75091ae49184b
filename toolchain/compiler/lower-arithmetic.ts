/**
 * Operators on integers, in the narrowest type that gives what JavaScript computes.
 *
 * `+ - * & | ^ ~ <<` need no more bits of their operands than are asked of them, so they are computed exactly where
 * the range fits int on every target, and otherwise modulo a power of two in an unsigned type, which C defines.
 */
import { type Interval, within } from "./interval.ts";
import type { IrExpression } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerValue, type Wanted } from "./lower-expressions.ts";
import { BITS, type BinaryNode, type Expression, narrowest, RANGES, type UnaryNode } from "./tree.ts";
import {
  binary,
  type ComputeType,
  commonType,
  constant,
  convert,
  exactType,
  reach,
  shift,
  small,
  smallType,
} from "./widths.ts";

export function lowerUnary(at: Lowering, expression: UnaryNode, wanted: Wanted): IrExpression {
  const ranges = [at.ranges.of(expression), at.ranges.of(expression.operand)];
  const type = exactType(ranges);
  const low = wanted === 8 || wanted === 16;
  if ((type === "int" && !low) || (type === "i32" && wanted === "exact")) {
    const operand = reach(type, lowerValue(at, expression.operand, "exact"));
    const typed = type === "i32" ? convert(type, operand) : operand;
    return { kind: "unary", type, operator: expression.operator, operand: typed };
  }
  return modular(at, expression, wanted, (bits) => {
    const compute = bits === 32 ? "u32" : "uint";
    const operand = reach(compute, lowerValue(at, expression.operand, bits));
    // 0 - x rather than -x: the minus of an unsigned value is what C defines, but linters stumble over it.
    if (expression.operator === "-") return binary("-", compute, constant(0, compute), operand);
    return { kind: "unary", type: compute, operator: "~", operand: convert(compute, operand) };
  });
}

export function lowerBinary(at: Lowering, expression: BinaryNode, wanted: Wanted): IrExpression {
  switch (expression.operator) {
    case "%":
      return lowerDivision(at, expression, "%");
    case ">>":
    case ">>>":
      return lowerShiftRight(at, expression);
    case "&":
      return lowerMask(at, expression, wanted) ?? lowerRing(at, expression, wanted);
    case "+":
    case "-":
      return lowerNothingAdded(at, expression, wanted) ?? lowerRing(at, expression, wanted);
    default:
      return lowerRing(at, expression, wanted);
  }
}

/** A sum with what is always 0, and a difference to it: the other operand. */
function lowerNothingAdded(
  at: Lowering,
  { operator, left, right }: BinaryNode,
  wanted: Wanted,
): IrExpression | undefined {
  if (isNothing(at, right)) return lowerValue(at, left, wanted);
  return operator === "+" && isNothing(at, left) ? lowerValue(at, right, wanted) : undefined;
}

/** Whether an expression is 0 whenever it is computed, and does nothing besides. */
function isNothing(at: Lowering, expression: Expression): boolean {
  const { min, max } = at.ranges.of(expression);
  return min === 0 && max === 0 && !at.order.changes(expression) && !at.order.isOnce(expression);
}

/** `+ - * & | ^ <<`. */
function lowerRing(at: Lowering, expression: BinaryNode, wanted: Wanted): IrExpression {
  const { operator } = expression;
  const parts = [expression.left, expression.right];
  const [a, b] = parts.map((operand) => at.ranges.of(operand));
  const result = at.ranges.of(expression);
  const isShift = operator === "<<";
  const type = exactType(isShift ? [result, a] : [result, a, b]);
  const exact = type && (!isShift || exactShift(a, b, result));
  const low = wanted === 8 || wanted === 16;
  if (exact && (type === "int" || !low) && !(isShift && type === "i32")) {
    const [left, right] = at.inOrder(parts, (operand, i) =>
      lowerValue(at, operand, wanted === 32 && !(isShift && i === 1) ? 32 : "exact"),
    );
    const wide = wanted === 32 ? wideType(type, isShift ? [left] : [left, right]) : type;
    const positive = [result, a, b].every((range) => range.min >= 0);
    if (wide === "int" && positive) return small(operator, left, right);
    return isShift ? shift(operator, wide, left, right) : binary(operator, wide, left, right);
  }
  return modular(at, expression, wanted, (bits) => {
    const wide = bits === 32 || (isShift && b.max > 15);
    const [left, right] = at.inOrder(parts, (operand, i) =>
      lowerValue(at, operand, isShift && i === 1 ? "exact" : bits),
    );
    const compute = wide
      ? "u32"
      : ["+", "-", "&", "|", "^"].includes(operator)
        ? bitsType([left, right], bits)
        : "uint";
    return isShift ? shift(operator, compute, left, right) : binary(operator, compute, left, right);
  });
}

/** The type for 32 wanted bits: that of an operand which has them already, as the source's reader expects. */
function wideType(exact: ComputeType, operands: readonly IrExpression[]): ComputeType {
  if (operands.some((operand) => operand.type === "u32")) return "u32";
  return operands.some((operand) => operand.type === "i32") && exact !== "u32" ? "i32" : exact;
}

/** Whether no bit is shifted out, on the narrowest type that holds the operand and the result. */
function exactShift(value: Interval, count: Interval, result: Interval): boolean {
  if (value.min < 0 || value.max * 2 ** count.max > result.max) return false;
  return count.max <= 15 || !within(result, RANGES.u16);
}

/** `x & mask` with a mask from 0 on: only the bits of the mask are needed of `x`, and the result is exact. */
function lowerMask(at: Lowering, expression: BinaryNode, wanted: Wanted): IrExpression | undefined {
  const masks = [expression.left, expression.right]
    .map((operand) => at.ranges.of(operand))
    .filter((range) => range.min >= 0 && range.max <= RANGES.i32.max);
  if (masks.length === 0) return undefined;
  const type = narrowest({ min: 0, max: Math.min(...masks.map((mask) => mask.max)) })!;
  const needed = BITS[type];
  const bits = wanted === "exact" || needed < wanted ? needed : wanted;
  const [left, right] = at.inOrder([expression.left, expression.right], (operand) =>
    lowerValue(at, operand, bits),
  );
  return binary("&", bitsType([left, right], bits), left, right);
}

/** The type for `+ - & | ^` on operands of which `bits` bits count: int only where octets stay within 16 bits. */
function bitsType(operands: readonly IrExpression[], bits: number): ComputeType {
  if (bits === 32) return "u32";
  const octet = (operand: IrExpression) =>
    operand.type === "u8" ||
    operand.type === "i8" ||
    (operand.kind === "constant" && Math.abs(operand.value) <= RANGES.u8.max);
  return bits === 8 && operands.every(octet) ? smallType(operands) : "uint";
}

/** Computes modulo 2^bits; where the exact value is wanted, in as many bits as it needs. */
function modular(
  at: Lowering,
  expression: Expression,
  wanted: Wanted,
  compute: (bits: 8 | 16 | 32) => IrExpression,
): IrExpression {
  if (wanted !== "exact") return compute(wanted);
  const type = narrowest(at.ranges.of(expression));
  if (type === undefined) throw new Error(`'${expression.node.getText()}' has no 32-bit type`);
  return convert(type, compute(BITS[type]));
}

function lowerShiftRight(at: Lowering, expression: BinaryNode): IrExpression {
  const [left, count] = at.inOrder([expression.left, expression.right], (operand) =>
    lowerNarrow(at, operand),
  );
  const range = at.ranges.of(expression.left);
  const small = at.ranges.of(expression.right).max <= 15;
  let type: ComputeType = commonType([left], [range]);
  if (!small && (type === "int" || type === "uint")) type = range.min < 0 ? "i32" : "u32";
  return shift(">>", type, left, count);
}

/** `/` and `%` of values from 0 on. */
export function lowerDivision(
  at: Lowering,
  expression: Expression & { left: Expression; right: Expression },
  operator: string,
) {
  const operands = [expression.left, expression.right];
  const [left, right] = at.inOrder(operands, (operand) => lowerNarrow(at, operand));
  const octets = [left, right].every((operand) =>
    operand.kind === "constant" ? operand.value <= RANGES.u8.max : operand.type === "u8",
  );
  if (octets) return binary(operator, smallType([left, right]), left, right);
  const type = exactType(operands.map((operand) => at.ranges.of(operand)))!;
  return binary(operator, type === "int" ? "uint" : type, left, right);
}

/** The exact value in the narrowest storage type: operands of operators that need every bit. */
export function lowerNarrow(at: Lowering, expression: Expression): IrExpression {
  const value = lowerValue(at, expression, "exact");
  const type = narrowest(at.ranges.of(expression));
  const computed = value.kind === "binary" && ["+", "-", "*", "<<"].includes(value.operator);
  return computed && (type === "u8" || type === "i8") ? convert(type, value) : value;
}
