/** What a random program has declared: the names that an expression or statement may use. */
import type { IntName } from "../../../../toolchain/compiler/tree.ts";
import type { IntegerType, ParameterType, RecordClass, ResultType } from "./types.ts";

export interface IntegerName {
  readonly text: string;
  readonly type: IntegerType;
  readonly writable: boolean;
  /** A counter of a loop around this point: no call and no assignment changes it. */
  readonly counter?: boolean;
}

export interface BooleanName {
  readonly text: string;
  readonly writable: boolean;
  /** The value of a flag that is known when the program is compiled. */
  readonly known?: boolean;
}

export interface ArrayName {
  readonly text: string;
  readonly element: IntName;
  /** At least. */
  readonly length: number;
  readonly exact: boolean;
  /** In flash: read by index only. */
  readonly table: boolean;
  /** The values of a table. */
  readonly values?: readonly number[];
  /** Lives as long as the program: a function may return it. */
  readonly lasting: boolean;
}

interface RecordName {
  readonly text: string;
  readonly record: RecordClass;
  readonly lasting: boolean;
}

/** Records in a row. */
export interface RowsName extends RecordName {
  /** At least. */
  readonly length: number;
  readonly exact: boolean;
  /** In flash: read field by field only. */
  readonly table: boolean;
}

/** A volatile cell. */
interface CellName {
  readonly text: string;
  /** 1 of a flag. */
  readonly bits: 1 | 8 | 16 | 32;
}

export interface FunctionName {
  readonly name: string;
  readonly parameters: readonly ParameterType[];
  readonly result: ResultType;
  /** How much work a call is, in the units of the generator. */
  readonly cost: number;
  /** Integers of the module that it assigns itself. */
  readonly writes: readonly string[];
  /** Of a dispatch table: how many functions it has. */
  readonly entries?: number;
}

/** Everything in reach at one point. */
export class Scope {
  readonly integers: IntegerName[] = [];
  readonly booleans: BooleanName[] = [];
  readonly arrays: ArrayName[] = [];
  /** Arrays of which no length is known but what `lengthOf` gives. */
  readonly openArrays: ArrayName[] = [];
  readonly records: RecordName[] = [];
  readonly rows: RowsName[] = [];
  readonly cells: CellName[] = [];
  /** What an interrupt handler touches, too: only in critical sections. */
  readonly shared: IntegerName[] = [];
  readonly sharedArrays: ArrayName[] = [];
  readonly functions: FunctionName[] = [];
  readonly classes: RecordClass[] = [];
  readonly enums: IntegerType[] = [];
  /** Members of enums, as "Kind1.A", and constants of the modules. */
  readonly constants: { readonly text: string; readonly value: number }[] = [];

  /** Runs `action`; what it declares ends with it. */
  inner<T>(action: () => T): T {
    const lists: unknown[][] = [
      this.integers,
      this.booleans,
      this.arrays,
      this.openArrays,
      this.records,
      this.rows,
      this.functions,
      this.constants,
    ];
    const before = lists.map((list) => [...list]);
    const result = action();
    lists.forEach((list, i) => {
      list.splice(0, list.length, ...before[i]);
    });
    return result;
  }

  /** Puts in a record and everything that can be reached through it. */
  addRecord(text: string, record: RecordClass, lasting: boolean): void {
    this.records.push({ text, record, lasting });
    for (const { name, type } of record.fields) {
      const path = `${text}.${name}`;
      if (type.kind === "integer") this.integers.push({ text: path, type: type.type, writable: true });
      if (type.kind === "boolean") this.booleans.push({ text: path, writable: true });
      if (type.kind === "array") {
        this.arrays.push({ ...type, text: path, exact: true, table: false, lasting });
      }
      if (type.kind === "record") this.addRecord(path, type.record, lasting);
      if (type.kind === "rows") this.addRows({ ...type, text: path, exact: true, table: false, lasting });
    }
  }

  /** Puts in records in a row, and the last of those in RAM by its index. */
  addRows(rows: RowsName): void {
    this.rows.push(rows);
    if (!rows.table) this.addRecord(`${rows.text}[${rows.length - 1}]`, rows.record, rows.lasting);
  }
}
