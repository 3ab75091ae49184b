/**
 * The compiler's other back end: the same programs as Lua, for boards whose firmware runs Lua.
 *
 * The analysis is that of the C back end, so what is accepted, and what it computes, is the same. Each function
 * becomes a function of Lua (statements.ts, numbers.ts, ...), TypeScriptToLua arranges and prints them (plugin.ts), and
 * bundle.ts makes one chunk of it all.
 *
 * Values: integers are numbers, booleans are booleans; an array is a table from index 0 on, octets of a constant
 * table are a string; a record is a table with its fields from 1 on. A function of the board is called with these;
 * for an array it gets the table or string and, as a further argument, the index at which the array begins. Nothing
 * is allocated while the program runs.
 */
import type ts from "typescript";
import { type Analysis, analyze, breakdownMessage, type CompileOptions } from "../compiler/index.ts";
import { bundleOf, type LuaOrigin } from "./bundle.ts";
import type { LuaDialect } from "./dialect.ts";
import { lua51 } from "./dialect-51.ts";
import { lua53 } from "./dialect-53.ts";
import { transpileModule } from "./plugin.ts";
import { lowerProgram } from "./program.ts";

export type { LuaOrigin } from "./bundle.ts";
export type { LuaDialect } from "./dialect.ts";
export { traceToSource } from "./trace.ts";

interface LuaOptions extends CompileOptions {
  readonly dialect: LuaDialect;
  /** Which module-level variables `variables` of the bundle shows; all where not given. Each costs some 200 octets. */
  readonly variables?: (name: string) => boolean;
}

export interface LuaResult {
  /** Numbered DEV...; empty where all is well. */
  readonly diagnostics: readonly ts.Diagnostic[];
  /**
   * One chunk; empty after an error. It raises an error where the numbers of this Lua cannot hold the program's, or a
   * function of the board is missing, and otherwise gives `{ main = function, variables = {
   * ["lorawan/session.ts:appSKey"] = function() return the table or value end, ... } }`, with `interrupts = { DIO0_vect
   * = function, ... }` where the program has handlers. It does not start `main`.
   */
  readonly bundle: string;
  /** Where each line of the bundle comes from, from 0 for its first. */
  readonly origins: readonly (LuaOrigin | undefined)[];
}

/** Compiles the program of `options.entry` to Lua. Never throws for a fault of the source: that is a diagnostic. */
export function compileToLua(options: LuaOptions): LuaResult {
  const analysis = analyze(options);
  if ("diagnostics" in analysis) return refused(analysis.diagnostics);
  try {
    return generate(analysis, options);
  } catch (error) {
    return refused([breakdownMessage(error)]);
  }
}

function refused(diagnostics: readonly ts.Diagnostic[]): LuaResult {
  return { diagnostics, bundle: "", origins: [] };
}

function generate(analysis: Analysis, options: LuaOptions): LuaResult {
  const dialect = options.dialect === "5.1" ? lua51 : lua53;
  const program = lowerProgram(analysis, dialect, options.debug ?? false);
  if (analysis.found.list.length > 0) return refused(analysis.found.list);
  const modules = new Map(analysis.tree.functions.map(({ module }) => [module.file, module]));
  for (const { module } of analysis.tree.variables) modules.set(module.file, module);
  const bundled = [...modules].map(([file, { line }]) => ({
    file,
    source: line,
    printed: transpileModule(analysis.program, program, file),
  }));
  const { text, origins } = bundleOf(options.dialect, program, bundled, options.variables ?? (() => true));
  return { diagnostics: [], bundle: text, origins };
}
