/**
 * What the modules that an application may import export. It is read from their sources, since a program that does not
 * import a module does not have it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { packageRoot } from "../package-root.ts";

/** Under "joinery/"; of a name that two of them export, the first is proposed. */
const MODULES = ["lang", "hal", "console", "crypto"];

type Kind = "value" | "type";

/** As a program imports it: "joinery/hal". */
export interface ImportableModule {
  readonly specifier: string;
  /** What it exports; "value" where a name is both a value and a type. */
  readonly exports: ReadonlyMap<string, Kind>;
}

let modules: readonly ImportableModule[] | undefined;

/** The module of Joinery that exports each of some names; undefined where none does. */
export function moduleExporting(names: readonly string[]): ImportableModule | undefined {
  modules ??= MODULES.map((name) => ({ specifier: `joinery/${name}`, exports: exportsOf(name) }));
  return modules.find(({ exports }) => names.every((name) => exports.has(name)));
}

function exportsOf(module: string): Map<string, Kind> {
  const path = join(packageRoot, "firmware", module, "index.ts");
  const { statements } = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const exports = new Map<string, Kind>();
  for (const statement of statements) {
    const kind =
      ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement) ? "type" : "value";
    for (const name of namesOf(statement)) if (exports.get(name) !== "value") exports.set(name, kind);
  }
  return exports;
}

/** The names that a statement exports. */
function namesOf(statement: ts.Statement): string[] {
  if (
    ts.isExportDeclaration(statement) &&
    statement.exportClause &&
    ts.isNamedExports(statement.exportClause)
  )
    return statement.exportClause.elements.map(({ name }) => name.text);
  const isExported =
    ts.canHaveModifiers(statement) &&
    statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? name.text : [],
    );
  }
  const name = ts.getNameOfDeclaration(statement as ts.DeclarationStatement);
  return name && ts.isIdentifier(name) ? [name.text] : [];
}
