/**
 * From exact JavaScript values to C of a width: each operator gets the narrowest type that gives the same.
 *
 * An expression is asked for either its exact value, or only for its low 8, 16 or 32 bits, where a cast or
 * a proven store drops the rest.
 */
import { within } from "./interval.ts";
import type { IrExpression } from "./ir.ts";
import { lengthOfArray } from "./lengths.ts";
import type { Lowering } from "./lower.ts";
import { lowerBinary, lowerDivision, lowerUnary } from "./lower-arithmetic.ts";
import { lowerCall } from "./lower-calls.ts";
import { lowerConditional } from "./lower-choices.ts";
import { lowerCondition } from "./lower-conditions.ts";
import { lowerCell, lowerPlace } from "./lower-places.ts";
import { lowerPointerAndIndex, offsetPointer } from "./lower-references.ts";
import { lowerUpdate } from "./lower-updates.ts";
import { isInTable } from "./table-values.ts";
import { BITS, type Expression, type NumberNode, RANGES, type RotateNode, typeOf } from "./tree.ts";
import { binary, bitsOf, constant, convert, stored } from "./widths.ts";

/** The exact value, or the value modulo 2^bits. */
export type Wanted = "exact" | 8 | 16 | 32;

const UNSIGNED = { 8: "u8", 16: "u16", 32: "u32" } as const;

/** An integer or boolean. */
export function lowerValue(at: Lowering, expression: Expression, wanted: Wanted): IrExpression {
  switch (expression.kind) {
    case "number":
      return lowerConstant(expression, wanted);
    case "field":
    case "element":
      if (!isInTable(expression)) return lowerRead(at, expression, wanted);
      return knownValue(at, expression) ?? lowerRead(at, expression, wanted);
    case "variable":
    case "load":
    case "rotate":
    case "call":
    case "dispatch":
    case "read":
    case "length":
    case "update":
      return lowerRead(at, expression, wanted);
    case "unary":
      return knownValue(at, expression) ?? lowerUnary(at, expression, wanted);
    case "binary":
      return knownValue(at, expression) ?? lowerBinary(at, expression, wanted);
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

function lowerRead(at: Lowering, expression: Expression, wanted: Wanted): IrExpression {
  const leaf = lowerLeaf(at, expression);
  const wide = wanted !== "exact" && leaf.type !== "bool" && bitsOf(leaf.type) > wanted;
  return wide ? convert(UNSIGNED[wanted], leaf) : leaf;
}

/** A constant, in the source's notation or with the name that it has there. */
function lowerConstant({ value, node }: NumberNode, wanted: Wanted): IrExpression {
  if (wanted === 8 && (value < RANGES.i8.min || value > RANGES.u8.max)) return constant(value & 0xff, "int");
  const text = node.getText();
  const name = /^[A-Za-z_$][\w.$]*$/.test(text) ? text : undefined;
  return { kind: "constant", type: "int", value, hexadecimal: /^0x/i.test(text), suffixed: false, name };
}

/**
 * The value of an operation that can have but one and does nothing besides, such as `x & 0`; or of a field that is the
 * same in all records of a table.
 */
function knownValue(at: Lowering, expression: Expression): IrExpression | undefined {
  const { min, max } = at.ranges.of(expression);
  const once = at.order.changes(expression) || at.order.isOnce(expression);
  if (min !== max || once) return undefined;
  return typeOf(expression).kind === "boolean" ? constant(min, "bool") : constant(min, "int");
}

/** What is read or called: no operator. */
export function lowerLeaf(at: Lowering, expression: Expression): IrExpression {
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
