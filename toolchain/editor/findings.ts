/** What the compiler says of one file, as plain objects that go from thread to thread. */
import ts from "typescript";
import { type Compiler, createCompiler, type Fix, fixesOf, isOwn } from "../compiler/index.ts";
import { compileForBoard } from "../image/index.ts";
import { ProjectError } from "../project/index.ts";
import { type Firmware, firmwareOf } from "./firmware.ts";

export interface Request {
  readonly file: string;
  /** The state of all sources: the same key, the same findings. */
  readonly key: string;
  /** The texts of the open files, by absolute path. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface Finding {
  /** Without "DEV". */
  readonly code: number;
  readonly start: number;
  readonly length: number;
  readonly message: string;
  readonly related: readonly {
    readonly file: string;
    readonly start: number;
    readonly length: number;
    readonly message: string;
  }[];
  readonly fixes: readonly Fix[];
}

/** So many programs are kept for the next request. */
const MOST_PROGRAMS = 4;

interface Kept {
  readonly compiler: Compiler;
  key?: string;
  diagnostics: readonly ts.Diagnostic[];
}

export class Findings {
  /** By what is compiled, the one asked for last at the end. */
  readonly #programs = new Map<string, Kept>();

  /** What the compiler has to say in `request.file`; nothing where that is no firmware. */
  of({ file, key, sources }: Request): readonly Finding[] {
    let firmware: Firmware | undefined;
    try {
      firmware = firmwareOf(file, sources);
    } catch (error) {
      if (!(error instanceof ProjectError)) throw error;
      return [findingOf({ ...placeless(error.diagnostic), messageText: error.message })];
    }
    if (firmware === undefined) return [];
    const program = this.#program(JSON.stringify(firmware));
    if (program.key !== key) {
      program.diagnostics = compileForBoard({ ...firmware, sources, compiler: program.compiler }).diagnostics;
      program.key = key;
    }
    return program.diagnostics
      .filter(isOwn)
      .map((diagnostic) => (isIn(diagnostic, firmware.configFile) ? placeless(diagnostic) : diagnostic))
      .filter((diagnostic) => diagnostic.file === undefined || isIn(diagnostic, file))
      .map(findingOf);
  }

  #program(name: string): Kept {
    const program = this.#programs.get(name) ?? { compiler: createCompiler(), diagnostics: [] };
    this.#programs.delete(name);
    this.#programs.set(name, program);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > MOST_PROGRAMS) this.#programs.delete(oldest);
    return program;
  }
}

function isIn(diagnostic: ts.Diagnostic, file: string | undefined): boolean {
  return diagnostic.file !== undefined && diagnostic.file.fileName === file;
}

/** What is wrong in the project's joinery.json is shown in every file: an editor does not ask about that one. */
function placeless(diagnostic: ts.Diagnostic): ts.Diagnostic {
  return { ...diagnostic, file: undefined, start: undefined, length: undefined };
}

function findingOf(diagnostic: ts.Diagnostic): Finding {
  const { code, start, length, messageText, relatedInformation } = diagnostic;
  return {
    code,
    start: start ?? 0,
    length: length ?? 0,
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    related: (relatedInformation ?? []).map((related) => ({
      file: related.file!.fileName,
      start: related.start!,
      length: related.length!,
      message: ts.flattenDiagnosticMessageText(related.messageText, "\n"),
    })),
    fixes: fixesOf(diagnostic),
  };
}
