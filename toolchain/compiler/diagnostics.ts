/** Diagnostics for people and for programs: code frames with numbers, a count, and plain objects for JSON. */
import { relative } from "node:path";
import ts from "typescript";
import { internalError, SOURCE } from "./messages.ts";
import { messagePage } from "./pages.ts";

/** A place in a source, in lines and columns from 1. */
export interface SourcePlace {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Behind the last character. */
  readonly end: { readonly line: number; readonly column: number };
}

/** A diagnostic as `--json` prints it. A message without a place in a source has no `file` and what follows it. */
export interface DiagnosticJson extends Partial<SourcePlace> {
  /** "DEV2001", or "TS2322" where TypeScript itself refuses. */
  readonly code: string;
  readonly message: string;
  /** Other places that the message is about: a declaration, the calls of a circle. */
  readonly related: readonly (Partial<SourcePlace> & { readonly message: string })[];
  /** The file of the number's page; absent for TypeScript's own numbers. */
  readonly page?: string;
}

/** The number as people read it: "DEV2001"; "TS2322" where TypeScript itself speaks. */
export function numberOf(diagnostic: ts.Diagnostic): string {
  return `${isOwn(diagnostic) ? "DEV" : "TS"}${diagnostic.code}`;
}

/** Whether a diagnostic is the compiler's own, not TypeScript's. */
export function isOwn(diagnostic: ts.Diagnostic): boolean {
  return diagnostic.source === SOURCE;
}

/** Whether the compiler itself broke down: a fault of Joinery, not of the source. */
export function isInternal(diagnostic: ts.Diagnostic): boolean {
  return isOwn(diagnostic) && diagnostic.code === internalError.code;
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
      const named = text.replace(` TS${diagnostic.code}: `, ` ${numberOf(diagnostic)}: `);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal begin with one
      return options.colour ? named : named.replace(/\u001b\[\d+m/g, "");
    })
    .join("\n");
}

/** Code frames, how many errors there are, and where to read more; nothing where all is well. */
export function formatReport(
  diagnostics: readonly ts.Diagnostic[],
  options: { readonly colour: boolean },
): string {
  const sorted = ts.sortAndDeduplicateDiagnostics(diagnostics);
  if (sorted.length === 0) return "";
  const files = [...new Set(sorted.flatMap(({ file }) => (file ? [file.fileName] : [])))];
  const errors = `${sorted.length} error${sorted.length === 1 ? "" : "s"}`;
  const where =
    files.length === 0
      ? ""
      : ` in ${files.length === 1 ? relative(process.cwd(), files[0]) : `${files.length} files`}`;
  const own = sorted.find(isOwn);
  const more = own ? `; joinery explain ${numberOf(own)} tells more` : "";
  return `${formatDiagnostics(sorted, options)}\n${errors}${where}${more}\n`;
}

/** Diagnostics as plain objects, in the order in which `formatDiagnostics` prints them. */
export function diagnosticsJson(diagnostics: readonly ts.Diagnostic[]): DiagnosticJson[] {
  return ts.sortAndDeduplicateDiagnostics(diagnostics).map((diagnostic) => {
    const page = isOwn(diagnostic) ? messagePage(diagnostic.code) : undefined;
    return {
      ...placeOf(diagnostic),
      code: numberOf(diagnostic),
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
      related: (diagnostic.relatedInformation ?? []).map((related) => ({
        ...placeOf(related),
        message: ts.flattenDiagnosticMessageText(related.messageText, "\n"),
      })),
      ...(page && { page: page.path }),
    };
  });
}

function placeOf({ file, start, length }: ts.DiagnosticRelatedInformation): Partial<SourcePlace> {
  if (file === undefined || start === undefined) return {};
  const at = (position: number) => {
    const { line, character } = ts.getLineAndCharacterOfPosition(file, position);
    return { line: line + 1, column: character + 1 };
  };
  return { file: file.fileName, ...at(start), end: at(start + (length ?? 0)) };
}
