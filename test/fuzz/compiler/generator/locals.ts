/** Local arrays and records, and names for what exists already. */
import { arrayReference, recordReference } from "./references.ts";
import type { ArrayName } from "./scope.ts";
import type { Statements } from "./statements.ts";
import { arrayOf, newArray, WIDTHS, widthType } from "./types.ts";
import { bare } from "./values.ts";

/** A local array, and a loop that fills it: whole, in part, or not at all. */
export function localArray(at: Statements, indent: string): string {
  const element = at.random.pick(WIDTHS);
  const length = at.random.pick([2, 3, 4, 8, 12]);
  const text = at.name("array");
  const array: ArrayName = { text, element, length, exact: true, table: false, lasting: false };
  if (at.random.chance(0.2)) {
    const { min, max } = widthType(element);
    const values = Array.from({ length }, () => at.random.between(Math.max(min, -9), Math.min(max, 99)));
    at.scope.arrays.push(array);
    return `${indent}const ${text} = ${arrayOf(at.random, element, values)};\n`;
  }
  let lines = `${indent}const ${text} = ${newArray(element, length)};\n`;
  if (element === "u8" && at.random.chance(0.3)) {
    const value = bare(at.expressions.valueFor(widthType("u8"), 1).text);
    at.scope.arrays.push(array);
    return `${lines}${indent}fill(${text}, 0, ${length}, ${value});\n`;
  }
  const counter = at.name("k");
  const end = at.random.pick([length, length, length, length - 1, 0]);
  if (end > 0 && at.work.allows(end)) {
    const value = at.work.repeated(end, () =>
      at.scope.inner(() => {
        const type = { text: "", min: 0, max: end - 1, brand: "number" } as const;
        at.scope.integers.push({ text: counter, type, writable: false, counter: true });
        return bare(at.expressions.valueFor(widthType(element), 1).text);
      }),
    );
    lines += `${indent}for (let ${counter} = 0; ${counter} < ${end}; ${counter}++) ${text}[${counter}] = ${value};\n`;
  }
  at.scope.arrays.push(array);
  return lines;
}

/** A name for an array or record that exists already. */
export function localReference(at: Statements, indent: string): string {
  const able = at.scope.arrays.filter(({ table, length }) => !table && length > 1);
  const one = able.length > 0 && at.random.chance(0.7) ? at.random.pick(able) : undefined;
  if (one === undefined) {
    if (at.scope.records.length === 0) return "";
    const { record } = at.random.pick(at.scope.records);
    const value = recordReference(at.expressions, record)!;
    const text = at.name("r");
    const other = at.random.chance(0.4) ? recordReference(at.expressions, record) : undefined;
    const moved = other && `${indent}if (${bare(at.condition(1))}) ${text} = ${bare(other)};\n`;
    at.scope.addRecord(text, record, false);
    return `${indent}${moved ? "let" : "const"} ${text} = ${bare(value)};\n${moved ?? ""}`;
  }
  const value = arrayReference(at.expressions, one.element, 1, false) ?? one;
  const text = at.name("part");
  at.scope.arrays.push({ ...value, text, lasting: false });
  return `${indent}const ${text} = ${bare(value.text)};\n`;
}

export function localRecord(at: Statements, indent: string): string {
  if (at.scope.classes.length === 0) return "";
  const record = at.random.pick(at.scope.classes);
  const text = at.name("r");
  if (at.random.chance(0.3)) {
    at.scope.addRows({ text, record, length: 2, exact: true, table: false, lasting: false });
    return `${indent}const ${text} = records(${record.name}, 2);\n`;
  }
  at.scope.addRecord(text, record, false);
  return `${indent}const ${text} = new ${record.name}();\n`;
}
