/**
 * Errors of an application that show elsewhere: the stack imports an application's hooks and calls them, so what an
 * application lacks or declares otherwise TypeScript reports in a module that its author never wrote.
 */
import { join } from "node:path";
import ts from "typescript";
import { packageRoot } from "../package-root.ts";
import { closestName } from "../spelling.ts";
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
      const name = nameOf(imported);
      const near = nearTo(name, imported, application, checker);
      return relating(missingExport(application, name, near, exampleOf(name)), {
        node: imported,
        text: `'${name}' is imported here`,
      });
    }
    const use = useOf(node, checker);
    if (use === undefined) return error;
    const { name } = use;
    const message = unfitExport(use.part, name, faultOf(error), exampleOf(name), demandOf(error));
    return relating(message, { node, text: "it is used here" });
  });
}

/** What the application declares under a name without exporting it, or exports under one that is nearly it. */
function nearTo(
  name: string,
  imported: ts.ImportSpecifier,
  application: ts.SourceFile,
  checker: ts.TypeChecker,
): ts.Node | undefined {
  const declared = application.statements
    .flatMap((statement): readonly ts.Declaration[] => {
      if (ts.isVariableStatement(statement)) return statement.declarationList.declarations;
      return ts.isFunctionDeclaration(statement) ? [statement] : [];
    })
    .flatMap((declaration) => ts.getNameOfDeclaration(declaration) ?? []);
  const same = declared.find((candidate) => candidate.getText() === name);
  if (same) return same;
  const used = new Set(imported.parent.elements.map(nameOf));
  const module = checker.getSymbolAtLocation(application);
  const exports = (module ? checker.getExportsOfModule(module) : []).map((symbol) => symbol.name);
  const closest = closestName(
    name,
    exports.filter((candidate) => !used.has(candidate)),
  );
  return declared.find((candidate) => candidate.getText() === closest);
}

/** The name of an export, whatever the importing module calls it. */
function nameOf({ propertyName, name }: ts.ImportSpecifier): string {
  return (propertyName ?? name).text;
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

/** What an error of ours says a value must be, "it must be 1..223"; undefined where it says something else. */
function demandOf({ messageText, source }: ts.Diagnostic): string | undefined {
  return source === SOURCE ? /: (it must be \S+)$/.exec(String(messageText))?.[1] : undefined;
}

interface Use {
  /** As the application exports it. */
  readonly name: string;
  /**
   * Of the declaration, which may stand in a file that the application exports from, the piece that the error is about.
   */
  readonly part: ts.Node;
}

/** What of the application the marked expression names or calls, or is an argument of. */
function useOf(node: ts.Node, checker: ts.TypeChecker): Use | undefined {
  let argument: ts.Expression | undefined;
  for (let outer = node; ts.isExpression(outer); outer = outer.parent) {
    const name = ts.isCallExpression(outer) ? outer.expression : outer;
    const imported = checker.getSymbolAtLocation(name)?.declarations?.find(ts.isImportSpecifier);
    const declaration = imported && isApplication(imported) ? declarationOf(checker, name) : undefined;
    if (imported && declaration) {
      return { name: nameOf(imported), part: partOf(declaration, outer, argument) };
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
