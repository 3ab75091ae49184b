/** Expressions of the IR as C text. */
import type { IrExpression, IrInvocation, IrPointer, ValueType } from "./ir.ts";
import { bitsOf } from "./widths.ts";

/** The names of C for the types of values. */
export const C_TYPES: Readonly<Record<ValueType, string>> = {
  u8: "uint8_t",
  u16: "uint16_t",
  u32: "uint32_t",
  i8: "int8_t",
  i16: "int16_t",
  i32: "int32_t",
  int: "int",
  uint: "unsigned",
  bool: "bool",
};

const POINTERS = new Set([
  "array",
  "record",
  "memberArray",
  "memberRecord",
  "elementRecord",
  "offset",
  "choice",
  "pointerCall",
]);

function isPointer(value: IrExpression | IrPointer): value is IrPointer {
  return POINTERS.has(value.kind);
}

/** A value or a reference. */
export function operand(value: IrExpression | IrPointer): string {
  return isPointer(value) ? pointer(value) : expression(value);
}

/** A call of a function, or of one of a dispatch table. */
export function invocation({ name, through, arguments: values }: IrInvocation): string {
  const called = through ? `FLASH_FUNCTION(${through.type}, ${name}, ${expression(through.index)})` : name;
  return `${called}(${values.map(operand).join(", ")})`;
}

/** Operators that stand beside their like without parentheses, as a sum of several terms; all others get them. */
const CHAINS: readonly ReadonlySet<string>[] = ["+ -", "*", "&", "^", "|", "&&", "||"].map(
  (operators) => new Set(operators.split(" ")),
);

/** A value, without parentheses around it. */
export function expression(value: IrExpression): string {
  switch (value.kind) {
    case "constant":
      return constantText(value);
    case "name":
      return value.name;
    case "member":
      return value.flash
        ? `FLASH_FIELD_${value.type.toUpperCase()}(${member(value.record, value.field)})`
        : member(value.record, value.field);
    case "index": {
      const array = pointer(value.array, true);
      const index = expression(value.index);
      return value.flash ? `FLASH_${value.type.toUpperCase()}(${array}, ${index})` : `${array}[${index}]`;
    }
    case "convert":
      return cast(value);
    case "unary":
      return `${value.operator}${unaryOperand(value.operand)}`;
    case "binary":
      return hasSignedOctet(value) ? product(value) : operation(value);
    case "conditional": {
      const parts = [value.condition, value.whenTrue, value.whenFalse].map(part);
      return `${parts[0]} ? ${parts[1]} : ${parts[2]}`;
    }
    case "call":
      return invocation(value);
  }
}

/** Of 32 bits the runtime gives the low 16; a value of type int fits int16_t, whatever int has. */
function cast(value: IrExpression & { kind: "convert" }): string {
  const { type, operand } = value;
  if (bitsOf(operand.type) !== 32 || bitsOf(type) !== 16) return `(${C_TYPES[type]})${unaryOperand(operand)}`;
  const wide = operand.type === "i32" ? `(uint32_t)${unaryOperand(operand)}` : expression(operand);
  const low = `joinery_low16(${wide})`;
  return type === "u16" ? low : `(${type === "int" ? "int16_t" : C_TYPES[type]})${low}`;
}

function operation(value: IrExpression & { kind: "binary" }): string {
  return `${binaryOperand(value, value.left, false)} ${value.operator} ${binaryOperand(value, value.right, true)}`;
}

/** Of a product with 16 bits: whether a factor is an octet with a sign, whatever it is converted to. */
function hasSignedOctet({ operator, type, left, right }: IrExpression & { kind: "binary" }): boolean {
  const factors = [left, right].map(unconverted);
  const variable = factors.every((factor) => factor.kind !== "constant");
  return (
    operator === "*" && bitsOf(type) === 16 && variable && factors.some((factor) => factor.type === "i8")
  );
}

function unconverted(value: IrExpression): IrExpression {
  if (value.kind === "convert") return unconverted(value.operand);
  if (value.kind !== "call" || value.name !== "joinery_bits") return value;
  const [signed] = value.arguments;
  return isPointer(signed) ? value : unconverted(signed);
}

function product(value: IrExpression & { kind: "binary" }): string {
  return `${value.type === "int" ? "joinery_product" : "joinery_product_bits"}(${operation(value)})`;
}

/** What stands before the question mark, or between it and the colon, or after. */
function part(value: IrExpression): string {
  const text = expression(value);
  return value.kind === "binary" || value.kind === "conditional" ? `(${text})` : text;
}

function unaryOperand(value: IrExpression): string {
  const text = expression(value);
  const alone = value.kind !== "binary" && value.kind !== "conditional" && !text.startsWith("-");
  return alone ? text : `(${text})`;
}

function binaryOperand(
  parent: IrExpression & { kind: "binary" },
  value: IrExpression,
  right: boolean,
): string {
  const text = expression(value);
  if (value.kind === "conditional") return `(${text})`;
  if (value.kind === "constant" && text.startsWith("-")) return `(${text})`;
  if (value.kind !== "binary") return text;
  const chain = CHAINS.some((operators) => operators.has(parent.operator) && operators.has(value.operator));
  return chain && !right ? text : `(${text})`;
}

function constantText(value: IrExpression & { kind: "constant" }): string {
  if (value.type === "bool") return value.value === 0 ? "false" : "true";
  const text = literal(value.value, value.type, value.suffixed, value.hexadecimal);
  return value.name ? `${text} /* ${value.name} */` : text;
}

/** A number; with a suffix where asked for, or where its value needs one on a 16-bit target. */
export function literal(value: number, type: ValueType, suffixed: boolean, hexadecimal = false): string {
  if (type === "bool") return value === 0 ? "false" : "true";
  const digits = hexadecimal && value >= 0 ? `0x${value.toString(16)}` : String(value);
  const wide = type === "u32" || type === "i32";
  if (value === -0x8000 && !wide) return "(-32767 - 1)";
  if (value === -0x80000000) return "(-INT32_C(2147483647) - 1)";
  if (!suffixed && value <= 0x7fff && value >= -0x8000) return digits;
  if (!wide) return `${digits}u`;
  if (value < 0) return `-INT32_C(${-value})`;
  return `${type === "u32" ? "UINT32_C" : "INT32_C"}(${digits})`;
}

function member(record: IrPointer, field: string): string {
  if (record.kind === "record") return `${record.name}${record.pointer ? "->" : "."}${field}`;
  if (record.kind === "memberRecord") return `${member(record.record, record.field)}.${field}`;
  if (record.kind === "elementRecord") return `${elementText(record.array, record.index)}.${field}`;
  return `(${pointer(record)})->${field}`;
}

function elementText(array: IrPointer, index: IrExpression): string {
  return `${pointer(array, true)}[${expression(index)}]`;
}

/** A reference as a C expression; `operand` where an index or operator follows. */
function pointer(value: IrPointer, operandOf = false): string {
  const text = pointerText(value);
  const compound = value.kind === "offset" || value.kind === "choice" || text.startsWith("&");
  return operandOf && compound ? `(${text})` : text;
}

function pointerText(value: IrPointer): string {
  switch (value.kind) {
    case "array":
      return value.name;
    case "record":
      return value.pointer ? value.name : `&${value.name}`;
    case "memberArray":
      return member(value.record, value.field);
    case "memberRecord":
      return `&${member(value.record, value.field)}`;
    case "elementRecord":
    case "offset":
      return `&${elementText(value.array, value.index)}`;
    case "choice":
      return `${part(value.condition)} ? ${pointer(value.whenTrue, true)} : ${pointer(value.whenFalse, true)}`;
    case "pointerCall":
      return invocation(value);
  }
}
