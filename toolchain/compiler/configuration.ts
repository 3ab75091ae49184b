/** Compile-time choices: constants marked `@config`, whose value the one who builds may give. */
import ts from "typescript";
import { type Messages, messages, unknownConfig } from "./messages.ts";
import type { SourceProgram } from "./program.ts";
import type { BooleanNode, NumberNode } from "./tree.ts";
import { declarationOf } from "./types.ts";

/** Values by the names of constants. */
export type Values = Readonly<Record<string, number | boolean>>;

export interface Configuration {
  /** What the one who builds chose: every name must be one of the program's. */
  readonly chosen: Values;
  /** What holds where nothing was chosen; names that the program does not have are no fault. */
  readonly defaults: Values;
}

/** A message for each chosen name that no module declares. */
export function checkNames(program: SourceProgram, { chosen }: Configuration, found: Messages): void {
  const known = new Set(
    [...program.modules.keys()].flatMap((file) =>
      file.statements
        .filter(ts.isVariableStatement)
        .filter(isConfigured)
        .flatMap((statement) => statement.declarationList.declarations)
        .map((declaration) => declaration.name.getText()),
    ),
  );
  for (const name of Object.keys(chosen)) {
    if (!known.has(name)) found.add(unknownConfig(name, [...known].sort()));
  }
}

/** The value that the configuration gives to a `@config` constant, or the source's own. */
export function configured<T extends NumberNode | BooleanNode>(
  node: ts.VariableDeclaration,
  value: T,
  { chosen, defaults }: Configuration,
  found: Messages,
): T {
  if (!isConfigured(node.parent.parent)) return value;
  const name = node.name.getText();
  const given = chosen[name] ?? defaults[name];
  if (given === undefined) return value;
  const wanted = value.kind === "boolean" ? "true or false" : "an integer";
  if (value.kind === "boolean" ? typeof given !== "boolean" : !Number.isSafeInteger(given)) {
    found.add(messages.configValue(node, name, String(given), wanted));
    return value;
  }
  return { ...value, value: given };
}

/**
 * Whether an expression names a `@config` constant, or one that is computed from such. TypeScript, which computes the
 * members of enums, knows only what the source says of it.
 */
export function restsOnConfiguration(checker: ts.TypeChecker, expression: ts.Node): boolean {
  if (!ts.isIdentifier(expression)) {
    const found = ts.forEachChild(expression, (part) => restsOnConfiguration(checker, part) || undefined);
    return found ?? false;
  }
  const declaration = declarationOf(checker, expression);
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return false;
  const { initializer, parent } = declaration;
  return (
    isConfigured(parent.parent) || (initializer !== undefined && restsOnConfiguration(checker, initializer))
  );
}

function isConfigured(statement: ts.Node): boolean {
  return ts.getJSDocTags(statement).some((tag) => tag.tagName.text === "config");
}
