/** Assignments: plain, compound, and of another record or array to a name. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkInteger, checkTarget, checkValueFor } from "./check-expressions.ts";
import { ARITHMETIC, operatorWayOut } from "./check-operators.ts";
import type { BodyChecker } from "./check-statements.ts";
import { depthOfStorage } from "./lifetimes.ts";
import { messages } from "./messages.ts";
import { type AssignStatement, type Statement, typeOf, type VariableNode } from "./tree.ts";
import { declarationOf } from "./types.ts";

const K = ts.SyntaxKind;

/** `target = value`, or with the operator of `target op= value`. */
export function checkAssign(
  at: BodyChecker,
  node: ts.BinaryExpression,
  operator: AssignStatement["operator"],
): Statement[] {
  const reference = operator ? undefined : changingReference(at.checker, node.left);
  if (reference) return refer(at, node, reference);
  const target = checkTarget(at.checker, node.left);
  if (target === undefined) return [];
  const value = operator
    ? checkInteger(at.checker, node.right)
    : checkValueFor(at.checker, node.right, typeOf(target));
  return [{ kind: "assign", node, target, operator, value }];
}

/** `target op= value`, or a message where the device does not have the operator. */
export function checkCompound(at: BodyChecker, node: ts.BinaryExpression): Statement[] {
  const text = node.operatorToken.getText();
  const operator = [...ARITHMETIC.values()].find((candidate) => `${candidate}=` === text);
  if (operator) return checkAssign(at, node, operator);
  if (text === "/=") at.add(messages.fraction(node));
  else at.add(messages.syntax(node.operatorToken, `'${text}'`, operatorWayOut(text)));
  return [];
}

/** `slot = slots[i]`: the name stands for other storage from here on. */
function refer(at: BodyChecker, node: ts.BinaryExpression, target: VariableNode): Statement[] {
  const { variable } = target;
  const value = checkValueFor(at.checker, node.right, variable.type!);
  if (depthOfStorage(value) > variable.depth!) {
    at.add(messages.outlives(node.right, node.right.getText(), variable.name));
  }
  variable.referents!.push(value);
  return [{ kind: "assign", node, target, operator: undefined, value }];
}

/** The name of a reference that was declared with let. */
function changingReference(checker: Checker, node: ts.Expression): VariableNode | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  const declaration = declarationOf(checker.checker, node);
  const variable = declaration && checker.locals.get(declaration);
  return variable?.referents && { kind: "variable", node, variable };
}

/** Whether a token is `+=`, `<<=` and the like. */
export function isCompound(kind: ts.SyntaxKind): boolean {
  return kind >= K.FirstCompoundAssignment && kind <= K.LastCompoundAssignment;
}
