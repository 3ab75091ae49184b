/** What a call gives, what its arguments must fit, and what it may have changed. */
import { checkLength } from "./bounds.ts";
import type { Interval } from "./interval.ts";
import type { Evaluator } from "./range-expressions.ts";
import { lengthOf, rangeOfType } from "./range-reads.ts";
import { store } from "./range-stores.ts";
import {
  type CallNode,
  calleesOf,
  type DispatchNode,
  type Field,
  functionsOf,
  isRow,
  typeOf,
  type Variable,
} from "./tree.ts";

/** A call: its arguments are stored in the parameters, and what it may write is no longer known. */
export function call(evaluator: Evaluator, expression: CallNode | DispatchNode): Interval {
  const [callee] = calleesOf(expression);
  callee.parameters.forEach((parameter, i) => {
    const value = expression.arguments[i];
    const type = expression.kind === "dispatch" ? functionsOf(expression).parameters[i] : parameter.type;
    store(evaluator, value, type, undefined, parameter.node);
    if (type && isRow(type)) checkLength(evaluator, value, type, parameter.node);
    if (evaluator.calls.asksLength(parameter)) lengthOf(evaluator, value, value.node);
  });
  forget(evaluator, evaluator.calls.effectsOf(expression).writes);
  return rangeOfType(typeOf(expression));
}

/** Interrupts were on until here: what a handler changes may have changed. */
export function interrupt(evaluator: Evaluator): void {
  forget(evaluator, evaluator.calls.interruptWrites);
}

function forget(evaluator: Evaluator, writes: ReadonlySet<Variable | Field>): void {
  for (const place of evaluator.state?.places() ?? []) {
    if (writes.has(place.fields.at(-1) ?? place.variable)) evaluator.state!.forget(place);
  }
}
