/** The ranges of arithmetic: exact where JavaScript is, within 32 bits where its operators are. */
import type ts from "typescript";
import { fixable } from "./fixes.ts";
import * as interval from "./interval.ts";
import { I32, type Interval, meet, U32, within } from "./interval.ts";
import { messages } from "./messages.ts";
import type { Evaluator } from "./range-expressions.ts";
import type { State } from "./state.ts";
import type { BinaryNode, DivideNode, Expression, UnaryNode } from "./tree.ts";
import { guard } from "./ways-out.ts";

/** Where JavaScript's numbers are exact. */
const SAFE: Interval = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

/** `-x` and `~x`. */
export function unary(evaluator: Evaluator, expression: UnaryNode): Interval {
  const operand = evaluator.value(expression.operand);
  if (expression.operator === "~") return interval.not(operand);
  return exact(evaluator, expression, interval.scale(operand, -1));
}

/** Two integers and an operator. */
export function binary(evaluator: Evaluator, expression: BinaryNode): Interval {
  const { operator } = expression;
  if (operator === "%") {
    const left = nonNegative(evaluator, expression.left, "%");
    return interval.remainder(left, divisor(evaluator, expression.right, "%"));
  }
  const left = evaluator.value(expression.left);
  const right = evaluator.value(expression.right);
  switch (operator) {
    case "+":
      return exact(evaluator, expression, byChoice(evaluator, expression, interval.add(left, right)));
    case "-":
      return exact(evaluator, expression, byChoice(evaluator, expression, interval.subtract(left, right)));
    case "*":
      return exact(evaluator, expression, interval.multiply(left, right));
    case "&":
      return interval.and(left, right);
    case "|":
      return interval.or(left, right);
    case "^":
      return interval.xor(left, right);
    case "<<":
      return interval.shiftLeft(left, count(evaluator, expression.right, 31, right));
    case ">>": {
      if (!within(left, I32))
        evaluator.report(
          fixable(messages.signedShiftOfLarge(expression.left.node, left), expression.left.node, ["i32"]),
        );
      return interval.shiftRight(meet(left, I32) ?? I32, count(evaluator, expression.right, 31, right));
    }
    case ">>>": {
      if (!within(left, U32))
        evaluator.report(
          fixable(messages.unsignedShiftOfNegative(expression.left.node, left), expression.left.node, [
            "u32",
          ]),
        );
      return interval.shiftRight(meet(left, U32) ?? U32, count(evaluator, expression.right, 31, right));
    }
  }
}

/**
 * The range of `a + (c ? x : y)`, of which `range` is known: that of `a + x` where the condition is true, and of
 * `a + y` where it is not.
 */
function byChoice(evaluator: Evaluator, expression: BinaryNode, range: Interval): Interval {
  const { left, right } = expression;
  const choice = right.kind === "conditional" ? right : left;
  const { state, reporting, choosing } = evaluator;
  // One choice at a time: inside a choice, each would be looked at twice.
  if (state === undefined || choosing || choice.kind !== "conditional") return range;
  // The other operand has the same value before the condition and after it.
  if (evaluator.disturbs(expression)) return range;
  evaluator.reporting = false;
  evaluator.choosing = true;
  const { whenTrue, whenFalse } = evaluator.branch(choice.condition);
  const from = (branch: State | undefined, chosen: Expression) => {
    evaluator.state = branch;
    const part = choice === right ? { ...expression, right: chosen } : { ...expression, left: chosen };
    return branch && evaluator.value(part);
  };
  const a = from(whenTrue, choice.whenTrue);
  const b = from(whenFalse, choice.whenFalse);
  evaluator.state = state;
  evaluator.reporting = reporting;
  evaluator.choosing = false;
  const either = a && b ? interval.hull(a, b) : (a ?? b);
  return (either && meet(range, either)) ?? range;
}

/** The quotient of a division that a cast truncates. */
export function quotient(evaluator: Evaluator, expression: DivideNode): Interval {
  const left = nonNegative(evaluator, expression.left, "/");
  return interval.divide(left, divisor(evaluator, expression.right, "/"));
}

/** The result of an exact operation, narrowed by facts about sums; a message where JavaScript loses digits. */
function exact(evaluator: Evaluator, expression: Expression, range: Interval): Interval {
  const form = evaluator.form(expression);
  const narrowed = (form && form.terms.size > 1 && meet(range, evaluator.state!.bound(form, 2))) || range;
  if (within(narrowed, SAFE)) return narrowed;
  if (Number.isFinite(narrowed.min) && Number.isFinite(narrowed.max)) {
    evaluator.report(messages.tooLarge(expression.node, narrowed));
    return meet(narrowed, SAFE) ?? SAFE;
  }
  return narrowed;
}

/** The range of the count of a shift or rotation: 0..`max`, or a message. */
export function count(
  evaluator: Evaluator,
  operand: Expression,
  max: number,
  range = evaluator.value(operand),
): Interval {
  const allowed = { min: 0, max };
  if (within(range, allowed)) return range;
  evaluator.report(messages.shiftCount(operand.node, range, max, guard(evaluator, operand, range, allowed)));
  return meet(range, allowed) ?? allowed;
}

function nonNegative(evaluator: Evaluator, operand: Expression, operator: string): Interval {
  const range = evaluator.value(operand);
  if (range.min < 0) negative(evaluator, operand, operator, range);
  else if (range.max > U32.max) evaluator.report(beyond32Bits(operand.node, range));
  return meet(range, U32) ?? U32;
}

function negative(evaluator: Evaluator, operand: Expression, operator: string, range: Interval): void {
  const wayOut = guard(evaluator, operand, range, { min: 0, max: Number.POSITIVE_INFINITY });
  evaluator.report(messages.negativeDivision(operand.node, operator, range, wayOut));
}

function divisor(evaluator: Evaluator, operand: Expression, operator: string): Interval {
  const range = evaluator.value(operand);
  const allowed = { min: 1, max: U32.max };
  if (range.min < 0) negative(evaluator, operand, operator, range);
  else if (range.min === 0) {
    evaluator.report(messages.divisorZero(operand.node, range, guard(evaluator, operand, range, allowed)));
  } else if (range.max > U32.max) evaluator.report(beyond32Bits(operand.node, range));
  return meet(range, allowed) ?? allowed;
}

/** Whether a value has 32 bits at most, signed or not; a message where it may have more. */
export function checkWord(evaluator: Evaluator, expression: Expression, range: Interval): boolean {
  const fits = within(range, I32) || within(range, U32);
  if (!fits) evaluator.report(beyond32Bits(expression.node, range));
  return fits;
}

/** What a value of more than 32 bits is told, with the casts that wrap it. */
export function beyond32Bits(node: ts.Node, range: Interval): ts.Diagnostic {
  return fixable(messages.beyond32Bits(node, range), node, range.min < 0 ? ["i32", "u32"] : ["u32", "i32"]);
}
