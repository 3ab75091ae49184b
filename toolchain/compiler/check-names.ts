/** Names: what a local, a parameter or a module-level declaration stands for. */
import ts from "typescript";
import { insteadOfGlobal } from "./absent-names.ts";
import type { Checker } from "./check.ts";
import { messages, type WayOut } from "./messages.ts";
import { refused, standIn } from "./refused.ts";
import type { Expression, Variable } from "./tree.ts";
import { declarationOf } from "./types.ts";

/** A name as a value: a variable, or the constant or view that it stands for. */
export function checkName(checker: Checker, node: ts.Identifier): Expression {
  const declaration = declarationOf(checker.checker, node);
  const local = declaration && checker.locals.get(declaration);
  if (local && checker.untyped.has(local)) return standIn(node);
  if (local) return { kind: "variable", node, variable: local };
  if (
    declaration === undefined ||
    !ts.isVariableDeclaration(declaration) ||
    !isModuleLevel(checker, declaration)
  ) {
    return declaration && !isGlobal(checker, node)
      ? noValue(checker, node, declaration)
      : refused(checker, node, unknownGlobal(node));
  }
  const name = checker.moduleName(declaration, node);
  if (name === undefined) return standIn(node);
  if (name.kind === "variable" && name.variable.type?.kind === "cell") {
    return refused(checker, node, messages.cellPlace(node));
  }
  if (name.kind === "variable" && name.variable.type?.kind === "functions") {
    return refused(checker, node, messages.dispatchPlace(node, node.text));
  }
  if (name.kind === "expression")
    return name.expression.kind === "view" ? name.expression : { ...name.expression, node };
  return { kind: "variable", node, variable: name.variable };
}

/** The name of something of the program's own that is no value. */
function noValue(checker: Checker, node: ts.Identifier, declaration: ts.Declaration): Expression {
  // These have their message where they stand.
  if (ts.findAncestor(declaration, ts.isModuleDeclaration)) return standIn(node);
  if (ts.isBindingElement(declaration)) {
    if (!ts.findAncestor(declaration, ts.isParameter)) refusePattern(checker, declaration);
    return standIn(node);
  }
  return refused(checker, node, messages.unknownName(node, node.text, insteadOfValue(declaration)));
}

/** A pattern at the top level of a module is looked at where a name of it is used. */
function refusePattern(checker: Checker, declaration: ts.BindingElement): void {
  let pattern: ts.BindingPattern = declaration.parent;
  while (ts.isBindingElement(pattern.parent)) pattern = pattern.parent.parent;
  checker.found.add(messages.syntax(pattern, "a destructuring pattern", "declare each name by itself"));
}

function insteadOfValue(declaration: ts.Declaration): WayOut | undefined {
  if (ts.isSourceFile(declaration)) {
    return { wayOut: "import names from it, import { ... } from, and use them as they are" };
  }
  if (ts.isFunctionDeclaration(declaration)) {
    return {
      wayOut: "a function is no value: call it by its name, or list it in a dispatch([...]) table",
    };
  }
  if (ts.isClassDeclaration(declaration)) {
    return {
      wayOut:
        "a class is no value: declare a record, const r = new R(), or several, const rs = records(R, 8)",
    };
  }
  return undefined;
}

/** The module-level variable with storage that a name stands for. */
export function moduleVariable(checker: Checker, node: ts.Expression): Variable | undefined {
  if (ts.isParenthesizedExpression(node)) return moduleVariable(checker, node.expression);
  const declaration = ts.isIdentifier(node) ? declarationOf(checker.checker, node) : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const name = isModuleLevel(checker, declaration) ? checker.moduleName(declaration, node) : undefined;
  return name?.kind === "variable" ? name.variable : undefined;
}

/** The number of functions in the dispatch table that `node` names. */
export function functionCount(checker: Checker, node: ts.Expression): number | undefined {
  const type = moduleVariable(checker, node)?.type;
  return type?.kind === "functions" ? type.functions.length : undefined;
}

function isModuleLevel(checker: Checker, declaration: ts.VariableDeclaration): boolean {
  const file = declaration.getSourceFile();
  return declaration.parent.parent.parent === file && file !== checker.language && !file.isDeclarationFile;
}

/** Whether `node`, an identifier or what stands behind dots, begins with a name of JavaScript's library. */
export function isGlobal(checker: Checker, node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return isGlobal(checker, node.expression);
  if (!ts.isIdentifier(node)) return false;
  const declaration = declarationOf(checker.checker, node);
  return declaration === undefined || declaration.getSourceFile().isDeclarationFile;
}

/** That a global name of JavaScript does not exist, with what to write instead. */
export function unknownGlobal(node: ts.Expression): ts.Diagnostic {
  const name = node.getText();
  return messages.unknownName(node, name, insteadOfGlobal(name));
}
