/** Source texts as trees of TypeScript, and edits of them. */
import ts from "typescript";

/** `text` from `start` to `end`, replaced. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

export function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
}

/** The text with the edits made, from the first on; one that overlaps an earlier one is left out. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = "";
  let from = 0;
  for (const { start, end, replacement } of [...edits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < from) continue;
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}

/** The node that a place in the text is: the outermost one that begins and ends there, else the innermost around it. */
export function nodeAt(file: ts.SourceFile, start: number, length: number): ts.Node {
  const find = (node: ts.Node): ts.Node => {
    if (node.getStart(file) === start && node.getEnd() === start + length) return node;
    const child = node
      .getChildren(file)
      .find((candidate) => candidate.getFullStart() <= start && start + length <= candidate.getEnd());
    return child ? find(child) : node;
  };
  return find(file);
}

/** The statement of a function's body that holds the node; undefined outside functions. */
export function statementOf(node: ts.Node): ts.Statement | undefined {
  let at: ts.Node | undefined = node;
  while (at && !(ts.isStatement(at) && !ts.isBlock(at))) at = at.parent;
  return at === undefined || ts.isSourceFile(at.parent) ? undefined : (at as ts.Statement);
}

export function replacing(file: ts.SourceFile, node: ts.Node, replacement: string): Edit {
  return { start: node.getStart(file), end: node.getEnd(), replacement };
}
