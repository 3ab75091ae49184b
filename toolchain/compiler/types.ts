/** From a type as written to the type of the device: widths, ranges, known lengths, records. */
import ts from "typescript";
import {
  type CellType,
  type IntName,
  type IntType,
  intType,
  isReference,
  narrowest,
  RANGES,
  type RecordTree,
  type RowType,
  type Type,
} from "./tree.ts";

/** The arrays of JavaScript that exist on the device. */
export const ARRAY_ELEMENTS: ReadonlyMap<string, IntName> = new Map([
  ["Uint8Array", "u8"],
  ["Uint16Array", "u16"],
  ["Uint32Array", "u32"],
  ["Int8Array", "i8"],
  ["Int16Array", "i16"],
  ["Int32Array", "i32"],
]);

const TABLE_ELEMENTS: ReadonlyMap<string, IntName> = new Map([
  ["Table8", "u8"],
  ["Table16", "u16"],
  ["Table32", "u32"],
]);

/** The classes of firmware/lang that are volatile cells. */
export const CELLS: ReadonlyMap<string, CellType["width"]> = new Map([
  ["Volatile8", "u8"],
  ["Volatile16", "u16"],
  ["Volatile32", "u32"],
  ["VolatileFlag", "bool"],
]);

export interface TypeContext {
  readonly checker: ts.TypeChecker;
  readonly language: ts.SourceFile | undefined;
  record(declaration: ts.ClassDeclaration): RecordTree;
}

/** The declaration that a name stands for, through imports and re-exports. */
export function declarationOf(checker: ts.TypeChecker, name: ts.Node): ts.Declaration | undefined {
  let symbol = checker.getSymbolAtLocation(name);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  return symbol?.valueDeclaration ?? symbol?.declarations?.[0];
}

/**
 * The type that `node` names. "number" where the source says `number`: an integer whose range is not
 * declared. Undefined: not a type of the device.
 */
export function declaredType(context: TypeContext, node: ts.TypeNode): Type | "number" | undefined {
  switch (node.kind) {
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: "boolean" };
    case ts.SyntaxKind.VoidKeyword:
      return { kind: "void" };
    case ts.SyntaxKind.NumberKeyword:
      return "number";
  }
  if (ts.isParenthesizedTypeNode(node)) return declaredType(context, node.type);
  if (ts.isTypeReferenceNode(node)) return referencedType(context, node);
  return literalType(context.checker.getTypeFromTypeNode(node), node.getText());
}

function referencedType(context: TypeContext, node: ts.TypeReferenceNode): Type | "number" | undefined {
  const { checker } = context;
  const declaration = declarationOf(checker, node.typeName);
  if (declaration === undefined) return undefined;
  if (declaration.getSourceFile() === context.language) {
    return languageType(context, (declaration as ts.TypeAliasDeclaration).name.text, node);
  }
  if (ts.isTypeAliasDeclaration(declaration)) {
    const type = declaration.typeParameters ? undefined : declaredType(context, declaration.type);
    return type !== undefined && type !== "number" && type.kind === "int"
      ? { ...type, name: node.getText() }
      : type;
  }
  if (ts.isClassDeclaration(declaration)) {
    return { kind: "record", record: context.record(declaration), memory: "ram" };
  }
  if (ts.isEnumDeclaration(declaration) || ts.isEnumMember(declaration)) {
    return literalType(checker.getTypeFromTypeNode(node), node.getText());
  }
  const element = ARRAY_ELEMENTS.get(node.typeName.getText());
  return element && { kind: "array", element, memory: "ram", length: 0 };
}

function languageType(context: TypeContext, name: string, node: ts.TypeReferenceNode): Type | undefined {
  if (name in RANGES) return intType(name as IntName);
  const width = CELLS.get(name);
  if (width) return { kind: "cell", width };
  const [first, second] = (node.typeArguments ?? []).map((argument) =>
    literalValue(context.checker, argument),
  );
  if (name === "Int") {
    if (first === undefined || second === undefined || first > second) return undefined;
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second)) return undefined;
    const type = { kind: "int", min: first, max: second, name: `Int<${first}, ${second}>` } as const;
    return narrowest(type) && type;
  }
  const length = second ?? first;
  if (length === undefined || !Number.isInteger(length) || length < 0) return undefined;
  if (name === "AtLeast" || name === "Records" || name === "TableOf") {
    return rowType(context, name, node.typeArguments![0], length);
  }
  if (name === "Bytes") return { kind: "array", element: "u8", memory: "ram", length };
  const element = TABLE_ELEMENTS.get(name);
  return element && { kind: "array", element, memory: "flash", length };
}

/** `AtLeast<Uint16Array, 4>`, `Records<Slot, 4>` and `TableOf<Channel, 4>`. */
function rowType(context: TypeContext, name: string, of: ts.TypeNode, length: number): Type | undefined {
  const type = declaredType(context, of);
  if (type === undefined || type === "number") return undefined;
  if (name === "AtLeast")
    return type.kind === "array" && type.memory === "ram" ? { ...type, length } : undefined;
  if (type.kind !== "record") return undefined;
  return { kind: "records", record: type.record, memory: name === "Records" ? "ram" : "flash", length };
}

function literalValue(checker: ts.TypeChecker, node: ts.TypeNode): number | undefined {
  const type = checker.getTypeFromTypeNode(node);
  return type.isNumberLiteral() ? type.value : undefined;
}

/** A union of integers, such as a const enum: the range from the least to the greatest. */
function literalType(type: ts.Type, name: string): IntType | { kind: "boolean" } | undefined {
  if (type.flags & ts.TypeFlags.BooleanLike) return { kind: "boolean" };
  const parts = type.isUnion() ? type.types : [type];
  const values = parts.map((part) => (part.isNumberLiteral() ? part.value : Number.NaN));
  if (values.length === 0 || !values.every(Number.isSafeInteger)) return undefined;
  const union = { kind: "int", min: Math.min(...values), max: Math.max(...values), name } as const;
  return narrowest(union) && union;
}

/** Whether two types of references agree in what they refer to; lengths are the range analysis' matter. */
export function sameReference(a: Type, b: Type): boolean {
  if (!isReference(a) || !isReference(b) || a.memory !== b.memory) return false;
  if (a.kind === "array") return b.kind === "array" && a.element === b.element;
  return a.kind === b.kind && a.record === b.record;
}

/** A type as a message names it. */
export function describe(type: Type): string {
  switch (type.kind) {
    case "int":
      return type.name === "number" ? "an integer" : type.name;
    case "boolean":
      return "a boolean";
    case "void":
      return "nothing";
    case "cell":
      return "a volatile cell";
    case "functions":
      return "a dispatch table";
    case "record":
      return type.memory === "flash" ? `a constant ${type.record.name}` : `a ${type.record.name}`;
    case "records":
      return `${type.memory === "flash" ? "a table" : "an array"} of ${type.record.name}`;
    case "array":
      if (type.memory === "flash") return `a table of ${type.element}`;
      return `an array of ${type.element}`;
  }
}

/** A type with elements as the source writes it. */
export function written(type: RowType): string {
  if (type.kind === "records") {
    return `${type.memory === "flash" ? "TableOf" : "Records"}<${type.record.name}, ${type.length}>`;
  }
  const tables = [...TABLE_ELEMENTS].find(([, element]) => element === type.element);
  if (type.memory === "flash") return `${tables?.[0]}<${type.length}>`;
  if (type.element === "u8") return `Bytes<${type.length}>`;
  const [name] = [...ARRAY_ELEMENTS].find(([, element]) => element === type.element)!;
  return `AtLeast<${name}, ${type.length}>`;
}
