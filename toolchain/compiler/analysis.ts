/** The part of a compilation that every back end shares: the program as checked, and what is proven about it. */

import { join, resolve } from "node:path";
import type ts from "typescript";
import { packageRoot } from "../package-root.ts";
import { ofApplication } from "./application.ts";
import { breakdownMessage } from "./breakdown.ts";
import { analyzeCalls, type Calls } from "./calls.ts";
import { type BoardInterrupts, check } from "./check.ts";
import { checkInterrupts } from "./interrupts.ts";
import { Messages, noEntry, SOURCE } from "./messages.ts";
import { loadProgram, ProgramCache } from "./program.ts";
import { analyzeRanges, type Ranges } from "./range.ts";
import { Spoilt } from "./spoilt.ts";
import type { ProgramTree } from "./tree.ts";
import { inDeviceWords } from "./typescript-words.ts";

export interface CompileOptions {
  /** The module with `main`; firmware/main.ts where not given. */
  readonly entry?: string;
  /** The module that "#app" imports; package.json's choice where not given. */
  readonly app?: string;
  /** The driver that "#radio" imports; package.json's choice where not given. */
  readonly radio?: string;
  /** The cipher that "#aes" imports; package.json's choice where not given. */
  readonly aes?: string;
  /** The channel plans that "#region" imports; package.json's choice where not given. */
  readonly region?: string;
  /** Values for `@config` constants, by name. A name that no module of the program declares is an error. */
  readonly config?: Readonly<Record<string, number | boolean>>;
  /** The joinery.json whose field "config" gives some of these values: what is wrong with one is shown there. */
  readonly configFile?: string;
  /** What the board gives: as `config`, which goes before it, but a program need not have the names. */
  readonly boardConfig?: Readonly<Record<string, number | boolean>>;
  /** The interrupts that the board's own code handles; none where not given. */
  readonly boardInterrupts?: BoardInterrupts;
  /** Whether assertions trap; a release build takes them as true. */
  readonly debug?: boolean;
  /** Texts that take the place of files, by path: an editor's unsaved buffers. */
  readonly sources?: Readonly<Record<string, string>>;
}

export interface Analysis {
  /** As TypeScript sees it: every node of the tree below has its syntax here. */
  readonly program: ts.Program;
  /** Names resolved, constants folded, branches on constants gone. */
  readonly tree: ProgramTree;
  readonly calls: Calls;
  readonly ranges: Ranges;
  /** Where a back end adds messages of its own. */
  readonly found: Messages;
}

/** A program that is refused. */
export interface Refusal {
  readonly diagnostics: readonly ts.Diagnostic[];
}

/**
 * Checks and analyses the program of `options.entry`; the diagnostics where it is refused. Never throws: what
 * breaks down is a diagnostic too, beside those that were found until then.
 */
export function analyze(
  options: CompileOptions,
  cache: ProgramCache = new ProgramCache(),
): Analysis | Refusal {
  const found = new Messages();
  try {
    return analyzeProgram(options, cache, found);
  } catch (error) {
    return { diagnostics: [...found.list, breakdownMessage(error)] };
  }
}

function analyzeProgram(options: CompileOptions, cache: ProgramCache, found: Messages): Analysis | Refusal {
  const entry = resolve(options.entry ?? join(packageRoot, "firmware", "main.ts"));
  const sources = new Map(Object.entries(options.sources ?? {}).map(([path, text]) => [resolve(path), text]));
  const { app, radio, aes, region } = options;
  const chosen = { "#app": app, "#radio": radio, "#aes": aes, "#region": region };
  const source = loadProgram(entry, chosen, sources, cache);
  if (source === undefined) return { diagnostics: [noEntry(entry)] };
  for (const diagnostic of source.diagnostics) found.add(diagnostic);
  const refusal = () => {
    const { application, checker } = source;
    const told = inDeviceWords(found.list);
    return { diagnostics: application ? ofApplication(told, application, checker) : told };
  };
  if (!source.whole) return refusal();
  // Each phase reports what is wrong on its own, and leaves out what an earlier error may have brought about.
  const untyped = new Spoilt(source, source.diagnostics);
  const configuration = {
    chosen: options.config ?? {},
    defaults: options.boardConfig ?? {},
    file: options.configFile,
  };
  const boardInterrupts = options.boardInterrupts ?? { board: "", vectors: [] };
  const tree = check(source, configuration, boardInterrupts, found, untyped);
  // An error that a message has taken the place of has no consequences any more: that message would be one.
  const causes = new Spoilt(
    source,
    source.diagnostics.filter((diagnostic) => found.list.includes(diagnostic)),
  );
  found.drop((diagnostic) => diagnostic.source === SOURCE && causes.hasPlace(diagnostic));
  if (found.list.length === 0 && source.diagnostics.length > 0) {
    throw new Error("errors of TypeScript were dropped, and nothing was said in their place");
  }
  if (tree === undefined) return refusal();
  const unchecked = new Spoilt(source, found.list);
  const calls = analyzeCalls(tree, found);
  if (found.list.length === 0) checkInterrupts(tree, calls, found);
  const ranges = analyzeRanges(calls, found, (skipped) => unchecked.has(skipped.node));
  if (found.list.length > 0) return refusal();
  return { program: source.program, tree, calls, ranges, found };
}
