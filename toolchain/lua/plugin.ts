/**
 * TypeScriptToLua with our visitors alone. A visitor of a declaration looks up what the analysis made of its node;
 * imports, types, constants and what nothing reaches leave no Lua.
 */

import ts from "typescript";
import * as lua from "typescript-to-lua";
import { BundlePrinter } from "./printer.ts";
import type { LoweredProgram } from "./program.ts";

type Visitor<N extends ts.Node> = (node: N, context: lua.TransformationContext) => lua.Node[] | lua.Node;

/** Transforms and prints one module. */
export function transpileModule(
  program: ts.Program,
  lowered: LoweredProgram,
  file: ts.SourceFile,
): lua.PrintResult {
  const context = new lua.TransformationContext(program, file, visitorsFor(lowered));
  const [transformed] = context.transformNode(file);
  if (context.diagnostics.length > 0)
    throw new Error(`${file.fileName}: ${context.diagnostics[0].messageText}`);
  return new BundlePrinter(lowered.spilled, ts.sys, program, file.fileName).print(transformed as lua.File);
}

function visitorsFor(program: LoweredProgram): lua.VisitorMap {
  const define = (name: string, value: lua.Expression, node: ts.Node) =>
    lua.createAssignmentStatement(lua.createIdentifier(name), value, node);

  const sourceFile: Visitor<ts.SourceFile> = (node, context) => {
    // Texts in the midst of a function have no declaration of their own.
    const texts = [...program.variables.values()].filter(
      ({ variable }) => variable.node.getSourceFile() === node && !ts.isVariableDeclaration(variable.node),
    );
    const statements = [
      ...texts.map(({ variable, name, value }) => define(name, value, variable.node)),
      ...context.transformStatements([...node.statements]),
    ];
    return lua.createFile(statements, new Set(), "", node);
  };
  const variableStatement: Visitor<ts.VariableStatement> = (node) =>
    node.declarationList.declarations.flatMap((declaration) => {
      const found = program.variables.get(declaration);
      return found ? [define(found.name, found.value, declaration)] : [];
    });
  const functionDeclaration: Visitor<ts.FunctionDeclaration> = (node) => {
    const found = program.functions.get(node);
    if (found === undefined) return [];
    return [...found.owned.map(({ name, value }) => define(name, value, node)), found.statement];
  };
  const nothing: Visitor<ts.Node> = () => [];
  const visitors = {
    [ts.SyntaxKind.SourceFile]: sourceFile,
    [ts.SyntaxKind.VariableStatement]: variableStatement,
    [ts.SyntaxKind.FunctionDeclaration]: functionDeclaration,
    [ts.SyntaxKind.ImportDeclaration]: nothing,
    [ts.SyntaxKind.ExportDeclaration]: nothing,
    [ts.SyntaxKind.ClassDeclaration]: nothing,
    [ts.SyntaxKind.EnumDeclaration]: nothing,
    [ts.SyntaxKind.InterfaceDeclaration]: nothing,
    [ts.SyntaxKind.TypeAliasDeclaration]: nothing,
    [ts.SyntaxKind.EmptyStatement]: nothing,
  };
  return new Map(
    Object.entries(visitors).map(([kind, visitor]) => [Number(kind), [visitor as Visitor<ts.Node>]]),
  );
}
