/** What follows a dot or stands in brackets: fields, elements, lengths and members of enums. */
import ts from "typescript";
import { insteadOfMember } from "./absent-names.ts";
import type { Checker } from "./check.ts";
import { checkExpression, checkInteger } from "./check-expressions.ts";
import { functionCount } from "./check-names.ts";
import { refuseStatic } from "./check-records.ts";
import { restsOnConfiguration } from "./configuration.ts";
import { number } from "./fold.ts";
import { messages } from "./messages.ts";
import { isStandIn, refused, standIn } from "./refused.ts";
import { fieldOfRow } from "./table-values.ts";
import { type Expression, isRow, typeOf } from "./tree.ts";
import { declarationOf, describe } from "./types.ts";

/** `record.field`, `array.length` and `Enum.Member`. */
export function checkProperty(checker: Checker, node: ts.PropertyAccessExpression): Expression {
  const member = declarationOf(checker.checker, node.name);
  if (member && ts.isEnumMember(member)) return enumMember(checker, node, member);
  const count = node.name.text === "length" ? functionCount(checker, node.expression) : undefined;
  if (count !== undefined) return number(node, count);
  if (refuseStatic(checker, node)) return standIn(node);
  const base = checkExpression(checker, node.expression);
  if (isStandIn(base)) return standIn(node);
  const type = typeOf(base);
  if (isRow(type) && node.name.text === "length") return { kind: "length", node, array: base };
  const field = type.kind === "record" ? type.record.fields.get(node.name.text) : undefined;
  const constant = field && fieldOfRow(base, field);
  if (constant !== undefined) {
    return field?.type.kind === "boolean"
      ? { kind: "boolean", node, value: constant !== 0 }
      : number(node, constant);
  }
  if (field) return { kind: "field", node, base, field };
  // A member that its record class may not have has its message there.
  if (type.kind === "record" && member && ts.findAncestor(member, ts.isClassLike)) return standIn(node);
  return refused(
    checker,
    node.name,
    messages.unknownName(node.name, node.name.text, insteadOfMember(node.name.text)),
  );
}

/** `array[index]` and `Enum["Member"]`; an element of a constant table at a constant index is a number. */
export function checkElement(checker: Checker, node: ts.ElementAccessExpression): Expression {
  const named = declarationOf(checker.checker, node.expression);
  if (named && ts.isEnumDeclaration(named)) {
    const member = declarationOf(checker.checker, node.argumentExpression);
    if (member && ts.isEnumMember(member)) return enumMember(checker, node, member);
    const wayOut = "an enum is its members' numbers and nothing else";
    return refused(checker, node, messages.syntax(node, "the name of a member", wayOut));
  }
  const array = checkExpression(checker, node.expression);
  const index = checkInteger(checker, node.argumentExpression);
  if (isStandIn(array) || isStandIn(index)) return standIn(node);
  if (!isRow(typeOf(array))) {
    return refused(
      checker,
      node.expression,
      messages.arrayKind(node.expression, "an array", describe(typeOf(array))),
    );
  }
  const values =
    array.kind === "variable" && array.variable.initial?.kind === "table" && array.variable.initial.values;
  if (values && index.kind === "number" && index.value in values) return number(node, values[index.value]);
  return { kind: "element", node, array, index };
}

/** The value of a member of an enum; only members that are integers exist on the device. */
function enumMember(checker: Checker, node: ts.Expression, member: ts.EnumMember): Expression {
  const { members } = member.parent;
  if (members.some(({ initializer }) => initializer && restsOnConfiguration(checker.checker, initializer))) {
    const what = "an enum with a member that a @config constant gives";
    return refused(checker, node, messages.syntax(node, what, "write a number, or take constants instead"));
  }
  const value = checker.checker.getConstantValue(member);
  if (typeof value === "number" && Number.isSafeInteger(value)) return number(node, value);
  return refused(checker, node, messages.notInteger(node, node.getText()));
}
