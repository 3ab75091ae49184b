/** Loops. They end by construction, and what stands in them is counted as often as they run. */
import { assignment } from "./assignments.ts";
import type { IntegerName } from "./scope.ts";
import type { Statements } from "./statements.ts";
import { widthType } from "./types.ts";
import { bare, named } from "./values.ts";

/** The body of a loop of so many rounds at most, with a counter in reach. */
function loopBody(
  at: Statements,
  depth: number,
  indent: string,
  rounds: number,
  counter: IntegerName | undefined,
): string {
  return at.work.repeated(rounds, () => {
    at.jumps.push("loop");
    const text = at.scope.inner(() => {
      if (counter) at.scope.integers.push(counter, counter);
      for (const { text, record, length, table, lasting } of [...at.scope.rows]) {
        const inside = counter && counter.type.min >= 0 && counter.type.max < length;
        if (inside && !table) at.scope.addRecord(`${text}[${counter.text}]`, record, lasting);
      }
      if (counter) at.sums.push(counter.text);
      const body = at.block(depth - 1, `${indent}  `, 3);
      if (counter) at.sums.pop();
      return body;
    });
    at.jumps.pop();
    return text;
  });
}

export function forLoop(at: Statements, depth: number, indent: string): string {
  const rounds = at.random.pick([2, 3, 4, 7, 12]);
  if (!at.work.allows(rounds)) return assignment(at, indent);
  const name = at.name("k");
  const step = at.random.pick([1, 1, 1, 2, 3]);
  const most = rounds * step;
  const end = loopEnd(at, most);
  const [head, min, max] = at.random.weighted<() => [string, number, number]>([
    [4, () => [`let ${name} = 0; ${name} < ${end}; ${increment(name, step)}`, 0, most - 1]],
    [1, () => [`let ${name} = ${end}; ${name} > 0; ${name}--`, 1, most]],
    [1, () => [`let ${name} = ${end}; ${name} >= ${step}; ${name} -= ${step}`, step, most]],
    [1, () => [`let ${name} = 0; ${name} !== ${most}; ${increment(name, step)}`, 0, most - 1]],
    [1, () => [`let ${name} = ${end}, other${name} = ${most}; ${name} < other${name}; ${name}++`, 0, most]],
    [
      1,
      () => [
        `let ${name} = 0, other${name} = ${end}; ${name} < other${name}; ${name}++, other${name}--`,
        0,
        most,
      ],
    ],
  ])();
  // Downwards by one takes as many rounds as the counter is high.
  const passes = head.endsWith("--") || head.includes(", other") ? most : rounds;
  if (!at.work.allows(passes)) return assignment(at, indent);
  const counter: IntegerName = {
    text: name,
    type: { text: "", min, max, brand: "number" },
    writable: false,
    counter: true,
  };
  return `${indent}for (${head}) {\n${loopBody(at, depth, indent, passes, counter)}${indent}}\n`;
}

/** A loop over the whole of an array, however long it is; now and then one or two too far. */
export function scan(at: Statements, indent: string): string {
  const arrays = [...at.scope.openArrays, ...at.scope.arrays.filter(({ exact }) => exact)];
  const array = at.scope.openArrays.length > 0 ? at.scope.openArrays[0] : at.random.pick(arrays);
  if (!at.work.allows(array.lasting ? array.length : 24)) return "";
  const inner = `${indent}  `;
  const name = at.name("k");
  const off = at.random.pick([0, 0, 1, 2]);
  const ahead = at.random.pick([0, off, off]);
  const end = `${name}${off > 0 ? ` + ${off}` : ""} < lengthOf(${array.text})`;
  const place = `${array.text}[${name}${ahead > 0 ? ` + ${ahead}` : ""}]`;
  const element = widthType(array.element);
  const value = at.work.repeated(12, () => at.expressions.valueFor(element, 1));
  const target = at.target(({ type }) => type.brand !== "number");
  const store = `${inner}${place} = ${bare(value.text)};\n`;
  const read = target
    ? `${inner}${target.text} = ${target.type.brand}(${target.text} * 3 + ${place});\n`
    : `${inner}trace(u32(${place}));\n`;
  const body = array.table || at.random.chance(0.4) ? read : store;
  return `${indent}for (let ${name} = 0; ${end}; ${name}++) {\n${body}${indent}}\n`;
}

/** Where a loop ends: a constant, or a value that is at most that. */
function loopEnd(at: Statements, most: number): string {
  if (at.random.chance(0.5)) return String(most);
  const names = at.scope.integers.filter(({ type }) => type.min >= 0 && type.max <= most);
  if (names.length > 0 && at.random.chance(0.6)) return at.random.pick(names).text;
  const limit = { text: `Int<0, ${most}>`, min: 0, max: most, brand: "number" } as const;
  // Nothing that changes anything: the end is computed anew in each round.
  const name = at.scope.integers.find(({ counter }) => counter) ?? { text: "3", type: widthType("u8") };
  return at.expressions.fitted(named({ ...name, writable: false }), limit).text;
}

export function whileLoop(at: Statements, depth: number, indent: string): string {
  const rounds = at.random.pick([2, 3, 5, 9]);
  if (!at.work.allows(rounds)) return assignment(at, indent);
  const name = at.name("n");
  const inner = `${indent}  `;
  const more = at.random.chance(0.4) ? ` && ${at.condition(1)}` : "";
  const width = at.random.pick(["", "", "u8", "i16", `Int<-1, ${rounds}>`]);
  const typed = width === "" ? "" : `: ${width}`;
  const brand = width === "u8" || width === "i16" ? width : "number";
  const type = { text: "", min: 0, max: rounds, brand } as const;
  const counter: IntegerName = { text: name, type, writable: false, counter: true };
  if (at.random.chance(0.5)) {
    const body = loopBody(at, depth, indent, rounds, counter);
    return `${indent}let ${name}${typed} = 0;\n${indent}while (${name} < ${rounds}${more}) {\n${inner}${name}++;\n${body}${indent}}\n`;
  }
  const body = loopBody(at, depth, indent, rounds, { ...counter, type: { ...type, max: rounds - 1 } });
  const signed = typed === ": u8" ? "" : typed;
  return `${indent}let ${name}${signed} = ${rounds};\n${indent}while (${name}-- > 0${more}) {\n${body}${indent}}\n`;
}

export function doLoop(at: Statements, depth: number, indent: string): string {
  const rounds = at.random.pick([1, 2, 4]);
  if (!at.work.allows(rounds)) return assignment(at, indent);
  const name = at.name("n");
  const type = { text: "", min: 1, max: rounds, brand: "number" } as const;
  const body = loopBody(at, depth, indent, rounds, { text: name, type, writable: false, counter: true });
  const more = at.random.chance(0.4) ? ` && ${at.condition(1)}` : "";
  return `${indent}let ${name} = 0;\n${indent}do {\n${indent}  ${name}++;\n${body}${indent}} while (${name} < ${rounds}${more});\n`;
}

function increment(name: string, step: number): string {
  return step === 1 ? `${name}++` : `${name} += ${step}`;
}
