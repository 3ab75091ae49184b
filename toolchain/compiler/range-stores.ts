/** What is stored fits the place, and what is known of places after a store. */
import ts from "typescript";
import * as interval from "./interval.ts";
import { exactly, I32, type Interval, meet, U32, within } from "./interval.ts";
import type { Place } from "./linear.ts";
import { messages } from "./messages.ts";
import { misfit } from "./misfit.ts";
import { beyond32Bits } from "./range-arithmetic.ts";
import type { Evaluator } from "./range-expressions.ts";
import { element } from "./range-reads.ts";
import { declaredAs, relating } from "./related.ts";
import { type Expression, RANGES, type Type, typeOf, type UpdateNode, type Variable } from "./tree.ts";
import { guard } from "./ways-out.ts";

/**
 * The range of `value` as it is stored: in a place of type `type`, or in the local variable whose
 * range follows from what is stored. What may not fit is a message that shows the declaration of the place.
 */
export function store(
  evaluator: Evaluator,
  value: Expression,
  type: Type | undefined,
  inferred?: Variable,
  declaration: ts.Node | undefined = inferred?.node,
): Interval {
  const range = evaluator.value(value);
  if (type === undefined) return storeInferred(evaluator, value, range, inferred!);
  if (type.kind !== "int" || within(range, type)) return range;
  const form = evaluator.form(value);
  const proven = form && evaluator.state ? meet(range, evaluator.state.bound(form)) : range;
  if (proven && within(proven, type)) return proven;
  if (evaluator.reporting) {
    const left = proven ?? range;
    const wayOut = type.name in RANGES ? undefined : guard(evaluator, value, left, type);
    evaluator.report(relating(misfit(value.node, left, type, wayOut), declaredAs(declaration, type.name)));
  }
  return meet(range, type) ?? { min: type.min, max: type.max };
}

function storeInferred(
  evaluator: Evaluator,
  value: Expression,
  range: Interval,
  variable: Variable,
): Interval {
  if (within(range, I32) || within(range, U32)) {
    const all = evaluator.reporting ? evaluator.ranges.noteLocal(variable, range) : range;
    if (!within(all, I32) && !within(all, U32)) {
      const wayOut = `it is what '${variable.name}' holds with this; take a second variable, or cast both alike`;
      evaluator.report(messages.beyond32Bits(value.node, all, wayOut));
    }
    return range;
  }
  // A count that nothing stops is known by its value: it grew to the end of 32 bits, and one step on.
  const grown = range.max === U32.max + 1 || range.max === Number.POSITIVE_INFINITY;
  const name = ts.getNameOfDeclaration(variable.node as ts.Declaration) ?? variable.node;
  evaluator.report(
    relating(grown ? messages.unbounded(value.node, variable.name) : beyond32Bits(value.node, range), {
      node: name,
      text: `'${variable.name}' has no written type`,
    }),
  );
  return meet(range, range.min < 0 ? I32 : U32) ?? U32;
}

/** As `store`, into a variable, field or element. */
export function storeInto(evaluator: Evaluator, value: Expression, target: Expression): Interval {
  if (target.kind === "variable") return store(evaluator, value, target.variable.type, target.variable);
  return store(
    evaluator,
    value,
    typeOf(target),
    undefined,
    target.kind === "field" ? target.field.node : undefined,
  );
}

/** After the store: what is known of the target, and of nothing that it may be another name for. */
export function assign(evaluator: Evaluator, target: Expression, value: Expression, stored: Interval): void {
  if (evaluator.state === undefined) return;
  const form = typeOf(target).kind === "int" ? evaluator.form(value) : undefined;
  const place = placeAfter(evaluator, target, value);
  const mayBeTarget = (other: Place) =>
    target.kind === "field" && other !== place && other.fields.at(-1) === target.field;
  for (const other of evaluator.state.places()) if (mayBeTarget(other)) evaluator.state.forget(other);
  // What was read from another name of the target is no longer there.
  const outlived = form && [...form.terms.keys()].some(mayBeTarget);
  if (place === undefined) return;
  evaluator.state.assign(place, stored, outlived ? undefined : form);
  const reads = typeOf(target).kind === "boolean" ? evaluator.places.read(value) : undefined;
  // A condition that read the target, by whatever name, has come out by what was there before.
  const overwritten = reads && [...reads].some((other) => other === place || mayBeTarget(other));
  if (reads && reads.size > 0 && !overwritten) evaluator.state.assignOutcome(place, value, reads);
}

/** The place that a target is once the value is known; undefined where the value may have chosen another element. */
function placeAfter(evaluator: Evaluator, target: Expression, value: Expression): Place | undefined {
  const place = evaluator.places.of(target);
  return place && place.indices.length > 0 && evaluator.disturbs(value) ? undefined : place;
}

/** A name for another record, or for a new one: what an earlier round of a loop proved of its fields is void. */
export function refer(evaluator: Evaluator, variable: Variable): void {
  for (const place of evaluator.state?.places() ?? [])
    if (place.variable === variable) evaluator.state!.forget(place);
}

/** The parts of a target that are evaluated before the value is. */
export function evaluateTarget(evaluator: Evaluator, target: Expression): void {
  if (target.kind === "element") element(evaluator, target);
  if (target.kind === "field") evaluator.value(target.base);
}

/** `x++`: what it stores, and the value before or after. */
export function update(evaluator: Evaluator, expression: UpdateNode): Interval {
  const after = evaluator.places.step(expression);
  const stored = storeInto(evaluator, after, expression.target);
  assign(evaluator, expression.target, after, stored);
  return expression.prefix ? stored : interval.subtract(stored, exactly(expression.step));
}
