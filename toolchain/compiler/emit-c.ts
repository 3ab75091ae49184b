/** Prints the IR as C99: a header and a source file per module. Nothing is decided here. */
import { C_TYPES, literal } from "./emit-expressions.ts";
import { Printer } from "./emit-printer.ts";
import { declared, emitBlock, emitUnread } from "./emit-statements.ts";
import { isZero, storageDeclaration, storageValue } from "./emit-storage.ts";
import type { IrFunction, IrModule, IrStruct, IrVariable } from "./ir.ts";
import { BITS, type IntName } from "./tree.ts";

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
    lines.push(...functionType(variable));
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
  if (module.interrupts) printer.text(`#include "joinery_interrupts.h"`);
  for (const name of includes) printer.text(`#include "${name}.h"`);
  for (const variable of module.variables) {
    printer.at(variable.origin);
    if (!variable.shared) for (const line of functionType(variable)) printer.text(line);
    for (const line of listedHere(module, variable)) printer.text(line);
    printer.text(
      `${variable.shared ? "" : "static "}${variableDeclaration(variable)}${initializer(variable)};`,
    );
  }
  for (const tree of module.functions) emitFunction(printer, tree);
  return printer.result();
}

// ---- declarations

function structLines(struct: IrStruct): string[] {
  return [
    "typedef struct {",
    ...struct.fields.map(({ name, storage }) => `  ${storageDeclaration(name, storage)};`),
    `} ${struct.name};`,
  ];
}

function variableDeclaration({ name, storage }: IrVariable): string {
  switch (storage.kind) {
    case "rows":
      return `const ${storage.struct.name} ${name}[${storage.rows.length}] FLASH`;
    case "table":
      return `const ${C_TYPES[storage.element]} ${name}[${storage.values.length}] FLASH`;
    case "cell":
      return `volatile ${C_TYPES[storage.type]} ${name}`;
    case "functions":
      return `const ${storage.type} ${name}[${storage.functions.length}] FLASH`;
    default:
      return storageDeclaration(name, storage);
  }
}

/** The C type of a pointer to each function of a dispatch table. */
function functionType({ storage }: IrVariable): string[] {
  if (storage.kind !== "functions") return [];
  const parameters = storage.parameters.map((parameter) => declared(parameter).trimEnd());
  return [`typedef ${declared(storage.result)}(*${storage.type})(${parameters.join(", ") || "void"});`];
}

/** The functions of this module that a dispatch table before them lists, where no header declares them. */
function listedHere(module: IrModule, { storage }: IrVariable): string[] {
  if (storage.kind !== "functions") return [];
  return module.functions
    .filter((tree) => !tree.shared && storage.functions.includes(tree.name))
    .map((tree) => `static ${signature(tree)};`);
}

/** What follows the declaration; zeros are left to the start-up code. */
function initializer({ storage }: IrVariable): string {
  switch (storage.kind) {
    case "table":
      return ` = ${tableValues(storage)}`;
    case "rows":
      return ` = ${rowValues(storage)}`;
    case "cell":
      return "";
    case "functions":
      return ` = {${storage.functions.join(", ")}}`;
    default:
      return isZero(storage) ? "" : ` = ${storageValue(storage, "\n  ")}`;
  }
}

/** Sixteen values a line, in the notation of the source. */
function tableValues(storage: IrVariable["storage"] & { kind: "table" }): string {
  const values =
    storage.text === undefined
      ? storage.values.map((value) => tableValue(value, storage.element, storage.hexadecimal))
      : [...storage.text].map(characterLiteral);
  if (values.length <= 16) return `{${values.join(", ")}}`;
  const rows: string[] = [];
  for (let i = 0; i < values.length; i += 16) rows.push(`  ${values.slice(i, i + 16).join(", ")}`);
  return `{\n${rows.join(",\n")}\n}`;
}

/** Hexadecimal values have as many digits as their type. */
function tableValue(value: number, type: IntName, hexadecimal: boolean): string {
  if (!hexadecimal) return literal(value, type, false);
  const digits = `0x${value.toString(16).padStart(BITS[type] / 4, "0")}`;
  if (BITS[type] === 32) return `UINT32_C(${digits})`;
  return value > 0x7fff ? `${digits}u` : digits;
}

/** A record a line. */
function rowValues({ struct, rows }: IrVariable["storage"] & { kind: "rows" }): string {
  const value = ({ storage }: IrStruct["fields"][number], of: number) =>
    storage.kind === "value" ? literal(of, storage.type, false) : storageValue(storage);
  const lines = rows.map((row) => `  {${struct.fields.map((field, i) => value(field, row[i])).join(", ")}}`);
  return `{\n${lines.join(",\n")}\n}`;
}

function characterLiteral(character: string): string {
  if (character === "'" || character === "\\") return `'\\${character}'`;
  if (character === "\n") return "'\\n'";
  const code = character.codePointAt(0)!;
  return code >= 0x20 && code < 0x7f ? `'${character}'` : String(code);
}

function signature(tree: IrFunction): string {
  const parameters = tree.parameters.map((parameter) => `${declared(parameter.type)}${parameter.name}`);
  return `${declared(tree.result)}${tree.name}(${parameters.length > 0 ? parameters.join(", ") : "void"})`;
}

function emitFunction(printer: Printer, tree: IrFunction): void {
  printer.at(tree.origin);
  const visible = tree.shared || tree.name === "joinery_main";
  const head = tree.interrupt ? `JOINERY_ISR(${tree.name})` : signature(tree);
  const inline = tree.inline ? "inline JOINERY_INLINE " : "";
  printer.text(`${visible || tree.interrupt ? "" : "static "}${inline}${head} {`);
  printer.inner(() => {
    for (const parameter of tree.parameters) emitUnread(printer, parameter, tree.unread);
    emitBlock(printer, tree.body, tree.unread);
  });
  printer.close(tree.endLine);
}
