/** Calls, and references to arrays and records. */
import type { IntName } from "../../../../toolchain/compiler/tree.ts";
import { condition } from "./conditions.ts";
import type { Expressions } from "./expressions.ts";
import type { ArrayName, FunctionName } from "./scope.ts";
import type { ParameterType, RecordClass } from "./types.ts";
import { bare } from "./values.ts";

/** A call with arguments of every kind; undefined where it would cost too much, or nothing fits a parameter. */
export function callOf(e: Expressions, callee: FunctionName, depth: number): string | undefined {
  if (!e.budget.spend(callee.cost)) return undefined;
  const values: string[] = [];
  for (const parameter of callee.parameters) {
    const value = argument(e, parameter, depth);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const name = callee.entries ? `${callee.name}[${bare(e.index(callee.entries, 0).text)}]` : callee.name;
  return `${name}(${values.join(", ")})`;
}

function argument(e: Expressions, parameter: ParameterType, depth: number): string | undefined {
  switch (parameter.kind) {
    case "integer":
      return bare(e.valueFor(parameter.type, depth).text);
    case "boolean":
      return bare(condition(e, depth));
    case "array":
      return arrayReference(e, parameter.element, parameter.length, parameter.table, parameter.length === 0)
        ?.text;
    case "record":
      return recordReference(e, parameter.record);
    case "rows": {
      const { record, table, length } = parameter;
      const able = e.scope.rows.filter(
        (rows) => rows.record === record && rows.table === table && rows.length >= length,
      );
      return able.length > 0 ? e.random.pick(able).text : undefined;
    }
  }
}

/** An octet array in RAM of at least so many elements. */
export function octetArray(e: Expressions, length: number): ArrayName | undefined {
  return arrayReference(e, "u8", length, false);
}

/** A reference to an array: a name, or what gives one. */
export function arrayReference(
  e: Expressions,
  element: IntName,
  length: number,
  table: boolean,
  open = false,
): ArrayName | undefined {
  const fits = (array: ArrayName) => array.element === element && array.table === table;
  const able = e.scope.arrays.filter((array) => fits(array) && array.length >= length);
  const others = open ? e.scope.openArrays.filter(fits) : [];
  if (others.length > 0 && e.random.chance(0.5)) return e.random.pick(others);
  if (able.length === 0) return undefined;
  const array = e.random.pick(able);
  if (table || e.random.chance(0.8)) return array;
  const other = e.random.pick(able);
  switch (e.random.pick(["view", "choice", "call"])) {
    case "view": {
      if (length === 0) return array;
      const count = e.random.between(length, array.length);
      const text = `view(${array.text}, ${bare(e.index(array.length, 0, count).text)}, ${count})`;
      return { ...array, text, length: count, exact: true };
    }
    case "choice": {
      if (other === array) return array;
      const text = `(${condition(e, 0)} ? ${array.text} : ${other.text})`;
      return { ...array, text, length: Math.min(array.length, other.length), exact: false };
    }
    default: {
      const callees = e.scope.functions.filter(
        ({ result }) => result.kind === "array" && result.element === element && result.length >= length,
      );
      const callee = callees.length > 0 ? e.random.pick(callees) : undefined;
      if (callee?.result.kind !== "array") return array;
      const text = callOf(e, callee, 0);
      if (text === undefined) return array;
      return { ...array, text, length: callee.result.length, exact: false };
    }
  }
}

/** A reference to a record of a class. */
export function recordReference(e: Expressions, record: RecordClass): string | undefined {
  const able = e.scope.records.filter((candidate) => candidate.record === record);
  const rows = e.scope.rows.filter((candidate) => candidate.record === record && !candidate.table);
  if (rows.length > 0 && e.random.chance(0.4)) {
    const { text, length } = e.random.pick(rows);
    return `${text}[${bare(e.index(length, 1).text)}]`;
  }
  if (able.length === 0) return undefined;
  const one = e.random.pick(able).text;
  if (e.random.chance(0.85)) return one;
  const callees = e.scope.functions.filter(
    ({ result }) => result.kind === "record" && result.record === record,
  );
  if (callees.length > 0 && e.random.chance(0.5)) return callOf(e, e.random.pick(callees), 0) ?? one;
  const other = e.random.pick(able).text;
  return other === one ? one : `(${condition(e, 0)} ? ${one} : ${other})`;
}
