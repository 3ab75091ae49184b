/** Compile-time choices: constants marked `@config`, whose value the one who builds may give. */
import ts from "typescript";
import { type Messages, messages, show, unknownConfig } from "./messages.ts";
import type { SourceProgram } from "./program.ts";
import { declaredAs, relating } from "./related.ts";
import type { BooleanNode, NumberNode, Type } from "./tree.ts";
import { declarationOf } from "./types.ts";

/** Values by the names of constants. */
export type Values = Readonly<Record<string, number | boolean>>;

export interface Configuration {
  /** What the one who builds chose: every name must be one of the program's. */
  readonly chosen: Values;
  /** What holds where nothing was chosen; names that the program does not have are no fault. */
  readonly defaults: Values;
  /** The project's file, whose field "config" gives chosen values: what is wrong with them is shown there. */
  readonly file: string | undefined;
}

/** Where the project's file gives a constant its value, where `value` is that. */
function inFile(
  file: string | undefined,
  name: string,
  value: number | boolean,
): ts.PropertyAssignment | undefined {
  const content = file && ts.sys.readFile(file);
  if (!content) return undefined;
  const { statements } = ts.createSourceFile(
    file,
    content,
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.JSON,
  ) as ts.JsonSourceFile;
  const config = property(statements[0]?.expression, "config");
  const given = property(config?.initializer, name);
  const text = given?.initializer.getText();
  // A value of the command line goes before it. The file may write a number in another way: -0, 1e3.
  return text === String(value) || Number(text) === value ? given : undefined;
}

/** Of several of one name the last, as for JSON.parse. */
function property(node: ts.Expression | undefined, name: string): ts.PropertyAssignment | undefined {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  return node.properties
    .filter(ts.isPropertyAssignment)
    .findLast((candidate) => ts.isStringLiteral(candidate.name) && candidate.name.text === name);
}

/** A message for each chosen name that no module declares, with those that it could be. */
export function checkNames(program: SourceProgram, { chosen, file }: Configuration, found: Messages): void {
  const statements = [...program.modules.keys()].flatMap((module) =>
    module.statements.filter(ts.isVariableStatement).filter(isConfigured),
  );
  const known = new Set(namesOf(statements));
  const open = namesOf(statements.filter((statement) => !isDecided(statement))).sort();
  for (const name of Object.keys(chosen)) {
    if (known.has(name)) continue;
    found.add(unknownConfig(name, open, inFile(file, name, chosen[name])?.name));
  }
}

function namesOf(statements: readonly ts.VariableStatement[]): string[] {
  return statements
    .flatMap((statement) => [...statement.declarationList.declarations])
    .map((declaration) => declaration.name.getText());
}

/**
 * The value that the configuration gives to a `@config` constant of type `type`, or the source's own. One that the
 * constant cannot have is told where it was given.
 */
export function configured<T extends NumberNode | BooleanNode>(
  node: ts.VariableDeclaration,
  value: T,
  type: Type | undefined,
  { chosen, defaults, file }: Configuration,
  found: Messages,
): T {
  if (!isConfigured(node.parent.parent)) return value;
  const name = node.name.getText();
  const given = chosen[name] ?? defaults[name];
  if (given === undefined) return value;
  const isRight = value.kind === "boolean" ? typeof given === "boolean" : isInteger(given, type);
  if (isRight) return { ...value, value: given };
  const wanted = value.kind === "boolean" ? "true or false" : wantedInteger(type);
  const place = inFile(file, name, given)?.initializer ?? node.name;
  const message = messages.configValue(place, name, String(given), wanted);
  found.add(relating(message, declaredAs(node, node.type?.getText() ?? value.kind)));
  return value;
}

function isInteger(value: number | boolean, type: Type | undefined): boolean {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return false;
  return type?.kind !== "int" || (value >= type.min && value <= type.max);
}

function wantedInteger(type: Type | undefined): string {
  return type?.kind === "int" ? `an integer of ${show(type)}` : "an integer";
}

/**
 * Whether an expression names a `@config` constant, or one that is computed from such. TypeScript, which computes the
 * members of enums, knows only what the source says of it.
 */
export function restsOnConfiguration(checker: ts.TypeChecker, expression: ts.Node): boolean {
  return configuredNames(checker, expression).size > 0;
}

function isConfigured(statement: ts.Node): boolean {
  return ts.getJSDocTags(statement).some((tag) => tag.tagName.text === "config");
}

/** A constant that is true where options exclude one another, and why they do. */
export interface Exclusion {
  readonly name: ts.Identifier;
  readonly condition: ts.Expression;
  readonly reason: string;
}

/** The constants of a module with `@refused` and a reason in the comment before them. */
export function exclusionsOf(module: ts.SourceFile): Exclusion[] {
  return module.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const tag = ts.getJSDocTags(statement).find(({ tagName }) => tagName.text === "refused");
    const [{ name, initializer }] = statement.declarationList.declarations;
    const reason = ts.getTextOfJSDocComment(tag?.comment)?.replace(/\s+/g, " ");
    if (!reason || !ts.isIdentifier(name) || initializer === undefined) return [];
    return [{ name, condition: initializer, reason }];
  });
}

/** A message for options that exclude one another, at the first that the project's file has of them. */
export function refuseChoice(
  checker: ts.TypeChecker,
  { name, condition, reason }: Exclusion,
  { chosen, file }: Configuration,
): ts.Diagnostic {
  const given = [...configuredNames(checker, condition)].filter((option) => option in chosen);
  const place = given.map((option) => inFile(file, option, chosen[option])).find((found) => found);
  const choice = given.map((option) => `${option} = ${chosen[option]}`).join(", ");
  const message = messages.excluded(place ?? name, choice, reason);
  return relating(message, { node: name, text: `'${name.text}' is true` });
}

/** The `@config` constants that an expression is computed from, at whatever remove. */
function configuredNames(
  checker: ts.TypeChecker,
  expression: ts.Node,
  names = new Set<string>(),
): Set<string> {
  const declaration = ts.isIdentifier(expression) ? declarationOf(checker, expression) : undefined;
  if (declaration && ts.isVariableDeclaration(declaration)) {
    if (isConfigured(declaration.parent.parent)) names.add(declaration.name.getText());
    else if (declaration.initializer) configuredNames(checker, declaration.initializer, names);
  }
  ts.forEachChild(expression, (part) => {
    configuredNames(checker, part, names);
  });
  return names;
}

/** Whether an option of its own gives the value, which `@config by --lorawan` names: no configuration may. */
function isDecided(statement: ts.Node): boolean {
  return ts.getJSDocTags(statement).some(({ tagName, comment }) => tagName.text === "config" && comment);
}
