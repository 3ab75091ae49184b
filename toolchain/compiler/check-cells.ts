/** Volatile cells: `new Volatile8()` and its like at module level, `cell.read()` and `cell.write(x)` anywhere. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkValueFor } from "./check-expressions.ts";
import { messages } from "./messages.ts";
import { refused } from "./refused.ts";
import { type CellType, type Expression, type Variable, valueOfCell } from "./tree.ts";
import { CELLS, declarationOf } from "./types.ts";

/** The cell of `new Volatile8()`; undefined where the call is no such thing. */
export function newCell(checker: Checker, node: ts.NewExpression): CellType | undefined {
  const declaration = declarationOf(checker.checker, node.expression);
  if (declaration === undefined || declaration.getSourceFile() !== checker.language) return undefined;
  const width = ts.isClassDeclaration(declaration) ? CELLS.get(declaration.name?.text ?? "") : undefined;
  return width && { kind: "cell", width };
}

/** `cell.read()` or `cell.write(x)`; undefined where the call is of something else. */
export function checkCellAccess(
  checker: Checker,
  node: ts.CallExpression,
  variable: Variable,
): Expression | undefined {
  if (variable.type?.kind !== "cell" || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  switch (node.expression.name.text) {
    case "read":
      return { kind: "read", node, cell: variable };
    case "write": {
      const value = checkValueFor(checker, node.arguments[0], valueOfCell(variable.type));
      return { kind: "write", node, cell: variable, value };
    }
    default:
      return refused(checker, node, messages.cellPlace(node.expression));
  }
}
