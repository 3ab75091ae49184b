/**
 * Calls: arguments left to right; an array as its table, then where it begins and how long it is if that is asked for.
 */
import type * as lua from "typescript-to-lua";
import { tree } from "../compiler/index.ts";
import { lengthCode, reference } from "./arrays.ts";
import { inlineCall, inlinedReference } from "./inline.ts";
import { exactCode, scalarCode } from "./numbers.ts";
import { keep } from "./order.ts";
import { recordCode } from "./records.ts";
import { call, index, isSimple, local, number } from "./syntax.ts";
import type { Reference } from "./value.ts";
import type { Writer } from "./writer.ts";

type Call = Extract<tree.Expression, { kind: "call" | "dispatch" }>;

export function isInlined(at: Writer, expression: Call): expression is Call & { kind: "call" } {
  return expression.kind === "call" && at.context.inlined.has(expression.callee);
}

export function callCode(at: Writer, expression: Call): lua.Expression {
  if (isInlined(at, expression)) return inlineCall(at, expression, true)[0];
  if (expression.kind === "call") {
    return call(at.functionName(expression.callee), ...argumentsOf(at, expression, expression.arguments));
  }
  const { table, index: which, arguments: given } = expression;
  for (const callee of tree.calleesOf(expression)) at.functionName(callee);
  const [keepIndex] = at.order.kept([which, ...given]);
  const key = exactCode(at, which);
  const callee = index(at.variable(table), keepIndex ? keep(at, key) : key);
  return call(callee, ...argumentsOf(at, expression, given));
}

/** A call that gives an array. */
export function referenceCall(at: Writer, expression: Call): Reference {
  if (isInlined(at, expression)) return inlinedReference(inlineCall(at, expression, true));
  const code = callCode(at, expression);
  if (!at.context.conventions.isBased(tree.calleesOf(expression)[0]))
    return { table: at.temporary(code), base: number(0) };
  const table = at.temporaryName();
  const base = at.temporaryName();
  at.emit(local([table, base], [code]));
  return { table, base };
}

/** Functions of one table take their arguments alike. */
function argumentsOf(at: Writer, expression: Call, given: readonly tree.Expression[]): lua.Expression[] {
  const { conventions } = at.context;
  const [{ parameters }] = tree.calleesOf(expression);
  const kept = at.order.kept(given);
  const codes = given.map((argument, i): lua.Expression[] => {
    const type = tree.typeOf(argument);
    if (type.kind === "record") {
      const record = recordCode(at, argument);
      return [kept[i] ? at.kept(record) : record];
    }
    if (!tree.isRow(type)) {
      const code = scalarCode(at, argument);
      return [kept[i] ? keep(at, code) : code];
    }
    const array = reference(at, argument);
    const table = kept[i] && !isSimple(array.table) ? at.temporary(array.table) : array.table;
    if (!conventions.isBased(parameters[i])) return [table];
    return [table, kept[i] ? keep(at, array.base) : array.base];
  });
  return codes.flatMap((code, i) => {
    if (!conventions.takesLength(parameters[i])) return code;
    const array = given[i];
    return [...code, lengthCode(at, { kind: "length", node: array.node, array })];
  });
}
