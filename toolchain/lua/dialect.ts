/** What the two families of Lua do differently: bits and quotients. */
import type * as lua from "typescript-to-lua";
import { intervals } from "../compiler/index.ts";
import type { HelperName } from "./runtime.ts";
import { add, number, subtract } from "./syntax.ts";
import { isSafe, type Value } from "./value.ts";

export type LuaDialect = "5.1" | "5.3";

/** Makes the code that refers to a function of the runtime. */
export type Helper = (name: HelperName) => lua.Expression;

export interface Dialect {
  readonly name: LuaDialect;
  /** How many local variables a function, or the chunk, may have at once: Lua's limit, less what its syntax takes. */
  readonly locals: number;
  /** How many names of the chunk one function may use: its upvalues. */
  readonly upvalues: number;
  /** The low 32 bits are those of JavaScript's result, of operands that have those of JavaScript's operands. */
  and(helper: Helper, left: Value, right: Value): Value;
  or(helper: Helper, left: Value, right: Value): Value;
  xor(helper: Helper, left: Value, right: Value): Value;
  not(operand: Value): Value;
  shiftLeft(operand: Value, count: Value): Value;
  /** The low 32 bits of a product. */
  multiply32(helper: Helper, left: Value, right: Value): Value;
  /** `floor(operand / 2^count)` of exact values. */
  shiftRight(helper: Helper, operand: Value, count: Value): lua.Expression;
  /** `floor(left / right)` of exact values from 0 on. */
  divide(helper: Helper, left: Value, right: Value): lua.Expression;
  /** The remainder of exact values from 0 on. */
  remainder(left: lua.Expression, right: lua.Expression): lua.Expression;
  /** The low `bits` of an exact value that fits them, rotated left; both may be named twice. */
  rotateLeft(helper: Helper, operand: Value, count: Value, bits: number): lua.Expression;
  /** The low bits of any value, from 0 on. */
  low(operand: lua.Expression, bits: number): lua.Expression;
}

/** The low bits of any value as a signed number. Half of what they count is added only where the sum is exact. */
export function signedLow(
  dialect: Dialect,
  { code, range }: Omit<Value, "exact">,
  bits: number,
): lua.Expression {
  const half = 2 ** (bits - 1);
  const clean = isSafe(intervals.add(range, { min: half, max: half })) ? code : dialect.low(code, bits);
  return subtract(dialect.low(add(clean, number(half)), bits), number(half));
}
