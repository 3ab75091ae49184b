/** Calls: what is called, directly or through a dispatch table, and with what. */
import type { IrExpression, IrInvocation, IrPointer, IrStatement, Origin } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerCondition } from "./lower-conditions.ts";
import { lowerValue } from "./lower-expressions.ts";
import { lowerPointer } from "./lower-references.ts";
import { keptBits, scalarType } from "./lower-storage.ts";
import { functionTypeName } from "./names.ts";
import {
  type CallNode,
  calleesOf,
  type DispatchNode,
  type Expression,
  functionsOf,
  isReference,
  type Type,
  typeOf,
} from "./tree.ts";
import { stored } from "./widths.ts";

/** A call for its value, a scalar. */
export function lowerCall(at: Lowering, expression: CallNode | DispatchNode): IrExpression {
  const { result } = calleesOf(expression)[0];
  const type = result.kind === "void" ? "int" : scalarType(result);
  return { kind: "call", type, ...lowerInvocation(at, expression) };
}

/** A call for its effect. */
export function lowerCallStatement(
  at: Lowering,
  expression: CallNode | DispatchNode,
  origin: Origin | undefined,
): IrStatement {
  const drops = typeOf(expression).kind !== "void";
  return { kind: "call", origin, drops, ...lowerInvocation(at, expression) };
}

/** What is called, and with what. The functions of a dispatch table are all of one C type. */
export function lowerInvocation(at: Lowering, expression: CallNode | DispatchNode): IrInvocation {
  const { parameters } = calleesOf(expression)[0];
  const parts = parameters.map((parameter, i) => ({
    expression: expression.arguments[i],
    type: parameter.type!,
  }));
  if (expression.kind === "call") {
    const name = at.functionName(expression.callee);
    return { name, arguments: withLengths(at, expression, lowerArguments(at, parts)) };
  }
  const { table, index } = expression;
  const range = { min: 0, max: functionsOf(expression).functions.length - 1 };
  const position = { expression: index, type: { kind: "int", ...range, name: "index" } } as const;
  const [lowered, ...values] = lowerArguments(at, [position, ...parts]);
  return {
    name: at.name(table),
    through: { type: functionTypeName(table), index: lowered as IrExpression },
    arguments: withLengths(at, expression, values),
  };
}

/** Lowers arguments of any kind, left to right. */
function lowerArguments(
  at: Lowering,
  parts: readonly { readonly expression: Expression; readonly type: Type }[],
): (IrExpression | IrPointer)[] {
  const kept = at.order.kept(parts.map((part) => part.expression));
  return parts.map(({ expression, type }, i) => {
    if (isReference(type)) {
      const pointer = lowerPointer(at, expression);
      return kept[i] ? at.keepPointer(pointer, type) : pointer;
    }
    if (type.kind === "boolean") {
      const value = lowerCondition(at, expression);
      return kept[i] ? at.keep(value, expression) : value;
    }
    const storage = scalarType(type);
    const value = stored(storage, lowerValue(at, expression, keptBits(storage)));
    return kept[i] && value.kind !== "constant" ? at.temporary(storage, value) : value;
  });
}

/** Puts the length of an array behind it where the function called asks for it. */
function withLengths(
  at: Lowering,
  expression: CallNode | DispatchNode,
  values: readonly (IrExpression | IrPointer)[],
): (IrExpression | IrPointer)[] {
  const { parameters } = calleesOf(expression)[0];
  return values.flatMap((value, i) =>
    at.context.calls.asksLength(parameters[i])
      ? [value, stored("u16", lowerValue(at, lengthOf(expression.arguments[i]), "exact"))]
      : [value],
  );
}

function lengthOf(array: Expression): Expression {
  return { kind: "length", node: array.node, array };
}
