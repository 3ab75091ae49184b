/**
 * Lua 5.1, LuaJIT and 5.2: numbers with 53 bits and no operators for bits.
 *
 * `band`, `bor` and `bxor` are the board's library or plain arithmetic (runtime.ts). Libraries differ in the sign
 * of what has its highest bit set, so such a result counts as either. Where arithmetic says the same, it is used:
 * it needs no call.
 */
import type * as lua from "typescript-to-lua";
import { intervals } from "../compiler/index.ts";
import { type Dialect, type Helper, signedLow } from "./dialect.ts";
import { add, call, isSimple, literal, modulo, multiply, number, over, power, subtract } from "./syntax.ts";
import { allOnes, type Interval, isSafe, type Value } from "./value.ts";

const { I32, U32, within } = intervals;
const POSITIVE: Interval = { min: 0, max: I32.max };
/** A result of a library of bits. */
const EITHER_SIGN: Interval = { min: I32.min, max: U32.max };

/**
 * What every library takes: a signed number of 32 bits. NodeMCU's converts by the processor's own instruction, which
 * makes the highest signed number of all that is above.
 */
function argument(value: Value): lua.Expression {
  return within(value.range, I32) ? value.code : signedLow(lua51, value, 32);
}

/** k where the value is 2^k - 1. */
function lowBits({ code }: Value): number | undefined {
  const mask = literal(code);
  if (mask === undefined || mask < 1 || mask > I32.max) return undefined;
  const width = Math.log2(mask + 1);
  return Number.isInteger(width) ? width : undefined;
}

/** Whether no bit can be set in both: the one is a multiple of a power of two, the other below it. */
function disjoint(a: Interval, b: Interval): boolean {
  const above = (high: Interval, low: Interval) => {
    const { step = 1 } = high;
    return (
      low.min >= 0 &&
      high.min >= 0 &&
      low.max < step &&
      high.min % step === 0 &&
      step === allOnes(step - 1) + 1
    );
  };
  return above(a, b) || above(b, a);
}

function viaLibrary(helper: Helper, name: "band" | "bor" | "bxor", left: Value, right: Value): Value {
  const positive = within(left.range, POSITIVE) && within(right.range, POSITIVE);
  const range = positive ? { min: 0, max: allOnes(Math.max(left.range.max, right.range.max)) } : EITHER_SIGN;
  return { code: call(helper(name), argument(left), argument(right)), range, exact: false };
}

/** `floor(code / divisor)`; without a call where the value may be named twice. */
function quotient(helper: Helper, code: lua.Expression, divisor: lua.Expression): lua.Expression {
  if (isSimple(code) && isSimple(divisor)) return over(subtract(code, modulo(code, divisor)), divisor);
  return call(helper("floor"), over(code, divisor));
}

export const lua51: Dialect = {
  name: "5.1",
  // NodeMCU's own build stops at 50 (LUAI_MAXVARS in its luaconf.h), others at 200.
  locals: 46,
  upvalues: 60,
  and(helper, left, right) {
    const [a, b] = [lowBits(left), lowBits(right)];
    if (b !== undefined)
      return { code: lua51.low(left.code, b), range: { min: 0, max: 2 ** b - 1 }, exact: false };
    if (a !== undefined)
      return { code: lua51.low(right.code, a), range: { min: 0, max: 2 ** a - 1 }, exact: false };
    const result = viaLibrary(helper, "band", left, right);
    const masks = [left.range, right.range].filter((range) => within(range, POSITIVE));
    if (masks.length === 0) return result;
    return { ...result, range: { min: 0, max: Math.min(...masks.map((mask) => mask.max)) } };
  },
  or(helper, left, right) {
    if (!disjoint(left.range, right.range)) return viaLibrary(helper, "bor", left, right);
    return { code: add(left.code, right.code), range: intervals.add(left.range, right.range), exact: false };
  },
  xor(helper, left, right) {
    return viaLibrary(helper, "bxor", left, right);
  },
  not({ code, range }) {
    return {
      code: subtract(number(-1), code),
      range: { min: -1 - range.max, max: -1 - range.min },
      exact: false,
    };
  },
  shiftLeft(operand, count) {
    const factor = power(2, count.code);
    const range = intervals.multiply(operand.range, { min: 2 ** count.range.min, max: 2 ** count.range.max });
    const code = multiply(operand.code, factor);
    if (isSafe(range)) return { code, range, exact: false };
    // Exact though beyond 53 bits: a factor of two changes the exponent alone.
    return { code: lua51.low(code, 32), range: U32, exact: false };
  },
  multiply32(helper, left, right) {
    const range = intervals.multiply(left.range, right.range);
    if (isSafe(range)) return { code: multiply(left.code, right.code), range, exact: false };
    return { code: call(helper("mul32"), left.code, right.code), range: U32, exact: false };
  },
  shiftRight(helper, operand, count) {
    return quotient(helper, operand.code, power(2, count.code));
  },
  divide(helper, left, right) {
    return quotient(helper, left.code, right.code);
  },
  remainder: modulo,
  rotateLeft(helper, operand, count, width) {
    const high = lua51.low(multiply(operand.code, power(2, count.code)), width);
    const low = over(operand.code, power(2, subtract(number(width), count.code)));
    return add(high, call(helper("floor"), low));
  },
  low(operand, width) {
    return modulo(operand, number(2 ** width));
  },
};
