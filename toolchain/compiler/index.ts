/**
 * The compiler: from firmware in the TypeScript subset to C99.
 *
 * Phases, each a file or a few, in the order in which the program flows: program, check, calls,
 * range with bounds, lower (widths, signs and order, to the IR), emit-c. A phase of several files has its name before
 * each: check-loops.ts, range-calls.ts, lower-arithmetic.ts.
 */
import ts from "typescript";
import { type Analysis, analyze, type CompileOptions } from "./analysis.ts";
import { breakdownMessage } from "./breakdown.ts";
import { emitModules } from "./emit-c.ts";
import { lowerProgram } from "./lower-program.ts";
import { functionName, moduleVariableName } from "./names.ts";
import { ProgramCache } from "./program.ts";
import { INTERRUPTS_HEADER, RUNTIME_HEADER, RUNTIME_SOURCE } from "./runtime.ts";
import type { FunctionTree, Variable } from "./tree.ts";

export { packageVersion } from "../package-root.ts";
export type { CompileOptions } from "./analysis.ts";
export {
  type DiagnosticJson,
  diagnosticsJson,
  formatDiagnostics,
  formatReport,
  isInternal,
  isOwn,
  numberOf,
  type SourcePlace,
} from "./diagnostics.ts";
export { type Fix, fixesOf, type TextChange } from "./fixes.ts";
export { imageTooLarge, unusableBoard, unusableProject } from "./messages.ts";
export { type MessagePage, messagePage, messagePages } from "./pages.ts";
/** A diagnostic with places that are not its own. */
export { relating } from "./related.ts";

export interface CompileResult {
  /** Numbered DEV...; empty where all is well. */
  readonly diagnostics: readonly ts.Diagnostic[];
  /** Flat names to texts: "aes.c", "aes.h", "joinery.h", ...; empty after an error. */
  readonly files: ReadonlyMap<string, string>;
  /**
   * "lorawan/session.ts:appSKey" to the C symbol and the name's place, for each module-level variable that the program
   * uses.
   */
  readonly symbols: ReadonlyMap<string, { readonly symbol: string; readonly node: ts.Node }>;
  /** "lorawan/join.ts:acceptJoin" to those of the C function, for each function that code reaches. */
  readonly functions: ReadonlyMap<string, { readonly symbol: string; readonly node: ts.Node }>;
  /** The `@extern` functions that code reaches, by their C names: where each is named. */
  readonly externals: ReadonlyMap<string, ts.Node>;
  /** C names of the interrupt handlers: what the hardware calls besides the program. */
  readonly interrupts: readonly string[];
  /** C names of what a function may call through dispatch tables, by the C name of that function. */
  readonly dispatches: ReadonlyMap<string, readonly string[]>;
}

/*
 * For further back ends. `analyze` gives the checked tree and what is proven about it; what a node means beyond that
 * is asked of the functions below, so that every back end gives the same answer.
 */

/** The program as checked, its call graph, and the range of every value; or the diagnostics of a refusal. */
export { type Analysis, analyze } from "./analysis.ts";
/** Which local arrays and records are written before they are read, and so need no first value. */
export { Assigned } from "./assigned.ts";
/** Faults of a back end itself, as diagnostics with their place in the source. */
export { breakdownMessage, locating } from "./breakdown.ts";
/** Who calls whom, and what each function may read and write. */
export type { Calls } from "./calls.ts";
/** Arithmetic on ranges. */
export * as intervals from "./interval.ts";
/** How long an array is: a constant, or what a parameter brings. */
export { lengthOfArray } from "./lengths.ts";
/** The catalogue of messages, for what a back end refuses. */
export { messages } from "./messages.ts";
/** Which operands must be kept before later ones are evaluated. */
export { Order } from "./order.ts";
/** The proven ranges, and the value that a compound assignment stores, which has its range there. */
export { compoundValue, type Ranges } from "./range.ts";
/** The nodes of the checked tree, and their types. */
export * as tree from "./tree.ts";
/** The parts of an expression, and every statement and expression below some statements. */
export { operands, walk } from "./walk.ts";

export interface Compiler {
  /** As `compile`; the sooner done the less has changed since the call before. */
  compile(options?: CompileOptions): CompileResult;
}

/** A compiler that keeps what pays between calls: for editors and watching. A file counts as changed if its text is. */
export function createCompiler(): Compiler {
  const cache = new ProgramCache();
  return { compile: (options = {}) => compileWith(cache, options) };
}

/** Compiles the program of `options.entry`. Never throws for a fault of the source: that is a diagnostic. */
export function compile(options: CompileOptions = {}): CompileResult {
  return compileWith(new ProgramCache(), options);
}

function compileWith(cache: ProgramCache, options: CompileOptions): CompileResult {
  const analysis = analyze(options, cache);
  if ("diagnostics" in analysis) return failed(analysis.diagnostics);
  try {
    return generate(analysis, options.debug ?? false);
  } catch (error) {
    return failed([breakdownMessage(error)]);
  }
}

function generate({ tree, calls, ranges, found }: Analysis, debug: boolean): CompileResult {
  const { modules, variables, functions, externals, dispatches } = lowerProgram(
    tree,
    calls,
    ranges,
    found,
    debug,
  );
  if (found.list.length > 0) return failed(found.list);
  const files = emitModules(modules);
  files.set("joinery.h", RUNTIME_HEADER);
  if (modules.some((module) => module.interrupts)) files.set("joinery_interrupts.h", INTERRUPTS_HEADER);
  if ([...files.values()].some((text) => text.includes("joinery_equal(") && text !== RUNTIME_HEADER)) {
    files.set("joinery.c", RUNTIME_SOURCE);
  }
  const nameOf = (member: FunctionTree) => functionName(member, tree.entry);
  return {
    diagnostics: [],
    files,
    symbols: symbolsOf(variables, moduleVariableName),
    functions: symbolsOf(functions, nameOf),
    externals: new Map(externals.map(({ external, node }) => [external!, node.name ?? node])),
    interrupts: tree.interrupts.map(nameOf),
    dispatches: new Map([...dispatches].map(([caller, listed]) => [nameOf(caller), listed.map(nameOf)])),
  };
}

function failed(diagnostics: readonly ts.Diagnostic[]): CompileResult {
  return {
    diagnostics,
    files: new Map(),
    symbols: new Map(),
    functions: new Map(),
    externals: new Map(),
    interrupts: [],
    dispatches: new Map(),
  };
}

function symbolsOf<T extends Variable | FunctionTree>(
  members: readonly T[],
  symbolOf: (member: T) => string,
): Map<string, { symbol: string; node: ts.Node }> {
  return new Map(
    members.map((member) => {
      const node = ts.getNameOfDeclaration(member.node as ts.Declaration) ?? member.node;
      return [`${member.module.path}:${member.name}`, { symbol: symbolOf(member), node }];
    }),
  );
}
