/** Integers from arrays, rows of records and volatile cells. */
import * as interval from "../../../../toolchain/compiler/interval.ts";
import { RANGES } from "../../../../toolchain/compiler/tree.ts";
import type { Expressions } from "./expressions.ts";
import { octetArray } from "./references.ts";
import { widthType } from "./types.ts";
import { bare, named, plain, type Value } from "./values.ts";

export function element(e: Expressions, depth: number): Value | undefined {
  if (e.scope.arrays.length === 0) return undefined;
  const array = e.random.pick(e.scope.arrays);
  const element = widthType(array.element);
  const index = e.index(array.length, depth);
  const range = array.values ? array.values.map(interval.exactly).reduce(interval.hull) : element;
  return {
    text: `${array.text}[${bare(index.text)}]`,
    ...plain(range),
    brand: array.table ? "number" : element.brand,
  };
}

/** An integer field of a record in a row. */
export function rowField(e: Expressions, depth: number): Value | undefined {
  const rows = e.random.pick(e.scope.rows);
  const fields = rows.record.fields.flatMap(({ name, type }) =>
    type.kind === "integer" ? [{ name, type: type.type }] : [],
  );
  if (fields.length === 0) return undefined;
  const { name, type } = e.random.pick(fields);
  const text = `${rows.text}[${bare(e.index(rows.length, depth).text)}].${name}`;
  return named({ text, type, writable: false });
}

export function cellRead(e: Expressions): Value | undefined {
  const cells = e.scope.cells.filter(({ bits }) => bits === 8);
  if (cells.length === 0) return undefined;
  return { text: `${e.random.pick(cells).text}.read()`, ...RANGES.u8, brand: "u8" };
}

export function load(e: Expressions, depth: number): Value | undefined {
  const bits = e.random.pick([16, 32] as const);
  const octets = bits / 8;
  const array = octetArray(e, octets);
  if (array === undefined) return undefined;
  const offset = e.index(array.length, depth, octets);
  const name = `load${bits}${e.random.pick(["le", "be"])}`;
  const width = bits === 16 ? "u16" : "u32";
  return { text: `${name}(${array.text}, ${bare(offset.text)})`, ...RANGES[width], brand: width };
}
