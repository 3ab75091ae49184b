/**
 * Left to right, as in JavaScript: C leaves the order of operands open, so what one operand changes and
 * another reads must not meet in one C expression.
 */
import type { Calls } from "./calls.ts";
import { type Expression, isReference, typeOf, type Variable } from "./tree.ts";
import { operands } from "./walk.ts";

export class Order {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Whether evaluating the expression does more than give a value. */
  changes(expression: Expression): boolean {
    if (expression.kind === "update") return true;
    if (expression.kind === "call" || expression.kind === "dispatch") {
      const { external, writes, writesMemory, cells } = this.#calls.effectsOf(expression);
      if (external || writesMemory || cells || writes.size > 0) return true;
    }
    return operands(expression).some((operand) => this.changes(operand));
  }

  /** Which of several operands, evaluated in this order, must be kept in a variable before the next is evaluated. */
  kept(parts: readonly Expression[]): boolean[] {
    return parts.map((part, i) =>
      parts
        .slice(i + 1)
        .some(
          (later) =>
            (this.changes(later) && !this.#stable(part, later)) ||
            (this.changes(part) && !this.#stable(later, part)) ||
            (this.#touchesCells(part) && this.#touchesCells(later)),
        ),
    );
  }

  /** Whether a volatile cell is read: each access has its place in the order, though a read changes nothing. */
  #touchesCells(expression: Expression): boolean {
    if (expression.kind === "read") return true;
    const calls = expression.kind === "call" || expression.kind === "dispatch";
    if (calls && this.#calls.effectsOf(expression).cells) return true;
    return operands(expression).some((operand) => this.#touchesCells(operand));
  }

  /** Whether the value of `expression` is the same before and after `other`. */
  #stable(expression: Expression, other: Expression): boolean {
    switch (expression.kind) {
      case "variable": {
        const { variable } = expression;
        if (isReference(typeOf(expression)) || (variable.scope === "module" && variable.constant))
          return true;
        return variable.scope !== "module" && !steps(other, variable);
      }
      case "field":
      case "element": {
        const [base] = operands(expression);
        const same = isReference(typeOf(expression)) || isConstant(base);
        return same && operands(expression).every((operand) => this.#stable(operand, other));
      }
      case "load":
      case "equal":
      case "update":
      case "read":
        return false;
      case "call":
      case "dispatch":
        if (this.changes(expression) || this.#calls.effectsOf(expression).reads) return false;
        return operands(expression).every((operand) => this.#stable(operand, other));
      default:
        return operands(expression).every((operand) => this.#stable(operand, other));
    }
  }
}

/** Whether a row or record is constant data in flash. */
function isConstant(reference: Expression): boolean {
  const type = typeOf(reference);
  return isReference(type) && type.memory === "flash";
}

/** Whether `x++` on this local variable occurs in the expression. */
function steps(expression: Expression, variable: Variable): boolean {
  if (expression.kind === "update" && expression.target.kind === "variable") {
    if (expression.target.variable === variable) return true;
  }
  return operands(expression).some((operand) => steps(operand, variable));
}
