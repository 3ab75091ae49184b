/** Loops: `for`, `while` and `do`. */
import ts from "typescript";
import { checkDeclarations } from "./check-declarations.ts";
import { checkEffects } from "./check-effects.ts";
import { checkCondition } from "./check-expressions.ts";
import type { BodyChecker } from "./check-statements.ts";
import type { Statement } from "./tree.ts";

/** A constant condition that is false leaves only what comes first. */
export function checkFor(at: BodyChecker, node: ts.ForStatement): Statement[] {
  const initial =
    node.initializer === undefined
      ? []
      : ts.isVariableDeclarationList(node.initializer)
        ? checkDeclarations(at, node.initializer)
        : checkEffects(at, node.initializer);
  const condition = node.condition && checkCondition(at.checker, node.condition);
  if (condition?.kind === "boolean" && !condition.value)
    return [{ kind: "block", node, statements: initial }];
  return [
    {
      kind: "loop",
      node,
      form: "for",
      initial,
      condition,
      body: at.single(node.statement),
      step: node.incrementor ? checkEffects(at, node.incrementor) : [],
    },
  ];
}

/** A constant condition that is false leaves nothing. */
export function checkWhile(at: BodyChecker, node: ts.WhileStatement): Statement[] {
  const condition = checkCondition(at.checker, node.expression);
  if (condition.kind === "boolean" && !condition.value) return [];
  const body = at.single(node.statement);
  return [{ kind: "loop", node, form: "while", initial: [], condition, step: [], body }];
}

/** The condition comes after the body. */
export function checkDo(at: BodyChecker, node: ts.DoStatement): Statement[] {
  const body = at.single(node.statement);
  const condition = checkCondition(at.checker, node.expression);
  return [{ kind: "loop", node, form: "do", initial: [], condition, step: [], body }];
}
