/** The one chunk: check of the numbers, runtime, board, modules, and the table that it gives back. */
import type ts from "typescript";
import type { PrintResult } from "typescript-to-lua";
import { tree } from "../compiler/index.ts";
import type { LuaDialect } from "./dialect.ts";
import { SPILL_TABLE } from "./layout.ts";
import type { LoweredProgram } from "./program.ts";
import { NUMBER_CHECK } from "./runtime.ts";

/** Where a line of the bundle comes from. */
export interface LuaOrigin {
  /** Relative to the package: "firmware/crypto/aes.ts". */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface BundledModule {
  readonly file: ts.SourceFile;
  /** Relative to the package. */
  readonly source: string;
  readonly printed: PrintResult;
}

export interface Bundle {
  readonly text: string;
  /** By the line of the bundle, from 0 for its first. */
  readonly origins: readonly (LuaOrigin | undefined)[];
}

export function bundleOf(
  dialect: LuaDialect,
  program: LoweredProgram,
  modules: readonly BundledModule[],
  isShown: (name: string) => boolean,
): Bundle {
  const lines: string[] = [];
  const origins: (LuaOrigin | undefined)[] = [];
  const add = (text: string) => {
    for (const line of text.split("\n")) {
      lines.push(line);
      origins.push(undefined);
    }
  };
  add(NUMBER_CHECK[dialect]);
  add(boardCheck(program));
  const { names, text } = program.helpers;
  if (names.length > 0) add(`local ${names.join(", ")}\n${text}`);
  if (program.spilled.size > 0) add(`local ${SPILL_TABLE} = {}`);
  const locals = program.declared.filter((name) => !program.spilled.has(name));
  if (locals.length > 0) add(`local ${locals.join(", ")}`);
  const place = (name: string) => {
    const slot = program.spilled.get(name);
    return slot === undefined ? name : `${SPILL_TABLE}[${slot}]`;
  };
  for (const callee of program.externals) add(`${place(program.names.of(callee))} = ${callee.external}`);
  const sources = new Map(modules.map(({ file, source }) => [file.fileName, source]));
  for (const module of modules) addModule(module, (fileName) => sources.get(fileName), lines, origins);
  for (const { name, members } of program.tables) {
    const [first, ...others] = members.map(place);
    add(`${place(name)} = {${[`[0] = ${first}`, ...others].join(", ")}}`);
  }
  const shown = [...program.variables.values()]
    .map(({ variable, name }) => ({ variable, name, path: `${variable.module.path}:${variable.name}` }))
    .filter(({ variable, path }) => isMemory(variable) && isShown(path));
  if (shown.some(({ variable }) => isTable(variable))) add(ALWAYS);
  add(`return {\n  main = ${place(program.entry)},`);
  if (program.interrupts.length > 0) {
    const handlers = program.interrupts.map(({ name, interrupt }) => `["${interrupt}"] = ${place(name)}`);
    add(`  interrupts = { ${handlers.join(", ")} },`);
  }
  add("  variables = {");
  for (const { variable, name, path } of shown) {
    const get = isTable(variable) ? `always(${place(name)})` : `function() return ${place(name)} end`;
    add(`    ["${path}"] = ${get},`);
  }
  add("  },\n}\n");
  return { text: lines.join("\n"), origins };
}

/** A function for each array costs less as a closure of one function than as a function of its own. */
const ALWAYS = "local function always(value) return function() return value end end";

/** Whether the program may change what a module-level variable holds. */
function isMemory({ type }: tree.Variable): boolean {
  return type !== undefined && (!tree.isReference(type) || type.memory === "ram");
}

/** Whether the variable holds the same table for good. */
function isTable({ type }: tree.Variable): boolean {
  return type !== undefined && tree.isReference(type);
}

/** The functions that the board must provide are there, or one error names those that are not. */
function boardCheck({ externals, names }: LoweredProgram): string {
  if (externals.length === 0) return "";
  // A function of the board may be called "missing".
  const list = names.fresh("missing");
  const checks = externals.map(
    ({ external }) => `  if ${external} == nil then ${list}[#${list} + 1] = "${external}" end`,
  );
  return `do
  local ${list} = {}
${checks.join("\n")}
  if #${list} > 0 then error("the board does not provide " .. table.concat(${list}, ", "), 0) end
end`;
}

type Printed = PrintResult["sourceMapNode"];

/** The text of a module, with the place in the sources of the first thing on each of its lines. */
function addModule(
  { file, printed }: BundledModule,
  nameOf: (fileName: string) => string | undefined,
  lines: string[],
  origins: (LuaOrigin | undefined)[],
): void {
  let current = "";
  let origin: LuaOrigin | undefined;
  const end = () => {
    lines.push(current);
    origins.push(origin);
    current = "";
    origin = undefined;
  };
  const addText = (text: string, from: LuaOrigin | undefined) => {
    for (const [i, part] of text.split("\n").entries()) {
      if (i > 0) end();
      current += part;
      if (part.trim() !== "") origin ??= from;
    }
  };
  // What has no place of its own is of the place around it.
  const visit = ({ source, line, children }: Printed, around: LuaOrigin | undefined) => {
    const here = line === null ? around : { file: nameOf(source) ?? nameOf(file.fileName)!, line };
    for (const child of children as readonly (Printed | string)[]) {
      if (typeof child === "string") addText(child, here);
      else visit(child, here);
    }
  };
  visit(printed.sourceMapNode, undefined);
  if (current.trim() !== "") end();
}
