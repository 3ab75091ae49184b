/** Calls of firmware/lang: casts, arrays, octet order. The compiler knows what each computes. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkCondition, checkExpression, checkInteger, checkValueFor } from "./check-expressions.ts";
import { functionCount } from "./check-names.ts";
import { checkText } from "./check-tables.ts";
import { fold, number } from "./fold.ts";
import { messages } from "./messages.ts";
import { refused } from "./refused.ts";
import { type Expression, type IntName, isRow, RANGES, type Type, typeOf } from "./tree.ts";
import { describe } from "./types.ts";

const octets: Type = { kind: "array", element: "u8", memory: "ram", length: 0 };
const octetTable: Type = { kind: "array", element: "u8", memory: "flash", length: 0 };

/** A call of the intrinsic `name`. */
export function checkIntrinsic(checker: Checker, node: ts.CallExpression, name: string): Expression {
  const argument = node.arguments;
  if (argument.some(ts.isSpreadElement)) {
    return refused(checker, node, messages.syntax(node, "'...'", "pass each argument by itself"));
  }
  const integer = (i: number) => checkInteger(checker, argument[i]);
  const bytes = (i: number) => checkValueFor(checker, argument[i], octets);
  if (name in RANGES) return cast(checker, node, name as IntName);
  const access = /^(load|store)(16|32)(le|be)$/.exec(name);
  if (access) {
    const bits = access[2] === "16" ? 16 : 32;
    const order = access[3] === "le" ? "le" : "be";
    const place = { bits, order, array: bytes(0), offset: integer(1) } as const;
    if (access[1] === "load") return { kind: "load", node, ...place };
    return { kind: "store", node, ...place, value: integer(2) };
  }
  const rotation = /^rotl(8|16|32)$/.exec(name);
  if (rotation) {
    const bits = Number(rotation[1]) as 8 | 16 | 32;
    return fold({ kind: "rotate", node, bits, value: integer(0), count: integer(1) });
  }
  switch (name) {
    case "mul32":
      return fold({ kind: "mul32", node, left: integer(0), right: integer(1) });
    case "lengthOf":
      return length(checker, node);
    case "view":
      return view(checker, node);
    case "copy":
    case "copyTable": {
      const target = bytes(0);
      const targetOffset = integer(1);
      const source = checkValueFor(checker, argument[2], name === "copy" ? octets : octetTable);
      return {
        kind: "copy",
        node,
        target,
        targetOffset,
        source,
        sourceOffset: integer(3),
        count: integer(4),
      };
    }
    case "fill":
      return {
        kind: "fill",
        node,
        target: bytes(0),
        offset: integer(1),
        count: integer(2),
        value: integer(3),
        lasting: false,
      };
    case "wipe":
      return {
        kind: "fill",
        node,
        target: bytes(0),
        offset: integer(1),
        count: integer(2),
        value: number(node, 0),
        lasting: true,
      };
    case "equal":
      return {
        kind: "equal",
        node,
        left: bytes(0),
        leftOffset: integer(1),
        right: bytes(2),
        rightOffset: integer(3),
        count: integer(4),
      };
    case "assert":
      return { kind: "assert", node, condition: checkCondition(checker, argument[0]) };
    case "critical":
      return refused(
        checker,
        node,
        messages.syntax(node, "critical() here", "make it a statement of its own"),
      );
    case "ascii":
      return { kind: "variable", node, variable: checkText(checker, checker.texts, node) };
    default:
      return refused(
        checker,
        node,
        messages.syntax(node, `${name}() here`, "give it a name: const X = ...; a table at module level"),
      );
  }
}

/** `u8(x)` and its like; a division directly under it loses its fraction. */
function cast(checker: Checker, node: ts.CallExpression, to: IntName): Expression {
  let inner: ts.Expression = node.arguments[0];
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.SlashToken) {
    const left = checkInteger(checker, inner.left);
    const right = checkInteger(checker, inner.right);
    return fold({ kind: "cast", node, to, operand: fold({ kind: "divide", node: inner, left, right }) });
  }
  return fold({ kind: "cast", node, to, operand: checkInteger(checker, inner) });
}

function length(checker: Checker, node: ts.CallExpression): Expression {
  const count = functionCount(checker, node.arguments[0]);
  if (count !== undefined) return number(node, count);
  const array = checkExpression(checker, node.arguments[0]);
  if (isRow(typeOf(array))) return { kind: "length", node, array };
  return refused(checker, node, messages.arrayKind(node.arguments[0], "an array", describe(typeOf(array))));
}

function view(checker: Checker, node: ts.CallExpression): Expression {
  const [arrayNode, offsetNode, countNode] = node.arguments;
  const array = checkExpression(checker, arrayNode);
  const type = typeOf(array);
  if (type.kind !== "array" || type.memory !== "ram") {
    return refused(checker, arrayNode, messages.arrayKind(arrayNode, "an array in RAM", describe(type)));
  }
  const offset = checkInteger(checker, offsetNode);
  const count = checker.constant(countNode, "the count of a view");
  if (count === undefined || count < 0) return number(node, 0);
  return { kind: "view", node, array, offset, count };
}
