/**
 * Expressions for what they do: calls, steps, writes to arrays, assertions; and what is left of a value that nobody
 * needs.
 */
import * as lua from "typescript-to-lua";
import { operands, tree } from "../compiler/index.ts";
import { access, isText } from "./arrays.ts";
import { callCode, isInlined } from "./calls.ts";
import { conditionCode, outcome } from "./conditions.ts";
import { inlineCall } from "./inline.ts";
import { lowerStep, scalarCode } from "./numbers.ts";
import { assign, call, name, not, number, when } from "./syntax.ts";
import type { Writer } from "./writer.ts";

type Kind = tree.Expression["kind"];
type Of<K extends Kind> = Extract<tree.Expression, { kind: K }>;
type Visitor<K extends Kind> = (at: Writer, expression: Of<K>) => void;

/** An expression that stands as a statement. */
export function lowerEffect(at: Writer, expression: tree.Expression): void {
  const visit = visitors[expression.kind] as Visitor<Kind> | undefined;
  if (visit) visit(at, expression);
  else discard(at, expression);
}

const visitors: { readonly [K in Kind]?: Visitor<K> } = {
  call: lowerCall,
  dispatch: lowerCall,
  write: (at, { cell, value }) => at.emit(assign([at.variable(cell)], [scalarCode(at, value)])),
  update: lowerStep,
  store: (at, { array, offset, value, bits, order }) => {
    emitCall(at, at.helper(`store${bits}${order}`), access(at, [array, offset, value]));
  },
  copy: (at, { target, targetOffset, source, sourceOffset, count }) => {
    const helper = isText(tree.typeOf(source)) ? "copyText" : "copy";
    emitCall(at, at.helper(helper), access(at, [target, targetOffset, source, sourceOffset, count]));
  },
  fill: (at, { target, offset, count, value }) => {
    emitCall(at, at.helper("fill"), access(at, [target, offset, count, value]));
  },
  assert: lowerAssert,
};

function lowerCall(at: Writer, expression: Of<"call"> | Of<"dispatch">): void {
  if (isInlined(at, expression)) inlineCall(at, expression, false);
  else at.emit(lua.createExpressionStatement(callCode(at, expression)));
}

function emitCall(at: Writer, callee: lua.Expression, values: readonly lua.Expression[]): void {
  at.emit(lua.createExpressionStatement(call(callee, ...values)));
}

function lowerAssert(at: Writer, { condition, node }: Of<"assert">): void {
  if (!at.context.debug) {
    discard(at, condition);
    return;
  }
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  const message = `assertion failed: ${at.frame.tree.module.line}:${line + 1}`;
  const stop = call(name("error"), lua.createStringLiteral(message), number(0));
  at.emit(when(not(conditionCode(at, condition)), [lua.createExpressionStatement(stop)]));
}

/** Emits what evaluating the expression does, and drops its value. */
export function discard(at: Writer, expression: tree.Expression): void {
  if (!at.order.changes(expression) || !at.ranges.evaluated(expression)) return;
  switch (expression.kind) {
    case "call":
    case "dispatch":
    case "update":
      lowerEffect(at, expression);
      return;
    case "logical": {
      const { operator, left, right } = expression;
      discardBranches(at, left, operator === "&&" ? right : undefined, operator === "||" ? right : undefined);
      return;
    }
    case "conditional":
      discardBranches(at, expression.condition, expression.whenTrue, expression.whenFalse);
      return;
    default:
      for (const operand of operands(expression)) discard(at, operand);
  }
}

function discardBranches(
  at: Writer,
  condition: tree.Expression,
  yes: tree.Expression | undefined,
  no: tree.Expression | undefined,
): void {
  const known = outcome(at, condition);
  const branch = (taken: tree.Expression | undefined) => at.block(() => taken && discard(at, taken));
  if (known !== undefined) {
    at.emit(...branch(known ? yes : no));
    return;
  }
  const test = conditionCode(at, condition);
  at.emit(when(test, branch(yes), branch(no)));
}
