/**
 * Where Lua comes from: TypeScriptToLua keeps line and column of a node, and here its file, as functions are inlined.
 */

import type ts from "typescript";
import * as lua from "typescript-to-lua";

const files = new WeakMap<lua.Node, ts.SourceFile>();

/** Remembers the syntax of the source that the code is for. */
export function locate(code: lua.Node, node: ts.Node): void {
  lua.setNodeOriginal(code, node);
  files.set(code, node.getSourceFile());
}

export function fileOf(code: lua.Node): ts.SourceFile | undefined {
  return files.get(code);
}
