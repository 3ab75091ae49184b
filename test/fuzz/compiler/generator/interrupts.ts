/** Statements about what an interrupt handler touches, too. */
import type { IntName } from "../../../../toolchain/compiler/tree.ts";
import type { Statements } from "./statements.ts";
import { bare, named, type Value } from "./values.ts";

/** A write to a volatile cell that may be touched anywhere. */
export function cellWrite(at: Statements, indent: string): string {
  const able = at.scope.cells.filter(({ bits }) => bits <= 8);
  if (able.length === 0) return "";
  const { text, bits } = at.random.pick(able);
  const value =
    bits === 1
      ? at.condition(1)
      : at.expressions.cast(
          "u8",
          withoutCells(at, () => at.integer(1)),
        ).text;
  // What is read outside a critical section is not what is written back.
  return value.includes(".read()") ? "" : `${indent}${text}.write(${bare(value)});\n`;
}

/** What `action` makes without volatile cells. */
function withoutCells<T>(at: Statements, action: () => T): T {
  const cells = at.scope.cells.splice(0);
  const result = action();
  at.scope.cells.push(...cells);
  return result;
}

/** Statements in which no interrupt occurs, on what the handler touches, too. */
export function criticalSection(at: Statements, indent: string): string {
  const inner = `${indent}  `;
  const { shared, cells } = at.scope;
  if (at.random.chance(0.3)) return interruptedSections(at, indent);
  const count = at.random.between(1, 3);
  const [queue] = at.scope.sharedArrays;
  const lines = Array.from({ length: count }, () => {
    const { text, type } = at.random.pick(shared);
    const target = at.target(({ type: { brand } }) => brand !== "number");
    const wide = cells.filter(({ bits }) => bits >= 16);
    switch (at.random.pick(["write", "read", "cell", "step", "element", "scan", "nested"])) {
      case "write":
        return `${inner}${text} = ${bare(
          at.expressions.fitted(
            withoutCells(at, () => withoutCalls(at)),
            type,
          ).text,
        )};\n`;
      case "read":
        if (target === undefined) return "";
        return `${inner}${target.text} = ${at.expressions.cast(target.type.brand as IntName, named({ text, type, writable: false })).text};\n`;
      case "cell": {
        if (wide.length === 0) return "";
        const { text: cell, bits } = at.random.pick(wide);
        return `${inner}${cell}.write(u${bits}(${cell}.read() * 3 + ${at.random.below(100)}));\n`;
      }
      case "element": {
        const above = type.min < 0 ? `${text} >= 0 && ` : "";
        const place = `${queue.text}[${text}]`;
        return `${inner}if (${above}${text} < ${queue.length}) ${place} = ${queue.element}(${place} + ${at.random.below(9)});\n`;
      }
      case "scan": {
        if (target === undefined) return "";
        const counter = at.name("k");
        const sum = `${target.type.brand}(${target.text} + ${queue.text}[${counter}])`;
        return `${inner}for (let ${counter} = 0; ${counter} < ${queue.length}; ${counter}++) ${target.text} = ${sum};\n`;
      }
      case "nested":
        return `${inner}critical(() => {\n${inner}  ${queue.text}[${at.random.below(queue.length)}] = ${at.random.below(100)};\n${inner}});\n`;
      default:
        return `${inner}if (${text} < ${type.max}) ${text}++;\n`;
    }
  });
  return `${indent}critical(() => {\n${lines.join("")}${indent}});\n`;
}

/** A value that one critical section stores and the next uses: a handler may have changed it. */
function interruptedSections(at: Statements, indent: string): string {
  const array = at.random.pick(at.scope.arrays.filter(({ table }) => !table));
  const { text } = at.random.pick(at.scope.shared);
  const value = at.random.below(Math.min(array.length, 100));
  const place = `${array.text}[${text}]`;
  const between = at.random.chance(0.7) ? `${indent}trace(tick());\n` : "";
  return `${indent}critical(() => {\n${indent}  ${text} = ${value};\n${indent}});\n${between}${indent}critical(() => {\n${indent}  ${place} = 1;\n${indent}});\n`;
}

/** An integer that no call gives. */
function withoutCalls(at: Statements): Value {
  const functions = at.scope.functions.splice(0);
  const value = at.integer(1);
  at.scope.functions.push(...functions);
  return value;
}
