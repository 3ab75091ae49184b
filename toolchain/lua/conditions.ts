/** Booleans, and choices between two values. */
import type * as lua from "typescript-to-lua";
import { intervals, tree } from "../compiler/index.ts";
import { access, elementCode } from "./arrays.ts";
import { callCode } from "./calls.ts";
import { discard } from "./effects.ts";
import { lowerNumber } from "./numbers.ts";
import { inOrder } from "./order.ts";
import { fieldCode } from "./records.ts";
import { and, assign, call, compare, not, or, truth, when } from "./syntax.ts";
import type { Value } from "./value.ts";
import type { Writer } from "./writer.ts";

type Kind = tree.Expression["kind"];
type Of<K extends Kind> = Extract<tree.Expression, { kind: K }>;

/** Whether a condition is true, where its range says so; what it does besides is emitted then. */
export function outcome(at: Writer, condition: tree.Expression): boolean | undefined {
  const { min, max } = at.ranges.of(condition);
  if (min !== max) return undefined;
  discard(at, condition);
  return min === 1;
}

export function conditionCode(at: Writer, expression: tree.Expression): lua.Expression {
  const known = outcome(at, expression);
  if (known !== undefined) return truth(known);
  const visit = visitors[expression.kind] as Visitor<Kind> | undefined;
  if (visit === undefined) throw new Error(`'${expression.node.getText()}' is no condition`);
  return at.shallow(visit(at, expression));
}

type Visitor<K extends Kind> = (at: Writer, expression: Of<K>) => lua.Expression;

const visitors: { readonly [K in Kind]?: Visitor<K> } = {
  variable: (at, { variable }) => at.valueOf(variable),
  field: (at, expression) => at.place(expression) ?? fieldCode(at, expression),
  element: (at, expression) => at.place(expression) ?? elementCode(at, expression),
  call: callCode,
  dispatch: callCode,
  read: (at, { cell }) => at.variable(cell),
  not: (at, { operand }) => not(conditionCode(at, operand)),
  compare: (at, { left, operator, right }) => {
    const lower = tree.typeOf(left).kind === "boolean" ? booleanValue : exactValue;
    const [a, b] = inOrder(at, [left, right], (operand) => lower(at, operand));
    return compare(a.code, operator, b.code);
  },
  logical: lowerLogical,
  conditional: (at, expression) => chosenCode(at, expression, (branch) => conditionCode(at, branch)),
  equal: (at, { left, leftOffset, right, rightOffset, count }) =>
    call(at.helper("equal"), ...access(at, [left, leftOffset, right, rightOffset, count])),
};

function booleanValue(at: Writer, expression: tree.Expression): Value {
  return { code: conditionCode(at, expression), range: intervals.EITHER, exact: true };
}

function exactValue(at: Writer, expression: tree.Expression): Value {
  return lowerNumber(at, expression, "exact");
}

/** `&&` and `||`; an if statement where the right side needs statements of its own. */
function lowerLogical(at: Writer, { operator, left, right }: Of<"logical">): lua.Expression {
  const first = conditionCode(at, left);
  if (!at.ranges.evaluated(right)) return first;
  const [second, before] = at.apart(() => conditionCode(at, right));
  if (before.length === 0) return operator === "&&" ? and(first, second) : or(first, second);
  const result = at.temporary(first);
  const statements = [...before, assign([result], [second])];
  at.emit(when(operator === "&&" ? result : not(result), statements));
  return result;
}

/** `c ? a : b` of numbers, which Lua takes for true: `c and a or b`. */
export function chosen(
  at: Writer,
  expression: Of<"conditional">,
  lower: (branch: tree.Expression) => Value,
): Value {
  const { condition, whenTrue, whenFalse } = expression;
  const known = outcome(at, condition);
  if (known !== undefined) return lower(known ? whenTrue : whenFalse);
  const test = conditionCode(at, condition);
  const [a, beforeTrue] = at.apart(() => lower(whenTrue));
  const [b, beforeFalse] = at.apart(() => lower(whenFalse));
  const range = intervals.hull(a.range, b.range);
  const exact = a.exact && b.exact;
  if (beforeTrue.length === 0 && beforeFalse.length === 0) {
    return { code: or(and(test, a.code), b.code), range, exact };
  }
  return { code: choice(at, test, [...beforeTrue, a.code], [...beforeFalse, b.code]), range, exact };
}

/** `c ? a : b` of booleans or references, by an if statement: what `a` gives may be false. */
export function chosenCode(
  at: Writer,
  expression: Of<"conditional">,
  lower: (branch: tree.Expression) => lua.Expression,
): lua.Expression {
  const { condition, whenTrue, whenFalse } = expression;
  const known = outcome(at, condition);
  if (known !== undefined) return lower(known ? whenTrue : whenFalse);
  const test = conditionCode(at, condition);
  const [a, beforeTrue] = at.apart(() => lower(whenTrue));
  const [b, beforeFalse] = at.apart(() => lower(whenFalse));
  return choice(at, test, [...beforeTrue, a], [...beforeFalse, b]);
}

type Branch = [...statements: lua.Statement[], value: lua.Expression];

function choice(at: Writer, test: lua.Expression, whenTrue: Branch, whenFalse: Branch): lua.Expression {
  const result = at.temporary();
  const branch = (parts: Branch) => [
    ...(parts.slice(0, -1) as lua.Statement[]),
    assign([result], [parts.at(-1) as lua.Expression]),
  ];
  at.emit(when(test, branch(whenTrue), branch(whenFalse)));
  return result;
}
