/** Diagnostics for people and for programs: code frames with numbers, a count, and plain objects for JSON. */
import { relative } from "node:path";
import pc from "picocolors";
import ts from "typescript";
import { codeFrame } from "./code-frame.ts";
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

/**
 * Those of TypeScript itself first, as ours may rest on what they are about; each group in the order of the sources.
 */
function inOrder(diagnostics: readonly ts.Diagnostic[]): readonly ts.Diagnostic[] {
  const sorted = ts.sortAndDeduplicateDiagnostics(diagnostics);
  return [...sorted.filter((diagnostic) => !isOwn(diagnostic)), ...sorted.filter(isOwn)];
}

/** Diagnostics as text with code frames; `colour` for a terminal. */
export function formatDiagnostics(
  diagnostics: readonly ts.Diagnostic[],
  options: { readonly colour: boolean },
): string {
  const colours = pc.createColors(options.colour);
  return inOrder(diagnostics)
    .map((diagnostic) => `${formatted(diagnostic, colours).join("\n")}\n`)
    .join("\n");
}

type Colours = ReturnType<typeof pc.createColors>;

function formatted(diagnostic: ts.Diagnostic, colours: Colours): string[] {
  const place = locationOf(diagnostic, colours);
  const number = `${colours.red("error")} ${colours.gray(`${numberOf(diagnostic)}:`)}`;
  const lines = [`${place === undefined ? "" : `${place} - `}${number} ${textOf(diagnostic)}`];
  const paint = { gutter: colours.inverse, underline: colours.red };
  if (isPlaced(diagnostic)) lines.push("", ...codeFrame(diagnostic, { paint }));
  for (const related of diagnostic.relatedInformation ?? []) {
    lines.push("", ...formattedRelated(related, colours));
  }
  return lines;
}

function formattedRelated(related: ts.DiagnosticRelatedInformation, colours: Colours): string[] {
  const paint = { gutter: colours.inverse, underline: colours.cyan };
  const frame = isPlaced(related)
    ? [`  ${locationOf(related, colours)}`, ...codeFrame(related, { paint, indent: "    " })]
    : [];
  return [...frame, `    ${textOf(related)}`];
}

interface Placed {
  readonly file: ts.SourceFile;
  readonly start: number;
  readonly length: number;
}

function isPlaced<T extends ts.DiagnosticRelatedInformation>(diagnostic: T): diagnostic is T & Placed {
  return diagnostic.file !== undefined && diagnostic.start !== undefined && diagnostic.length !== undefined;
}

/** As editors and CI take it: "app.ts:6:11". */
function locationOf(diagnostic: ts.DiagnosticRelatedInformation, colours: Colours): string | undefined {
  if (!isPlaced(diagnostic)) return undefined;
  const { line, character } = ts.getLineAndCharacterOfPosition(diagnostic.file, diagnostic.start);
  const path = relative(process.cwd(), diagnostic.file.fileName);
  return `${colours.cyan(path)}:${colours.yellow(line + 1)}:${colours.yellow(character + 1)}`;
}

function textOf({ messageText }: ts.DiagnosticRelatedInformation): string {
  return ts.flattenDiagnosticMessageText(messageText, "\n");
}

/** Code frames, how many errors there are, and where to read more; nothing where all is well. */
export function formatReport(
  diagnostics: readonly ts.Diagnostic[],
  options: { readonly colour: boolean },
): string {
  const sorted = inOrder(diagnostics);
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
  return inOrder(diagnostics).map((diagnostic) => {
    const page = isOwn(diagnostic) ? messagePage(diagnostic.code) : undefined;
    return {
      ...placeOf(diagnostic),
      code: numberOf(diagnostic),
      message: textOf(diagnostic),
      related: (diagnostic.relatedInformation ?? []).map((related) => ({
        ...placeOf(related),
        message: textOf(related),
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
