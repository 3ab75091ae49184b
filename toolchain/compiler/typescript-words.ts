/**
 * TypeScript's own errors about names, in the device's words: TypeScript proposes libraries and packages that no
 * device has.
 */
import ts from "typescript";
import { insteadOfGlobal } from "./absent-names.ts";
import { messages, SOURCE } from "./messages.ts";
import { innermost } from "./nodes.ts";
import type { SourceProgram } from "./program.ts";

/** "Cannot find name", plain or with a proposal: a library, the types of Node, of a test runner, of jQuery, of Bun. */
const NAME_NOT_FOUND = new Set([2304, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2867, 2868]);
/** An imported module that is not found; for those of Node.js TypeScript proposes its types. */
const MODULE_NOT_FOUND = new Set([2307, 2580, 2591, 2792]);
const MODULES =
  'a program is made of its own files, imported as "./other.ts", and of "joinery/lang", "joinery/hal", "joinery/console" and "joinery/crypto"';
/** A name that was imported or exported as a type, used as a value. */
const TYPE_AS_VALUE = new Set([1361, 1362]);

/** `errors`, with those that the device has better words for in these. */
export function inDeviceWords(
  errors: readonly ts.Diagnostic[],
  { checker, language }: SourceProgram,
): ts.Diagnostic[] {
  const symbol = language && checker.getSymbolAtLocation(language);
  const exported = new Map(
    (symbol ? checker.getExportsOfModule(symbol) : []).map(({ name, flags }) => [name, flags]),
  );
  return errors.map((error) => {
    if (error.source === SOURCE || error.file === undefined) return error;
    const node = innermost(error.file, error.start!, error.start! + error.length!);
    const message = inOurs(error.code, node, exported);
    return message ? { ...message, relatedInformation: error.relatedInformation } : error;
  });
}

/** What the device's words for an error of TypeScript are; `exported` is what the language exports. */
function inOurs(
  code: number,
  node: ts.Node,
  exported: ReadonlyMap<string, ts.SymbolFlags>,
): ts.Diagnostic | undefined {
  if (ts.isStringLiteral(node)) return MODULE_NOT_FOUND.has(code) ? noPackage(node) : undefined;
  if (!ts.isIdentifier(node)) return undefined;
  if (TYPE_AS_VALUE.has(code)) return messages.typeImport(node, node.text);
  return NAME_NOT_FOUND.has(code) ? notFound(node, exported) : undefined;
}

/** A package, or a module of Node.js. What is missing among the program's own files TypeScript names as well. */
function noPackage(node: ts.StringLiteral): ts.Diagnostic | undefined {
  const { parent } = node;
  const isStatement = ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent);
  if (!isStatement || node.text.startsWith(".")) return undefined;
  return messages.unknownName(node, node.text, { wayOut: MODULES });
}

function notFound(
  node: ts.Identifier,
  exported: ReadonlyMap<string, ts.SymbolFlags>,
): ts.Diagnostic | undefined {
  const flags = exported.get(node.text);
  if (flags !== undefined) {
    const specifier = flags & ts.SymbolFlags.Value ? node.text : `type ${node.text}`;
    return messages.notImported(node, node.text, `import { ${specifier} } from "joinery/lang"`);
  }
  const wayOut = insteadOfGlobal(node.text);
  return wayOut && messages.unknownName(node, node.text, wayOut);
}
