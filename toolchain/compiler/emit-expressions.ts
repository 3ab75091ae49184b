/** Expressions of the IR as C text. */
import type { IrExpression, IrPointer, ValueType } from "./ir.ts";

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

/** How tightly an operator binds; operators of different kinds beside each other get parentheses anyway. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  "*": 10,
  "/": 10,
  "%": 10,
  "+": 9,
  "-": 9,
  "<<": 8,
  ">>": 8,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "==": 6,
  "!=": 6,
  "&": 5,
  "^": 4,
  "|": 3,
  "&&": 2,
  "||": 1,
};

/** A value, without parentheses around it. */
export function expression(value: IrExpression): string {
  switch (value.kind) {
    case "constant":
      return constantText(value);
    case "name":
      return value.name;
    case "member":
      return member(value.record, value.field);
    case "index": {
      const array = pointer(value.array, true);
      const index = expression(value.index);
      return value.flash ? `FLASH_${value.type.toUpperCase()}(${array}, ${index})` : `${array}[${index}]`;
    }
    case "convert":
      return `(${C_TYPES[value.type]})${unaryOperand(value.operand)}`;
    case "unary":
      return `${value.operator}${unaryOperand(value.operand)}`;
    case "binary":
      return `${binaryOperand(value, value.left, false)} ${value.operator} ${binaryOperand(value, value.right, true)}`;
    case "conditional": {
      const parts = [value.condition, value.whenTrue, value.whenFalse].map((part) =>
        part.kind === "conditional" ? `(${expression(part)})` : expression(part),
      );
      return `${parts[0]} ? ${parts[1]} : ${parts[2]}`;
    }
    case "call":
      return `${value.name}(${value.arguments.map(operand).join(", ")})`;
  }
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
  const sum = (operator: string) => operator === "+" || operator === "-";
  const familiar =
    parent.operator === value.operator ? parent.operator !== "-" && !isComparison(parent.operator) : false;
  const readable =
    familiar ||
    (sum(parent.operator) && sum(value.operator)) ||
    (sum(parent.operator) && value.operator === "*") ||
    (isComparison(parent.operator) && (sum(value.operator) || value.operator === "*")) ||
    (["&&", "||"].includes(parent.operator) && isComparison(value.operator));
  const binds = PRECEDENCE[value.operator] - PRECEDENCE[parent.operator];
  return readable && (binds > 0 || (binds === 0 && !right)) ? text : `(${text})`;
}

function isComparison(operator: string): boolean {
  return PRECEDENCE[operator] === 6 || PRECEDENCE[operator] === 7;
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
  return `(${pointer(record)})->${field}`;
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
    case "offset": {
      const index = value.index.kind === "binary" || value.index.kind === "conditional";
      const text = expression(value.index);
      return `${pointer(value.array, true)} + ${index ? `(${text})` : text}`;
    }
    case "choice":
      return `${expression(value.condition)} ? ${pointer(value.whenTrue, true)} : ${pointer(value.whenFalse, true)}`;
    case "pointerCall":
      return `${value.name}(${value.arguments.map(operand).join(", ")})`;
  }
}
