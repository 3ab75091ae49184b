/** What a condition proves where it is true, and where it is false. */
import {
  EITHER,
  EVERYTHING,
  exactly,
  FALSE,
  hull,
  I32,
  type Interval,
  TRUE,
  U32,
  within,
} from "./interval.ts";
import { combine, constantForm, type Linear, type Place, placeForm } from "./linear.ts";
import { messages } from "./messages.ts";
import { checkWord } from "./range-arithmetic.ts";
import type { Evaluator } from "./range-expressions.ts";
import { type Branches, branchOnComparison } from "./refine.ts";
import type { State } from "./state.ts";
import type { CompareNode, ConditionalNode, Expression, UpdateNode } from "./tree.ts";

/** The state where a condition is true, and the one where it is false. */
export function branch(evaluator: Evaluator, condition: Expression): Branches {
  switch (condition.kind) {
    case "not": {
      const { whenTrue, whenFalse } = evaluator.branch(condition.operand);
      return { whenTrue: whenFalse, whenFalse: whenTrue };
    }
    case "logical": {
      const left = evaluator.branch(condition.left);
      const and = condition.operator === "&&";
      evaluator.state = and ? left.whenTrue : left.whenFalse;
      if (evaluator.state === undefined) return left;
      const right = evaluator.branch(condition.right);
      return and
        ? { whenTrue: right.whenTrue, whenFalse: joined(left.whenFalse, right.whenFalse) }
        : { whenTrue: joined(left.whenTrue, right.whenTrue), whenFalse: right.whenFalse };
    }
    case "compare":
      return compare(evaluator, condition);
    default: {
      const range = evaluator.value(condition);
      const place = evaluator.places.of(condition);
      const tested = (branches: Branches): Branches => ({
        whenTrue: range.max > 0 ? withValue(branches.whenTrue, place, TRUE) : undefined,
        whenFalse: range.min < 1 ? withValue(branches.whenFalse, place, FALSE) : undefined,
      });
      const { whenTrue, whenFalse } = tested(outcomes(evaluator, place));
      if (whenTrue || whenFalse) return { whenTrue, whenFalse };
      // Neither can be: the place is known, and so is that its condition has not come out like that. As for a
      // comparison.
      return tested({ whenTrue: evaluator.state, whenFalse: evaluator.state });
    }
  }
}

/** Kept tests that name kept tests are followed so far: a chain of them may name each more than once. */
const MOST_RECALLED = 3;

/** What the condition proves whose outcome a boolean holds: it would come out the same now. */
function outcomes(evaluator: Evaluator, place: Place | undefined): Branches {
  const { state, reporting } = evaluator;
  const condition = place && state?.outcome(place);
  if (condition === undefined || evaluator.recalled === MOST_RECALLED) {
    return { whenTrue: state, whenFalse: state };
  }
  // The ranges of the condition are those of the place where it stands.
  evaluator.reporting = false;
  evaluator.recalled++;
  const branches = evaluator.branch(condition);
  evaluator.recalled--;
  evaluator.reporting = reporting;
  evaluator.state = state;
  return branches;
}

function compare(evaluator: Evaluator, condition: CompareNode): Branches {
  const left = evaluator.value(condition.left);
  const right = evaluator.value(condition.right);
  if (evaluator.state === undefined) return { whenTrue: undefined, whenFalse: undefined };
  checkComparable(evaluator, condition, left, right);
  const forms = comparedForms(evaluator, condition);
  return branchOnComparison(
    evaluator.state,
    condition.operator,
    { range: left, form: forms[0] },
    { range: right, form: forms[1] },
  );
}

/** Both sides as sums of what the places hold after the comparison; undefined where they are none. */
function comparedForms(
  evaluator: Evaluator,
  { left, right }: CompareNode,
): readonly [Linear | undefined, Linear | undefined] {
  if (left.kind === "update" && !evaluator.disturbs(right))
    return [steppedForm(evaluator, left), evaluator.form(right)];
  if (right.kind === "update" && left.kind === "number")
    return [evaluator.form(left), steppedForm(evaluator, right)];
  if (evaluator.disturbs(left) || evaluator.disturbs(right)) return [undefined, undefined];
  return [evaluator.form(left), evaluator.form(right)];
}

/** The value of `x++` by what `x` holds after it. */
function steppedForm(evaluator: Evaluator, { target, prefix, step }: UpdateNode): Linear | undefined {
  const place = evaluator.places.of(target);
  return place && combine(placeForm(place), constantForm(prefix ? 0 : -step), 1);
}

function checkComparable(
  evaluator: Evaluator,
  condition: CompareNode,
  left: Interval,
  right: Interval,
): void {
  const all = hull(left, right);
  if (within(all, I32) || within(all, U32)) return;
  if (checkWord(evaluator, condition.left, left) && checkWord(evaluator, condition.right, right)) {
    evaluator.report(messages.mixedComparison(condition.node, left, right));
  }
}

/** `state`, where `expression` with the range `range` compares to `label` as `operator` says. */
export function assumeLabel(
  evaluator: Evaluator,
  state: State,
  expression: Expression,
  range: Interval,
  operator: "===" | "!==",
  label: number,
): State | undefined {
  const form = evaluator.disturbs(expression) ? undefined : evaluator.places.form(expression, state);
  return branchOnComparison(
    state,
    operator,
    { range, form },
    { range: exactly(label), form: constantForm(label) },
  ).whenTrue;
}

/** Evaluates a condition for its value: 0..1, less where it is known. */
export function truthOf(evaluator: Evaluator, condition: Expression): Interval {
  const { whenTrue, whenFalse } = evaluator.branch(condition);
  evaluator.state = joined(whenTrue, whenFalse);
  return truth({ whenTrue, whenFalse });
}

/** `a ? b : c`: each branch from what the condition proves. */
export function conditional(evaluator: Evaluator, expression: ConditionalNode): Interval {
  const { whenTrue, whenFalse } = evaluator.branch(expression.condition);
  const [a, afterTrue] = evaluateFrom(evaluator, whenTrue, expression.whenTrue);
  const [b, afterFalse] = evaluateFrom(evaluator, whenFalse, expression.whenFalse);
  evaluator.state = joined(afterTrue, afterFalse);
  return a && b ? hull(a, b) : (a ?? b ?? EVERYTHING);
}

/** The range of an expression from a state on; neither where the state is not reached. */
function evaluateFrom(
  evaluator: Evaluator,
  state: State | undefined,
  expression: Expression,
): [range: Interval | undefined, after: State | undefined] {
  evaluator.state = state;
  const range = state && evaluator.value(expression);
  return [range, evaluator.state];
}

/** A copy of the state in which the place has a value. */
function withValue(state: State | undefined, place: Place | undefined, value: Interval): State | undefined {
  const copy = state?.copy();
  if (copy && place) copy.learn(place, value);
  return copy;
}

function joined(a: State | undefined, b: State | undefined): State | undefined {
  return a && b ? a.join(b) : (a ?? b);
}

/** What a condition is, by which of its branches are reached. */
export function truth({ whenTrue, whenFalse }: Branches): Interval {
  return whenTrue && whenFalse ? EITHER : whenTrue ? TRUE : FALSE;
}
