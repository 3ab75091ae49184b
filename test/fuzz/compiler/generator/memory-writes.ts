/** Stores to arrays and rows of records. */
import { arrayReference, octetArray } from "./references.ts";
import type { ArrayName } from "./scope.ts";
import type { Statements } from "./statements.ts";
import { widthType } from "./types.ts";
import { bare } from "./values.ts";

export function elementStore(at: Statements, indent: string): string {
  const arrays = at.scope.arrays.filter(({ table }) => !table);
  if (arrays.length === 0) return "";
  const one = at.random.pick(arrays);
  const array = arrayReference(at.expressions, one.element, Math.min(one.length, 2), false) ?? one;
  return storeAt(at, indent, array, indexInto(at, array));
}

function indexInto(at: Statements, array: ArrayName): string {
  if (at.sums.length > 0 && at.random.chance(0.4)) return daringSum(at);
  return bare(at.expressions.index(array.length, 2).text);
}

/** A sum that a guard has looked at, or close to it: the compiler tells whether it is proven. */
export function daringSum(at: Statements): string {
  const sum = at.random.pick(at.sums);
  if (at.random.chance(0.6)) return sum;
  return `${sum} ${at.random.pick(["+", "-"])} ${at.random.between(1, 3)}`;
}

export function storeAt(at: Statements, indent: string, array: ArrayName, index: string): string {
  const type = widthType(array.element);
  const place = `${array.text}[${index}]`;
  if (at.random.chance(0.08) && type.min === 0) {
    return `${indent}${place} ${at.random.pick([">>>=", "%="])} ${at.random.between(1, 9)};\n`;
  }
  if (at.random.chance(0.25) && array.element === "u8") {
    const operator = at.random.pick(["^=", "|=", "&="]);
    return `${indent}${place} ${operator} ${bare(at.expressions.valueFor(type, 2).text)};\n`;
  }
  if (at.random.chance(0.15)) {
    const sum = `${place} ${at.random.pick(["+", "-", "^"])} ${at.integer(1).text}`;
    return `${indent}${place} = ${array.element}(${sum});\n`;
  }
  return `${indent}${place} = ${bare(at.expressions.valueFor(type, 3).text)};\n`;
}

/** The intrinsics that write octets. */
export function octetIntrinsic(at: Statements, indent: string): string {
  const e = at.expressions;
  const target = octetArray(e, 4);
  if (target === undefined) return "";
  const offsetIn = (array: ArrayName, count: number) => bare(e.index(array.length, 1, count).text);
  const kind = at.random.pick(["fill", "copy", "copy", "table", "store", "store", "wipe"]);
  const count = at.random.between(1, Math.min(target.length, 8));
  /** As many, or as few as something says. */
  const upTo = (most: number) => {
    const type = { text: "", min: 0, max: most, brand: "number" } as const;
    return at.random.chance(0.7) ? String(most) : bare(e.fitted(e.cast("u8", e.integer(1)), type).text);
  };
  if (!at.work.spend(count)) return "";
  switch (kind) {
    case "fill": {
      const offset = offsetIn(target, count);
      const value = bare(e.valueFor(widthType("u8"), 2).text);
      return `${indent}fill(${target.text}, ${offset}, ${upTo(count)}, ${value});\n`;
    }
    case "wipe":
      return `${indent}wipe(${target.text}, ${offsetIn(target, count)}, ${upTo(count)});\n`;
    case "copy":
    case "table": {
      if (kind === "table" && at.random.chance(0.2)) {
        const text = `ascii("${"joined!?".slice(0, count)}")`;
        return `${indent}copyTable(${target.text}, ${offsetIn(target, count)}, ${text}, 0, ${upTo(count)});\n`;
      }
      const source = arrayReference(e, "u8", 1, kind === "table");
      if (source === undefined) return "";
      const size = Math.min(count, source.length);
      const name = kind === "table" ? "copyTable" : "copy";
      const places = `${target.text}, ${offsetIn(target, size)}, ${source.text}, ${offsetIn(source, size)}`;
      return `${indent}${name}(${places}, ${upTo(size)});\n`;
    }
    default: {
      const bits = at.random.pick([16, 32] as const);
      const offset = offsetIn(target, bits / 8);
      const value = bare(e.valueFor(widthType(bits === 16 ? "u16" : "u32"), 2).text);
      const order = at.random.pick(["le", "be"]);
      return `${indent}store${bits}${order}(${target.text}, ${offset}, ${value});\n`;
    }
  }
}

/** A store to a field of a record in a row. */
export function rowStore(at: Statements, indent: string): string {
  const able = at.scope.rows.filter(({ table }) => !table);
  if (able.length === 0) return "";
  const rows = at.random.pick(able);
  const { name, type } = at.random.pick(rows.record.fields);
  const place = `${rows.text}[${bare(at.expressions.index(rows.length, 1).text)}].${name}`;
  if (type.kind === "integer") {
    return `${indent}${place} = ${bare(at.expressions.valueFor(type.type, 2).text)};\n`;
  }
  if (type.kind === "boolean") return `${indent}${place} = ${bare(at.condition(1))};\n`;
  if (type.kind !== "array") return "";
  return storeAt(at, indent, { ...type, text: place, exact: true, table: false, lasting: false }, "0");
}
