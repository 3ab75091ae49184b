/**
 * Left to right, as in JavaScript: what a later operand changes and an earlier one read is kept in a variable first.
 */
import * as lua from "typescript-to-lua";
import type { tree } from "../compiler/index.ts";
import { arrayAndIndex } from "./arrays.ts";
import { fieldKey, recordCode } from "./records.ts";
import { index, isSimple } from "./syntax.ts";
import type { Value } from "./value.ts";
import type { Writer } from "./writer.ts";

/** Lowers operands left to right. */
export function inOrder(
  at: Writer,
  parts: readonly tree.Expression[],
  lower: (part: tree.Expression, i: number) => Value,
): Value[] {
  const kept = at.order.kept(parts);
  return parts.map((part, i) => {
    const value = lower(part, i);
    return kept[i] ? { ...value, code: keep(at, value.code) } : value;
  });
}

/** Code that no later statement changes. */
export function keep(at: Writer, code: lua.Expression): lua.Expression {
  if (lua.isNumericLiteral(code) || lua.isBooleanLiteral(code) || at.isTemporary(code)) return code;
  return at.temporary(code);
}

/**
 * What is assigned to; of an element or field the array and index, or record, are evaluated here, once. `later` is
 * evaluated before the assignment.
 */
export function placeOf(
  at: Writer,
  target: tree.Expression,
  later: readonly tree.Expression[],
): lua.AssignmentLeftHandSideExpression {
  if (target.kind === "variable") return at.variable(target.variable);
  const known = at.place(target);
  if (known) return known;
  const disturbed = (part: tree.Expression) =>
    at.order.changes(part) || later.some((other) => at.order.kept([part, other])[0]);
  if (target.kind === "field") {
    const record = recordCode(at, target.base);
    return index(disturbed(target.base) ? at.kept(record) : record, fieldKey(target.field));
  }
  if (target.kind !== "element") throw new Error(`'${target.node.getText()}' is no place`);
  const { table, key } = arrayAndIndex(at, target.array, target.index);
  // The offset of a view is part of the key.
  const moves = disturbed(target.index) || disturbed(target.array);
  return index(isSimple(table) ? table : at.kept(table), moves ? keep(at, key) : key);
}
