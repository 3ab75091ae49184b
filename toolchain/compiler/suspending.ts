/** Functions that stop on their way and go on later. */
import ts from "typescript";

/** How people name such a function; undefined: it runs to its end when it is called. */
export function suspending(node: ts.FunctionLikeDeclaration): string | undefined {
  const asynchronous = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true;
  if (node.asteriskToken) return asynchronous ? "an async generator" : "a generator";
  return asynchronous ? "an async function" : undefined;
}
