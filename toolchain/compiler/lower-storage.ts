/** What a variable or field holds, as C declares it. */
import type { IrStorage, IrStruct } from "./ir.ts";
import { scalarType } from "./lower.ts";
import type { Initial, RecordTree, Type } from "./tree.ts";

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
