/** Record classes: fields with first values, nothing else. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { newCell } from "./check-cells.ts";
import { checkExpression } from "./check-expressions.ts";
import { checkStorage } from "./check-storage.ts";
import { messages } from "./messages.ts";
import { type Field, isReference, type RecordTree, type Type, typeOf } from "./tree.ts";
import { declarationOf, describe } from "./types.ts";

/** What may stand before a record class. */
const EXPORTS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ExportKeyword,
  ts.SyntaxKind.DefaultKeyword,
]);

/** The record that a class describes; each class is checked once. */
export function checkRecord(checker: Checker, node: ts.ClassDeclaration): RecordTree {
  const known = checker.records.get(node);
  if (known) return known;
  const record: RecordTree = {
    name: node.name?.text ?? "Record",
    node,
    module: checker.moduleOf(node),
    fields: new Map(),
  };
  checker.records.set(node, record);
  if (node.heritageClauses) {
    checker.found.add(messages.recordClass(node.heritageClauses[0], "what it inherits"));
  }
  const unwanted = node.modifiers?.find(({ kind }) => !EXPORTS.has(kind)) ?? node.typeParameters?.[0];
  if (unwanted) checker.found.add(messages.recordClass(unwanted, `'${unwanted.getText()}'`));
  for (const member of node.members) {
    if (ts.isSemicolonClassElement(member)) continue;
    const field = checkField(checker, record, member);
    if (field) record.fields.set(field.name, field);
  }
  return record;
}

/** Whether a class is declared at the top level of a module of the program. */
export function isOwnClass(node: ts.Node): node is ts.ClassDeclaration {
  return (
    ts.isClassDeclaration(node) && ts.isSourceFile(node.parent) && !node.getSourceFile().isDeclarationFile
  );
}

/**
 * Whether a static member of a class of the program stands behind the dot: the class is refused for it, where it has
 * it.
 */
export function refuseStatic(checker: Checker, node: ts.PropertyAccessExpression): boolean {
  const member = declarationOf(checker.checker, node.name);
  if (member === undefined || !ts.isClassElement(member) || !isOwnClass(member.parent)) return false;
  const isStatic = ts.canHaveModifiers(member) && hasModifier(member, ts.SyntaxKind.StaticKeyword);
  if (isStatic) checker.record(member.parent);
  return isStatic;
}

function hasModifier(node: ts.HasModifiers, kind: ts.ModifierSyntaxKind): boolean {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false;
}

function checkField(checker: Checker, record: RecordTree, member: ts.ClassElement): Field | undefined {
  const allowed = (modifier: ts.ModifierLike) => modifier.kind === ts.SyntaxKind.ReadonlyKeyword;
  if (
    !ts.isPropertyDeclaration(member) ||
    !ts.isIdentifier(member.name) ||
    !member.initializer ||
    member.questionToken ||
    member.modifiers?.some((modifier) => !allowed(modifier))
  ) {
    const what = member.name ? `'${member.name.getText()}'` : unnamed(member);
    checker.found.add(messages.recordClass(member, what));
    return undefined;
  }
  const value = member.initializer;
  const base = { name: member.name.text, node: member, record };
  if (ts.isNewExpression(value) && newCell(checker, value)) {
    checker.found.add(messages.cellPlace(value));
    return undefined;
  }
  const storage = checkStorage(checker, value);
  if (storage) {
    if (holds(storage.type, record))
      checker.found.add(messages.recordClass(member, "the record inside itself"));
    return { ...base, ...storage };
  }
  const initial = checker.constant(value, `the first value of '${base.name}'`);
  if (initial === undefined) return undefined;
  const given = typeOf(checkExpression(checker, value));
  const written = checker.writtenType(member.type);
  const type = written ?? given;
  if (written === undefined && type.kind !== "boolean") {
    checker.found.add(messages.missingType(member.name, `the field '${base.name}'`));
    return undefined;
  }
  if (isReference(type)) {
    checker.found.add(messages.arrayKind(value, "a new array or record", describe(given)));
  }
  checker.mustFit(value, initial, type);
  return { ...base, type, initial: { kind: "scalar", value: initial } };
}

function unnamed(member: ts.ClassElement): string {
  if (ts.isConstructorDeclaration(member)) return "the constructor";
  return ts.isIndexSignatureDeclaration(member) ? "the index signature" : "the static block";
}

/** Whether a value of the type is `inner`, or has it inside. A record that is being checked has its fields so far. */
function holds(type: Type, inner: RecordTree): boolean {
  if (type.kind !== "record" && type.kind !== "records") return false;
  return type.record === inner || [...type.record.fields.values()].some((field) => holds(field.type, inner));
}
