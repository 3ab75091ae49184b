/** Declarations of storage and its first values as C text. */
import { C_TYPES, literal } from "./emit-expressions.ts";
import type { IrStorage, IrStruct } from "./ir.ts";

/** What declares `name` to hold the storage, without a first value. */
export function storageDeclaration(name: string, storage: IrStorage): string {
  switch (storage.kind) {
    case "value":
      return `${C_TYPES[storage.type]} ${name}`;
    case "array":
      return `${C_TYPES[storage.element]} ${name}[${storage.length}]`;
    case "record":
      return `${storage.struct.name} ${name}`;
    case "records":
      return `${storage.struct.name} ${name}[${storage.length}]`;
  }
}

/** Whether the first value is zero in every octet. */
export function isZero(storage: IrStorage): boolean {
  switch (storage.kind) {
    case "value":
      return storage.value === 0;
    case "array":
      return storage.values === undefined;
    default:
      return storage.struct.fields.every((field) => isZero(field.storage));
  }
}

/** The first value; of records in a row, `between` stands before each. */
export function storageValue(storage: IrStorage, between = ""): string {
  switch (storage.kind) {
    case "value":
      return literal(storage.value, storage.type, false);
    case "array": {
      const values = storage.values ?? [0];
      return `{${values.map((value) => literal(value, storage.element, false)).join(", ")}}`;
    }
    case "record":
      return structValue(storage.struct);
    case "records": {
      // C sets to zero what follows the first.
      const count = isZero(storage) ? 1 : storage.length;
      const rows = Array.from({ length: count }, () => between + structValue(storage.struct));
      return `{${rows.join(between === "" ? ", " : ",")}${between === "" ? "" : "\n"}}`;
    }
  }
}

function structValue(struct: IrStruct): string {
  return `{${struct.fields.map((field) => storageValue(field.storage)).join(", ")}}`;
}
