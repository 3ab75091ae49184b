/** The places beside its own that a message is about: where a type, an array or a name was declared. */
import ts from "typescript";
import { placeOf } from "./messages.ts";
import { type Expression, isRow, typeOf } from "./tree.ts";
import { describe } from "./types.ts";

/** A place, and what is to be seen there. */
export interface Related {
  readonly node: ts.Node;
  readonly text: string;
}

/** `diagnostic`, with the places that are not its own. */
export function relating(diagnostic: ts.Diagnostic, ...places: (Related | undefined)[]): ts.Diagnostic {
  const relatedInformation = places
    .filter((place) => place !== undefined)
    .map(({ node, text }) => ({
      category: ts.DiagnosticCategory.Message,
      code: diagnostic.code,
      ...placeOf(node),
      messageText: text,
    }))
    .filter(({ file, start }) => file !== diagnostic.file || start !== diagnostic.start);
  return relatedInformation.length === 0 ? diagnostic : { ...diagnostic, relatedInformation };
}

/** Where the type of a variable, a field, the elements of an array or a function's result is declared. */
export function declaredAs(declaration: ts.Node | undefined, type: string): Related | undefined {
  if (declaration === undefined) return undefined;
  const name = ts.getNameOfDeclaration(declaration as ts.Declaration);
  return { node: name ?? declaration, text: `${called(name)} is declared as ${type} here` };
}

/** Where the array, table or rows that an expression stands for come from, with the length that they have there. */
export function rowOf(row: Expression): Related | undefined {
  const type = typeOf(row);
  const elements = isRow(type) ? `${type.length} element${type.length === 1 ? "" : "s"}` : "its elements";
  switch (row.kind) {
    case "variable": {
      const { variable } = row;
      if (variable.alias) return rowOf(variable.alias);
      const name = ts.getNameOfDeclaration(variable.node as ts.Declaration);
      const known = variable.scope === "parameter" ? `asks for at least ${elements}` : `has ${elements}`;
      return { node: name ?? variable.node, text: `${called(name)} ${known}, declared here` };
    }
    case "field": {
      const name = ts.getNameOfDeclaration(row.field.node as ts.Declaration);
      return { node: name ?? row.field.node, text: `${called(name)} has ${elements}, declared here` };
    }
    case "view":
      return { node: row.node, text: `this view has ${row.count} element${row.count === 1 ? "" : "s"}` };
    case "call": {
      const { name, node } = row.callee;
      const text = `'${name}' gives ${describe(type)} of at least ${elements}`;
      return { node: node.type ?? node, text };
    }
    default:
      return undefined;
  }
}

function called(name: ts.Node | undefined): string {
  return name ? `'${name.getText()}'` : "the result";
}
