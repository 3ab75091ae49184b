/**
 * TypeScript's own errors about names, in the device's words: TypeScript proposes libraries and packages that no
 * device has.
 */
import ts from "typescript";
import { insteadOfGlobal } from "./absent-names.ts";
import { messages, SOURCE } from "./messages.ts";
import { moduleExporting } from "./module-exports.ts";
import { innermost } from "./nodes.ts";

/** "Cannot find name", plain or with a proposal: a library, the types of Node, of a test runner, of jQuery, of Bun. */
const NAME_NOT_FOUND = new Set([2304, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2867, 2868]);
/** An imported module that is not found; for those of Node.js TypeScript proposes its types. */
const MODULE_NOT_FOUND = new Set([2307, 2580, 2591, 2792]);
const MODULES =
  'a program is made of its own files, imported as "./other.ts", and of "joinery/lang", "joinery/hal", "joinery/console", "joinery/crypto" and "joinery/regions"';
/** A name that was imported or exported as a type, used as a value. */
const TYPE_AS_VALUE = new Set([1361, 1362]);

/** An imported name that the module does not export; that it only declares; with a proposal of another. */
const NOT_EXPORTED = new Set([2305, 2459, 2724]);
/** An element that can only be read, and the types of the language of which that is so because they lie in flash. */
const INDEX_READ_ONLY = 2542;
const TABLE = /\b__table(?:8|16|32|Of)\b/;
/** `import x = require("y")`, which modules do not have. */
const IMPORT_ASSIGNMENT = 1202;
const NO_CALL = 'import names at the top of the file: import { ... } from "./other.ts"';

/** `errors`, with those that the device has better words for in these. */
export function inDeviceWords(errors: readonly ts.Diagnostic[]): ts.Diagnostic[] {
  return errors.map((error) => {
    if (error.source === SOURCE || error.file === undefined) return error;
    const node = innermost(error.file, error.start!, error.start! + error.length!);
    const message = inOurs(error, node);
    return message ? { ...message, relatedInformation: error.relatedInformation } : error;
  });
}

/** What the device's words for an error of TypeScript are. */
function inOurs({ code, messageText }: ts.Diagnostic, node: ts.Node): ts.Diagnostic | undefined {
  if (code === INDEX_READ_ONLY && ts.isElementAccessExpression(node) && TABLE.test(String(messageText))) {
    return messages.tableWritten(node, node.expression.getText());
  }
  if (code === IMPORT_ASSIGNMENT) {
    return messages.syntax(node, "this form of import", 'write import { ... } from "./other.ts"');
  }
  if (ts.isStringLiteral(node)) return MODULE_NOT_FOUND.has(code) ? noModule(node) : undefined;
  if (!ts.isIdentifier(node)) return undefined;
  if (TYPE_AS_VALUE.has(code)) return messages.typeImport(node, node.text);
  if (NOT_EXPORTED.has(code)) return elsewhere(node);
  return NAME_NOT_FOUND.has(code) ? notFound(node) : undefined;
}

/**
 * A package, or a module of Node.js. What is missing among the program's own files TypeScript names as well, unless all
 * of its names are to be had of a module of Joinery.
 */
function noModule(node: ts.StringLiteral): ts.Diagnostic | undefined {
  const { parent, text } = node;
  if (isImportCall(parent)) return importCall(parent);
  if (ts.isImportDeclaration(parent) && parent.importClause) {
    const statement = otherImport(parent.importClause);
    if (statement) {
      return messages.notImported(node, `there is no module '${text}' here`, {
        wayOut: `write ${statement}`,
      });
    }
  }
  const isImport =
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isExternalModuleReference(parent) ||
    ts.isLiteralTypeNode(parent);
  if (!isImport || text.startsWith(".")) return undefined;
  return messages.unknownName(node, text, { wayOut: MODULES });
}

/** The same import from the module of Joinery that has all of its names; no module of Joinery has a default export. */
function otherImport({ name, namedBindings, phaseModifier }: ts.ImportClause): string | undefined {
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings))
    return undefined;
  const { elements } = namedBindings;
  const module = moduleExporting(elements.map(({ propertyName, name }) => (propertyName ?? name).text));
  if (module === undefined || elements.length === 0) return undefined;
  const types = phaseModifier === ts.SyntaxKind.TypeKeyword ? "type " : "";
  return `import ${types}{ ${elements.map((element) => element.getText()).join(", ")} } from "${module.specifier}"`;
}

/** Whether a node is `import("./other.ts")`. */
export function isImportCall(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  const isDeferred = ts.isMetaProperty(expression) && expression.keywordToken === ts.SyntaxKind.ImportKeyword;
  return isDeferred || expression.kind === ts.SyntaxKind.ImportKeyword;
}

/** That a module cannot be loaded while the device runs. */
export function importCall(node: ts.Node): ts.Diagnostic {
  return messages.syntax(node, "a module that a call imports", NO_CALL);
}

/** A name that is imported from a module of Joinery, but which another one exports. */
function elsewhere(node: ts.Identifier): ts.Diagnostic | undefined {
  const statement = ts.findAncestor(node, ts.isImportDeclaration);
  if (statement === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) return undefined;
  const { text } = statement.moduleSpecifier;
  if (!text.startsWith("joinery/")) return undefined;
  return importable(node, `'${node.text}' is not in ${text}`);
}

function notFound(node: ts.Identifier): ts.Diagnostic | undefined {
  const wayOut = insteadOfGlobal(node.text);
  if (wayOut) return messages.unknownName(node, node.text, wayOut);
  return importable(node, `'${node.text}' is not imported here`);
}

/** That a name is missing, where a module of Joinery has it. */
function importable(node: ts.Identifier, fault: string): ts.Diagnostic | undefined {
  const { text } = node;
  const module = moduleExporting([text]);
  if (module === undefined) return undefined;
  const specifier = module.exports.get(text) === "type" ? `type ${text}` : text;
  return messages.notImported(node, fault, {
    wayOut: `write import { ${specifier} } from "${module.specifier}"`,
  });
}
