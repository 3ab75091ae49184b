/** What --json prints where a command refuses. */
import { CommanderError } from "commander";
import { type CompileResult, diagnosticsJson } from "../toolchain/compiler/index.ts";
import { Refusal } from "./exit.ts";

/** The compiler's diagnostics as `joinery check --help` describes them. */
export function errorsJson(diagnostics: CompileResult["diagnostics"]): string {
  return documentOf(diagnosticsJson(diagnostics));
}

/** The same for whatever ended a command: the diagnostics that it carries, else its message. */
export function errorJson(error: Error): string {
  if (error instanceof Refusal && error.diagnostics.length > 0) return errorsJson(error.diagnostics);
  const message = error instanceof CommanderError ? error.message.replace(/^error: /, "") : error.message;
  return documentOf([{ message, related: [] }]);
}

function documentOf(diagnostics: readonly object[]): string {
  return `${JSON.stringify({ errors: diagnostics.length, diagnostics }, null, 2)}\n`;
}
