/** Statements that store in a variable or call a function. */
import type { IntName } from "../../../../toolchain/compiler/tree.ts";
import { callOf } from "./references.ts";
import type { Statements } from "./statements.ts";
import { integerType, WIDTHS, widthType } from "./types.ts";
import { bare } from "./values.ts";

export function declaration(at: Statements, indent: string): string {
  if (at.random.chance(0.15)) {
    const text = at.name("flag");
    const line = `${indent}let ${text}: boolean = ${bare(at.condition(2))};\n`;
    at.scope.booleans.push({ text, writable: true });
    return line;
  }
  if (at.random.chance(0.4)) {
    const value = at.integer(2);
    const fits = value.min >= -0x80000000 && value.max <= (value.min < 0 ? 0x7fffffff : 0xffffffff);
    const kept = fits ? value : at.expressions.cast(at.random.pick(WIDTHS), value);
    const text = at.name("c");
    const { min, max, brand } = kept;
    at.scope.integers.push({ text, type: { text: "", min, max, brand }, writable: false });
    return `${indent}const ${text} = ${bare(kept.text)};\n`;
  }
  const type = integerType(at.random, at.scope.enums);
  const text = at.name("v");
  const line = `${indent}let ${text}: ${type.text} = ${bare(at.expressions.valueFor(type, 2).text)};\n`;
  at.scope.integers.push({ text, type, writable: true });
  return line;
}

export function assignment(at: Statements, indent: string): string {
  if (at.random.chance(0.12)) {
    const flags = at.scope.booleans.filter(({ writable }) => writable);
    if (flags.length > 0) {
      return `${indent}${at.random.pick(flags).text} = ${bare(at.condition(2))};\n`;
    }
  }
  const target = at.target();
  if (target === undefined) return declaration(at, indent);
  return `${indent}${target.text} = ${bare(at.expressions.valueFor(target.type, 3).text)};\n`;
}

/** `x op= value`, where the result surely fits. */
export function compoundAssignment(at: Statements, indent: string): string {
  if (at.random.chance(0.5)) return compoundArithmetic(at, indent);
  const target = at.target(({ type }) => ["u8", "u16", "i32"].includes(type.text));
  if (target === undefined) return "";
  const operator = at.random.pick(["&=", "|=", "^=", ">>="]);
  if (operator === ">>=") return `${indent}${target.text} >>= ${at.random.below(16)};\n`;
  const value = at.expressions.valueFor(widthType(target.type.text as IntName), 2);
  return `${indent}${target.text} ${operator} ${bare(value.text)};\n`;
}

/** `x += n` and its like, where a guard says that the result fits. */
function compoundArithmetic(at: Statements, indent: string): string {
  const target = at.target();
  if (target === undefined) return "";
  const { text, type } = target;
  const { min, max } = type;
  const n = at.random.between(1, 7);
  const fromZero = min < 0 ? `${text} >= 0 && ` : "";
  switch (at.random.pick(["+=", "+=", "-=", "*=", "<<=", "%=", ">>>="] as const)) {
    case "+=":
      return `${indent}if (${text} <= ${max} - ${n}) ${text} += ${n};\n`;
    case "-=":
      return `${indent}if (${text} >= ${min} + ${n}) ${text} -= ${n};\n`;
    case "*=":
      return `${indent}if (${fromZero}${text} <= ${Math.floor(max / n)}) ${text} *= ${n};\n`;
    case "<<=":
      return `${indent}if (${fromZero}${text} <= ${Math.min(max, 0x7fffffff) >>> n}) ${text} <<= ${n};\n`;
    case "%=":
      return min > 0 ? "" : `${indent}${fromZero ? `if (${text} >= 0) ` : ""}${text} %= ${n};\n`;
    case ">>>=":
      return min !== 0 ? "" : `${indent}${text} >>>= ${n};\n`;
  }
}

export function step(at: Statements, indent: string): string {
  const target = at.target();
  if (target === undefined) return "";
  const [guard, step] = at.random.chance(0.6)
    ? [`${target.text} < ${target.type.max}`, "++"]
    : [`${target.text} > ${target.type.min}`, "--"];
  const text = at.random.chance(0.5) ? `${target.text}${step}` : `${step}${target.text}`;
  return `${indent}if (${guard}) ${text};\n`;
}

export function callStatement(at: Statements, indent: string): string {
  if (at.scope.functions.length === 0) return assignment(at, indent);
  const text = callOf(at.expressions, at.random.pick(at.scope.functions), 2);
  return text === undefined ? "" : `${indent}${text};\n`;
}

/** A call where a condition says so, or one of two, or two in a row. */
export function effect(at: Statements, indent: string): string {
  const { functions } = at.scope;
  if (functions.length === 0) return step(at, indent);
  const one = callOf(at.expressions, at.random.pick(functions), 1);
  const other = callOf(at.expressions, at.random.pick(functions), 1);
  if (one === undefined || other === undefined) return "";
  const condition = at.condition(1);
  return `${indent}${at.random.pick([
    `${condition} && ${one}`,
    `${condition} || ${one}`,
    `${condition} ? ${one} : ${other}`,
    `${one}, ${other}`,
  ])};\n`;
}

/** An assignment to something that outlives the function. */
export function lastingWrite(at: Statements, indent: string): string {
  const target = at.target(({ text }) => /^(main|helper)/.test(text));
  if (target === undefined) return "";
  return `${indent}${target.text} = ${bare(at.expressions.valueFor(target.type, 2).text)};\n`;
}
