/** Constant tables: `table8([...])` and its like, `tableOf(...)` at module level, `ascii("...")` anywhere. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { recordTable } from "./check-record-tables.ts";
import { languageFunction, type Storage } from "./check-storage.ts";
import { messages } from "./messages.ts";
import { type Initial, type IntName, RANGES, type Type, type Variable } from "./tree.ts";

interface Table {
  readonly type: Type;
  readonly initial: Initial & { readonly kind: "table" };
}

const TABLES: ReadonlyMap<string, IntName> = new Map([
  ["table8", "u8"],
  ["table16", "u16"],
  ["table32", "u32"],
]);

/** The table that a module-level `const` is given; undefined where `node` is no table. */
export function checkTable(checker: Checker, node: ts.Expression): Storage | undefined {
  const name = ts.isCallExpression(node) ? languageFunction(checker, node) : undefined;
  if (!ts.isCallExpression(node) || name === undefined) return undefined;
  if (name === "ascii") return textTable(checker, node.arguments[0]);
  if (name === "tableOf") return recordTable(checker, node);
  const element = TABLES.get(name);
  return element && numberTable(checker, node.arguments[0], element);
}

/** The table of an `ascii("...")` in the midst of an expression: one per module and text. */
export function checkText(checker: Checker, texts: Variable[], node: ts.CallExpression): Variable {
  const { type, initial } = textTable(checker, node.arguments[0]);
  const module = checker.moduleOf(node);
  const own = texts.filter((text) => text.module === module);
  const known = own.find((text) => text.initial?.kind === "table" && text.initial.text === initial.text);
  if (known) return known;
  const name = `text${own.length + 1}`;
  const variable: Variable = { name, node, module, scope: "module", type, constant: true, initial };
  texts.push(variable);
  checker.addVariable(variable);
  return variable;
}

function textTable(checker: Checker, argument: ts.Expression): Table {
  const text = ts.isStringLiteralLike(argument) ? argument.text : "";
  const values = Array.from(text, (character) => character.codePointAt(0)!);
  if (values.length === 0 || values.some((value) => value > 0x7f)) {
    const what = "the text of ascii() has one ASCII character or more, and";
    checker.found.add(messages.notConstant(argument, what));
  }
  return {
    type: { kind: "array", element: "u8", memory: "flash", length: values.length },
    initial: { kind: "table", values, text },
  };
}

function numberTable(checker: Checker, argument: ts.Expression, element: IntName): Table {
  const elements = ts.isArrayLiteralExpression(argument) ? argument.elements : [];
  if (elements.length === 0) {
    checker.found.add(messages.notConstant(argument, "the values of a table, in brackets,"));
  }
  const values = elements.map((item) => {
    const value = checker.constant(item, "a value of a table") ?? 0;
    checker.mustFit(item, value, { kind: "int", ...RANGES[element], name: element });
    return value;
  });
  return {
    type: { kind: "array", element, memory: "flash", length: values.length },
    initial: { kind: "table", values },
  };
}
