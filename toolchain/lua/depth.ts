/** How many expressions stand inside each other: Lua reads each by recursion, and goes 200 deep at most. */
import * as lua from "typescript-to-lua";

const known = new WeakMap<lua.Expression, number>();

export function depthOf(code: lua.Expression): number {
  const found = known.get(code);
  if (found !== undefined) return found;
  const depth = 1 + Math.max(0, ...partsOf(code).map(depthOf));
  known.set(code, depth);
  return depth;
}

function partsOf(code: lua.Expression): readonly lua.Expression[] {
  if (lua.isBinaryExpression(code)) return [code.left, code.right];
  if (lua.isUnaryExpression(code)) return [code.operand];
  if (lua.isCallExpression(code)) return [code.expression, ...code.params];
  return lua.isTableIndexExpression(code) ? [code.table, code.index] : [];
}
