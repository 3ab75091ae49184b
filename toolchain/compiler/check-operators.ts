/** Operators: those of the device, and what to write in place of the others. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkCondition, checkExpression, checkInteger, checkTarget } from "./check-expressions.ts";
import { fold, number } from "./fold.ts";
import { messages } from "./messages.ts";
import { isStandIn, refused, standIn } from "./refused.ts";
import {
  type ArithmeticOperator,
  type CompareOperator,
  type Expression,
  isRow,
  type Type,
  typeOf,
} from "./tree.ts";
import { describe, sameReference } from "./types.ts";

const K = ts.SyntaxKind;

export const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, ArithmeticOperator> = new Map([
  [K.PlusToken, "+"],
  [K.MinusToken, "-"],
  [K.AsteriskToken, "*"],
  [K.PercentToken, "%"],
  [K.AmpersandToken, "&"],
  [K.BarToken, "|"],
  [K.CaretToken, "^"],
  [K.LessThanLessThanToken, "<<"],
  [K.GreaterThanGreaterThanToken, ">>"],
  [K.GreaterThanGreaterThanGreaterThanToken, ">>>"],
]);

const COMPARISONS: ReadonlyMap<ts.SyntaxKind, CompareOperator> = new Map([
  [K.LessThanToken, "<"],
  [K.LessThanEqualsToken, "<="],
  [K.GreaterThanToken, ">"],
  [K.GreaterThanEqualsToken, ">="],
  [K.EqualsEqualsEqualsToken, "==="],
  [K.ExclamationEqualsEqualsToken, "!=="],
]);

/** `!x`, `-x`, `~x`, `+x`, `++x` and `--x`. */
export function checkPrefix(checker: Checker, node: ts.PrefixUnaryExpression): Expression {
  switch (node.operator) {
    case K.ExclamationToken:
      return fold({ kind: "not", node, operand: checkCondition(checker, node.operand) });
    case K.MinusToken:
      return fold({ kind: "unary", node, operator: "-", operand: checkInteger(checker, node.operand) });
    case K.TildeToken:
      return fold({ kind: "unary", node, operator: "~", operand: checkInteger(checker, node.operand) });
    case K.PlusPlusToken:
    case K.MinusMinusToken:
      return checkUpdate(checker, node, true);
    default:
      return checkInteger(checker, node.operand);
  }
}

/** `x++` and `--x`. */
export function checkUpdate(
  checker: Checker,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  isPrefix: boolean,
): Expression {
  const target = checkTarget(checker, node.operand);
  if (target === undefined) return standIn(node);
  if (typeOf(target).kind !== "int") return refused(checker, node.operand, messages.notNumber(node.operand));
  return { kind: "update", node, target, step: node.operator === K.PlusPlusToken ? 1 : -1, prefix: isPrefix };
}

/** Two operands and an operator; an assignment is a statement, not an expression. */
export function checkBinary(checker: Checker, node: ts.BinaryExpression): Expression {
  const token = node.operatorToken.kind;
  if (token === K.AmpersandAmpersandToken || token === K.BarBarToken) return logical(checker, node);
  const operator = ARITHMETIC.get(token);
  if (operator) {
    const left = checkInteger(checker, node.left);
    return fold({ kind: "binary", node, operator, left, right: checkInteger(checker, node.right) });
  }
  const comparison = COMPARISONS.get(token);
  if (comparison) return compare(checker, node, comparison);
  if (token === K.SlashToken) return quotient(checker, node);
  if (token === K.EqualsEqualsToken || token === K.ExclamationEqualsToken) {
    const text = node.operatorToken.getText();
    return refused(checker, node.operatorToken, messages.looseEquality(node.operatorToken, text));
  }
  const what = `'${node.operatorToken.getText()}'`;
  if (token >= K.FirstAssignment && token <= K.LastAssignment) {
    return refused(
      checker,
      node,
      messages.syntax(node, `${what} inside an expression`, "make it a statement of its own"),
    );
  }
  const wayOut = operatorWayOut(node.operatorToken.getText());
  return refused(checker, node, messages.syntax(node.operatorToken, what, wayOut));
}

function compare(checker: Checker, node: ts.BinaryExpression, operator: CompareOperator): Expression {
  const left = checkExpression(checker, node.left);
  const right = checkExpression(checker, node.right);
  const kinds = [typeOf(left).kind, typeOf(right).kind];
  const equality = operator === "===" || operator === "!==";
  if (isStandIn(left) || isStandIn(right)) return { kind: "boolean", node, value: true };
  if (kinds[0] !== kinds[1] || !(kinds[0] === "int" || (equality && kinds[0] === "boolean"))) {
    checker.found.add(messages.notNumber(kinds[0] === "int" ? node.right : node.left));
    return { kind: "boolean", node, value: true };
  }
  return fold({ kind: "compare", node, operator, left, right });
}

/** `&&` and `||`; the right side is not looked at where the left is constant and decides. */
function logical(checker: Checker, node: ts.BinaryExpression): Expression {
  const operator = node.operatorToken.kind === K.AmpersandAmpersandToken ? "&&" : "||";
  const left = checkCondition(checker, node.left);
  if (left.kind === "boolean" && left.value === (operator === "||")) return left;
  const right = checkCondition(checker, node.right);
  return fold({ kind: "logical", node, operator, left, right });
}

/** A constant quotient without a fraction; any other division stands directly under a cast. */
function quotient(checker: Checker, node: ts.BinaryExpression): Expression {
  const left = checkInteger(checker, node.left);
  const right = checkInteger(checker, node.right);
  if (left.kind === "number" && right.kind === "number" && Number.isSafeInteger(left.value / right.value)) {
    return number(node, left.value / right.value);
  }
  return refused(checker, node, messages.fraction(node));
}

/** What to write instead of an operator that the device does not have. */
export function operatorWayOut(operator: string): string {
  switch (operator) {
    case "**":
    case "**=":
      return "multiply, shift as in 1 << n, or read a table";
    case "??":
    case "??=":
      return "nothing is ever missing here, leave it and its right side out";
    case "&&=":
    case "||=":
      return "write if (...) and an assignment";
    case ",":
      return "write each part as a statement of its own";
    default:
      return "types are known when the program is compiled";
  }
}

/** `a ? b : c`; the branch that a constant leaves out is not looked at. */
export function checkConditional(checker: Checker, node: ts.ConditionalExpression): Expression {
  const condition = checkCondition(checker, node.condition);
  if (condition.kind === "boolean") {
    return checkExpression(checker, condition.value ? node.whenTrue : node.whenFalse);
  }
  const whenTrue = checkExpression(checker, node.whenTrue);
  const whenFalse = checkExpression(checker, node.whenFalse);
  const [a, b] = [typeOf(whenTrue), typeOf(whenFalse)];
  const scalar = a.kind === b.kind && (a.kind === "int" || a.kind === "boolean");
  if (!scalar && !sameReference(a, b)) {
    return refused(checker, node, messages.arrayKind(node.whenFalse, describe(a), describe(b)));
  }
  const type: Type =
    isRow(a) && isRow(b)
      ? { ...a, length: Math.min(a.length, b.length) }
      : a.kind === "int" && b.kind === "int"
        ? { ...a, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), name: "number" }
        : a;
  return { kind: "conditional", node, condition, whenTrue, whenFalse, type };
}
