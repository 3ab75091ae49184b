/** Where values lie: variables, elements and fields, each found once however often it is read and written. */
import type { IrExpression, IrPointer } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerValue } from "./lower-expressions.ts";
import { lowerPointer, lowerPointerAndIndex } from "./lower-references.ts";
import { fieldName } from "./names.ts";
import {
  type ArrayType,
  type CellType,
  type ElementNode,
  type Expression,
  type FieldNode,
  type RecordType,
  typeOf,
  type Variable,
} from "./tree.ts";

/** An element or field; what it is a part of is lowered here unless it is already. */
export function lowerPlace(at: Lowering, expression: ElementNode | FieldNode): IrExpression {
  const known = at.places.get(expression);
  if (known) return known;
  if (expression.kind === "field") return memberOf(at, expression, lowerPointer(at, expression.base));
  const [array, index] = lowerPointerAndIndex(at, expression.array, expression.index);
  return elementOf(expression, array, index);
}

function elementOf(expression: ElementNode, array: IrPointer, index: IrExpression): IrExpression {
  const type = typeOf(expression.array) as ArrayType;
  return { kind: "index", type: type.element, array, index, flash: type.memory === "flash" };
}

function memberOf(at: Lowering, expression: FieldNode, record: IrPointer): IrExpression {
  return {
    kind: "member",
    type: at.storage(expression),
    record,
    field: fieldName(expression.field),
    flash: (typeOf(expression.base) as RecordType).memory === "flash",
  };
}

/**
 * While `action` runs, reading or writing `target` uses one evaluation of its array and index, or its record;
 * `twice`: it does both.
 */
export function withPlace<T>(
  at: Lowering,
  target: Expression,
  value: Expression | undefined,
  twice: boolean,
  action: () => T,
): T {
  if (target.kind !== "element" && target.kind !== "field") return action();
  const moves = (part: Expression) =>
    (twice && at.order.isOnce(part)) ||
    at.order.changes(part) ||
    (value !== undefined && at.order.kept([part, value])[0]);
  if (target.kind === "field") {
    const record = lowerPointer(at, target.base);
    const from = moves(target.base) ? at.keepPointer(record, typeOf(target.base)) : record;
    at.places.set(target, memberOf(at, target, from));
  } else {
    const [array, index] = lowerPointerAndIndex(at, target.array, target.index);
    const from = moves(target.array) ? at.keepPointer(array, typeOf(target.array)) : array;
    const once = moves(target.index) ? at.keep(index, target.index) : index;
    at.places.set(target, elementOf(target, from, once));
  }
  const result = action();
  at.places.delete(target);
  return result;
}

/** What is assigned to. */
export function lowerTarget(at: Lowering, target: Expression): IrExpression {
  if (target.kind === "variable") {
    return { kind: "name", type: at.storage(target), name: at.name(target.variable) };
  }
  return lowerValue(at, target, "exact");
}

/** The place of a volatile cell. */
export function lowerCell(at: Lowering, variable: Variable): IrExpression {
  const { width } = variable.type as CellType;
  return { kind: "name", type: width, name: at.name(variable) };
}
