/**
 * From exact JavaScript values to C of a width: each operator gets the narrowest type that gives the same.
 *
 * An expression is asked for either its exact value, or only for its low 8, 16 or 32 bits, where a cast or
 * a proven store drops the rest. `+ - * & | ^ ~ <<` need no more bits of their operands than are asked of
 * them, so they are computed exactly where the range fits int on every target, and otherwise modulo a
 * power of two in an unsigned type, which C defines.
 */
import { EITHER, type Interval, within } from "./interval.ts";
import type { IrExpression, IrPointer } from "./ir.ts";
import { lengthOfArray } from "./lengths.ts";
import type { Lowering } from "./lower.ts";
import { lowerCall } from "./lower-calls.ts";
import { choose } from "./lower-choices.ts";
import { knownOutcome } from "./lower-outcomes.ts";
import { lowerCell, lowerPlace } from "./lower-places.ts";
import { lowerAccess, lowerPointerAndIndex } from "./lower-references.ts";
import { lowerUpdate } from "./lower-updates.ts";
import {
  BITS,
  type BinaryNode,
  type CompareNode,
  type Expression,
  type LogicalNode,
  type NumberNode,
  narrowest,
  RANGES,
  type RotateNode,
  typeOf,
  type UnaryNode,
} from "./tree.ts";
import {
  binary,
  bitsOf,
  type ComputeType,
  carried,
  commonType,
  comparison,
  constant,
  convert,
  exactType,
  reach,
  shift,
  small,
  smallType,
  stored,
} from "./widths.ts";

/** The exact value, or the value modulo 2^bits. */
export type Wanted = "exact" | 8 | 16 | 32;

const UNSIGNED = { 8: "u8", 16: "u16", 32: "u32" } as const;

/** An integer or boolean. */
export function lowerValue(at: Lowering, expression: Expression, wanted: Wanted): IrExpression {
  switch (expression.kind) {
    case "number":
      return lowerConstant(expression, wanted);
    case "variable":
    case "field":
    case "element":
    case "load":
    case "rotate":
    case "call":
    case "dispatch":
    case "read":
    case "length":
    case "update": {
      const leaf = lowerLeaf(at, expression);
      const wide = wanted !== "exact" && leaf.type !== "bool" && bitsOf(leaf.type) > wanted;
      return wide ? convert(UNSIGNED[wanted], leaf) : leaf;
    }
    case "unary":
      return lowerUnary(at, expression, wanted);
    case "binary":
      return lowerBinary(at, expression, wanted);
    case "divide":
      return lowerDivision(at, expression, "/");
    case "mul32": {
      const bits = wanted === "exact" ? 32 : wanted;
      const [left, right] = at.inOrder([expression.left, expression.right], (operand) =>
        lowerValue(at, operand, bits),
      );
      return binary("*", bits === 32 ? "u32" : "uint", left, right);
    }
    case "cast": {
      const bits = BITS[expression.to];
      const operand = lowerValue(at, expression.operand, wanted === "exact" || wanted > bits ? bits : wanted);
      if (wanted !== "exact" && wanted < bits) return operand;
      const unchanged = operand.type in RANGES && within(RANGES[operand.type as "u8"], RANGES[expression.to]);
      return unchanged && operand.kind !== "constant" ? operand : convert(expression.to, operand);
    }
    case "conditional":
      return lowerConditional(at, expression, wanted);
    default:
      return lowerCondition(at, expression);
  }
}

/** A constant, in the source's notation or with the name that it has there. */
function lowerConstant({ value, node }: NumberNode, wanted: Wanted): IrExpression {
  if (wanted === 8 && Math.abs(value) > RANGES.u8.max) return constant(value & 0xff, "int");
  const text = node.getText();
  const name = /^[A-Za-z_$][\w.$]*$/.test(text) ? text : undefined;
  return { kind: "constant", type: "int", value, hexadecimal: /^0x/i.test(text), suffixed: false, name };
}

/** The exact value in the narrowest storage type: operands of operators that need every bit. */
function lowerNarrow(at: Lowering, expression: Expression): IrExpression {
  const value = lowerValue(at, expression, "exact");
  const type = narrowest(at.ranges.of(expression));
  const computed = value.kind === "binary" && ["+", "-", "*", "<<"].includes(value.operator);
  return computed && (type === "u8" || type === "i8") ? convert(type, value) : value;
}

function lowerLeaf(at: Lowering, expression: Expression): IrExpression {
  switch (expression.kind) {
    case "variable":
      return { kind: "name", type: at.storage(expression), name: at.name(expression.variable) };
    case "field":
    case "element":
      return lowerPlace(at, expression);
    case "load": {
      const [array, offset] = lowerPointerAndIndex(at, expression.array, expression.offset);
      const type = expression.bits === 16 ? "u16" : "u32";
      const name = `joinery_load${expression.bits}${expression.order}`;
      return { kind: "call", type, name, arguments: [offsetPointer(array, offset)] };
    }
    case "rotate":
      return lowerRotation(at, expression);
    case "call":
    case "dispatch":
      return lowerCall(at, expression);
    case "read":
      return lowerCell(at, expression.cell);
    case "update":
      return lowerUpdate(at, expression);
    default: {
      const { min, parameter } = lengthOfArray((expression as Expression & { kind: "length" }).array);
      if (parameter === undefined) return constant(min, "int");
      return { kind: "name", type: "u16", name: at.name(parameter.length!) };
    }
  }
}

/** `array + index`, or the array itself at 0. */
export function offsetPointer(array: IrPointer, index: IrExpression): IrPointer {
  if (index.kind === "constant" && index.value === 0) return array;
  return { kind: "offset", array, index };
}

/** An index or offset: any type of at most 16 bits. It is proven to have no more, even where its own range says so not. */
export function lowerIndex(at: Lowering, expression: Expression): IrExpression {
  if (narrowest(at.ranges.of(expression)) === undefined) {
    return convert("u16", lowerValue(at, expression, 16));
  }
  const value = lowerValue(at, expression, "exact");
  return bitsOf(value.type) > 16 ? convert("u16", value) : value;
}

function lowerRotation(at: Lowering, expression: RotateNode): IrExpression {
  const { bits } = expression;
  const [value, count] = at.inOrder([expression.value, expression.count], (operand, i) =>
    lowerValue(at, operand, i === 0 ? bits : 8),
  );
  const type = UNSIGNED[bits];
  return {
    kind: "call",
    type,
    name: `joinery_rotl${bits}`,
    arguments: [stored(type, value), stored("u8", count)],
  };
}

function lowerUnary(at: Lowering, expression: UnaryNode, wanted: Wanted): IrExpression {
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

function lowerBinary(at: Lowering, expression: BinaryNode, wanted: Wanted): IrExpression {
  switch (expression.operator) {
    case "%":
      return lowerDivision(at, expression, "%");
    case ">>":
    case ">>>":
      return lowerShiftRight(at, expression);
    case "&":
      return lowerMask(at, expression, wanted) ?? lowerRing(at, expression, wanted);
    default:
      return lowerRing(at, expression, wanted);
  }
}

/** `/` and `%` of values from 0 on. */
function lowerDivision(
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

function lowerConditional(
  at: Lowering,
  expression: Expression & { kind: "conditional" },
  wanted: Wanted,
): IrExpression {
  const outcome = knownOutcome(at, expression.condition);
  if (outcome !== undefined)
    return lowerValue(at, outcome ? expression.whenTrue : expression.whenFalse, wanted);
  if (typeOf(expression).kind === "boolean") {
    return choose(
      at,
      expression,
      (branch) => lowerCondition(at, branch),
      "bool",
      (values) => ({
        type: "bool",
        values,
      }),
    );
  }
  const branches = [expression.whenTrue, expression.whenFalse];
  const ranges = branches.map((branch) => at.ranges.of(branch));
  const whole = exactType(ranges) ? "exact" : wanted;
  return choose(
    at,
    expression,
    (branch) => lowerValue(at, branch, whole),
    narrowest(at.ranges.of(expression)) ?? "u32",
    (values) => {
      const type = whole === "exact" ? commonType(values, ranges) : whole === 32 ? "u32" : "uint";
      const [a, b] = carried(type, reach(type, values[0]), reach(type, values[1]));
      // gcc takes offence where an int and an unsigned meet at the colon, whatever the int is made of.
      const [x, y] = [a, b].map((value) =>
        type === "uint" && value.type === "int" ? convert(type, value) : value,
      );
      return { type, values: [x, y] };
    },
  );
}

// ---- conditions

/** A boolean. */
export function lowerCondition(at: Lowering, expression: Expression): IrExpression {
  const outcome = knownOutcome(at, expression);
  if (outcome !== undefined) return constant(outcome ? 1 : 0, "bool");
  switch (expression.kind) {
    case "not":
      return { kind: "unary", type: "bool", operator: "!", operand: lowerCondition(at, expression.operand) };
    case "compare":
      return lowerComparison(at, expression);
    case "logical":
      return lowerLogical(at, expression);
    case "conditional":
      return lowerConditional(at, expression, "exact");
    case "equal": {
      const { left, leftOffset, right, rightOffset, count } = expression;
      const parts = lowerAccess(at, [left, leftOffset, right, rightOffset, count]);
      const name = "joinery_equal";
      return { kind: "call", type: "bool", name, arguments: parts };
    }
    default:
      return lowerLeaf(at, expression);
  }
}

function lowerComparison(at: Lowering, expression: CompareNode): IrExpression {
  const operator = expression.operator.replace("===", "==").replace("!==", "!=");
  const operands = [expression.left, expression.right];
  const boolean = typeOf(expression.left).kind === "boolean";
  const [left, right] = at.inOrder(operands, (operand) =>
    boolean ? lowerCondition(at, operand) : lowerNarrow(at, operand),
  );
  const ranges = operands.map((operand) => (boolean ? EITHER : at.ranges.of(operand)));
  return comparison(operator, left, right, [ranges[0], ranges[1]]);
}

/** `&&` and `||`; an if statement where the right side needs statements of its own. */
function lowerLogical(at: Lowering, expression: LogicalNode): IrExpression {
  const { operator } = expression;
  const left = lowerCondition(at, expression.left);
  if (!at.ranges.evaluated(expression.right)) return left;
  const [right, before] = at.apart(() => lowerCondition(at, expression.right));
  if (before.length === 0) {
    if (left.kind === "constant") return right;
    if (right.kind === "constant" && (right.value === 1) === (operator === "&&")) return left;
    return { kind: "binary", type: "bool", operator, left, right };
  }
  const result = at.temporary("bool", left);
  const condition: IrExpression =
    operator === "&&" ? result : { kind: "unary", type: "bool", operator: "!", operand: result };
  at.emit({
    kind: "if",
    origin: undefined,
    condition,
    whenTrue: [
      ...before,
      { kind: "assign", origin: undefined, target: result, value: stored("bool", right) },
    ],
    whenFalse: [],
  });
  return result;
}
