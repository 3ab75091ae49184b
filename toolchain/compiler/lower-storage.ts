/** What variables, fields, parameters and results are declared as in C. */
import type { Declared, IrStorage, IrStruct } from "./ir.ts";
import type { Wanted } from "./lower-expressions.ts";
import { BITS, type Initial, type IntName, narrowest, type RecordTree, type Type } from "./tree.ts";

/** The storage for a value of `type` that starts as `initial`. `struct` lowers the records that it mentions. */
export function storageOf(type: Type, initial: Initial, struct: (record: RecordTree) => IrStruct): IrStorage {
  switch (type.kind) {
    case "array": {
      const values = initial.kind === "values" ? initial.values : undefined;
      return { kind: "array", element: type.element, length: type.length, values };
    }
    case "record":
      return { kind: "record", struct: struct(type.record) };
    case "records":
      return { kind: "records", struct: struct(type.record), length: type.length };
    default: {
      const value = initial.kind === "scalar" ? initial.value : 0;
      return { kind: "value", type: scalarType(type), value };
    }
  }
}

/** What a parameter, a result or a local name of a type is declared as. */
export function declaredAs(type: Type, struct: (record: RecordTree) => IrStruct): Declared {
  switch (type.kind) {
    case "void":
      return { kind: "void" };
    case "array":
      return { kind: "pointer", element: type.element, flash: type.memory === "flash" };
    case "record":
    case "records":
      return { kind: "record", struct: struct(type.record).name, flash: type.memory === "flash" };
    default:
      return { kind: "value", type: scalarType(type) };
  }
}

/** The C type of a scalar with a declared range. */
export function scalarType(type: Type): IntName | "bool" {
  if (type.kind === "boolean") return "bool";
  if (type.kind !== "int") throw new Error(`${type.kind} is no scalar`);
  return narrowest(type)!;
}

/** How many low bits of a value its storage keeps. */
export function keptBits(type: IntName | "bool"): Wanted {
  return type === "bool" ? "exact" : BITS[type];
}
