import { type CompileResult, unusableBoard } from "../compiler/index.ts";
import type { DocumentError } from "../json-document/index.ts";

/** The caller named something that does not exist. The message lists what does. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * An image could not be built: the words of the compiler that refused ("failed") or broke down ("fault"),
 * which tool is not installed and how to get it ("missing"), or what is wrong with the board that it is for ("usage").
 */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly kind: "failed" | "missing" | "fault" | "usage";
  /** The same, each with its place in a file; empty where a refusal has none. */
  readonly diagnostics: CompileResult["diagnostics"];

  constructor(
    message: string,
    kind: BuildError["kind"] = "failed",
    diagnostics: BuildError["diagnostics"] = [],
  ) {
    super(message);
    this.kind = kind;
    this.diagnostics = diagnostics;
  }
}

/** A `board.json` that cannot be used, or a folder of boards. The message begins with the place. */
export class BoardError extends BuildError {
  /** The same, at its place in the file. */
  readonly diagnostic: ReturnType<typeof unusableBoard>;

  constructor({ message, fault, place }: DocumentError) {
    const diagnostic = unusableBoard(fault, place);
    super(`the board: ${message}`, "usage", [diagnostic]);
    this.diagnostic = diagnostic;
  }
}

/** Arrays, by their C names, that are larger than pointers of the processor can reach. */
export class OversizedArrays extends BuildError {
  readonly symbols: readonly string[];

  constructor(message: string, symbols: readonly string[]) {
    super(message);
    this.symbols = symbols;
  }
}

/** The linker found no definition of some C names. */
export class UndefinedSymbols extends BuildError {
  readonly symbols: readonly string[];

  constructor(message: string, symbols: readonly string[]) {
    super(message);
    this.symbols = symbols;
  }
}
