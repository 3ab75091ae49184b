/** Which lines of the source the parts of the IR stand for. */
import ts from "typescript";
import type { IrBlock, Origin } from "./ir.ts";

/** The line of a node, and the comments before it. */
export function originOf(source: ts.Node): Origin {
  const list = source.parent;
  const first =
    ts.isVariableDeclaration(source) && ts.isVariableDeclarationList(list) && list.declarations[0];
  const node = first === source && ts.isVariableStatement(list.parent) ? list.parent : source;
  const file = node.getSourceFile();
  const ranges = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [];
  const comments = ranges.flatMap((range) => {
    const text = file.text.slice(range.pos, range.end);
    // C would join the next line to one that ends in a backslash, be it written as a trigraph.
    const joins = /(\\|\?\?\/)\s*$/m.test(text);
    const fits = !text.slice(2, -2).includes("/*") && !joins && !text.startsWith("// biome-");
    return fits ? [{ line: lineAt(file, range.pos), text }] : [];
  });
  return { line: lineAt(file, node.getStart(file)), comments };
}

/** The line in which a node begins, from 1. */
export function lineOf(node: ts.Node): number {
  return lineAt(node.getSourceFile(), node.getStart());
}

/** The line in which a node ends, from 1. */
export function endLineOf(node: ts.Node): number {
  return lineAt(node.getSourceFile(), node.getEnd());
}

function lineAt(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}

/** The statements, of which those without a place in the source, temporaries and the like, stand for `line`. */
export function located(block: IrBlock, line: number): IrBlock {
  return block.map((statement) => {
    const placed = { ...statement, origin: statement.origin ?? { line, comments: [] } };
    switch (placed.kind) {
      case "if":
        return {
          ...placed,
          whenTrue: located(placed.whenTrue, line),
          whenFalse: located(placed.whenFalse, line),
        };
      case "while":
      case "do":
      case "for":
      case "block":
      case "critical":
        return { ...placed, body: located(placed.body, line) };
      default:
        return placed;
    }
  });
}
