/** Comparisons and assertions that prove an access, and what may undo the proof. */
import { assignment, callStatement } from "./assignments.ts";
import { daringSum, storeAt } from "./memory-writes.ts";
import { callOf } from "./references.ts";
import type { IntegerName } from "./scope.ts";
import type { Statements } from "./statements.ts";
import { type RecordClass, widthType } from "./types.ts";
import { bare } from "./values.ts";

/** An assertion that holds, and an index that it proves. */
export function assertion(at: Statements, indent: string): string {
  const array = at.random.pick(at.scope.arrays.filter(({ table }) => !table));
  const text = at.name("v");
  const inside = { text: "", min: 0, max: array.length - 1, brand: "number" } as const;
  const width = at.random.pick(["u16", "u32", "i16"] as const);
  const value = at.expressions.cast(width, at.expressions.fitted(at.integer(1), inside));
  const type = widthType(width);
  at.scope.integers.push({ text, type, writable: true });
  return `${indent}let ${text}: ${type.text} = ${value.text};
${indent}assert(${text} < ${array.length});
${storeAt(at, indent, array, text)}`;
}

/** A comparison of a sum, and accesses that it may prove; what comes between may undo it. */
export function guard(at: Statements, depth: number, indent: string): string {
  const able = at.scope.arrays.filter(({ table }) => !table);
  const names = at.scope.integers.filter(({ type }) => type.max <= 0x7fffffff);
  if (able.length === 0 || names.length === 0) return assignment(at, indent);
  const array = at.random.pick(able);
  const written = new Set(at.scope.functions.flatMap(({ writes }) => writes));
  const shared = names.filter(({ text }) => written.has(text));
  const fields = names.filter(({ text }) => /^(p\d|r\d).*\./.test(text));
  const among = [shared, fields, names].find((some) => some.length > 0 && at.random.chance(0.5)) ?? names;
  const count = among === shared ? 1 : at.random.pick([1, 1, 2, 2, 3]);
  const terms = Array.from({ length: count }, () => at.random.pick(among));
  const sum = terms
    .map(({ text }) => text)
    .reduce((all, term) => `${all} ${at.random.pick(["+", "+", "-"])} ${term}`);
  const last = array.length + at.random.pick([0, 0, 0, 1, -1]);
  const inner = `${indent}  `;
  const signed = terms.length > 1 || terms[0].type.min < 0;
  const above = signed && at.random.chance(0.9) ? `${sum} >= ${at.random.pick([0, 0, 1])} && ` : "";
  const access = (indent: string) => {
    const before = at.random.chance(among === shared ? 0.8 : 0.5) ? disturbance(at, terms, indent) : "";
    return before + storeAt(at, indent, array, daringSum(at));
  };
  at.sums.push(sum);
  let text: string;
  const leaves = at.jumps.at(-1) === "loop" ? "continue;" : at.returned();
  switch (at.random.pick(["if", "if", "leave", "clamp"])) {
    case "if": {
      const body = at.scope.inner(() => access(inner) + (depth > 0 ? at.block(depth - 1, inner, 2) : ""));
      text = `${indent}if (${above}${sum} < ${last}) {\n${body}${indent}}\n`;
      break;
    }
    case "leave": {
      const under = above === "" ? "" : `${sum} < 0 || `;
      text = `${indent}if (${under}${sum} >= ${last}) ${leaves}\n${access(indent)}`;
      break;
    }
    default: {
      const clamped = at.name("c");
      const clamp = `${above}${sum} < ${last} ? ${sum} : ${Math.max(last - 1, 0)}`;
      text = `${indent}const ${clamped} = ${clamp};\n${storeAt(at, indent, array, clamped)}`;
    }
  }
  at.sums.pop();
  return text;
}

/** A difference that a comparison makes known, and a loop that moves as many elements. */
export function window(at: Statements, indent: string): string {
  const able = at.scope.arrays.filter(({ table }) => !table);
  const array = able.length > 0 ? at.random.pick(able) : undefined;
  const length = Math.min(array?.length ?? 0, 16);
  if (array === undefined || !at.work.allows(length)) return assignment(at, indent);
  const inner = `${indent}  `;
  const [end, from, left, counter] = [at.name("v"), at.name("v"), at.name("c"), at.name("k")];
  const inside = { text: `Int<0, ${length}>`, min: 0, max: length, brand: "number" } as const;
  const some = () => bare(at.expressions.fitted(at.expressions.cast("u8", at.integer(1)), inside).text);
  const lines = [
    `let ${end}: ${inside.text} = ${some()};`,
    `${at.random.pick(["let", "const"])} ${from}: u8 = ${some()};`,
    `if (${from} <= ${end}) {`,
  ];
  const disturbed = at.random.chance(0.3) ? [`${end} = ${at.random.below(length + 1)};`] : [];
  const [before, after] = at.random.chance(0.5) ? [disturbed, []] : [[], disturbed];
  const off = at.random.pick([0, 0, 0, 1]);
  const place = `${array.text}[${from} + ${counter}${off > 0 ? " + 1" : ""}]`;
  const body = [
    ...before,
    `const ${left} = ${end} - ${from};`,
    ...after,
    `for (let ${counter} = 0; ${counter} < ${left}; ${counter}++) ${array.text}[${counter}] = ${place};`,
  ];
  at.scope.integers.push({ text: end, type: inside, writable: true });
  return `${[...lines.map((line) => indent + line), ...body.map((line) => inner + line)].join("\n")}\n${indent}}\n`;
}

/** A guard on a field of one record, and a store to that of another, which may be the same one. */
export function guardOfField(
  at: Statements,
  first: string,
  second: string,
  record: RecordClass,
  indent: string,
): string {
  const fields = record.fields.flatMap(({ name, type }) =>
    type.kind === "integer" ? [{ name, ...type }] : [],
  );
  const arrays = at.scope.arrays.filter(({ table }) => !table);
  if (fields.length === 0 || arrays.length === 0) return "";
  const { name, type } = at.random.pick(fields);
  const array = at.random.pick(arrays);
  const inner = `${indent}  `;
  const place = `${first}.${name}`;
  const other = `${second}.${name} = ${bare(at.expressions.valueFor(type, 1).text)};`;
  const above = type.min < 0 ? `${place} >= 0 && ` : "";
  const access = storeAt(at, inner, array, place);
  return `${indent}if (${above}${place} < ${array.length}) {\n${inner}${other}\n${access}${indent}}\n`;
}

/** What may make untrue what a guard has proven of names: a call, or a store to one of them or to its like. */
function disturbance(at: Statements, names: readonly IntegerName[], indent: string): string {
  const { text } = at.random.pick(names);
  const callees = at.scope.functions.filter(({ writes }) => writes.includes(text));
  if (callees.length > 0 && at.random.chance(0.7)) {
    const call = callOf(at.expressions, at.random.pick(callees), 1);
    if (call) return `${indent}${call};\n`;
  }
  const field = text.slice(text.lastIndexOf("."));
  const alike = (name: IntegerName) =>
    name.text === text || (text.includes(".") && name.text.endsWith(field));
  const target = at.target(alike);
  if (target === undefined || at.random.chance(0.4)) return callStatement(at, indent);
  return `${indent}${target.text} = ${bare(at.expressions.valueFor(target.type, 1).text)};\n`;
}
