/** What is refused, and the number that stands in its place so that checking can go on. */
import type ts from "typescript";
import type { Checker } from "./check.ts";
import { number } from "./fold.ts";
import type { Expression } from "./tree.ts";

const standIns = new WeakSet<Expression>();

/** Adds the message; some number stands for what it refuses. */
export function refused(checker: Checker, node: ts.Node, message: ts.Diagnostic): Expression {
  checker.found.add(message);
  return standIn(node);
}

/** Some number in the place of what is refused. What it does not fit is a consequence, and no message of its own. */
export function standIn(node: ts.Node): Expression {
  const expression = number(node, 0);
  standIns.add(expression);
  return expression;
}

/** Whether an expression stands for what is refused, which has its message already. */
export function isStandIn(expression: Expression): boolean {
  return standIns.has(expression);
}
