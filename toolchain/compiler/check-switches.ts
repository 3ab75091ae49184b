/** `switch` over integers: constant labels, each once. */
import ts from "typescript";
import { checkExpression, checkInteger } from "./check-expressions.ts";
import type { BodyChecker } from "./check-statements.ts";
import { messages } from "./messages.ts";
import { relating } from "./related.ts";
import type { Expression, Statement } from "./tree.ts";

/** A switch and its clauses. */
export function checkSwitch(at: BodyChecker, node: ts.SwitchStatement): Statement[] {
  const value = checkInteger(at.checker, node.expression);
  const seen = new Map<number, ts.Node>();
  const clauses = node.caseBlock.clauses.map((clause) => ({
    node: clause,
    label: ts.isCaseClause(clause) ? checkLabel(at, clause.expression, seen) : undefined,
    body: at.statements(clause.statements),
  }));
  for (const clause of node.caseBlock.clauses) {
    const declaration = clause.statements.find(ts.isVariableStatement);
    if (declaration)
      at.add(
        messages.syntax(declaration, "a declaration right in a case", "put it in a block: case 1: { ... }"),
      );
  }
  return [{ kind: "switch", node, value, clauses }];
}

function checkLabel(
  at: BodyChecker,
  node: ts.Expression,
  seen: Map<number, ts.Node>,
): Expression & { kind: "number" } {
  const label = checkExpression(at.checker, node);
  if (label.kind !== "number") {
    at.add(messages.caseLabel(node, "this is not a constant"));
    return { kind: "number", node, value: 0 };
  }
  const earlier = seen.get(label.value);
  if (earlier) {
    const message = messages.caseLabel(node, `${label.value} occurs above`);
    at.add(relating(message, { node: earlier, text: `the first label with the value ${label.value}` }));
  } else seen.set(label.value, node);
  return label;
}
