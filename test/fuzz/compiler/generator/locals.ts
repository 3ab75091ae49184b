/** Local arrays and records, and names for what exists already. */
import { arrayReference, callOf, recordReference } from "./references.ts";
import type { ArrayName, FunctionName, RowsName } from "./scope.ts";
import type { Statements } from "./statements.ts";
import { arrayOf, arrayText, newArray, WIDTHS, widthType } from "./types.ts";
import { bare, literal } from "./values.ts";

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
  const filler = at.random.chance(0.15) ? filledByCall(at, array) : undefined;
  if (filler) {
    at.scope.arrays.push(array);
    return `${lines}${indent}${filler};\n`;
  }
  const counter = at.name("k");
  const end = at.random.pick([length, length, length, length - 1, 0]);
  const most = { text: "", min: 0, max: end, brand: "number" } as const;
  const written =
    end > 0 && at.random.chance(0.2)
      ? at.expressions.fitted(at.expressions.cast("u8", at.integer(1)), most)
      : literal(end);
  // An end that calls or changes something would do so in each round.
  const stop = /[a-z]\w*\(|\+\+|--/.test(written.text.replace(/\b[ui](8|16|32)\(/g, "("))
    ? String(end)
    : written.text;
  if (end > 0 && at.work.allows(end)) {
    const value = at.work.repeated(end, () =>
      at.scope.inner(() => {
        const type = { text: "", min: 0, max: end - 1, brand: "number" } as const;
        at.scope.integers.push({ text: counter, type, writable: false, counter: true });
        return bare(at.expressions.valueFor(widthType(element), 1).text);
      }),
    );
    lines += `${indent}for (let ${counter} = 0; ${counter} < ${stop}; ${counter}++) ${text}[${counter}] = ${value};\n`;
  }
  at.scope.arrays.push(array);
  return lines;
}

/** A call that is given the new array, which perhaps writes all of it. */
function filledByCall(at: Statements, array: ArrayName): string | undefined {
  const takes = (callee: FunctionName) =>
    callee.parameters.some(
      (parameter) =>
        parameter.kind === "array" &&
        !parameter.table &&
        parameter.element === array.element &&
        parameter.length <= array.length,
    );
  const able = at.scope.functions.filter(takes);
  if (able.length === 0) return undefined;
  return at.scope.inner(() => {
    const others = at.scope.arrays.filter(({ element, table }) => table || element !== array.element);
    at.scope.arrays.splice(0, at.scope.arrays.length, ...others, array);
    return callOf(at.expressions, at.random.pick(able), 1);
  });
}

/** A name for an array or record that exists already. */
export function localReference(at: Statements, indent: string): string {
  const ranks = at.random.chance(0.2) ? searchedRecord(at, indent) : "";
  if (ranks !== "") return ranks;
  const tables = at.scope.rows.filter(({ table }) => table);
  if (tables.length > 0 && at.random.chance(0.3)) return tableRecord(at, at.random.pick(tables), indent);
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
  if (at.random.chance(0.3)) return movingArray(at, value, text, indent);
  at.scope.arrays.push({ ...value, text, lasting: false });
  return `${indent}const ${text} = ${bare(value.text)};\n`;
}

/** A name for an array that moves to another one. */
function movingArray(at: Statements, first: ArrayName, text: string, indent: string): string {
  const length = Math.min(first.length, at.random.between(1, 4));
  const { element } = first;
  const next = arrayReference(at.expressions, element, length, false) ?? first;
  const type = arrayText(element, length, false);
  const line = `${indent}let ${text}: ${type} = ${bare(first.text)};\n`;
  const move = `${indent}if (${bare(at.condition(1))}) ${text} = ${bare(next.text)};\n`;
  at.scope.arrays.push({ text, element, length, exact: false, table: false, lasting: false });
  return line + move;
}

/** The record of a row whose field is least: the name moves in a loop. */
function searchedRecord(at: Statements, indent: string): string {
  const able = at.scope.rows.flatMap((rows) =>
    rows.record.fields.flatMap(({ name, type }) =>
      type.kind === "integer" && !rows.table ? [{ rows, name, type: type.type }] : [],
    ),
  );
  if (able.length === 0) return "";
  const { rows, name, type } = at.random.pick(able);
  if (!at.work.allows(rows.length)) return "";
  const [best, counter] = [at.name("r"), at.name("k")];
  const row = `${rows.text}[${counter}]`;
  const value = bare(at.expressions.valueFor(type, 1).text);
  at.scope.addRecord(best, rows.record, false);
  return [
    `let ${best} = ${rows.text}[0];`,
    `for (let ${counter} = 1; ${counter} < ${rows.length}; ${counter}++) {`,
    `  if (${row}.${name} < ${best}.${name}) ${best} = ${row};`,
    "}",
    `${best}.${name} = ${value};`,
  ]
    .map((line) => `${indent}${line}\n`)
    .join("");
}

/** A name for a record of a table in flash. */
function tableRecord(at: Statements, rows: RowsName, indent: string): string {
  const text = at.name("row");
  const index = bare(at.expressions.index(rows.length, 1).text);
  for (const { name, type } of rows.record.fields) {
    const field = { text: `${text}.${name}`, writable: false };
    if (type.kind === "integer") at.scope.integers.push({ ...field, type: type.type });
    if (type.kind === "boolean") at.scope.booleans.push(field);
  }
  return `${indent}const ${text} = ${rows.text}[${index}];\n`;
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
