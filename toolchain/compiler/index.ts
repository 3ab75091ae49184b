/**
 * The compiler: from firmware in the TypeScript subset to C99.
 *
 * Phases, each a file or a few, in the order in which the program flows: program, check, calls,
 * range with bounds, lower (widths, signs and order, to the IR), emit-c.
 */
import { join, resolve } from "node:path";
import ts from "typescript";
import { analyzeCalls } from "./calls.ts";
import { check } from "./check.ts";
import { emitModules } from "./emit-c.ts";
import { lowerProgram } from "./lower-program.ts";
import { Messages, noEntry, SOURCE } from "./messages.ts";
import { moduleVariableName } from "./names.ts";
import { loadProgram, ProgramCache, packageRoot } from "./program.ts";
import { analyzeRanges } from "./range.ts";
import { RUNTIME_HEADER, RUNTIME_SOURCE } from "./runtime.ts";
import type { Variable } from "./tree.ts";

export interface CompileOptions {
  /** The module with `main`; firmware/main.ts where not given. */
  readonly entry?: string;
  /** The module that "#app" imports; package.json's choice where not given. */
  readonly app?: string;
  /** Values for `@config` constants, by name. A name that no module of the program declares is an error. */
  readonly config?: Readonly<Record<string, number | boolean>>;
  /** What the board gives: as `config`, which goes before it, but a program need not have the names. */
  readonly boardConfig?: Readonly<Record<string, number | boolean>>;
  /** Whether assertions trap; a release build takes them as true. */
  readonly debug?: boolean;
  /** Texts that take the place of files, by path: an editor's unsaved buffers. */
  readonly sources?: Readonly<Record<string, string>>;
}

export interface CompileResult {
  /** Numbered DEV...; empty where all is well. */
  readonly diagnostics: readonly ts.Diagnostic[];
  /** Flat names to texts: "aes.c", "aes.h", "joinery.h", ...; empty after an error. */
  readonly files: ReadonlyMap<string, string>;
  /** "lorawan/session.ts:appSKey" to the C symbol, for each module-level variable that the program uses. */
  readonly symbols: ReadonlyMap<string, { readonly symbol: string }>;
}

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
  const entry = resolve(options.entry ?? join(packageRoot, "firmware", "main.ts"));
  const sources = new Map(Object.entries(options.sources ?? {}).map(([path, text]) => [resolve(path), text]));
  const program = loadProgram(entry, options.app, sources, cache);
  if (program === undefined) return failed([noEntry(entry)]);
  if (program.diagnostics.length > 0) return failed(program.diagnostics);
  const found = new Messages();
  const tree = check(program, { chosen: options.config ?? {}, defaults: options.boardConfig ?? {} }, found);
  if (tree === undefined || found.list.length > 0) return failed(found.list);
  const calls = analyzeCalls(tree, found);
  if (found.list.length > 0) return failed(found.list);
  const ranges = analyzeRanges(calls, found);
  if (found.list.length > 0) return failed(found.list);
  const { modules, variables } = lowerProgram(tree, calls, ranges, found, options.debug ?? false);
  if (found.list.length > 0) return failed(found.list);
  const files = emitModules(modules);
  files.set("joinery.h", RUNTIME_HEADER);
  if ([...files.values()].some((text) => text.includes("joinery_equal(") && text !== RUNTIME_HEADER)) {
    files.set("joinery.c", RUNTIME_SOURCE);
  }
  return { diagnostics: [], files, symbols: symbolsOf(variables) };
}

/** Diagnostics as text with code frames; `colour` for a terminal. */
export function formatDiagnostics(
  diagnostics: readonly ts.Diagnostic[],
  options: { readonly colour: boolean },
): string {
  const host: ts.FormatDiagnosticsHost = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => "\n",
  };
  return ts
    .sortAndDeduplicateDiagnostics(diagnostics)
    .map((diagnostic) => {
      const text = ts.formatDiagnosticsWithColorAndContext([diagnostic], host);
      const named =
        diagnostic.source === SOURCE ? text.replace(`TS${diagnostic.code}`, `DEV${diagnostic.code}`) : text;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal begin with one
      return options.colour ? named : named.replace(/\u001b\[\d+m/g, "");
    })
    .join("\n");
}

function failed(diagnostics: readonly ts.Diagnostic[]): CompileResult {
  return { diagnostics, files: new Map(), symbols: new Map() };
}

function symbolsOf(variables: readonly Variable[]): Map<string, { symbol: string }> {
  return new Map(
    variables.map((variable) => [
      `${variable.module.path}:${variable.name}`,
      { symbol: moduleVariableName(variable) },
    ]),
  );
}
