import type { CompileResult } from "../compiler/index.ts";

/** The caller named something that does not exist. The message lists what does. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * An image could not be built: the words of the compiler that refused ("failed") or broke down ("fault"),
 * or which tool is not installed and how to get it ("missing").
 */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly kind: "failed" | "missing" | "fault";
  /** What the compiler said, which the message is then the text of; empty where others refused. */
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

/** The linker found no definition of some C names. */
export class UndefinedSymbols extends BuildError {
  readonly symbols: readonly string[];

  constructor(message: string, symbols: readonly string[]) {
    super(message);
    this.symbols = symbols;
  }
}
