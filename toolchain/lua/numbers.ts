/**
 * Integers: each kind of expression by its visitor. Low bits are masked only where the ranges do not show them clean.
 */
import type * as lua from "typescript-to-lua";
import { intervals, tree } from "../compiler/index.ts";
import { elementCode, lengthCode, loadCode } from "./arrays.ts";
import { callCode } from "./calls.ts";
import { chosen, conditionCode } from "./conditions.ts";
import { signedLow } from "./dialect.ts";
import { inOrder, placeOf } from "./order.ts";
import { fieldCode } from "./records.ts";
import { add, assign, multiply, number, subtract } from "./syntax.ts";
import { type Interval, isSafe, type Value, type Wanted } from "./value.ts";
import type { Writer } from "./writer.ts";

type Kind = tree.Expression["kind"];
type Of<K extends Kind> = Extract<tree.Expression, { kind: K }>;

/** What an expression is worth, as a number that has at least the bits that are wanted. */
export function lowerNumber(at: Writer, expression: tree.Expression, wanted: Wanted): Value {
  const range = at.ranges.of(expression);
  if (range.min === range.max && !at.order.changes(expression))
    return { code: number(range.min), range, exact: true };
  const visit = visitors[expression.kind] as Visitor<Kind> | undefined;
  if (visit === undefined) throw new Error(`'${expression.node.getText()}' is no number`);
  const value = visit(at, expression, wanted);
  const code = at.shallow(value.code);
  return value.exact ? { code, range, exact: true } : { ...value, code };
}

/** The exact value. */
export function exactCode(at: Writer, expression: tree.Expression): lua.Expression {
  return lowerNumber(at, expression, "exact").code;
}

type Visitor<K extends Kind> = (at: Writer, expression: Of<K>, wanted: Wanted) => Value;

const visitors: { readonly [K in Kind]?: Visitor<K> } = {
  number: (_at, { value }) => exactly(number(value)),
  variable: (at, { variable }) => exactly(at.valueOf(variable)),
  field: (at, expression) => exactly(at.place(expression) ?? fieldCode(at, expression)),
  element: (at, expression) => exactly(at.place(expression) ?? elementCode(at, expression)),
  load: (at, expression) => exactly(loadCode(at, expression)),
  length: (at, expression) => exactly(lengthCode(at, expression)),
  call: (at, expression) => exactly(callCode(at, expression)),
  dispatch: (at, expression) => exactly(callCode(at, expression)),
  read: (at, { cell }) => exactly(at.variable(cell)),
  update: (at, expression) => exactly(updateCode(at, expression)),
  unary: lowerUnary,
  binary: lowerBinary,
  divide: (at, { left, right }) => {
    const [a, b] = inOrder(at, [left, right], (operand) => lowerNumber(at, operand, "exact"));
    return exactly(at.dialect.divide(at.helper, a, b));
  },
  mul32: (at, expression, wanted) => {
    const bits = wanted === "exact" ? 32 : wanted;
    const [a, b] = inOrder(at, [expression.left, expression.right], (operand) =>
      lowerNumber(at, operand, bits),
    );
    const product = at.dialect.multiply32(at.helper, lowBits(at, a, bits), lowBits(at, b, bits));
    return settled(at, product, 32, at.ranges.of(expression), wanted);
  },
  rotate: (at, { bits, value, count }) => {
    const [a, n] = inOrder(at, [value, count], (operand) => {
      const exact = lowerNumber(at, operand, "exact");
      return { ...exact, code: at.kept(exact.code) };
    });
    return exactly(at.dialect.rotateLeft(at.helper, a, n, bits));
  },
  conditional: (at, expression, wanted) =>
    chosen(at, expression, (branch) => lowerNumber(at, branch, wanted)),
  cast: (at, expression, wanted) => {
    const bits = tree.BITS[expression.to];
    const operand = lowerNumber(at, expression.operand, wanted === "exact" || wanted > bits ? bits : wanted);
    return settled(at, operand, bits, at.ranges.of(expression), wanted);
  },
};

/** `lowerNumber` gives it the range that the analysis found. */
function exactly(code: lua.Expression): Value {
  return { code, range: intervals.EVERYTHING, exact: true };
}

/**
 * A value whose low `bits` are those of a result in `range`, as it is wanted. Two numbers with the same low bits that
 * lie less than 2^bits apart are one.
 */
function settled(at: Writer, value: Value, bits: 8 | 16 | 32, range: Interval, wanted: Wanted): Value {
  if (wanted !== "exact" && wanted < bits) return { ...value, exact: false };
  const { min, max } = intervals.hull(value.range, range);
  if (max - min < 2 ** bits) return { code: value.code, range, exact: true };
  if (wanted !== "exact" && wanted <= bits && isSafe(value.range)) return { ...value, exact: false };
  if (range.min >= 0) return { code: at.dialect.low(value.code, bits), range, exact: true };
  return { code: signedLow(at.dialect, value, bits), range, exact: true };
}

/** A value of which only the low bits count, from 0 on. */
function lowBits(at: Writer, value: Value, bits: 8 | 16 | 32): Value {
  if (value.range.min >= 0 && value.range.max < 2 ** bits) return value;
  return { code: at.dialect.low(value.code, bits), range: { min: 0, max: 2 ** bits - 1 }, exact: false };
}

function lowerUnary(at: Writer, expression: Of<"unary">, wanted: Wanted): Value {
  const { operand, operator } = expression;
  if (operator === "~") {
    const result = at.dialect.not(lowerNumber(at, operand, wanted === "exact" ? 32 : wanted));
    return settled(at, result, 32, at.ranges.of(expression), wanted);
  }
  return ring(at, wanted, [operand], ([value]) => ({
    code: subtract(number(0), value.code),
    range: intervals.scale(value.range, -1),
  }));
}

function lowerBinary(at: Writer, expression: Of<"binary">, wanted: Wanted): Value {
  const { left, operator, right } = expression;
  const parts = [left, right];
  switch (operator) {
    case "+":
      return ring(at, wanted, parts, ([a, b]) => ({
        code: add(a.code, b.code),
        range: intervals.add(a.range, b.range),
      }));
    case "-":
      return ring(at, wanted, parts, ([a, b]) => ({
        code: subtract(a.code, b.code),
        range: intervals.subtract(a.range, b.range),
      }));
    case "*":
      // The product of 32 bits by 32 would pass what a number holds exactly, so these are taken as they are.
      return ring(at, wanted === 32 ? "exact" : wanted, parts, ([a, b]) => ({
        code: multiply(a.code, b.code),
        range: intervals.multiply(a.range, b.range),
      }));
    case "%": {
      const [a, b] = inOrder(at, parts, (operand) => lowerNumber(at, operand, "exact"));
      return exactly(at.dialect.remainder(a.code, b.code));
    }
    case ">>":
    case ">>>": {
      const [a, n] = inOrder(at, parts, (operand) => lowerNumber(at, operand, "exact"));
      return exactly(at.dialect.shiftRight(at.helper, a, n));
    }
    case "<<": {
      const [a, n] = inOrder(at, parts, (operand, i) =>
        lowerNumber(at, operand, i === 1 ? "exact" : wanted === "exact" ? 32 : wanted),
      );
      return settled(at, at.dialect.shiftLeft(a, n), 32, at.ranges.of(expression), wanted);
    }
    default: {
      const [a, b] = inOrder(at, parts, (operand) =>
        lowerNumber(at, operand, wanted === "exact" ? 32 : wanted),
      );
      const operation = { "&": at.dialect.and, "|": at.dialect.or, "^": at.dialect.xor }[operator];
      return settled(at, operation(at.helper, a, b), 32, at.ranges.of(expression), wanted);
    }
  }
}

/** `+ - *`: the low bits of the result follow from those of the operands. */
function ring(
  at: Writer,
  wanted: Wanted,
  parts: readonly tree.Expression[],
  compute: (values: readonly Value[]) => { code: lua.Expression; range: Interval },
): Value {
  const values = inOrder(at, parts, (operand) => lowerNumber(at, operand, wanted));
  const exact = values.every((value) => value.exact);
  const result = compute(values);
  if (exact || isSafe(result.range)) return { ...result, exact };
  // Inexact operands are only there where bits are wanted.
  return { ...compute(values.map((value) => lowBits(at, value, wanted as 32))), exact: false };
}

/** `x++` inside an expression: a statement before it, and the value. */
function updateCode(at: Writer, expression: Of<"update">): lua.Expression {
  const { target, prefix, step } = expression;
  const place = placeOf(at, target, []);
  return at.withPlace(target, place, () => {
    const old = prefix ? undefined : at.temporary(place);
    at.emit(assign([place], [add(old ?? place, number(step))]));
    return old ?? place;
  });
}

/** `x++` for its effect. */
export function lowerStep(at: Writer, expression: Of<"update">): void {
  const place = placeOf(at, expression.target, []);
  at.emit(assign([place], [add(place, number(expression.step))]));
}

/** A number or boolean. */
export function scalarCode(at: Writer, expression: tree.Expression): lua.Expression {
  return tree.typeOf(expression).kind === "boolean"
    ? conditionCode(at, expression)
    : exactCode(at, expression);
}
