/** Lua 5.3 and 5.4: integers of 64 bits with operators for bits (Lua 5.3 manual, 3.4.1 and 3.4.2). */
import { intervals } from "../compiler/index.ts";
import type { Dialect } from "./dialect.ts";
import { bits, complement, floorOver, literal, modulo, multiply, number, subtract } from "./syntax.ts";
import { allOnes, type Interval, isSafe, type Value } from "./value.ts";

const UNSIGNED = intervals.U32;

/** What bits of two values in two's complement may give together. */
function joined(a: Interval, b: Interval): Interval {
  const largest = allOnes(Math.max(a.max, b.max, -Math.min(a.min, b.min, 0) - 1, 0));
  return { min: Math.min(a.min, b.min) < 0 ? -largest - 1 : 0, max: largest };
}

function masked(a: Interval, b: Interval): Interval {
  if (a.min >= 0 && b.min >= 0) return { min: 0, max: Math.min(a.max, b.max) };
  if (a.min >= 0) return { min: 0, max: a.max };
  return b.min >= 0 ? { min: 0, max: b.max } : joined(a, b);
}

/** The low 32 bits where 53 do not hold all of a value. */
function bounded(value: Value): Value {
  if (isSafe(value.range)) return value;
  return { code: lua53.low(value.code, 32), range: UNSIGNED, exact: false };
}

export const lua53: Dialect = {
  name: "5.3",
  // Of 200, as constructors of tables need registers too.
  locals: 150,
  upvalues: 255,
  and(_helper, left, right) {
    return { code: bits(left.code, "&", right.code), range: masked(left.range, right.range), exact: false };
  },
  or(_helper, left, right) {
    return { code: bits(left.code, "|", right.code), range: joined(left.range, right.range), exact: false };
  },
  xor(_helper, left, right) {
    return { code: bits(left.code, "~", right.code), range: joined(left.range, right.range), exact: false };
  },
  not({ code, range }) {
    return { code: complement(code), range: { min: -1 - range.max, max: -1 - range.min }, exact: false };
  },
  shiftLeft(operand, count) {
    const range = intervals.multiply(operand.range, { min: 2 ** count.range.min, max: 2 ** count.range.max });
    return bounded({ code: bits(operand.code, "<<", count.code), range, exact: false });
  },
  multiply32(_helper, left, right) {
    // A product beyond 64 bits loses its high bits only.
    return bounded({
      code: multiply(left.code, right.code),
      range: intervals.multiply(left.range, right.range),
      exact: false,
    });
  },
  shiftRight(_helper, operand, count) {
    if (operand.range.min >= 0) return bits(operand.code, ">>", count.code);
    const known = literal(count.code);
    return floorOver(
      operand.code,
      known === undefined ? bits(number(1), "<<", count.code) : number(2 ** known),
    );
  },
  divide(_helper, left, right) {
    return floorOver(left.code, right.code);
  },
  remainder: modulo,
  rotateLeft(_helper, operand, count, width) {
    const high = bits(operand.code, "<<", count.code);
    const low = bits(operand.code, ">>", subtract(number(width), count.code));
    return lua53.low(bits(high, "|", low), width);
  },
  low(operand, width) {
    return bits(operand, "&", number(2 ** width - 1));
  },
};
