/** Branches, jumps out of loops, and blocks that hide names. */
import type { Statements } from "./statements.ts";
import { widthType } from "./types.ts";
import { bare, literal, named } from "./values.ts";

export function jump(at: Statements, indent: string): string {
  const inLoop = at.jumps.includes("loop");
  const to = inLoop ? at.random.pick(["break", "continue"]) : "break";
  return `${indent}if (${bare(at.condition(1))}) ${to};\n`;
}

export function ifStatement(at: Statements, depth: number, indent: string): string {
  const inner = `${indent}  `;
  const yes = at.block(depth - 1, inner, 3);
  if (at.random.chance(0.5)) return `${indent}if (${bare(at.condition(2))}) {\n${yes}${indent}}\n`;
  const middle = at.random.chance(0.3)
    ? ` else if (${bare(at.condition(1))}) {\n${at.block(depth - 1, inner, 2)}${indent}}`
    : "";
  const no = at.block(depth - 1, inner, 2);
  return `${indent}if (${bare(at.condition(2))}) {\n${yes}${indent}}${middle} else {\n${no}${indent}}\n`;
}

export function switchStatement(at: Statements, depth: number, indent: string): string {
  const inner = `${indent}  `;
  const inmost = `${inner}  `;
  const name = at.scope.integers.length > 0 ? at.random.pick(at.scope.integers) : undefined;
  const some = () =>
    at.expressions.fitted(at.integer(1), {
      ...widthType("u8"),
      text: "",
      max: at.random.pick([1, 3, 7]),
    });
  // Of a constant TypeScript knows which labels it does not meet.
  const chosen = name && at.random.chance(0.4) ? named(name) : some();
  const value = chosen.min === chosen.max ? at.expressions.cast("u8", chosen) : chosen;
  const met = [0, 1, 2, 3, 5, value.max, value.min].filter(() => at.random.chance(0.5));
  const never = [value.max + 1, value.min - 1, 70000].filter(() => at.random.chance(0.4));
  const labels = [...new Set([...met, ...never])].sort(() => at.random.next() - 0.5);
  at.jumps.push("switch");
  let text = "";
  labels.forEach((label, i) => {
    text += `${inner}case ${label}:`;
    // Some labels share the body of the next.
    if (i + 1 < labels.length && at.random.chance(0.5)) {
      text += "\n";
      return;
    }
    text += ` {\n${at.block(depth - 1, inmost, 2)}${inmost}break;\n${inner}}\n`;
  });
  if (labels.length === 0 || text.endsWith(":\n") || at.random.chance(0.4)) {
    const first = at.random.chance(0.3);
    const clause = `${inner}default: {\n${at.block(depth - 1, inmost, 2)}${first ? `${inmost}break;\n` : ""}${inner}}\n`;
    text = first && !text.endsWith(":\n") ? clause + text : text + clause;
  }
  at.jumps.pop();
  return `${indent}switch (${bare(value.text)}) {\n${text}${indent}}\n`;
}

/** A switch at the end of a function: each case returns, and no other value is met. */
export function switchThatReturns(at: Statements, indent: string): string {
  const inner = `${indent}  `;
  const clause = (labels: readonly (string | number)[]) =>
    `${labels.map((label) => `${inner}case ${label}:\n`).join("")}${inner}  ${at.returned()}\n`;
  const kinds = at.scope.integers.filter(
    ({ type: { members, min, max } }) => members && max - min === members.length - 1,
  );
  if (kinds.length > 0 && at.random.chance(0.6)) {
    const { text, type } = at.random.pick(kinds);
    const [first, ...rest] = type.members!.map((member) => member.text);
    return `${indent}switch (${text}) {\n${clause([first])}${clause(rest)}${indent}}\n`;
  }
  const value = `${at.integer(1).text} & 3`;
  const never = `${inner}default:\n${inner}  assert(false);\n`;
  return `${indent}switch (${value}) {\n${clause([2])}${clause([0, 3])}${clause([1])}${never}${indent}}\n`;
}

/** A block in which a name stands for something else. */
export function hiddenName(at: Statements, depth: number, indent: string): string {
  const inner = `${indent}  `;
  const hidden = at.scope.integers.filter(({ text, counter }) => !text.includes(".") && !counter);
  if (hidden.length === 0) return "";
  const { text } = at.random.pick(hidden);
  const value = literal(at.random.below(200));
  const body = at.scope.inner(() => {
    const others = at.scope.integers.filter((name) => name.text !== text);
    at.scope.integers.splice(0, at.scope.integers.length, ...others);
    at.scope.integers.push({ text, type: widthType("u8"), writable: true });
    const sums = at.sums.splice(0);
    const lines = at.block(depth - 1, inner, 2);
    at.sums.push(...sums);
    return lines;
  });
  return `${indent}{\n${inner}let ${text}: u8 = ${value.text};\n${body}${indent}}\n`;
}

/** A branch that is not compiled: what stands there is not even checked. */
export function removedBranch(at: Statements, depth: number, indent: string): string {
  const never = neverTrue(at);
  const arrays = at.scope.arrays.filter(({ table }) => !table);
  if (never === undefined || arrays.length === 0) return ifStatement(at, depth, indent);
  const inner = `${indent}  `;
  const array = at.random.pick(arrays);
  const wrong = `${inner}${array.text}[${array.length + 90000}] = 1;\n`;
  const block = at.block(depth - 1, inner, 2);
  return at.random.pick([
    `${indent}if (${never}) {\n${wrong}${indent}} else {\n${block}${indent}}\n`,
    `${indent}if (!(${never})) {\n${block}${indent}} else {\n${wrong}${indent}}\n`,
    `${indent}if (${never} && ${at.condition(1)}) {\n${wrong}${indent}}\n${indent}{\n${block}${indent}}\n`,
  ]);
}

/** A condition that is known to be false when the program is compiled. */
function neverTrue(at: Statements): string | undefined {
  const flags = at.scope.booleans.flatMap(({ text, known }) =>
    known === undefined ? [] : [known ? `!${text}` : text],
  );
  const limits = at.scope.constants.map(({ text, value }) => `${text} > ${value + at.random.below(3)}`);
  const all = flags.length > 0 && at.random.chance(0.6) ? flags : limits;
  return all.length > 0 ? at.random.pick(all) : undefined;
}
