/** Booleans: comparisons, `!`, `&&` and `||`. */
import { EITHER } from "./interval.ts";
import type { IrExpression } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerNarrow } from "./lower-arithmetic.ts";
import { lowerConditional } from "./lower-choices.ts";
import { lowerLeaf } from "./lower-expressions.ts";
import { knownOutcome } from "./lower-outcomes.ts";
import { lowerAccess } from "./lower-references.ts";
import { type CompareNode, type Expression, type LogicalNode, typeOf } from "./tree.ts";
import { comparison, constant, stored } from "./widths.ts";

/** A boolean. */
export function lowerCondition(at: Lowering, expression: Expression): IrExpression {
  const outcome = knownOutcome(at, expression);
  if (outcome !== undefined) return constant(outcome ? 1 : 0, "bool");
  switch (expression.kind) {
    case "not":
      return { kind: "unary", type: "bool", operator: "!", operand: lowerCondition(at, expression.operand) };
    case "compare":
      return lowerComparison(at, expression);
    case "logical":
      return lowerLogical(at, expression);
    case "conditional":
      return lowerConditional(at, expression, "exact");
    case "equal": {
      const { left, leftOffset, right, rightOffset, count } = expression;
      const parts = lowerAccess(at, [left, leftOffset, right, rightOffset, count]);
      const name = "joinery_equal";
      return { kind: "call", type: "bool", name, arguments: parts };
    }
    default:
      return lowerLeaf(at, expression);
  }
}

function lowerComparison(at: Lowering, expression: CompareNode): IrExpression {
  const operator = expression.operator.replace("===", "==").replace("!==", "!=");
  const operands = [expression.left, expression.right];
  const boolean = typeOf(expression.left).kind === "boolean";
  const [left, right] = at.inOrder(operands, (operand) =>
    boolean ? lowerCondition(at, operand) : lowerNarrow(at, operand),
  );
  const ranges = operands.map((operand) => (boolean ? EITHER : at.ranges.of(operand)));
  return comparison(operator, left, right, [ranges[0], ranges[1]]);
}

/** `&&` and `||`; an if statement where the right side needs statements of its own. */
function lowerLogical(at: Lowering, expression: LogicalNode): IrExpression {
  const { operator } = expression;
  const left = lowerCondition(at, expression.left);
  if (!at.ranges.evaluated(expression.right)) return left;
  const [right, before] = at.apart(() => lowerCondition(at, expression.right));
  if (before.length === 0) {
    if (left.kind === "constant") return right;
    if (right.kind === "constant" && (right.value === 1) === (operator === "&&")) return left;
    return { kind: "binary", type: "bool", operator, left, right };
  }
  const result = at.temporary("bool", left);
  const condition: IrExpression =
    operator === "&&" ? result : { kind: "unary", type: "bool", operator: "!", operand: result };
  at.emit({
    kind: "if",
    origin: undefined,
    condition,
    whenTrue: [
      ...before,
      { kind: "assign", origin: undefined, target: result, value: stored("bool", right) },
    ],
    whenFalse: [],
  });
  return result;
}
