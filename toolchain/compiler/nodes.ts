/** Nodes of the syntax by their place. */
import ts from "typescript";

/** The innermost node around a piece of a file. */
export function innermost(file: ts.SourceFile, start: number, end: number): ts.Node {
  let node: ts.Node = file;
  for (;;) {
    const inner: ts.Node | undefined = ts.forEachChild(node, (child) =>
      child.getStart(file) <= start && end <= child.getEnd() ? child : undefined,
    );
    if (inner === undefined) return node;
    node = inner;
  }
}
