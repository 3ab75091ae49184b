/** What is known of constant tables before the program runs. */
import { exactly, hull, type Interval } from "./interval.ts";
import type { Expression, Field, Variable } from "./tree.ts";

/** The range of a field over the whole table that `record` is a reference into; undefined where that is not known. */
export function fieldInTable(record: Expression, field: Field): Interval | undefined {
  if (record.kind === "variable" && record.variable.alias) return fieldInTable(record.variable.alias, field);
  if (record.kind !== "element") return undefined;
  const values = rowsOf(record.array)?.map((row) => row.get(field)!);
  return values?.map(exactly).reduce(hull);
}

/** The value of a field of a certain record of a table. */
export function fieldOfRow(record: Expression, field: Field): number | undefined {
  if (record.kind !== "element" || record.index.kind !== "number") return undefined;
  return rowsOf(record.array)?.[record.index.value]?.get(field);
}

/** Whether an element or a field is one of a constant table, where nothing changes. */
export function isInTable(expression: Expression): boolean {
  switch (expression.kind) {
    case "field":
      return isInTable(expression.base);
    case "element":
      return isInTable(expression.array);
    case "variable": {
      const { alias, initial } = expression.variable;
      return alias === undefined ? initial?.kind === "table" || initial?.kind === "rows" : isInTable(alias);
    }
    default:
      return false;
  }
}

function rowsOf(table: Expression): readonly ReadonlyMap<Field, number>[] | undefined {
  const initial: Variable["initial"] = table.kind === "variable" ? table.variable.initial : undefined;
  return initial?.kind === "rows" ? initial.rows : undefined;
}
