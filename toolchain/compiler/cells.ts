/**
 * The scalars that storage is made of, in a row: which of them a reference names, and which are known to be
 * written.
 */
import { type Expression, isReference, type RecordTree, type Type, typeOf, type Variable } from "./tree.ts";

/** How many scalars a value of the type has. */
export function cellsOf(type: Type): number {
  switch (type.kind) {
    case "array":
      return type.length;
    case "record":
      return cellsOfRecord(type.record);
    case "records":
      return type.length * cellsOfRecord(type.record);
    default:
      return 1;
  }
}

function cellsOfRecord(record: RecordTree): number {
  let sum = 0;
  for (const field of record.fields.values()) sum += cellsOf(field.type);
  return sum;
}

/** Scalars `from`..`from + count - 1` of some storage. */
export interface Cells {
  readonly from: number;
  readonly count: number;
  /** The cells are `scale * counter` further on. */
  readonly counter?: Variable;
  readonly scale?: number;
  /** The reference names some of these cells, which ones is not known. */
  readonly some: boolean;
}

/** What the ranges know of an index: its value, or its distance from the counter of a loop. */
export type IndexOf = (
  index: Expression,
) => { readonly counter?: Variable; readonly value: number } | undefined;

/** The cells of the storage of `owner` that a place or reference names; undefined where it is of other storage. */
export function cellsAt(expression: Expression, owner: Variable, indexOf: IndexOf): Cells | undefined {
  switch (expression.kind) {
    case "variable":
      if (expression.variable !== owner) return undefined;
      return { from: 0, count: cellsOf(typeOf(expression)), some: false };
    case "field": {
      const record = cellsAt(expression.base, owner, indexOf);
      if (record === undefined || record.some) return record;
      let { from } = record;
      for (const field of expression.field.record.fields.values()) {
        if (field === expression.field) break;
        from += cellsOf(field.type);
      }
      return { ...record, from, count: cellsOf(expression.field.type) };
    }
    case "element": {
      const row = cellsAt(expression.array, owner, indexOf);
      return row && part(row, expression.index, 1, cellsOf(typeOf(expression)), indexOf);
    }
    case "view": {
      const row = cellsAt(expression.array, owner, indexOf);
      return row && part(row, expression.offset, expression.count, 1, indexOf);
    }
    case "conditional": {
      const mayBe = isReference(typeOf(expression)) ? [expression.whenTrue, expression.whenFalse] : [];
      const known = mayBe.map((branch) => cellsAt(branch, owner, indexOf));
      return known.some(Boolean) ? { from: 0, count: cellsOf(owner.type!), some: true } : undefined;
    }
    default:
      return undefined;
  }
}

/** `count` elements of `size` cells each, from the index on. */
export function part(row: Cells, index: Expression, count: number, size: number, indexOf: IndexOf): Cells {
  const at = indexOf(index);
  if (row.some || at === undefined || (at.counter && row.counter)) return { ...row, some: true };
  const here = { ...row, from: row.from + at.value * size, count: count * size };
  return at.counter ? { ...here, counter: at.counter, scale: size } : here;
}

/** Which cells are written. What joins keeps only what both sides have. */
export class Written {
  readonly #cells: Uint8Array;
  /** Cells at a distance from a counter: "scale:cell" by counter. */
  readonly #relative: ReadonlyMap<Variable, ReadonlySet<string>>;

  constructor(cells: number | Uint8Array, relative: ReadonlyMap<Variable, ReadonlySet<string>> = new Map()) {
    this.#cells = typeof cells === "number" ? new Uint8Array(cells) : cells;
    this.#relative = relative;
  }

  has(cells: Cells): boolean {
    if (cells.counter === undefined) {
      for (let i = 0; i < cells.count; i++) if (this.#cells[cells.from + i] !== 1) return false;
      return true;
    }
    if (cells.some) return this.#cells.every((cell) => cell === 1);
    const known = this.#relative.get(cells.counter);
    const all = this.#cells.every((cell) => cell === 1);
    return all || relativeKeys(cells).every((key) => known?.has(key));
  }

  with(cells: Cells): Written {
    if (cells.some) return this;
    if (cells.counter) {
      const keys = new Set([...(this.#relative.get(cells.counter) ?? []), ...relativeKeys(cells)]);
      return new Written(this.#cells, new Map([...this.#relative, [cells.counter, keys]]));
    }
    return new Written(this.#cells.slice().fill(1, cells.from, cells.from + cells.count), this.#relative);
  }

  /** Of `given` cells, laid over `cells`: what a callee has written of the argument. */
  withEach(cells: Cells, given: Written): Written {
    let result: Written = this;
    given.#cells.forEach((cell, i) => {
      if (cell === 1 && i < cells.count) result = result.with({ ...cells, from: cells.from + i, count: 1 });
    });
    return result;
  }

  /** After a loop whose counter took the values from `first` on in steps, all below `end`. */
  counted(counter: Variable, first: number, step: number, end: number): Written {
    const cells = this.#cells.slice();
    for (const key of this.#relative.get(counter) ?? []) {
      const [scale, cell] = key.split(":").map(Number);
      for (let value = first; value < end; value += step) cells[cell + scale * value] = 1;
    }
    return new Written(cells, this.#without(counter));
  }

  /** The counter has another value now. */
  forget(counter: Variable): Written {
    return this.#relative.has(counter) ? new Written(this.#cells, this.#without(counter)) : this;
  }

  join(other: Written): Written {
    const relative = new Map<Variable, ReadonlySet<string>>();
    for (const [counter, keys] of this.#relative) {
      const both = [...keys].filter((key) => other.#relative.get(counter)?.has(key));
      relative.set(counter, new Set(both));
    }
    return new Written(
      this.#cells.map((cell, i) => cell & other.#cells[i]),
      relative,
    );
  }

  #without(counter: Variable): ReadonlyMap<Variable, ReadonlySet<string>> {
    return new Map([...this.#relative].filter(([variable]) => variable !== counter));
  }
}

function relativeKeys({ from, count, scale }: Cells): string[] {
  return Array.from({ length: count }, (_, i) => `${scale}:${from + i}`);
}
