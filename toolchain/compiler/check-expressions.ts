/** Expressions: each form of TypeScript that the device has, the others with a message. */
import ts from "typescript";
import { insteadOfGlobal } from "./absent-names.ts";
import type { Checker } from "./check.ts";
import { checkCall } from "./check-calls.ts";
import { newCell } from "./check-cells.ts";
import { checkElement, checkProperty } from "./check-members.ts";
import { checkName } from "./check-names.ts";
import { checkBinary, checkConditional, checkPrefix, checkUpdate } from "./check-operators.ts";
import { number } from "./fold.ts";
import { messages, type WayOut } from "./messages.ts";
import { isStandIn, refused } from "./refused.ts";
import { suspending } from "./suspending.ts";
import { type Expression, isReference, type Type, typeOf } from "./tree.ts";
import { describe, sameReference } from "./types.ts";

const K = ts.SyntaxKind;

/** Checks an expression. After a message the result is some number, so that checking can go on. */
export function checkExpression(checker: Checker, node: ts.Expression): Expression {
  if (ts.isParenthesizedExpression(node)) return checkExpression(checker, node.expression);
  if (ts.isOptionalChain(node)) {
    return refused(checker, node, messages.syntax(node, "'?.'", "nothing is ever missing here, write '.'"));
  }
  if (ts.isSatisfiesExpression(node)) return checkExpression(checker, node.expression);
  if (ts.isNumericLiteral(node)) return literal(checker, node);
  if (node.kind === K.TrueKeyword || node.kind === K.FalseKeyword) {
    return { kind: "boolean", node, value: node.kind === K.TrueKeyword };
  }
  if (ts.isIdentifier(node)) return checkName(checker, node);
  if (ts.isPropertyAccessExpression(node)) return checkProperty(checker, node);
  if (ts.isElementAccessExpression(node)) return checkElement(checker, node);
  if (ts.isPrefixUnaryExpression(node)) return checkPrefix(checker, node);
  if (ts.isPostfixUnaryExpression(node)) return checkUpdate(checker, node, false);
  if (ts.isBinaryExpression(node)) return checkBinary(checker, node);
  if (ts.isConditionalExpression(node)) return checkConditional(checker, node);
  if (ts.isCallExpression(node)) return checkCall(checker, node);
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
    return refused(checker, node, messages.stringValue(node));
  }
  if (ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isTypeAssertionExpression(node)) {
    return refused(checker, node, messages.assertionProvesNothing(node, node.getText()));
  }
  if (ts.isNewExpression(node) && newCell(checker, node)) {
    return refused(checker, node, messages.cellPlace(node));
  }
  return refused(checker, node, messages.syntax(node, ...otherSyntax(node)));
}

/** An integer, or a message. */
export function checkInteger(checker: Checker, node: ts.Expression): Expression {
  const expression = checkExpression(checker, node);
  if (typeOf(expression).kind === "int") return expression;
  return refused(checker, node, messages.notNumber(node));
}

/** A boolean, or a message. */
export function checkCondition(checker: Checker, node: ts.Expression): Expression {
  const expression = checkExpression(checker, node);
  if (typeOf(expression).kind === "boolean") return expression;
  if (!isStandIn(expression)) checker.found.add(messages.notBoolean(node));
  return { kind: "boolean", node, value: true };
}

/** A value for a place of type `wanted`: its kind is checked here, its range by `range`. */
export function checkValueFor(checker: Checker, node: ts.Expression, wanted: Type): Expression {
  const expression = checkExpression(checker, node);
  const given = typeOf(expression);
  if (given.kind === wanted.kind && (given.kind === "int" || given.kind === "boolean")) return expression;
  if (sameReference(given, wanted) || isStandIn(expression)) return expression;
  if (wanted.kind === "record" && given.kind === "record" && wanted.record === given.record) {
    return refused(checker, node, messages.constantRecord(node, given.record.name));
  }
  return refused(checker, node, messages.arrayKind(node, describe(wanted), describe(given)));
}

function literal(checker: Checker, node: ts.NumericLiteral): Expression {
  const value = Number(node.text);
  if (Number.isSafeInteger(value)) return number(node, value);
  return refused(checker, node, messages.notInteger(node, node.getText(), smallerUnit(node.text)));
}

/** Names of units, by the number of decimals that they take away. */
const UNITS = ["", "tenths", "hundredths", "thousandths"];

/** The unit in which a decimal fraction is an integer; `text` as TypeScript writes numbers: "0.025". */
function smallerUnit(text: string): WayOut | undefined {
  const decimals = /\.(\d+)$/.exec(text)?.[1].length;
  if (decimals === undefined) return undefined;
  const unit = UNITS[decimals] ?? `1/${10 ** decimals}`;
  return {
    wayOut: `choose a smaller unit, such as ${unit}: ${text.replace(/^0?\.|\./, "").replace(/^0+/, "")}`,
  };
}

/** What an assignment may write: a scalar variable, a field, or an element in RAM. */
export function checkTarget(checker: Checker, node: ts.Expression): Expression | undefined {
  const target = checkExpression(checker, node);
  const { kind } = typeOf(target);
  const place = target.kind === "variable" || target.kind === "field" || target.kind === "element";
  if (place && (kind === "int" || kind === "boolean")) return target;
  if (isStandIn(target)) return undefined;
  const whole = isReference(typeOf(target));
  checker.found.add(messages.assignmentTarget(node, whole ? "an array or record as a whole" : "this"));
  return undefined;
}

function otherSyntax(node: ts.Expression): [what: string, wayOut: string] {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    const form = suspending(node);
    if (form !== undefined) return [form, "write a plain function at the top level of the module"];
    return ["a function inside an expression", "declare it at the top level of the module"];
  }
  if (ts.isNewExpression(node)) {
    const instead = insteadOfGlobal(node.expression.getText());
    if (instead) return [`'new ${node.expression.getText()}'`, instead.wayOut];
    return ["'new' inside an expression", "give it a name: const x = new ..."];
  }
  if (ts.isArrayLiteralExpression(node)) {
    return ["an array literal", "use new Uint8Array(n), or table8([...]) at module level"];
  }
  if (ts.isObjectLiteralExpression(node))
    return ["an object literal", "declare a class with initialised fields"];
  if (ts.isBigIntLiteral(node)) return ["a bigint", "use u32 and carry by hand"];
  if (ts.isTypeOfExpression(node)) return ["'typeof'", "types are known when the program is compiled"];
  if (ts.isAwaitExpression(node)) return ["'await'", "call, or poll in the main loop"];
  return [`this syntax (${K[node.kind]})`, "write it with variables, operators and calls"];
}
