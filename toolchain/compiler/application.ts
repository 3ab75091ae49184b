/**
 * Errors of an application that show elsewhere: the stack imports an application's hooks and calls them, so what an
 * application lacks or declares otherwise TypeScript reports in a module that its author never wrote.
 */
import { join } from "node:path";
import ts from "typescript";
import { packageRoot } from "../package-root.ts";
import { missingExport, SOURCE, unfitExport } from "./messages.ts";
import { innermost } from "./nodes.ts";
import { relating } from "./related.ts";
import { declarationOf } from "./types.ts";

/** An application that has all that the stack imports, as the stack wants it. */
const EXAMPLE = join(packageRoot, "firmware", "apps", "sensor.ts");

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
      return relating(missingExport(application, name, exampleOf(name)), {
        node: imported,
        text: `'${name}' is imported here`,
      });
    }
    const use = useOf(node, application, checker);
    if (use === undefined) return error;
    const name = ts.getNameOfDeclaration(use.declaration)?.getText() ?? "";
    const message = unfitExport(use.part, name, faultOf(error), exampleOf(name));
    return relating(message, { node, text: "it is used here" });
  });
}

function isApplication(imported: ts.ImportSpecifier): boolean {
  const { moduleSpecifier } = imported.parent.parent.parent as ts.ImportDeclaration;
  return (moduleSpecifier as ts.StringLiteral).text === "#app";
}

/** What an error says is wrong, without the way out: that is for the place in the stack. */
function faultOf({ messageText, source }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, "\n");
  return source === SOURCE ? text.split(": ")[0] : text.replace(/\.$/, "");
}

interface Use {
  readonly declaration: ts.Declaration;
  /** Of the declaration, the piece that the error is about. */
  readonly part: ts.Node;
}

/** What of the application the marked expression names or calls, or is an argument of. */
function useOf(node: ts.Node, application: ts.SourceFile, checker: ts.TypeChecker): Use | undefined {
  let argument: ts.Expression | undefined;
  for (let outer = node; ts.isExpression(outer); outer = outer.parent) {
    const name = ts.isCallExpression(outer) ? outer.expression : outer;
    const declaration = ts.isIdentifier(name) ? declarationOf(checker, name) : undefined;
    if (declaration?.getSourceFile() === application) {
      return { declaration, part: partOf(declaration, outer, argument) };
    }
    argument = outer;
  }
  return undefined;
}

/** A hook's result where the error is about its call, a parameter where about an argument, else the name. */
function partOf(declaration: ts.Declaration, use: ts.Node, argument: ts.Expression | undefined): ts.Node {
  const name = ts.getNameOfDeclaration(declaration) ?? declaration;
  if (!ts.isFunctionDeclaration(declaration) || !ts.isCallExpression(use)) return name;
  const { parameters, type } = declaration;
  if (argument === undefined) return type ?? name;
  return parameters[use.arguments.indexOf(argument)] ?? name;
}

/** How the example declares `name`: "export function setup(): void"; undefined for what another stack asks for. */
function exampleOf(name: string): string | undefined {
  const text = ts.sys.readFile(EXAMPLE) ?? "";
  const { statements } = ts.createSourceFile(EXAMPLE, text, ts.ScriptTarget.Latest, true);
  for (const statement of statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) {
      return text.slice(statement.getStart(), statement.body?.pos).trim();
    }
    if (ts.isVariableStatement(statement)) {
      const { declarations } = statement.declarationList;
      if (declarations.some((declaration) => declaration.name.getText() === name)) return statement.getText();
    }
  }
  return undefined;
}
