/** `x++` and `x--`, before and after. */
import type { IrExpression, Origin } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerValue } from "./lower-expressions.ts";
import { lowerTarget, withPlace } from "./lower-places.ts";
import type { IntName, UpdateNode } from "./tree.ts";

/** `x++` inside an expression: a statement before it, and the value. */
export function lowerUpdate(at: Lowering, expression: UpdateNode): IrExpression {
  return withPlace(at, expression.target, undefined, true, () => {
    const before = lowerValue(at, expression.target, "exact");
    const old = expression.prefix ? undefined : at.temporary(before.type as IntName, before);
    lowerStep(at, expression, undefined);
    return old ?? before;
  });
}

/** `x++` for its effect. */
export function lowerStep(at: Lowering, expression: UpdateNode, origin: Origin | undefined): void {
  const { target, step } = expression;
  withPlace(at, target, undefined, false, () => {
    at.emit({ kind: "step", origin, target: lowerTarget(at, target), by: step });
  });
}
