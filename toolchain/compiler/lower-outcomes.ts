/** Conditions whose outcome is known before the program runs, and values that nothing wants: their effects stay. */
import type { Lowering } from "./lower.ts";
import { lowerCallStatement } from "./lower-calls.ts";
import { lowerCondition } from "./lower-conditions.ts";
import { lowerStep } from "./lower-updates.ts";
import type { Expression } from "./tree.ts";
import { operands } from "./walk.ts";

/** Whether a condition is true, where its range says so; what it does besides is emitted then. */
export function knownOutcome(at: Lowering, condition: Expression): boolean | undefined {
  const { min, max } = at.ranges.of(condition);
  if (min !== max) return undefined;
  discard(at, condition);
  return min === 1;
}

/** Emits what evaluating the expression does, and drops its value. */
export function discard(at: Lowering, expression: Expression): void {
  if (!at.order.changes(expression) || !at.ranges.evaluated(expression)) return;
  switch (expression.kind) {
    case "call":
    case "dispatch":
      at.emit(lowerCallStatement(at, expression, undefined));
      return;
    case "update":
      lowerStep(at, expression, undefined);
      return;
    case "logical": {
      const and = expression.operator === "&&";
      discardIf(at, expression.left, and ? expression.right : undefined, and ? undefined : expression.right);
      return;
    }
    case "conditional":
      discardIf(at, expression.condition, expression.whenTrue, expression.whenFalse);
      return;
    default:
      discardOperands(at, expression);
  }
}

/** Emits what evaluating the operands does. */
export function discardOperands(at: Lowering, expression: Parameters<typeof operands>[0]): void {
  for (const operand of operands(expression)) discard(at, operand);
}

function discardIf(
  at: Lowering,
  condition: Expression,
  yes: Expression | undefined,
  no: Expression | undefined,
): void {
  const outcome = knownOutcome(at, condition);
  if (outcome !== undefined) {
    const taken = outcome ? yes : no;
    if (taken) discard(at, taken);
    return;
  }
  const test = lowerCondition(at, condition);
  const [, whenTrue] = at.apart(() => yes && discard(at, yes));
  const [, whenFalse] = at.apart(() => no && discard(at, no));
  at.emit({ kind: "if", origin: undefined, condition: test, whenTrue, whenFalse });
}
