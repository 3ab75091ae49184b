/** Dispatch tables: `dispatch([f, g])` at module level, `TABLE[i](...)` anywhere. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkInteger, checkValueFor } from "./check-expressions.ts";
import { languageFunction } from "./check-storage.ts";
import { messages } from "./messages.ts";
import {
  type Expression,
  type FunctionsType,
  type FunctionTree,
  isRow,
  narrowest,
  type Type,
  type Variable,
} from "./tree.ts";
import { declarationOf, describe, sameReference } from "./types.ts";

/** The table that `dispatch([...])` gives; undefined where `node` is no such call. */
export function checkDispatch(checker: Checker, node: ts.Expression): FunctionsType | undefined {
  if (!ts.isCallExpression(node) || languageFunction(checker, node) !== "dispatch") return undefined;
  const [list] = node.arguments;
  const elements = ts.isArrayLiteralExpression(list) ? list.elements : [];
  if (elements.length === 0) checker.found.add(messages.dispatchEntry(list, list.getText()));
  const functions = elements.flatMap((element) => entry(checker, element) ?? []);
  const [first, ...others] = functions;
  if (first === undefined) {
    return { kind: "functions", functions: [], parameters: [], result: { kind: "void" } };
  }
  let { parameters, result } = signature(first);
  for (const other of others) {
    const own = signature(other);
    const taken = parameters.map(
      (type, i) => own.parameters[i] && common(type, own.parameters[i], PARAMETER),
    );
    const given = common(result, own.result, RESULT);
    if (own.parameters.length !== taken.length || taken.includes(undefined) || given === undefined) {
      const place = elements[functions.indexOf(other)];
      checker.found.add(messages.dispatchSignature(place, show(other), `${first.name} is ${show(first)}`));
      continue;
    }
    parameters = taken as Type[];
    result = given;
  }
  return { kind: "functions", functions, parameters, result };
}

/** `TABLE[index](...)`; a call of the function itself where the index is constant. */
export function checkDispatchCall(
  checker: Checker,
  node: ts.CallExpression,
  variable: Variable,
): Expression | undefined {
  const { type } = variable;
  if (type?.kind !== "functions" || !ts.isElementAccessExpression(node.expression)) return undefined;
  const index = checkInteger(checker, node.expression.argumentExpression);
  const values = type.parameters.map((parameter, i) => checkValueFor(checker, node.arguments[i], parameter));
  if (index.kind === "number" && index.value in type.functions) {
    return { kind: "call", node, callee: type.functions[index.value], arguments: values };
  }
  return { kind: "dispatch", node, table: variable, index, arguments: values };
}

function entry(checker: Checker, element: ts.Expression): FunctionTree | undefined {
  const declaration = ts.isIdentifier(element) ? declarationOf(checker.checker, element) : undefined;
  const plain =
    declaration !== undefined &&
    ts.isFunctionDeclaration(declaration) &&
    declaration.name !== undefined &&
    declaration.parent === declaration.getSourceFile() &&
    declaration.getSourceFile() !== checker.language &&
    !declaration.getSourceFile().isDeclarationFile;
  const tree = plain ? checker.functionTree(declaration) : undefined;
  if (tree === undefined || tree.interrupt !== undefined) {
    checker.found.add(messages.dispatchEntry(element, element.getText()));
    return undefined;
  }
  return tree;
}

function signature(tree: FunctionTree): { parameters: readonly Type[]; result: Type } {
  return { parameters: tree.parameters.map((parameter) => parameter.type!), result: tree.result };
}

/** How two types become one that stands for both. */
interface Joint {
  bounds(a: Bounds, b: Bounds): Bounds;
  length(a: number, b: number): number;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What an argument must be to suit both. */
const PARAMETER: Joint = {
  bounds: (a, b) => ({ min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) }),
  length: Math.max,
};

/** What a result may be that comes from either. */
const RESULT: Joint = {
  bounds: (a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }),
  length: Math.min,
};

/** The type that stands for two of the same C type; undefined where there is none. */
function common(a: Type, b: Type, joint: Joint): Type | undefined {
  if (a.kind === "int" && b.kind === "int") {
    const bounds = joint.bounds(a, b);
    const name = a.name === b.name ? a.name : `Int<${bounds.min}, ${bounds.max}>`;
    const fits = bounds.min <= bounds.max && narrowest(a) === narrowest(b);
    return fits ? { kind: "int", ...bounds, name } : undefined;
  }
  if (isRow(a) && isRow(b) && sameReference(a, b)) {
    return { ...a, length: joint.length(a.length, b.length) };
  }
  return a.kind === b.kind && (a.kind === "boolean" || a.kind === "void" || sameReference(a, b))
    ? a
    : undefined;
}

function show(tree: FunctionTree): string {
  const { parameters, result } = signature(tree);
  return `(${parameters.map(describe).join(", ")}) => ${describe(result)}`;
}
