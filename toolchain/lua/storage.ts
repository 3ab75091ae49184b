/**
 * What arrays and records start with: the code that makes them, and the statements that give them their first values
 * again.
 */
import * as lua from "typescript-to-lua";
import type { tree } from "../compiler/index.ts";
import { isText } from "./arrays.ts";
import type { Helper } from "./dialect.ts";
import { fieldKey } from "./records.ts";
import { assign, call, index, number, table, truth } from "./syntax.ts";
import type { Writer } from "./writer.ts";

/** What has storage: a variable of the source, or a field of a record. */
type Owner = Pick<tree.Field, "type" | "initial">;

/** The code for what a module-level variable, a local array or record, or a field starts with. */
export function initialCode(helper: Helper, { type, initial }: Owner): lua.Expression {
  switch (initial.kind) {
    case "scalar":
      return scalar(type, initial.value);
    case "zeroed":
      if (type.kind === "cell") return scalar(type, 0);
      return zerosCode(helper, (type as tree.ArrayType).length);
    case "values":
    case "table":
      return arrayCode(type, initial.values);
    case "rows":
      return row(initial.rows.map((values) => recordCode(helper, type as tree.RecordsType, values)));
    case "record":
      return recordsCode(helper, type as tree.RecordType | tree.RecordsType);
    case "functions":
      throw new Error("a table of functions is made after them");
  }
}

function scalar(type: tree.Type, value: number): lua.Expression {
  const isTruth = type.kind === "boolean" || (type.kind === "cell" && type.width === "bool");
  return isTruth ? truth(value !== 0) : number(value);
}

/** Octets of a constant table are a string, which takes an octet each; other arrays are tables. */
function arrayCode(type: tree.Type, values: readonly number[]): lua.Expression {
  return isText(type) ? lua.createStringLiteral(String.fromCharCode(...values)) : row(values.map(number));
}

/** `{[0] = first, second, ...}`. */
function row([first, ...others]: readonly lua.Expression[]): lua.Expression {
  return table(others, first);
}

/** A table of zeros; a short one is written out. */
function zerosCode(helper: Helper, count: number): lua.Expression {
  return count > 4
    ? call(helper("zeros"), number(count))
    : row(Array.from({ length: count }, () => number(0)));
}

function recordsCode(helper: Helper, type: tree.RecordType | tree.RecordsType): lua.Expression {
  const one = recordCode(helper, type);
  if (type.kind === "record") return one;
  if (type.length === 1) return row([one]);
  const make = lua.createFunctionExpression(lua.createBlock([lua.createReturnStatement([one])]));
  return call(helper("rows"), number(type.length), make);
}

/** One record; of a constant table with `values`. */
function recordCode(
  helper: Helper,
  { record }: tree.RecordType | tree.RecordsType,
  values?: ReadonlyMap<tree.Field, number>,
): lua.Expression {
  return table(
    [...record.fields.values()].map((field) => {
      const value = values?.get(field);
      return value === undefined ? initialCode(helper, field) : scalar(field.type, value);
    }),
  );
}

/** Gives storage that exists its first values. */
export function renew(at: Writer, storage: lua.Expression, { type, initial }: Owner): void {
  switch (initial.kind) {
    case "scalar":
      at.emit(assign([storage as lua.TableIndexExpression], [scalar(type, initial.value)]));
      return;
    case "zeroed": {
      const { length } = type as tree.ArrayType;
      at.emit(
        lua.createExpressionStatement(call(at.helper("fill"), storage, number(0), number(length), number(0))),
      );
      return;
    }
    case "values":
      for (const [i, value] of initial.values.entries()) {
        at.emit(assign([index(storage, number(i))], [number(value)]));
      }
      return;
    case "record":
      renewRecords(at, storage, type as tree.RecordType | tree.RecordsType);
      return;
    default:
      throw new Error(`${initial.kind} never change`);
  }
}

function renewRecords(at: Writer, storage: lua.Expression, type: tree.RecordType | tree.RecordsType): void {
  const fields = (record: lua.Expression) => {
    for (const field of type.record.fields.values()) renew(at, index(record, fieldKey(field)), field);
  };
  if (type.kind === "record") {
    fields(storage);
    return;
  }
  const i = at.freshName("i");
  const body = at.block(() => fields(at.temporary(index(storage, i))));
  at.emit(lua.createForStatement(lua.createBlock(body), i, number(0), number(type.length - 1)));
}
