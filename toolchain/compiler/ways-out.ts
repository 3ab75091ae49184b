/** What a message tells to write: guards and masks in the words of the source, where they prove what is asked. */
import ts from "typescript";
import type { Interval } from "./interval.ts";
import type { WayOut } from "./messages.ts";
import type { Evaluator } from "./range-expressions.ts";
import type { Expression } from "./tree.ts";

/** A longer expression is spoken of, not written out. */
const LONGEST = 48;

/** How to prove that the index `expression`, now known to lie in `range`, is below `length`. */
export function guardIndex(
  evaluator: Evaluator,
  expression: Expression,
  range: Interval,
  length: number,
): WayOut {
  if (length === 0) {
    return { wayOut: "no length is known, so ask for one, as Bytes<N> does, or test lengthOf()" };
  }
  const { wayOut } = guard(evaluator, expression, range, { min: 0, max: length - 1 });
  return { wayOut: wayOut.replace(` <= ${length - 1})`, ` < ${length})`) };
}

/** How to prove that `expression`, `subject` to the reader, now known to lie in `range`, lies in `allowed`. */
export function guard(
  evaluator: Evaluator,
  expression: Expression,
  range: Interval,
  allowed: Interval,
  subject = "it",
): WayOut {
  if (allowed.max < allowed.min) return { wayOut: "take a longer array" };
  if (range.max < allowed.min || range.min > allowed.max) {
    return { wayOut: `${subject} must be ${between(allowed)}` };
  }
  const text = sourceOf(expression);
  const masked = `${factor(expression)} & ${allowed.max}`;
  const inside = ts.isBinaryExpression(expression.node.parent) ? `(${masked})` : masked;
  const masks = maskTo(allowed) && text.length <= LONGEST ? [`mask it: ${inside}`] : [];
  const known = evaluator.form(expression) !== undefined && text.length <= LONGEST;
  const guards = known
    ? [`guard it with if (${conditions(text, range, allowed)})`]
    : [
        `keep it in a variable, const x = ${shortened(text)}, and guard that: if (${conditions("x", range, allowed)})`,
      ];
  return { wayOut: (known ? [...guards, ...masks] : [...masks, ...guards]).join(", or ") };
}

/** How to prove that `offset + count`, now known to lie in the two ranges, is at most `most`. */
export function guardSum(
  evaluator: Evaluator,
  [offset, start]: readonly [Expression, Interval],
  [count, size]: readonly [Expression, Interval],
  most: number,
): WayOut {
  if (offset.kind === "number") {
    return guard(evaluator, count, size, { min: 0, max: most - offset.value }, "the count");
  }
  if (count.kind === "number") {
    return guard(evaluator, offset, start, { min: 0, max: most - count.value }, "the offset");
  }
  const text = `${sourceOf(offset)} + ${sourceOf(count)}`;
  const known = evaluator.form(offset) !== undefined && evaluator.form(count) !== undefined;
  if (known && text.length <= LONGEST) return { wayOut: `guard it with if (${text} <= ${most})` };
  return { wayOut: `keep both in variables and guard their sum: if (offset + count <= ${most})` };
}

/** Whether `& max` leads into the range from any integer. */
function maskTo({ min, max }: Interval): boolean {
  return min === 0 && max > 0 && max < 2 ** 31 && Number.isInteger(Math.log2(max + 1));
}

/** The expression as the source would say it; what a step or a compound assignment stores is written out. */
function sourceOf(expression: Expression): string {
  const { node } = expression;
  if (expression.kind !== "binary" || !isStore(node)) return node.getText().replace(/\s+/g, " ");
  const { left, operator, right } = expression;
  if (right.node === node && right.kind === "number") {
    return `${sourceOf(left)} ${right.value < 0 ? "-" : "+"} ${Math.abs(right.value)}`;
  }
  return `${sourceOf(left)} ${operator} ${factor(right)}`;
}

/** `x++` or `x += y`, of which `range` sees the value that is stored. */
function isStore(node: ts.Node): boolean {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
  }
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstCompoundAssignment && kind <= ts.SyntaxKind.LastCompoundAssignment;
}

/** In parentheses where an operator may follow or go before. */
function factor(expression: Expression): string {
  const text = sourceOf(expression);
  return /^[\w.[\]$]+$|^\w+\(.*\)$/.test(text) ? text : `(${text})`;
}

function shortened(text: string): string {
  return text.length > LONGEST ? "..." : text;
}

/** What must be tested of `text`: only the sides that are not known yet. */
function conditions(text: string, range: Interval, allowed: Interval): string {
  const above = range.min < allowed.min ? [`${text} >= ${allowed.min}`] : [];
  const below = range.max > allowed.max ? [`${text} <= ${allowed.max}`] : [];
  return [...above, ...below].join(" && ");
}

function between({ min, max }: Interval): string {
  if (max === Number.POSITIVE_INFINITY) return `${min} or more`;
  return min === max ? String(min) : `${min}..${max}`;
}
