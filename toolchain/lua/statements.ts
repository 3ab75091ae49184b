/** Statements, each kind by its visitor; what the ranges show to be unreachable is left out. */
import * as lua from "typescript-to-lua";
import { compoundValue, locating, tree } from "../compiler/index.ts";
import { reference } from "./arrays.ts";
import { conditionCode, outcome } from "./conditions.ts";
import { discard, lowerEffect } from "./effects.ts";
import { lowerLoop } from "./loops.ts";
import { scalarCode } from "./numbers.ts";
import { placeOf } from "./order.ts";
import { locate } from "./origins.ts";
import { completes, jumps } from "./paths.ts";
import { recordCode } from "./records.ts";
import { initialCode, renew } from "./storage.ts";
import { lowerSwitch } from "./switches.ts";
import { assign, when } from "./syntax.ts";
import type { Writer } from "./writer.ts";

type Kind = tree.Statement["kind"];
type Of<K extends Kind> = Extract<tree.Statement, { kind: K }>;

/** Lowers statements in a row. */
export function lowerStatements(at: Writer, statements: readonly tree.Statement[]): void {
  for (const [i, statement] of statements.entries()) {
    if (!at.ranges.reached(statement)) continue;
    const rest = statements.slice(i + 1);
    if (rest.length > 0 && leavesTail(at, statement)) {
      lowerNested(at, statement, rest);
      return;
    }
    lowerStatement(at, statement);
    if (!completes(statement)) return;
  }
}

/** Whether a jump out of the statement counts on what follows it being in another branch. */
function leavesTail(at: Writer, statement: tree.Statement): statement is Of<"if"> | Of<"block"> {
  if (statement.kind !== "if" && statement.kind !== "block") return false;
  return (["break", "continue", "return"] as const).some(
    (kind) => at.jumps.isTail(kind) && jumps(statement, kind),
  );
}

/** Puts what follows into the branch that leads on; `canNest` has seen that only one does. */
function lowerNested(at: Writer, statement: Of<"if"> | Of<"block">, rest: readonly tree.Statement[]): void {
  if (statement.kind === "block") {
    lowerStatements(at, [...statement.statements, ...rest]);
    return;
  }
  const { whenTrue, whenFalse } = statement;
  const no = whenFalse ? [whenFalse] : [];
  if (completes(whenTrue)) lowerBranches(at, statement, [whenTrue, ...rest], no);
  else lowerBranches(at, statement, [whenTrue], [...no, ...rest]);
}

/** The statements of one branch or body. */
export function blockOf(at: Writer, statements: readonly tree.Statement[]): lua.Statement[] {
  return at.block(() => lowerStatements(at, statements.length === 1 ? inner(statements[0]) : statements));
}

function inner(statement: tree.Statement): readonly tree.Statement[] {
  return statement.kind === "block" ? statement.statements : [statement];
}

function lowerStatement(at: Writer, statement: tree.Statement): void {
  const made = at.block(() =>
    locating(statement.node, () => (visitors[statement.kind] as Visitor<Kind>)(at, statement)),
  );
  for (const part of made) if (part.line === undefined) locate(part, statement.node);
  // Where the variables of the source live outside, what is declared here is needed by this statement alone.
  if (at.isTight && made.some(lua.isVariableDeclarationStatement)) at.emit(lua.createDoStatement(made));
  else at.emit(...made);
}

type Visitor<K extends Kind> = (at: Writer, statement: Of<K>) => void;

const visitors: { readonly [K in Kind]: Visitor<K> } = {
  declare: lowerDeclare,
  assign: (at, statement) => {
    const { target, value } = statement;
    if (target.kind === "variable" && target.variable.referents) {
      at.emit(assign(referenceNames(at, target.variable), referenceCodes(at, target.variable, value)));
      return;
    }
    const place = placeOf(at, target, [value]);
    at.withPlace(target, place, () => {
      at.emit(assign([place], [scalarCode(at, compoundValue(statement) ?? value)]));
    });
  },
  expression: (at, { expression }) => lowerEffect(at, expression),
  if: (at, statement) => {
    const { whenTrue, whenFalse } = statement;
    lowerBranches(at, statement, [whenTrue], whenFalse ? [whenFalse] : []);
  },
  // Nothing interrupts Lua but the board's own functions, which know when they may.
  critical: (at, { body }) => at.emit(...blockOf(at, [body])),
  loop: lowerLoop,
  switch: lowerSwitch,
  break: (at) => at.emit(...at.jumps.jump("break", () => at.freshName("leave"))),
  continue: (at) => at.emit(...at.jumps.jump("continue", () => at.freshName("leave"))),
  return: lowerReturn,
  block: (at, { statements }) => {
    const body = blockOf(at, statements);
    if (body.some(lua.isVariableDeclarationStatement)) at.emit(lua.createDoStatement(body));
    else at.emit(...body);
  },
};

function lowerBranches(
  at: Writer,
  statement: Of<"if">,
  whenTrue: readonly tree.Statement[],
  whenFalse: readonly tree.Statement[],
): void {
  const known = outcome(at, statement.condition);
  if (known !== undefined) {
    const taken = known ? whenTrue : whenFalse;
    lowerStatements(at, taken);
    return;
  }
  const test = conditionCode(at, statement.condition);
  locate(test, statement.condition.node);
  at.emit(when(test, blockOf(at, whenTrue), blockOf(at, whenFalse)));
}

function lowerDeclare(at: Writer, statement: Of<"declare">): void {
  const { variable, value } = statement;
  const { type } = variable;
  if (value === undefined) {
    lowerStorage(at, statement);
    return;
  }
  if (type === undefined || !tree.isReference(type)) {
    const code = scalarCode(at, value);
    at.declare([at.variable(variable)], [code]);
    return;
  }
  if (type.kind === "record" || variable.referents) {
    const codes = referenceCodes(at, variable, value);
    at.declare(referenceNames(at, variable), codes);
    return;
  }
  at.bindReference(variable, reference(at, value));
}

/** The variables that a parameter, or a local name for several arrays or records, takes. */
export function referenceNames(at: Writer, variable: tree.Variable): lua.Identifier[] {
  const names = [at.variable(variable)];
  return at.context.conventions.isBased(variable) ? [...names, at.baseOf(variable)] : names;
}

/** The same for what is passed, returned or assigned. */
function referenceCodes(
  at: Writer,
  to: tree.Variable | tree.FunctionTree,
  value: tree.Expression,
): lua.Expression[] {
  if (tree.typeOf(value).kind === "record") return [recordCode(at, value)];
  const { table, base } = reference(at, value);
  return at.context.conventions.isBased(to) ? [table, base] : [table];
}

/** A local array or record: made once, or at each call where the function may run within itself. */
function lowerStorage(at: Writer, statement: Of<"declare">): void {
  const { variable } = statement;
  const owner = { type: variable.type!, initial: variable.initial! };
  if (at.isReentrant) at.declare([at.variable(variable)], [initialCode(at.helper, owner)]);
  else if (!at.context.assigned.blanks(at.frame.tree).has(statement)) renew(at, at.own(variable), owner);
}

function lowerReturn(at: Writer, { value }: Of<"return">): void {
  const { tree: callee, results } = at.frame;
  if (results === undefined) {
    at.emit(lua.createReturnStatement(value === undefined ? [] : resultCodes(at, callee, value)));
    return;
  }
  if (value !== undefined && results.length > 0) {
    at.emit(assign([...results], resultCodes(at, callee, value)));
  } else if (value !== undefined) discard(at, value);
  at.emit(...at.jumps.jump("return", () => at.freshName("leave")));
}

/** What a function gives back: of an array its table and, if it may begin inside, where. */
export function resultCodes(at: Writer, callee: tree.FunctionTree, value: tree.Expression): lua.Expression[] {
  return tree.isReference(callee.result) ? referenceCodes(at, callee, value) : [scalarCode(at, value)];
}
