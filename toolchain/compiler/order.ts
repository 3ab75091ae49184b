/**
 * Left to right, as in JavaScript: C leaves the order of operands open, so what one operand changes and
 * another reads must not meet in one C expression.
 */
import type { Calls } from "./calls.ts";
import { type Expression, type Field, isReference, typeOf, type Variable } from "./tree.ts";
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

  /**
   * Whether a second evaluation is not as good as the first: a cell may hold another value then, and a call costs
   * its time again even where it changes nothing.
   */
  isOnce(expression: Expression): boolean {
    return calls(expression) || this.#touchesCells(expression);
  }

  /**
   * Which of several operands, evaluated in this order, must be kept in a variable before the next is evaluated.
   * After a call that changes something another call waits, even one that it does not disturb: gcc would make it
   * first, and hold its result on the stack meanwhile.
   */
  kept(parts: readonly Expression[]): boolean[] {
    return parts.map((part, i) =>
      parts
        .slice(i + 1)
        .some(
          (later) =>
            (this.changes(later) && !this.#stable(part, later)) ||
            (this.changes(part) && (calls(later) || !this.#stable(later, part))) ||
            (this.#touchesCells(part) && this.#touchesCells(later)),
        ),
    );
  }

  /** Whether a volatile cell is read: each access has its place in the order, though a read changes nothing. */
  #touchesCells(expression: Expression): boolean {
    if (expression.kind === "read") return true;
    const call = expression.kind === "call" || expression.kind === "dispatch";
    if (call && this.#calls.effectsOf(expression).cells) return true;
    return operands(expression).some((operand) => this.#touchesCells(operand));
  }

  /** Whether the value of `expression` is the same before and after `other`. */
  #stable(expression: Expression, other: Expression): boolean {
    const inner = () => operands(expression).every((operand) => this.#stable(operand, other));
    switch (expression.kind) {
      case "variable": {
        const { variable } = expression;
        if (isReference(typeOf(expression)) || (variable.scope === "module" && variable.constant))
          return true;
        return !this.#writes(other, variable);
      }
      case "field": {
        const same = isReference(typeOf(expression)) || isConstant(expression.base);
        return (same || !this.#writes(other, expression.field)) && inner();
      }
      case "element": {
        const same = isReference(typeOf(expression)) || isConstant(expression.array);
        return (same || !this.#writesElements(other)) && inner();
      }
      case "load":
      case "equal":
        return !this.#writesElements(other) && inner();
      case "update":
      case "read":
        return false;
      case "call":
      case "dispatch":
        return !this.changes(expression) && !this.#calls.effectsOf(expression).reads && inner();
      default:
        return inner();
    }
  }

  /** Whether evaluating the expression may change a variable, or a field of any record. */
  #writes(expression: Expression, place: Variable | Field): boolean {
    if (expression.kind === "update") {
      const { target } = expression;
      if (target.kind === "variable" && target.variable === place) return true;
      if (target.kind === "field" && target.field === place) return true;
    }
    const call = expression.kind === "call" || expression.kind === "dispatch";
    if (call && this.#calls.effectsOf(expression).writes.has(place)) return true;
    return operands(expression).some((operand) => this.#writes(operand, place));
  }

  /** Whether evaluating the expression may change an element of an array. */
  #writesElements(expression: Expression): boolean {
    if (expression.kind === "update" && expression.target.kind === "element") return true;
    const call = expression.kind === "call" || expression.kind === "dispatch";
    if (call && this.#calls.effectsOf(expression).writesMemory) return true;
    return operands(expression).some((operand) => this.#writesElements(operand));
  }
}

/** Whether a row or record is constant data in flash. */
function isConstant(reference: Expression): boolean {
  const type = typeOf(reference);
  return isReference(type) && type.memory === "flash";
}

/** Whether a function is called. */
function calls(expression: Expression): boolean {
  return expression.kind === "call" || expression.kind === "dispatch" || operands(expression).some(calls);
}
