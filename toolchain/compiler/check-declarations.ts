/** Declarations in a function: values, storage of its own, and names for storage elsewhere. */
import ts from "typescript";
import { checkExpression, checkValueFor } from "./check-expressions.ts";
import type { BodyChecker } from "./check-statements.ts";
import { checkStorage } from "./check-storage.ts";
import { type Messages, messages } from "./messages.ts";
import { isStandIn } from "./refused.ts";
import {
  type Expression,
  intType,
  isReference,
  type Statement,
  type Type,
  typeOf,
  type Variable,
} from "./tree.ts";
import { describe, sameReference } from "./types.ts";

/** `const` and `let`, one statement a name. */
export function checkDeclarations(at: BodyChecker, list: ts.VariableDeclarationList): Statement[] {
  if (refuseForm(at.checker.found, list)) {
    declareUntyped(at, list);
    return [];
  }
  return list.declarations.flatMap((declaration) => checkDeclaration(at, declaration, list));
}

/** The names of declarations that are refused: nothing is said of what uses them. */
export function declareUntyped(at: BodyChecker, list: ts.VariableDeclarationList): void {
  for (const declaration of list.declarations) {
    const { name } = declaration;
    if (!ts.isIdentifier(name)) continue;
    at.checker.untyped.add(declare(at, declaration, name, intType("u8"), true));
  }
}

function checkDeclaration(
  at: BodyChecker,
  node: ts.VariableDeclaration,
  list: ts.VariableDeclarationList,
): Statement[] {
  if (!ts.isIdentifier(node.name)) {
    at.add(messages.syntax(node.name, "a destructuring pattern", "declare each name by itself"));
    return [];
  }
  if (node.initializer === undefined) {
    at.add(messages.syntax(node, "a variable without a first value", "write = 0 or = false"));
    declare(at, node, node.name, intType("u8"), false);
    return [];
  }
  const constant = (list.flags & ts.NodeFlags.Const) !== 0;
  const told = at.checker.found.list.length;
  const written = at.checker.writtenType(node.type);
  const isTyped = at.checker.found.list.length === told;
  const owned = checkStorage(at.checker, node.initializer);
  if (owned) {
    if (!constant) at.add(messages.referenceNotConstant(node.name, node.name.text));
    if (written && !sameReference(written, owned.type)) {
      at.add(messages.arrayKind(node.initializer, describe(written), describe(owned.type)));
    }
    const variable = declare(at, node, node.name, owned.type, constant, { initial: owned.initial });
    return [{ kind: "declare", node, variable, value: undefined, owns: true }];
  }
  const value =
    written && isTyped
      ? checkValueFor(at.checker, node.initializer, written)
      : checkExpression(at.checker, node.initializer);
  if (!isTyped || isStandIn(value)) {
    const variable = declare(at, node, node.name, intType("u8"), constant);
    at.checker.untyped.add(variable);
    return [{ kind: "declare", node, variable, value, owns: false }];
  }
  const given = typeOf(value);
  if (given.kind === "void") at.add(messages.voidValue(node.initializer));
  if (isReference(given)) return reference(at, node, node.name, written ?? given, constant, value);
  const variable = declare(at, node, node.name, given.kind === "boolean" ? given : written, constant);
  return [{ kind: "declare", node, variable, value, owns: false }];
}

/** A name for storage elsewhere. One that may change is as long as its type says; else its value tells more. */
function reference(
  at: BodyChecker,
  node: ts.VariableDeclaration,
  name: ts.Identifier,
  type: Type,
  constant: boolean,
  value: Expression,
): Statement[] {
  const variable = constant
    ? declare(at, node, name, typeOf(value), constant, { alias: value })
    : declare(at, node, name, type, constant, { referents: [value] });
  return [{ kind: "declare", node, variable, value, owns: false }];
}

function declare(
  at: BodyChecker,
  node: ts.VariableDeclaration,
  name: ts.Identifier,
  type: Type | undefined,
  constant: boolean,
  storage: Pick<Variable, "initial" | "alias" | "referents"> = {},
): Variable {
  const variable: Variable = {
    name: name.text,
    node,
    module: at.tree.module,
    scope: "local",
    type,
    constant,
    depth: at.depth,
    ...storage,
  };
  at.checker.locals.set(node, variable);
  return variable;
}

/** Refuses `var` and `using`: whether it did. */
export function refuseForm(found: Messages, list: ts.VariableDeclarationList): boolean {
  const form = list.flags & ts.NodeFlags.BlockScoped;
  if (form === ts.NodeFlags.Let || form === ts.NodeFlags.Const) return false;
  const what = form === ts.NodeFlags.None ? "'var'" : "'using'";
  const wayOut = form === ts.NodeFlags.None ? "which end with their block" : "nothing is ever disposed of";
  found.add(messages.syntax(list, what, `use const or let, ${wayOut}`));
  return true;
}
