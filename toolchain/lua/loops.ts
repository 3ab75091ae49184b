/**
 * Loops. One that counts to a limit that stays is Lua's own `for`, which is faster and shorter; others are `while` and
 * `repeat`.
 */
import * as lua from "typescript-to-lua";
import { compoundValue, type tree } from "../compiler/index.ts";
import { conditionCode } from "./conditions.ts";
import type { Target } from "./jumps.ts";
import { exactCode } from "./numbers.ts";
import { locate } from "./origins.ts";
import { assigned, canNest, jumps } from "./paths.ts";
import { blockOf, lowerStatements } from "./statements.ts";
import { add, not, number, subtract, truth, when } from "./syntax.ts";
import type { Writer } from "./writer.ts";

type Loop = Extract<tree.Statement, { kind: "loop" }>;

export function lowerLoop(at: Writer, statement: Loop): void {
  const leave: Target = { mode: "native" };
  const loop = at.block(() => {
    const count = counted(at, statement);
    if (count) lowerCounted(at, statement, count, leave);
    else if (statement.form === "do") lowerDo(at, statement, leave);
    else lowerWhile(at, statement, leave);
  });
  at.emit(...at.jumps.declaration(leave));
  const needsScope = statement.initial.length > 0 && loop.some(lua.isVariableDeclarationStatement);
  if (needsScope) at.emit(lua.createDoStatement(loop));
  else at.emit(...loop);
}

/** The body of a loop, with its jumps. */
function bodyOf(at: Writer, statement: Loop, leave: Target): lua.Statement[] {
  const { body } = statement;
  const own = body.kind === "block" ? body.statements : [body];
  const next: Target = { mode: canNest(own, "continue") ? "tail" : "wrapped" };
  return at.jumps.within({ break: leave, continue: next }, () => {
    if (next.mode === "tail" || !jumps(body, "continue")) return blockOf(at, own);
    const once = at.jumps.loop(next, () => blockOf(at, own));
    const wrapper = lua.createRepeatStatement(lua.createBlock(once.body), truth(true));
    return [...at.jumps.declaration(next), wrapper, ...once.after];
  });
}

function lowerWhile(at: Writer, statement: Loop, leave: Target): void {
  lowerStatements(at, statement.initial);
  const [test, before] = at.apart(() => testOf(at, statement.condition));
  const { body, after } = at.jumps.loop(leave, () => [
    ...bodyOf(at, statement, leave),
    ...at.block(() => lowerStatements(at, statement.step)),
  ]);
  if (before.length === 0) {
    at.emit(lua.createWhileStatement(lua.createBlock(body), test), ...after);
    return;
  }
  const stop = when(not(test), [lua.createBreakStatement()]);
  at.emit(lua.createWhileStatement(lua.createBlock([...before, stop, ...body]), truth(true)), ...after);
}

function testOf(at: Writer, condition: tree.Expression | undefined): lua.Expression {
  if (condition === undefined || !at.ranges.evaluated(condition)) return truth(true);
  const code = conditionCode(at, condition);
  locate(code, condition.node);
  return code;
}

function lowerDo(at: Writer, statement: Loop, leave: Target): void {
  const { condition } = statement;
  const { body, after } = at.jumps.loop(leave, () => bodyOf(at, statement, leave));
  // Without a test the end of the body is never reached: the loop runs once.
  const ends = condition === undefined || !at.ranges.evaluated(condition);
  const [test, before] = at.apart(() => (ends ? truth(false) : testOf(at, condition)));
  at.emit(lua.createRepeatStatement(lua.createBlock([...body, ...before]), not(test)), ...after);
}

interface Count {
  readonly variable: tree.Variable;
  readonly from: tree.Expression;
  readonly limit: tree.Expression;
  readonly operator: "<" | "<=" | ">" | ">=";
  readonly step: number;
}

function lowerCounted(at: Writer, statement: Loop, count: Count, leave: Target): void {
  const { variable, from, limit, operator, step } = count;
  const first = exactCode(at, from);
  const bound = exactCode(at, limit);
  const last =
    operator === "<" ? subtract(bound, number(1)) : operator === ">" ? add(bound, number(1)) : bound;
  locate(first, from.node);
  const counter = at.counter(variable);
  const { body, after } = at.jumps.loop(leave, () => bodyOf(at, statement, leave));
  const by = step === 1 ? undefined : number(step);
  at.emit(lua.createForStatement(lua.createBlock(body), counter, first, last, by), ...after);
}

/** `for (let i = from; i < limit; i += step)` whose body changes neither. */
function counted(at: Writer, statement: Loop): Count | undefined {
  const { form, initial, condition, step } = statement;
  const [declared] = initial;
  if (form !== "for" || initial.length !== 1 || step.length !== 1 || condition?.kind !== "compare")
    return undefined;
  if (declared.kind !== "declare" || declared.value === undefined) return undefined;
  const { variable, value: from } = declared;
  const { left, operator, right: limit } = condition;
  if (variable.type !== undefined && variable.type.kind !== "int") return undefined;
  if (left.kind !== "variable" || left.variable !== variable) return undefined;
  const by = stepOf(step[0], variable);
  const rises = operator === "<" || operator === "<=";
  const falls = operator === ">" || operator === ">=";
  if (by === undefined || !((rises && by > 0) || (falls && by < 0))) return undefined;
  if (!at.ranges.evaluated(condition) || !staysInside(at, statement, limit)) return undefined;
  if (assigned([statement.body]).has(variable)) return undefined;
  return { variable, from, limit, operator, step: by } as Count;
}

function stepOf(statement: tree.Statement, variable: tree.Variable): number | undefined {
  if (statement.kind === "expression" && statement.expression.kind === "update") {
    const { target, step } = statement.expression;
    return target.kind === "variable" && target.variable === variable ? step : undefined;
  }
  if (statement.kind !== "assign") return undefined;
  const { target, value } = statement;
  if (target.kind !== "variable" || target.variable !== variable || compoundValue(statement) === undefined) {
    return undefined;
  }
  if (value.kind !== "number" || value.value === 0) return undefined;
  if (statement.operator === "+") return value.value;
  return statement.operator === "-" ? -value.value : undefined;
}

/** Whether an expression has the same value in every round, so that Lua may evaluate it once. */
function staysInside(at: Writer, statement: Loop, limit: tree.Expression): boolean {
  if (at.ranges.of(limit).min === at.ranges.of(limit).max) return !at.order.changes(limit);
  const changed = assigned([statement.body]);
  const stays = (expression: tree.Expression): boolean => {
    switch (expression.kind) {
      case "number":
      case "length":
        return true;
      case "variable":
        return expression.variable.scope !== "module" && !changed.has(expression.variable);
      case "binary":
        return stays(expression.left) && stays(expression.right);
      case "cast":
        return stays(expression.operand);
      default:
        return false;
    }
  };
  return stays(limit);
}
