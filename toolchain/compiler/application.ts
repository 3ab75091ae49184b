/**
 * Errors of an application that show elsewhere: the stack imports an application's hooks and calls them, so what an
 * application lacks or declares otherwise TypeScript reports in a module that its author never wrote.
 */
import ts from "typescript";
import { missingExport, unfitExport } from "./messages.ts";
import { innermost } from "./nodes.ts";
import { relating } from "./related.ts";
import { declarationOf } from "./types.ts";

/** `errors`, with those that are the application's put to their place there. */
export function ofApplication(
  errors: readonly ts.Diagnostic[],
  application: ts.SourceFile,
  checker: ts.TypeChecker,
): readonly ts.Diagnostic[] {
  return errors.map((error) => {
    if (error.file === undefined || error.file === application) return error;
    const node = innermost(error.file, error.start!, error.start! + error.length!);
    const imported = ts.findAncestor(node, ts.isImportSpecifier);
    if (imported) {
      if (!isApplication(imported)) return error;
      const name = (imported.propertyName ?? imported.name).text;
      return relating(missingExport(application, name), {
        node: imported,
        text: `'${name}' is imported here`,
      });
    }
    const declaration = used(node, application, checker);
    if (declaration === undefined) return error;
    const name = ts.getNameOfDeclaration(declaration) ?? declaration;
    const text = ts.flattenDiagnosticMessageText(error.messageText, "\n");
    return relating(unfitExport(name, name.getText(), text), { node, text: "it is used here" });
  });
}

function isApplication(imported: ts.ImportSpecifier): boolean {
  const { moduleSpecifier } = imported.parent.parent.parent as ts.ImportDeclaration;
  return (moduleSpecifier as ts.StringLiteral).text === "#app";
}

/** What of the application the marked expression names or calls, or is an argument of. */
function used(
  node: ts.Node,
  application: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Declaration | undefined {
  for (let outer = node; ts.isExpression(outer); outer = outer.parent) {
    const name = ts.isCallExpression(outer) ? outer.expression : outer;
    const declaration = ts.isIdentifier(name) ? declarationOf(checker, name) : undefined;
    if (declaration?.getSourceFile() === application) return declaration;
  }
  return undefined;
}
