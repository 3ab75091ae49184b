/** Constant tables of records in flash: `tableOf(Channel, [{ hz: 868100000 }, ...])`. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { recordNamed, type Storage } from "./check-storage.ts";
import { messages } from "./messages.ts";
import { type Field, isReference, type RecordTree, type Type } from "./tree.ts";
import { describe } from "./types.ts";

/** The table that a call of `tableOf` makes; undefined after a message that no table can be made of. */
export function recordTable(checker: Checker, node: ts.CallExpression): Storage | undefined {
  const [type, values] = node.arguments;
  const record = recordNamed(checker, type);
  const elements = ts.isArrayLiteralExpression(values) ? values.elements : [];
  if (record === undefined || elements.length === 0) checker.found.add(messages.tableOfRecords(node));
  if (record === undefined) return undefined;
  for (const field of record.fields.values()) {
    if (isReference(field.type))
      checker.found.add(messages.constantField(type, record.name, field.name, describe(field.type)));
  }
  const rows = elements.map((element) => row(checker, record, element));
  const table: Type = { kind: "records", record, memory: "flash", length: rows.length };
  return { type: table, initial: { kind: "rows", rows } };
}

/** The values of one record; the class gives what is left out. */
function row(checker: Checker, record: RecordTree, node: ts.Expression): ReadonlyMap<Field, number> {
  const values = new Map<Field, number>();
  for (const field of record.fields.values()) {
    if (field.initial.kind === "scalar") values.set(field, field.initial.value);
  }
  if (!ts.isObjectLiteralExpression(node)) {
    checker.found.add(messages.tableOfRecords(node));
    return values;
  }
  for (const property of node.properties) {
    const field = ts.isPropertyAssignment(property) && record.fields.get(property.name.getText());
    if (!field || !ts.isPropertyAssignment(property)) {
      checker.found.add(messages.syntax(property, "this form of a field", "write name: value for each"));
      continue;
    }
    const value = checker.constant(property.initializer, `'${field.name}' of a table`);
    if (value === undefined) continue;
    checker.mustFit(property.initializer, value, field.type);
    values.set(field, value);
  }
  return values;
}
