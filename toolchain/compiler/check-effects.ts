/** Expressions for what they do: assignments, steps, calls, and choices among them. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkAssign, checkCompound, isCompound } from "./check-assignments.ts";
import { checkCondition, checkExpression } from "./check-expressions.ts";
import type { BodyChecker } from "./check-statements.ts";
import { languageFunction } from "./check-storage.ts";
import { messages } from "./messages.ts";
import { isStandIn } from "./refused.ts";
import type { Statement } from "./tree.ts";

const K = ts.SyntaxKind;

/** An expression for its effect: an assignment, a step, or a call. */
export function checkEffect(at: BodyChecker, node: ts.Expression): Statement[] {
  if (ts.isParenthesizedExpression(node)) return checkEffect(at, node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.EqualsToken)
    return checkAssign(at, node, undefined);
  if (ts.isBinaryExpression(node) && isCompound(node.operatorToken.kind)) return checkCompound(at, node);
  if (ts.isCallExpression(node) && isCritical(at.checker, node)) return critical(at, node);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.CommaToken) return checkEffects(at, node);
  if (ts.isConditionalExpression(node)) {
    return choice(at, node, node.condition, node.whenTrue, node.whenFalse);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.AmpersandAmpersandToken) {
    return choice(at, node, node.left, node.right, undefined);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.BarBarToken) {
    return choice(at, node, node.left, undefined, node.right);
  }
  const expression = checkExpression(at.checker, node);
  switch (expression.kind) {
    case "update":
    case "call":
    case "store":
    case "copy":
    case "fill":
    case "write":
    case "dispatch":
    case "assert":
      return [{ kind: "expression", node, expression }];
    default:
      if (!isStandIn(expression)) at.add(messages.unused(node));
      return [];
  }
}

/** The parts of `i = 0, j = 1`. */
export function checkEffects(at: BodyChecker, node: ts.Expression): Statement[] {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.CommaToken) {
    return [...checkEffects(at, node.left), ...checkEffects(at, node.right)];
  }
  return checkEffect(at, node);
}

/** `c ? f() : g()`, `c && f()` and `c || g()` for what they do. */
function choice(
  at: BodyChecker,
  node: ts.Expression,
  test: ts.Expression,
  yes: ts.Expression | undefined,
  no: ts.Expression | undefined,
): Statement[] {
  const condition = checkCondition(at.checker, test);
  const branch = (taken: ts.Expression | undefined): Statement[] => (taken ? checkEffect(at, taken) : []);
  if (condition.kind === "boolean") return branch(condition.value ? yes : no);
  return [
    {
      kind: "if",
      node,
      condition,
      whenTrue: { kind: "block", node, statements: branch(yes) },
      whenFalse: no && { kind: "block", node, statements: branch(no) },
    },
  ];
}

/** `critical(() => { ... })`: the body stands where the call does. */
function critical(at: BodyChecker, node: ts.CallExpression): Statement[] {
  const [action] = node.arguments;
  const plain = ts.isArrowFunction(action) && action.parameters.length === 0 && !action.modifiers;
  if (!plain) {
    at.add(messages.criticalForm(action));
    return [];
  }
  at.sections++;
  const { body } = action;
  const statements = at.inside(() =>
    ts.isBlock(body) ? at.statements(body.statements) : checkEffect(at, body),
  );
  at.sections--;
  return [{ kind: "critical", node, body: { kind: "block", node: action, statements } }];
}

function isCritical(checker: Checker, node: ts.CallExpression): boolean {
  return languageFunction(checker, node) === "critical";
}
