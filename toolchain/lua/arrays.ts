/** Arrays: a table, or a string for octets in flash, and the index in it at which the array begins. */
import type * as lua from "typescript-to-lua";
import { lengthOfArray, tree } from "../compiler/index.ts";
import { referenceCall } from "./calls.ts";
import { conditionCode, outcome } from "./conditions.ts";
import { exactCode, scalarCode } from "./numbers.ts";
import { keep } from "./order.ts";
import { fieldCode } from "./records.ts";
import { add, assign, call, index, isSimple, number, when } from "./syntax.ts";
import type { Reference } from "./value.ts";
import type { Writer } from "./writer.ts";

type Of<K extends tree.Expression["kind"]> = Extract<tree.Expression, { kind: K }>;

/** An array by reference. */
export function reference(at: Writer, expression: tree.Expression): Reference {
  switch (expression.kind) {
    case "variable": {
      const { variable } = expression;
      const alias = at.alias(variable);
      if (alias) return alias;
      if (variable.scope === "local" && !variable.referents) {
        return { table: at.own(variable), base: number(0) };
      }
      const based = variable.scope !== "module" && at.context.conventions.isBased(variable);
      return { table: at.variable(variable), base: based ? at.baseOf(variable) : number(0) };
    }
    case "field":
      return { table: fieldCode(at, expression), base: number(0) };
    case "view": {
      const { table, key } = arrayAndIndex(at, expression.array, expression.offset);
      return { table, base: key };
    }
    case "conditional":
      return chosenReference(at, expression);
    case "call":
    case "dispatch":
      return referenceCall(at, expression);
    default:
      throw new Error(`'${expression.node.getText()}' is no array`);
  }
}

/** The table of an array, and the key of an element of it. */
export function arrayAndIndex(
  at: Writer,
  array: tree.Expression,
  offset: tree.Expression,
): { readonly table: lua.Expression; readonly key: lua.Expression } {
  const [keepArray] = at.order.kept([array, offset]);
  const { table, base } = reference(at, array);
  const from = keepArray ? { table: at.kept(table), base: keep(at, base) } : { table, base };
  return { table: from.table, key: add(from.base, exactCode(at, offset)) };
}

function chosenReference(at: Writer, expression: Of<"conditional">): Reference {
  const { condition, whenTrue, whenFalse } = expression;
  const known = outcome(at, condition);
  if (known !== undefined) return reference(at, known ? whenTrue : whenFalse);
  const test = conditionCode(at, condition);
  const table = at.temporary();
  const base = at.temporary();
  const branch = (array: tree.Expression) =>
    at.block(() => {
      const chosen = reference(at, array);
      at.emit(assign([table, base], [chosen.table, chosen.base]));
    });
  at.emit(when(test, branch(whenTrue), branch(whenFalse)));
  return { table, base };
}

export function elementCode(at: Writer, expression: Of<"element">) {
  const { table, key } = arrayAndIndex(at, expression.array, expression.index);
  if (!isText(tree.typeOf(expression.array))) return index(table, key);
  return call(at.helper("byte"), table, add(key, number(1)));
}

/** Whether an array is a string in Lua. */
export function isText(type: tree.Type): boolean {
  return type.kind === "array" && type.memory === "flash" && type.element === "u8";
}

export function loadCode(at: Writer, { array, offset, bits, order }: Of<"load">): lua.Expression {
  const { table, key } = arrayAndIndex(at, array, offset);
  return call(at.helper(`load${bits}${order}`), table, key);
}

export function lengthCode(at: Writer, { array }: Of<"length">): lua.Expression {
  const { min, parameter } = lengthOfArray(array);
  return parameter ? at.variable(parameter.length!) : number(min);
}

/**
 * Arrays and numbers as the runtime's functions take them, evaluated left to right: each array is its table, each
 * offset after an array the index in that table.
 */
export function access(at: Writer, parts: readonly tree.Expression[]): lua.Expression[] {
  const kept = at.order.kept(parts);
  const codes: lua.Expression[] = [];
  let base: lua.Expression | undefined;
  parts.forEach((part, i) => {
    if (tree.isRow(tree.typeOf(part))) {
      const array = reference(at, part);
      codes.push(kept[i] && !isSimple(array.table) ? at.temporary(array.table) : array.table);
      base = kept[i] ? keep(at, array.base) : array.base;
      return;
    }
    const code = scalarCode(at, part);
    const value = kept[i] ? keep(at, code) : code;
    codes.push(base === undefined ? value : add(base, value));
    base = undefined;
  });
  return codes;
}
