/** How much of Lua's limits a function takes: active local variables, and blocks inside each other. */
import * as lua from "typescript-to-lua";

export interface Measure {
  /** The most local variables that are alive at once. */
  readonly locals: number;
  readonly depth: number;
}

/** Variables that Lua keeps for itself while a `for` counts, and the one that the program sees. */
const FOR_LOCALS = 4;

export function measure(statements: readonly lua.Statement[]): Measure {
  let [alive, locals, depth] = [0, 0, 0];
  for (const statement of statements) {
    if (lua.isVariableDeclarationStatement(statement)) alive += statement.left.length;
    const own = lua.isForStatement(statement) ? FOR_LOCALS : 0;
    for (const inner of blocksOf(statement)) {
      const below = measure(inner);
      locals = Math.max(locals, alive + own + below.locals);
      depth = Math.max(depth, 1 + below.depth);
    }
    locals = Math.max(locals, alive);
  }
  return { locals, depth };
}

function blocksOf(statement: lua.Statement): (readonly lua.Statement[])[] {
  if (lua.isDoStatement(statement)) return [statement.statements];
  if (lua.isWhileStatement(statement) || lua.isRepeatStatement(statement) || lua.isForStatement(statement)) {
    return [statement.body.statements];
  }
  if (!lua.isIfStatement(statement)) return [];
  const { ifBlock, elseBlock } = statement;
  if (elseBlock === undefined) return [ifBlock.statements];
  // `elseif` is no block inside the other.
  const rest = lua.isIfStatement(elseBlock) ? blocksOf(elseBlock) : [elseBlock.statements];
  return [ifBlock.statements, ...rest];
}
