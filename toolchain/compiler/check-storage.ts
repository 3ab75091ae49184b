/** What gives storage of its own: new arrays and records, alone or in rows. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkExpression } from "./check-expressions.ts";
import { MOST_ELEMENTS, messages } from "./messages.ts";
import { type Initial, intType, type RecordTree, type Type } from "./tree.ts";
import { ARRAY_ELEMENTS, declarationOf } from "./types.ts";

export interface Storage {
  readonly type: Type;
  readonly initial: Initial;
}

/** The storage that a declaration or field is given; undefined where `node` is no new array or record. */
export function checkStorage(checker: Checker, node: ts.Expression): Storage | undefined {
  if (ts.isNewExpression(node)) return newArray(checker, node) ?? newRecord(checker, node);
  if (ts.isCallExpression(node)) return arrayOf(checker, node) ?? newRecords(checker, node);
  return undefined;
}

/** `new Uint8Array(16)`, or `new Uint8Array([1, 2, 3])`. */
function newArray(checker: Checker, node: ts.NewExpression): Storage | undefined {
  const name = node.expression.getText();
  if (!ARRAY_ELEMENTS.has(name)) return undefined;
  const [size] = node.arguments ?? [];
  if (size && ts.isArrayLiteralExpression(size)) return filledArray(checker, node, name, size.elements);
  const expression = size && node.arguments?.length === 1 ? checkExpression(checker, size) : undefined;
  const length = expression?.kind === "number" ? expression.value : undefined;
  if (!isLength(length)) checker.found.add(messages.arraySize(node, name, length));
  const element = ARRAY_ELEMENTS.get(name)!;
  return {
    type: { kind: "array", element, memory: "ram", length: length ?? 0 },
    initial: { kind: "zeroed" },
  };
}

/** `Uint8Array.of(1, 2, 3)`. */
function arrayOf(checker: Checker, node: ts.CallExpression): Storage | undefined {
  if (!ts.isPropertyAccessExpression(node.expression) || node.expression.name.text !== "of") return undefined;
  const name = node.expression.expression.getText();
  return ARRAY_ELEMENTS.has(name) ? filledArray(checker, node, name, node.arguments) : undefined;
}

function filledArray(
  checker: Checker,
  node: ts.Expression,
  name: string,
  elements: readonly ts.Expression[],
): Storage {
  const element = ARRAY_ELEMENTS.get(name)!;
  if (!isLength(elements.length)) checker.found.add(messages.arraySize(node, name, elements.length));
  const values = elements.map((item) => {
    const value = checker.constant(item, "a first value of an array") ?? 0;
    checker.mustFit(item, value, intType(element));
    return value;
  });
  const type: Type = { kind: "array", element, memory: "ram", length: values.length };
  return {
    type,
    initial: values.every((value) => value === 0) ? { kind: "zeroed" } : { kind: "values", values },
  };
}

/** `new Session()`. */
function newRecord(checker: Checker, node: ts.NewExpression): Storage | undefined {
  const record = recordNamed(checker, node.expression);
  return record && { type: { kind: "record", record, memory: "ram" }, initial: { kind: "record" } };
}

/** `records(Slot, 8)`. */
function newRecords(checker: Checker, node: ts.CallExpression): Storage | undefined {
  if (languageFunction(checker, node) !== "records") return undefined;
  const [type, count] = node.arguments;
  const record = recordNamed(checker, type);
  const expression = checkExpression(checker, count);
  const length = expression.kind === "number" ? expression.value : undefined;
  if (record === undefined) checker.found.add(messages.recordsOf(node));
  else if (!isLength(length)) checker.found.add(messages.recordsOf(node, length));
  if (record === undefined) return undefined;
  return {
    type: { kind: "records", record, memory: "ram", length: length ?? 0 },
    initial: { kind: "record" },
  };
}

function isLength(length: number | undefined): boolean {
  return length !== undefined && length >= 1 && length <= MOST_ELEMENTS;
}

/** The record class that an expression names. */
export function recordNamed(checker: Checker, node: ts.Expression): RecordTree | undefined {
  const declaration = declarationOf(checker.checker, node);
  if (declaration === undefined || !ts.isClassDeclaration(declaration)) return undefined;
  if (declaration.getSourceFile() === checker.language) return undefined;
  return checker.record(declaration);
}

/** The name of the function of the language that is called. */
export function languageFunction(checker: Checker, node: ts.CallExpression): string | undefined {
  const declaration = declarationOf(checker.checker, node.expression);
  if (declaration === undefined || declaration.getSourceFile() !== checker.language) return undefined;
  return ts.isFunctionDeclaration(declaration) ? declaration.name!.text : undefined;
}
