/** Arrays and records by reference, and what the runtime's functions take of them. */
import type { IrExpression, IrPointer } from "./ir.ts";
import type { Lowering } from "./lower.ts";
import { lowerInvocation } from "./lower-calls.ts";
import { choosePointer } from "./lower-choices.ts";
import { lowerValue } from "./lower-expressions.ts";
import { knownOutcome } from "./lower-outcomes.ts";
import { fieldName } from "./names.ts";
import { type Expression, isRow, narrowest, typeOf, type Variable } from "./tree.ts";
import { bitsOf, convert, stored } from "./widths.ts";

/** An array or record by reference. */
export function lowerPointer(at: Lowering, expression: Expression): IrPointer {
  switch (expression.kind) {
    case "variable": {
      const { variable } = expression;
      const name = at.name(variable);
      if (isRow(typeOf(expression))) return { kind: "array", name };
      const pointer = variable.scope === "parameter" || isLocalReference(variable);
      return { kind: "record", name, pointer };
    }
    case "field": {
      const record = lowerPointer(at, expression.base);
      const kind = isRow(typeOf(expression)) ? "memberArray" : "memberRecord";
      return { kind, record, field: fieldName(expression.field) };
    }
    case "element": {
      const [array, index] = lowerPointerAndIndex(at, expression.array, expression.index);
      return { kind: "elementRecord", array, index };
    }
    case "view": {
      const [array, offset] = lowerPointerAndIndex(at, expression.array, expression.offset);
      return offsetPointer(array, offset);
    }
    case "conditional": {
      const outcome = knownOutcome(at, expression.condition);
      if (outcome !== undefined)
        return lowerPointer(at, outcome ? expression.whenTrue : expression.whenFalse);
      return choosePointer(at, expression);
    }
    case "call":
    case "dispatch":
      return { kind: "pointerCall", ...lowerInvocation(at, expression) };
    default:
      throw new Error(`'${expression.node.getText()}' is no reference`);
  }
}

/** Whether a local name is a pointer, not the storage itself. */
function isLocalReference(variable: Variable): boolean {
  return variable.alias !== undefined || variable.referents !== undefined;
}

/** A reference and an index or offset into it, left to right. */
export function lowerPointerAndIndex(
  at: Lowering,
  array: Expression,
  index: Expression,
): [array: IrPointer, index: IrExpression] {
  const [keepArray] = at.order.kept([array, index]);
  const pointer = lowerPointer(at, array);
  const kept = keepArray ? at.keepPointer(pointer, typeOf(array)) : pointer;
  return [kept, lowerIndex(at, index)];
}

/**
 * Array and offset pairs, and a count at last, as the runtime's functions take them; `value` is evaluated
 * after them.
 */
export function lowerAccess(
  at: Lowering,
  parts: readonly Expression[],
  value?: Expression,
): (IrExpression | IrPointer)[] {
  const kept = at.order.kept(value ? [...parts, value] : parts);
  const lowered = parts.map((part, i) => {
    if (isRow(typeOf(part))) {
      const pointer = lowerPointer(at, part);
      return kept[i] ? at.keepPointer(pointer, typeOf(part)) : pointer;
    }
    const index = lowerIndex(at, part);
    return kept[i] ? at.keep(index, part) : index;
  });
  const pairs: (IrExpression | IrPointer)[] = [];
  for (let i = 0; i + 1 < lowered.length; i += 2) {
    pairs.push(offsetPointer(lowered[i] as IrPointer, lowered[i + 1] as IrExpression));
  }
  if (lowered.length % 2 === 1) pairs.push(stored("u16", lowered.at(-1) as IrExpression));
  return pairs;
}

/** `array + index`, or the array itself at 0. */
export function offsetPointer(array: IrPointer, index: IrExpression): IrPointer {
  if (index.kind === "constant" && index.value === 0) return array;
  return { kind: "offset", array, index };
}

/**
 * An index or offset: any type of at most 16 bits. It is proven to have no more, even where its own range says so not.
 */
function lowerIndex(at: Lowering, expression: Expression): IrExpression {
  if (narrowest(at.ranges.of(expression)) === undefined) {
    return convert("u16", lowerValue(at, expression, 16));
  }
  const value = lowerValue(at, expression, "exact");
  return bitsOf(value.type) > 16 ? convert("u16", value) : value;
}
