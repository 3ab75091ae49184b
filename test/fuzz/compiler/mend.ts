/**
 * Mends what the compiler has refused: the cast that it names, a mask, or without the statement.
 *
 * Random programs leave some casts and masks out, so that the compiler has something to prove; what it cannot prove
 * it refuses, and the rest of the program should not be lost with it.
 */
import ts from "typescript";
import { type Edit, edited, nodeAt, parse, replacing, statementOf } from "./syntax.ts";

export interface Refusal {
  readonly code: number;
  readonly text: string;
  readonly start: number;
  readonly length: number;
}

/** The text without what was refused; undefined where there is no way to mend it. */
export function mend(name: string, text: string, refusals: readonly Refusal[]): string | undefined {
  const file = parse(name, text);
  const edits: Edit[] = [];
  for (const refusal of refusals) {
    const edit = mended(file, refusal);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  return edited(text, edits);
}

function mended(file: ts.SourceFile, refusal: Refusal): Edit | undefined {
  const node = nodeAt(file, refusal.start, refusal.length);
  const expression = ts.isExpression(node) ? valueMended(file, node, refusal) : undefined;
  return expression === undefined ? without(file, node) : replacing(file, node, expression);
}

/** The text of an expression that says what the refused one must not leave open. */
function valueMended(file: ts.SourceFile, node: ts.Expression, { code, text }: Refusal): string | undefined {
  const own = node.getText(file);
  const wrapped = (cast: string) => `${cast}(${own})`;
  switch (code) {
    case 2001:
    case 2002: {
      const fitted = fitting(text);
      if (fitted === undefined || isStep(node)) return undefined;
      if (ts.isBinaryExpression(node) && isAssignment(node)) {
        const target = node.left.getText(file);
        const operator = node.operatorToken.getText(file).slice(0, -1);
        return operator === ""
          ? undefined
          : `${target} = ${fitted(`${target} ${operator} ${node.right.getText(file)}`)}`;
      }
      return fitted(own);
    }
    case 2003: {
      if (!ts.isBinaryExpression(node)) return undefined;
      const { left, operatorToken, right } = node;
      return `u16(${left.getText(file)}) ${operatorToken.getText(file)} i16(${right.getText(file)})`;
    }
    case 2004:
    case 2010:
      return wrapped("u32");
    case 2005:
      return wrapped("i32");
    case 2006:
      return `((${own}) & 31)`;
    case 2007:
      return `(u8(${own}) + 1)`;
    case 2008:
    case 2011:
      return wrapped("u16");
    case 2009: {
      if (!ts.isBinaryExpression(node)) return undefined;
      const { left, operatorToken, right } = node;
      return `u16(${left.getText(file)}) ${operatorToken.getText(file)} u16(${right.getText(file)})`;
    }
    case 3001: {
      const length = Number(/outside the (\d+) element/.exec(text)?.[1] ?? 0);
      if (length === 0) return undefined;
      const mask = 2 ** Math.floor(Math.log2(length)) - 1;
      return mask === 0 ? "0" : `(${own}) & ${mask}`;
    }
    case 3002:
    case 3003:
      return ts.isCallExpression(node) ? fromZero(file, node) : undefined;
    default:
      return undefined;
  }
}

/** How a value is brought into the type that a message names. */
function fitting(message: string): ((text: string) => string) | undefined {
  const cast = /wrap it with (\w+)\(\)/.exec(message);
  if (cast) return (text) => `${cast[1]}(${text})`;
  const range = /Int<(-?\d+), ?(-?\d+)>/.exec(message);
  if (range === null) return undefined;
  const [min, max] = [Number(range[1]), Number(range[2])];
  const rest = (text: string) => `u16(${text}) % ${max - min + 1}`;
  if (min === 0) return rest;
  return (text) => `(${rest(text)}) ${min < 0 ? "-" : "+"} ${Math.abs(min)}`;
}

function isStep(node: ts.Expression): boolean {
  return (
    ts.isPostfixUnaryExpression(node) ||
    (ts.isPrefixUnaryExpression(node) && /^(\+\+|--)/.test(node.getText()))
  );
}

function isAssignment(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** An access with each offset at 0. */
function fromZero(file: ts.SourceFile, call: ts.CallExpression): string | undefined {
  const values = call.arguments.map((argument) => argument.getText(file));
  const offsets = values.map((_, i) => i === 1 || (i === 3 && values.length === 5));
  const moved = values.map((value, i) => (offsets[i] ? "0" : value));
  return moved.join() === values.join() ? undefined : `${call.expression.getText(file)}(${moved.join(", ")})`;
}

/** The statement around a node goes; a declaration keeps its name, a return its type. */
function without(file: ts.SourceFile, node: ts.Node): Edit | undefined {
  const statement = statementOf(node);
  if (statement === undefined) return undefined;
  const plainOf = (type: string) => {
    if (type === "boolean") return "u8(0) > 3";
    return /^Int<(-?\d+)/.exec(type)?.[1] ?? (/^[ui](8|16|32)$/.test(type) ? `${type}(0)` : "u8(0)");
  };
  if (ts.isReturnStatement(statement)) {
    const owner = functionOf(statement);
    const result = owner?.type?.getText(file) ?? "";
    if (/Record|Bytes|AtLeast|Table/.test(result)) return undefined;
    const { expression } = statement;
    const plain = plainOf(result);
    if (expression === undefined || expression.getText(file) === plain) return undefined;
    return replacing(file, expression, plain);
  }
  if (ts.isVariableStatement(statement)) {
    const [declaration] = statement.declarationList.declarations;
    const { initializer, type } = declaration;
    if (initializer === undefined) return undefined;
    const plain = plainOf(type?.getText(file) ?? "");
    return initializer.getText(file) === plain ? undefined : replacing(file, initializer, plain);
  }
  return replacing(file, statement, "{}");
}

function functionOf(node: ts.Node): ts.FunctionDeclaration | undefined {
  let at: ts.Node | undefined = node;
  while (at && !ts.isFunctionDeclaration(at)) at = at.parent;
  return at;
}
