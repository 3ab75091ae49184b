/** Types as the generator knows them, and as the source writes them. */
import { type IntName, RANGES } from "../../../../toolchain/compiler/tree.ts";
import type { Random } from "../random.ts";

/** A type of integers as the source writes it. */
export interface IntegerType {
  readonly text: string;
  readonly min: number;
  readonly max: number;
  /** What TypeScript sees; "number" goes anywhere. */
  readonly brand: IntName | "number";
  /** The members of an enum: TypeScript takes no literal for one. */
  readonly members?: readonly { readonly text: string; readonly value: number }[];
}

export const WIDTHS: readonly IntName[] = ["u8", "u16", "u32", "i8", "i16", "i32"];

export function widthType(name: IntName): IntegerType {
  return { text: name, ...RANGES[name], brand: name };
}

/** Whether TypeScript lets a value of one brand into a place of another. */
export function assignable(from: IntegerType["brand"], to: IntegerType["brand"]): boolean {
  if (from === "number" || to === "number" || from === to) return true;
  const wider: Readonly<Record<IntName, readonly string[]>> = {
    u8: ["u16", "u32", "i16", "i32"],
    u16: ["u32", "i32"],
    u32: [],
    i8: ["i16", "i32"],
    i16: ["i32"],
    i32: [],
  };
  return wider[from].includes(to);
}

/** A random type of integers. */
export function integerType(random: Random, enums: readonly IntegerType[]): IntegerType {
  if (enums.length > 0 && random.chance(0.2)) return random.pick(enums);
  if (random.chance(0.8)) return widthType(random.pick(WIDTHS));
  const [min, max] = random.pick([
    [0, 7],
    [0, 9],
    [0, 15],
    [0, 16],
    [0, 24],
    [1, 8],
    [-4, 11],
    [0, 300],
  ]);
  return { text: `Int<${min}, ${max}>`, min, max, brand: "number" };
}

const JS_ARRAYS: Readonly<Record<IntName, string>> = {
  u8: "Uint8Array",
  u16: "Uint16Array",
  u32: "Uint32Array",
  i8: "Int8Array",
  i16: "Int16Array",
  i32: "Int32Array",
};

/** `new Uint8Array(4)` and its like. */
export function newArray(element: IntName, length: number): string {
  return `new ${JS_ARRAYS[element]}(${length})`;
}

/** `new Int16Array([-1, 5])` or `Int16Array.of(-1, 5)`. */
export function arrayOf(random: Random, element: IntName, values: readonly number[]): string {
  const list = values.join(", ");
  return random.chance(0.5) ? `new ${JS_ARRAYS[element]}([${list}])` : `${JS_ARRAYS[element]}.of(${list})`;
}

/** The name of an array type: "Uint8Array". */
export function arrayType(element: IntName): string {
  return JS_ARRAYS[element];
}

export function arrayText(element: IntName, length: number, table: boolean): string {
  if (table) return `Table${element.slice(1)}<${length}>`;
  if (length === 0) return arrayType(element);
  return element === "u8" ? `Bytes<${length}>` : `AtLeast<${arrayType(element)}, ${length}>`;
}

export function typeText(type: ParameterType): string {
  switch (type.kind) {
    case "integer":
      return type.type.text;
    case "boolean":
      return "boolean";
    case "array":
    case "rows":
      return type.text;
    case "record":
      return type.record.name;
  }
}

export type ParameterType =
  | { readonly kind: "integer"; readonly type: IntegerType }
  | { readonly kind: "boolean" }
  | {
      readonly kind: "array";
      readonly text: string;
      readonly element: IntName;
      readonly length: number;
      readonly table: boolean;
    }
  | { readonly kind: "record"; readonly record: RecordClass }
  | {
      readonly kind: "rows";
      readonly text: string;
      readonly record: RecordClass;
      readonly length: number;
      readonly table: boolean;
    };

export type ResultType = ParameterType | { readonly kind: "void" };

export type FieldType =
  | { readonly kind: "integer"; readonly type: IntegerType; readonly initial: string }
  | { readonly kind: "boolean"; readonly initial: boolean }
  | {
      readonly kind: "array";
      readonly element: IntName;
      readonly length: number;
      readonly values?: readonly number[];
    }
  | { readonly kind: "record"; readonly record: RecordClass }
  | { readonly kind: "rows"; readonly record: RecordClass; readonly length: number };

export interface RecordClass {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
}
