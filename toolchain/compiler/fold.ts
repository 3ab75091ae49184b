/** Constants of the source: what JavaScript would compute from them, computed now. */
import type ts from "typescript";
import { wrap } from "./interval.ts";
import type {
  ArithmeticOperator,
  CompareOperator,
  ConditionalNode,
  Expression,
  IntName,
  NumberNode,
} from "./tree.ts";

export function number(node: ts.Node, value: number): NumberNode {
  return { kind: "number", node, value: value + 0 };
}

const arithmetic: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "%": (a, b) => a % b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
};

const comparison: Readonly<Record<CompareOperator, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
};

function constant(expression: Expression): number | undefined {
  if (expression.kind === "number") return expression.value;
  return expression.kind === "boolean" ? Number(expression.value) : undefined;
}

/** The same value with less to compute; the result where an operand is not constant is `expression` itself. */
export function fold(expression: Expression): Expression {
  const { node } = expression;
  switch (expression.kind) {
    case "unary": {
      const value = constant(expression.operand);
      if (value === undefined) return expression;
      return number(node, expression.operator === "-" ? -value : ~value);
    }
    case "binary": {
      const left = constant(expression.left);
      const right = constant(expression.right);
      if (left === undefined || right === undefined || !safeShift(expression.operator, left, right))
        return expression;
      const value = arithmetic[expression.operator](left, right);
      return Number.isSafeInteger(value) ? number(node, value) : expression;
    }
    case "divide": {
      const left = constant(expression.left);
      const right = constant(expression.right);
      if (left === undefined || right === undefined || left < 0 || right <= 0) return expression;
      return number(node, Math.floor(left / right));
    }
    case "mul32": {
      const left = constant(expression.left);
      const right = constant(expression.right);
      if (left === undefined || right === undefined || !isWord(left) || !isWord(right)) return expression;
      return number(node, Math.imul(left, right) >>> 0);
    }
    case "rotate": {
      const value = constant(expression.value);
      const count = constant(expression.count);
      const { bits } = expression;
      if (value === undefined || count === undefined || count < 0 || count >= bits) return expression;
      if (value < 0 || value >= 2 ** bits) return expression;
      return number(node, rotated(value, count, bits));
    }
    case "cast": {
      const { operand, to } = expression;
      const value = constant(operand);
      if (value !== undefined) return number(node, castConstant(value, to));
      return operand.kind === "conditional"
        ? { ...expression, operand: castBranches(operand, to) }
        : expression;
    }
    case "compare": {
      const left = constant(expression.left);
      const right = constant(expression.right);
      if (left === undefined || right === undefined) return expression;
      return { kind: "boolean", node, value: comparison[expression.operator](left, right) };
    }
    case "not": {
      const value = constant(expression.operand);
      return value === undefined ? expression : { kind: "boolean", node, value: value === 0 };
    }
    case "logical": {
      const left = constant(expression.left);
      if (left === undefined) return expression;
      return (left !== 0) === (expression.operator === "&&") ? expression.right : expression.left;
    }
    case "conditional":
      return chosen(expression) ?? expression;
    default:
      return expression;
  }
}

function chosen(expression: ConditionalNode): Expression | undefined {
  const condition = constant(expression.condition);
  if (condition === undefined) return undefined;
  return condition !== 0 ? expression.whenTrue : expression.whenFalse;
}

function rotated(value: number, count: number, bits: number): number {
  const low = value % 2 ** (bits - count);
  return low * 2 ** count + (value - low) / 2 ** (bits - count);
}

/** With the constants among the branches cast: gcc warns of one that loses bits in C. */
function castBranches(conditional: ConditionalNode, to: IntName): ConditionalNode {
  const cast = (branch: Expression): Expression => {
    if (branch.kind === "conditional") return castBranches(branch, to);
    const value = constant(branch);
    const kept = value === undefined ? undefined : castConstant(value, to);
    return kept === undefined || kept === value ? branch : number(conditional.node, kept);
  };
  const { whenTrue, whenFalse } = conditional;
  return { ...conditional, whenTrue: cast(whenTrue), whenFalse: cast(whenFalse) };
}

function castConstant(value: number, to: IntName): number {
  return wrap({ min: value, max: value }, to).min;
}

/** Whether a factor of `mul32` is one: `range` reports what is not, so it must not vanish here. */
function isWord(value: number): boolean {
  return value >= 0 && value <= 0xffffffff;
}

/** Whether the operands obey the rules of `range`: what they break is reported there, so it must not vanish here. */
function safeShift(operator: ArithmeticOperator, left: number, right: number): boolean {
  switch (operator) {
    case "<<":
      return right >= 0 && right <= 31;
    case ">>":
      return right >= 0 && right <= 31 && left <= 0x7fffffff;
    case ">>>":
      return right >= 0 && right <= 31 && left >= 0;
    case "%":
      return left >= 0 && right > 0;
    default:
      return true;
  }
}
