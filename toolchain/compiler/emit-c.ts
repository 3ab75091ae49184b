/** Prints the IR as C99: a header and a source file per module. Nothing is decided here. */
import type {
  Declared,
  IrBlock,
  IrExpression,
  IrFunction,
  IrModule,
  IrPointer,
  IrStatement,
  IrStruct,
  IrVariable,
  Origin,
  ValueType,
} from "./ir.ts";

const C_TYPES: Readonly<Record<ValueType, string>> = {
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

/** All files of the modules, by name. */
export function emitModules(modules: readonly IrModule[]): Map<string, string> {
  const files = new Map<string, string>();
  const headers = new Set(modules.filter(hasHeader).map((module) => module.name));
  for (const module of modules) {
    if (headers.has(module.name)) files.set(`${module.name}.h`, header(module));
    if (hasSource(module)) files.set(`${module.name}.c`, source(module, headers));
  }
  return files;
}

function hasHeader(module: IrModule): boolean {
  return (
    module.externals.length > 0 ||
    module.functions.some((tree) => tree.shared) ||
    module.variables.some((variable) => variable.shared) ||
    module.structs.length > 0
  );
}

function hasSource(module: IrModule): boolean {
  return module.functions.length > 0 || module.variables.length > 0;
}

function banner(module: IrModule): string {
  return `/* Generated from ${module.source}. */\n`;
}

function header(module: IrModule): string {
  const guard = `JOINERY_${module.name.toUpperCase()}_H`;
  const lines = [`#ifndef ${guard}`, `#define ${guard}`, "", `#include "joinery.h"`];
  for (const name of [...module.types].sort()) lines.push(`#include "${name}.h"`);
  for (const { name, value } of module.constants) lines.push(`#define ${name} ${value}`);
  for (const struct of module.structs) lines.push("", ...structLines(struct));
  lines.push("");
  for (const variable of module.variables.filter((candidate) => candidate.shared)) {
    lines.push(`extern ${variableDeclaration(variable)};`);
  }
  for (const tree of [...module.externals, ...module.functions.filter((candidate) => candidate.shared)]) {
    lines.push(`${signature(tree)};`);
  }
  lines.push("", "#endif", "");
  return banner(module) + lines.join("\n");
}

function source(module: IrModule, headers: ReadonlySet<string>): string {
  const printer = new Printer(module.source);
  const includes = [module.name, ...[...module.uses].sort()].filter((name) => headers.has(name));
  printer.text(banner(module).trimEnd());
  printer.text(`#include "joinery.h"`);
  for (const name of includes) printer.text(`#include "${name}.h"`);
  for (const variable of module.variables) {
    printer.text("");
    printer.at(variable.origin);
    printer.text(
      `${variable.shared ? "" : "static "}${variableDeclaration(variable)}${initializer(variable)};`,
    );
  }
  for (const tree of module.functions) emitFunction(printer, tree);
  return printer.result();
}

/** Lines of C, with `#line` wherever they would not match the source's. */
class Printer {
  readonly #source: string;
  readonly #lines: string[] = [];
  #indent = 0;
  /** The line of the source that the compiler takes the next line for. */
  #expected = 0;

  constructor(source: string) {
    this.#source = source;
  }

  result(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  text(line: string): void {
    for (const part of line.split("\n")) {
      this.#lines.push(part === "" ? "" : "  ".repeat(this.#indent) + part);
      this.#expected++;
    }
  }

  inner(action: () => void): void {
    this.#indent++;
    action();
    this.#indent--;
  }

  /** The comments before a place in the source, then `#line` where the next line would not be its line. */
  at(origin: Origin | undefined): void {
    if (origin === undefined) return;
    for (const comment of origin.comments) {
      this.#seek(comment.line);
      for (const line of comment.text.split("\n")) this.text(line.replace(/^\s+\*/, " *"));
    }
    this.#seek(origin.line);
  }

  #seek(line: number): void {
    const gap = line - this.#expected;
    if (gap === 0) return;
    if (gap > 0 && gap <= 2) {
      for (let i = 0; i < gap; i++) this.text("");
      return;
    }
    this.#lines.push(`#line ${line} "${this.#source}"`);
    this.#expected = line;
  }
}

// ---- declarations

function structLines(struct: IrStruct): string[] {
  return [
    "typedef struct {",
    ...struct.fields.map((field) => `  ${fieldDeclaration(field)};`),
    `} ${struct.name};`,
  ];
}

function fieldDeclaration({ name, type }: IrStruct["fields"][number]): string {
  if (type.kind === "array") return `${C_TYPES[type.element]} ${name}[${type.length}]`;
  return type.kind === "record" ? `${type.struct.name} ${name}` : `${C_TYPES[type.type]} ${name}`;
}

function variableDeclaration({ name, storage }: IrVariable): string {
  switch (storage.kind) {
    case "value":
      return `${C_TYPES[storage.type]} ${name}`;
    case "array":
      return `${C_TYPES[storage.element]} ${name}[${storage.length}]`;
    case "table":
      return `const ${C_TYPES[storage.element]} ${name}[${storage.values.length}] FLASH`;
    case "record":
      return `${storage.struct.name} ${name}`;
  }
}

/** What follows the declaration; zeros are left to the start-up code. */
function initializer({ storage }: IrVariable): string {
  switch (storage.kind) {
    case "value":
      return storage.value === 0 ? "" : ` = ${literal(storage.value, storage.type, false)}`;
    case "array":
      return "";
    case "table":
      return ` = ${tableValues(storage)}`;
    case "record":
      return allZero(storage.struct) ? "" : ` = ${structValue(storage.struct)}`;
  }
}

function tableValues(storage: IrVariable["storage"] & { kind: "table" }): string {
  if (storage.text !== undefined) {
    return `{${[...storage.text].map(characterLiteral).join(", ")}}`;
  }
  const width = storage.element.slice(1) === "8" ? 2 : storage.element.slice(1) === "16" ? 4 : 8;
  const values = storage.values.map((value) => {
    const digits = `0x${value.toString(16).padStart(width, "0")}`;
    return width === 8 ? `UINT32_C(${digits})` : digits;
  });
  const rows: string[] = [];
  for (let i = 0; i < values.length; i += 16) rows.push(`  ${values.slice(i, i + 16).join(", ")}`);
  return values.length <= 16 ? `{${values.join(", ")}}` : `{\n${rows.join(",\n")}}`;
}

function characterLiteral(character: string): string {
  if (character === "'" || character === "\\") return `'\\${character}'`;
  const code = character.codePointAt(0)!;
  return code >= 0x20 && code < 0x7f ? `'${character}'` : String(code);
}

function allZero(struct: IrStruct): boolean {
  return struct.fields.every((field) =>
    field.type.kind === "record" ? allZero(field.type.struct) : field.value === 0,
  );
}

function structValue(struct: IrStruct): string {
  return `{${struct.fields.map(fieldValue).join(", ")}}`;
}

function fieldValue({ type, value }: IrStruct["fields"][number]): string {
  if (type.kind === "array") return "{0}";
  return type.kind === "record" ? structValue(type.struct) : literal(value, type.type, false);
}

function declared(type: Declared): string {
  switch (type.kind) {
    case "void":
      return "void ";
    case "value":
      return `${C_TYPES[type.type]} `;
    case "pointer":
      return `${type.flash ? "const " : ""}${C_TYPES[type.element]} *`;
    case "record":
      return `${type.struct} *`;
  }
}

function signature(tree: IrFunction): string {
  const parameters = tree.parameters.map((parameter) => `${declared(parameter.type)}${parameter.name}`);
  return `${declared(tree.result)}${tree.name}(${parameters.length > 0 ? parameters.join(", ") : "void"})`;
}

function emitFunction(printer: Printer, tree: IrFunction): void {
  printer.text("");
  printer.at(tree.origin);
  const visible = tree.shared || tree.name === "joinery_main";
  if (tree.name === "joinery_main") printer.text(`${signature(tree)};`);
  printer.text(`${visible ? "" : "static "}${signature(tree)} {`);
  printer.inner(() => {
    for (const parameter of tree.parameters)
      if (!tree.reads.has(parameter.name)) printer.text(`(void)${parameter.name};`);
    emitBlock(printer, tree.body, tree.reads);
  });
  printer.text("}");
}

// ---- statements

function emitBlock(printer: Printer, block: IrBlock, reads: ReadonlySet<string>): void {
  for (const statement of block) {
    printer.at(statement.origin);
    emitStatement(printer, statement, reads);
  }
}

function emitStatement(printer: Printer, statement: IrStatement, reads: ReadonlySet<string>): void {
  const inner = (block: IrBlock) => printer.inner(() => emitBlock(printer, block, reads));
  switch (statement.kind) {
    case "declareArray":
      printer.text(`${C_TYPES[statement.element]} ${statement.name}[${statement.length}] = {0};`);
      break;
    case "declareRecord":
      printer.text(`${statement.struct.name} ${statement.name} = ${structValue(statement.struct)};`);
      break;
    case "if":
      printer.text(`if (${expression(statement.condition)}) {`);
      inner(statement.whenTrue);
      if (statement.whenFalse.length > 0) {
        printer.text("} else {");
        inner(statement.whenFalse);
      }
      printer.text("}");
      return;
    case "while":
      printer.text(`while (${expression(statement.condition)}) {`);
      inner(statement.body);
      printer.text("}");
      return;
    case "do":
      printer.text("do {");
      inner(statement.body);
      printer.text(`} while (${expression(statement.condition)});`);
      return;
    case "for": {
      if (statement.initial?.kind === "declare" && !reads.has(statement.initial.name)) {
        const { initial } = statement;
        printer.text("{");
        inner([initial, { ...statement, origin: undefined, initial: undefined }]);
        printer.text("}");
        return;
      }
      const initial = statement.initial ? simple(statement.initial) : "";
      const condition = statement.condition ? ` ${expression(statement.condition)}` : "";
      const step = statement.step.map(simple).join(", ");
      printer.text(`for (${initial};${condition};${step ? ` ${step}` : ""}) {`);
      inner(statement.body);
      printer.text("}");
      return;
    }
    case "switch":
      printer.text(`switch (${expression(statement.value)}) {`);
      for (const clause of statement.clauses) {
        printer.inner(() => {
          printer.at({ line: clause.line, comments: [] });
          printer.text(clause.label ? `case ${expression(clause.label)}:` : "default:");
          printer.inner(() => (clause.body.length > 0 ? emitBlock(printer, clause.body, reads) : undefined));
        });
      }
      printer.text("}");
      return;
    case "block":
      printer.text("{");
      inner(statement.body);
      printer.text("}");
      return;
    default:
      printer.text(`${simple(statement)};`);
  }
  const names =
    statement.kind === "declare" || statement.kind === "declareArray" || statement.kind === "declareRecord";
  if (names && !reads.has(statement.name) && !/^t\d*$/.test(statement.name))
    printer.text(`(void)${statement.name};`);
}

/** A statement without its semicolon; these may stand in the head of a for loop. */
function simple(statement: IrStatement): string {
  switch (statement.kind) {
    case "declare":
      return `${declared(statement.type)}${statement.name} = ${operand(statement.value)}`;
    case "assign":
      return `${expression(statement.target)} = ${expression(statement.value)}`;
    case "step":
      return `${expression(statement.target)}${statement.by > 0 ? "++" : "--"}`;
    case "call":
      return `${statement.name}(${statement.arguments.map(operand).join(", ")})`;
    case "jump":
      return statement.to;
    case "return":
      return statement.value ? `return ${operand(statement.value)}` : "return";
    default:
      throw new Error(`${statement.kind} is no simple statement`);
  }
}

// ---- expressions

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

function operand(value: IrExpression | IrPointer): string {
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

function expression(value: IrExpression): string {
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
  return literal(value.value, value.type, value.suffixed, value.hexadecimal);
}

/** A number; with a suffix where asked for, or where its value needs one on a 16-bit target. */
function literal(value: number, type: ValueType, suffixed: boolean, hexadecimal = false): string {
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
