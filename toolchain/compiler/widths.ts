/**
 * The rules of C's arithmetic types, and builders that put in each conversion that C or its warnings need.
 *
 * int has 16 bits on AVR and 32 elsewhere; uint8_t and uint16_t promote to one or the other. A node's
 * type says what its C type is on every target, so that nothing depends on a promotion.
 */
import { type Interval, within } from "./interval.ts";
import type { IrExpression, ValueType } from "./ir.ts";
import { BITS, type IntName, RANGES } from "./tree.ts";

export type ComputeType = "int" | "uint" | "i32" | "u32";

/** What every value of a type fits in, whatever the target. */
const TYPE_RANGES: Readonly<Record<ValueType, Interval>> = {
  ...RANGES,
  int: RANGES.i16,
  uint: RANGES.u16,
  bool: { min: 0, max: 1 },
};

/** Types whose operands reach the compute type with their value, by C's own conversions. */
const REACHES: Readonly<Record<ComputeType, ReadonlySet<ValueType>>> = {
  int: new Set<ValueType>(["u8", "i8", "i16", "int", "bool"]),
  uint: new Set<ValueType>(["u8", "u16", "uint"]),
  i32: new Set<ValueType>(["u8", "i8", "u16", "i16", "int", "i32"]),
  u32: new Set<ValueType>(["u8", "u16", "uint", "u32"]),
};

/** The compute type in which every one of the ranges, and what is computed from them, is exact. */
export function exactType(ranges: readonly Interval[]): ComputeType | undefined {
  const all = (outer: Interval) => ranges.every((range) => within(range, outer));
  if (all(RANGES.i16)) return "int";
  if (all(RANGES.u16)) return "uint";
  if (all(RANGES.u32)) return "u32";
  return all(RANGES.i32) ? "i32" : undefined;
}

export function constant(value: number, type: ValueType): IrExpression {
  return { kind: "constant", type, value, hexadecimal: false, suffixed: false };
}

/** The low bits of `value` as `type` reads them. */
function wrapConstant(value: number, type: ValueType): number {
  if (type === "bool") return value;
  const { min } = TYPE_RANGES[type];
  const modulus = 2 ** (type === "int" || type === "uint" ? 16 : BITS[type]);
  return value - Math.floor((value - min) / modulus) * modulus;
}

/**
 * `operand` as `type`: a cast, or a constant of that type. A signed value goes to a wider unsigned type by
 * way of the runtime: gcc looks through a plain cast inside an expression and warns of the sign.
 */
export function convert(type: ValueType, operand: IrExpression): IrExpression {
  if (!["u16", "uint", "u32"].includes(type) || !narrowSigned(operand, type)) return cast(type, operand);
  const wide = type === "u32" || operand.type === "i32";
  const call: IrExpression = {
    kind: "call",
    type: wide ? "u32" : "uint",
    name: wide ? "joinery_bits32" : "joinery_bits",
    arguments: [operand],
  };
  return call.type === type ? call : { kind: "convert", type, operand: call };
}

function cast(type: ValueType, operand: IrExpression): IrExpression {
  if (operand.kind === "constant") return { ...operand, type, value: wrapConstant(operand.value, type) };
  if (operand.type === type) return operand;
  // int and unsigned have more than 16 bits on some targets, so an inner cast to 16 bits stays.
  const inner = operand.kind === "convert" && type in RANGES && bitsOf(type) <= bitsOf(operand.type);
  return inner ? convert(type, operand.operand) : { kind: "convert", type, operand };
}

/**
 * Whether nothing signed is in `value`: unsigned operands, and constants from 0 on. The promotions of C make an
 * int of it where the operands are narrow; beside a constant it is computed as unsigned, which says what is meant.
 */
function isUnsigned(value: IrExpression): boolean {
  switch (value.kind) {
    case "constant":
      return value.value >= 0;
    case "binary": {
      if (value.type !== "int") return value.type !== "i32" && value.type !== "bool";
      const shift = value.operator === "<<" || value.operator === ">>";
      return isUnsigned(value.left) && (shift || isUnsigned(value.right));
    }
    case "conditional":
      return value.type !== "bool" && isUnsigned(value.whenTrue) && isUnsigned(value.whenFalse);
    default:
      return UNSIGNED.has(value.type);
  }
}

const UNSIGNED: ReadonlySet<ValueType> = new Set<ValueType>(["u8", "u16", "u32", "uint"]);

/** Operators whose low bits are the same whether computed as int or as unsigned. */
const RING = new Set(["+", "-", "*", "&", "|", "^"]);

/** An int of unsigned operands as unsigned: the cast goes to an operand, where the compiler needs one at all. */
function unsignedOf(value: IrExpression & { kind: "binary" }): IrExpression {
  if (!grows(value)) return value;
  if (RING.has(value.operator)) return binary(value.operator, "uint", value.left, value.right);
  if (value.operator === "<<") return shift("<<", "uint", value.left, value.right);
  return convert("uint", value);
}

/** An unsigned that fits int, with all its parts, as int. */
function signedOf(value: IrExpression & { kind: "binary" }): IrExpression {
  const { operator, left, right } = value;
  return operator === "<<" || operator === ">>"
    ? shift(operator, "int", left, right)
    : binary(operator, "int", left, right);
}

/** Whether gcc cannot see that an int of unsigned operands is not negative. */
function grows(value: IrExpression): boolean {
  if (value.kind !== "binary") return value.kind === "conditional";
  const { operator, left, right } = value;
  // Of a shift to the right gcc sees the sign only where bits of an octet are left.
  if (operator === ">>" && !(right.kind === "constant" && right.value < 8)) return true;
  return ["+", "-", "*", "<<"].includes(operator) || grows(left) || grows(right);
}

/**
 * int or unsigned for values from 0 to 32767, which fit both: unsigned beside what is unsigned in C already, and
 * where a constant stands beside what is unsigned, so that both are; int where promotions make one of everything.
 */
export function smallType(operands: readonly IrExpression[]): "int" | "uint" {
  if (!operands.every(isUnsigned)) return "int";
  const constants = operands.filter((operand) => operand.kind === "constant").length;
  const wide = operands.some((operand) => operand.type === "uint" || operand.type === "u16");
  return wide || (constants > 0 && constants < operands.length) ? "uint" : "int";
}

/** Whether gcc sees through promotions that `operand` is signed and has fewer bits than `type`. */
function narrowSigned(operand: IrExpression, type: ValueType): boolean {
  if (operand.kind === "constant") return false;
  if (operand.type === "i8") return true;
  if (operand.type === "i16") return type !== "u16";
  const parts = operand.kind === "conditional" ? [operand.whenTrue, operand.whenFalse] : [];
  if (operand.kind === "convert" && operand.type === "i32") parts.push(operand.operand);
  if (operand.type === "int" && operand.kind === "unary" && operand.operator === "~")
    parts.push(operand.operand);
  if (operand.type === "int" && operand.kind === "binary" && "&|^".includes(operand.operator)) {
    parts.push(operand.left, operand.right);
  }
  if (operand.type === "int" && operand.kind === "binary" && operand.operator === ">>")
    parts.push(operand.left);
  return parts.some((part) => narrowSigned(part, type));
}

export function bitsOf(type: ValueType): number {
  if (type === "bool") return 1;
  return type === "int" || type === "uint" ? 16 : BITS[type];
}

/** `operand` as what is stored in, or passed as, a `type`: a cast only where C would have to guess. */
export function stored(type: IntName | "bool", operand: IrExpression): IrExpression {
  if (operand.kind === "constant") return convert(type, operand);
  if (type === "bool" || operand.type === type) return operand;
  const promoted = (operand.type === "int" && type === "i32") || (operand.type === "uint" && type === "u32");
  const plain = operand.type in RANGES && within(TYPE_RANGES[operand.type], RANGES[type]);
  return promoted || plain ? operand : cast(type, operand);
}

/** `left operator right`, computed as `type`. */
export function binary(
  operator: string,
  type: ComputeType,
  left: IrExpression,
  right: IrExpression,
): IrExpression & { kind: "binary" } {
  const [a, b] = carried(type, reach(type, left), reach(type, right));
  return { kind: "binary", type, operator, left: a, right: b };
}

/** A shift: C takes its type from the left side alone. */
export function shift(
  operator: string,
  type: ComputeType,
  left: IrExpression,
  count: IrExpression,
): IrExpression & { kind: "binary" } {
  const value = reach(type, left);
  const typed = type === "int" || value.type === type ? suffix(type, value) : convert(type, value);
  const by = bitsOf(count.type) <= 16 ? count : convert("u8", count);
  return { kind: "binary", type, operator, left: typed, right: by };
}

/** `left operator right` of values from 0 to 32767, the result as well: int or unsigned, as it comes. */
export function small(operator: string, left: IrExpression, right: IrExpression): IrExpression {
  const isShift = operator === "<<";
  const type = smallType(isShift && left.kind !== "constant" ? [left] : [left, right]);
  const value = isShift ? shift(operator, type, left, right) : binary(operator, type, left, right);
  return type === "uint" ? { ...value, small: true } : value;
}

/** `left operator right` of two exact values whose ranges are given. */
export function comparison(
  operator: string,
  left: IrExpression,
  right: IrExpression,
  ranges: readonly [Interval, Interval],
): IrExpression {
  const type = commonType([left, right], ranges);
  const [a, b] = [opaque(reach(type, left)), opaque(reach(type, right))];
  // Unsigned 16-bit values compare alike as int and as unsigned, so neither needs a cast.
  const [x, y] = type === "uint" ? [plain(type, a), plain(type, b)] : carried(type, a, b);
  return { kind: "binary", type: "bool", operator, left: x, right: y };
}

/** A complement of 8 or 16 bits: gcc warns of its promotion where it is compared. */
function opaque(operand: IrExpression): IrExpression {
  const inner = operand.kind === "convert" ? operand.operand : operand;
  const turned = inner.kind === "binary" ? typeOfTurned(inner) : undefined;
  const type = operand.kind === "convert" ? operand.type : turned;
  const complement = turned !== undefined || (inner.kind === "unary" && inner.operator === "~");
  if (!complement || (type !== "u8" && type !== "u16")) return operand;
  return { kind: "call", type, name: `joinery_${type}`, arguments: [stored(type, operand)] };
}

/** Of an exclusive or with 255 or 65535, or a difference from these: what holds its value. */
function typeOfTurned({
  operator,
  left,
  right,
}: IrExpression & { kind: "binary" }): "u8" | "u16" | undefined {
  const [ones, value] = left.kind === "constant" || operator === "-" ? [left, right] : [right, left];
  if ((operator !== "^" && operator !== "-") || ones.kind !== "constant") return undefined;
  if (ones.value !== RANGES.u8.max && ones.value !== RANGES.u16.max) return undefined;
  if (value.type === "u8" && ones.value === RANGES.u8.max) return "u8";
  return value.type === "u8" || value.type === "u16" ? "u16" : undefined;
}

/** The type in which several exact values meet: by their types where these agree, else by their ranges. */
export function commonType(operands: readonly IrExpression[], ranges: readonly Interval[]): ComputeType {
  const small = (operand: IrExpression) => operand.kind === "constant" || REACHES.int.has(operand.type);
  if (operands.every(small) && ranges.every((range) => within(range, RANGES.i16))) {
    return ranges.every((range) => range.min >= 0) ? smallType(operands) : "int";
  }
  const type = exactType(ranges);
  if (type === undefined) throw new Error("values without a common 32-bit type");
  return type === "int" && ranges.every((range) => range.min >= 0) ? "uint" : type;
}

/** `operand` in a form that reaches `type` with its value. */
export function reach(type: ComputeType, operand: IrExpression): IrExpression {
  if (operand.kind === "constant") return convert(type, operand);
  if (operand.kind === "binary") {
    if (type === "uint" && operand.type === "int" && isUnsigned(operand)) return unsignedOf(operand);
    if (type === "int" && operand.small) return signedOf(operand);
  }
  return REACHES[type].has(operand.type) ? operand : convert(type, operand);
}

/** Sees to it that one operand has the type itself, so that C's conversions bring the other there. */
export function carried(
  type: ComputeType,
  left: IrExpression,
  right: IrExpression,
): readonly [IrExpression, IrExpression] {
  const carries = (operand: IrExpression) => operand.kind !== "constant" && operand.type === type;
  if (type === "int" || carries(left) || carries(right)) return [plain(type, left), plain(type, right)];
  if (left.kind === "constant") return [suffix(type, left), right];
  if (right.kind === "constant") return [left, suffix(type, right)];
  return [convert(type, left), right];
}

/** A constant beside an operand that has the type: of its sign, and of its width where it needs that. */
function plain(type: ComputeType, operand: IrExpression): IrExpression {
  if (operand.kind !== "constant") return operand;
  if (type === "u32" && operand.value <= RANGES.u16.max) return suffix("uint", operand);
  const short = type === "i32" && within({ min: operand.value, max: operand.value }, RANGES.i16);
  return short ? operand : suffix(type, operand);
}

function suffix(type: ComputeType, operand: IrExpression): IrExpression {
  return operand.kind === "constant" ? { ...operand, type, suffixed: type !== "int" } : operand;
}
