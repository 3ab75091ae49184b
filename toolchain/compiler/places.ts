/** Which expressions name a place that the range analysis follows, and which are sums of such places. */
import { EITHER, EVERYTHING, type Interval, within } from "./interval.ts";
import { lengthOfArray } from "./lengths.ts";
import { combine, constantForm, type Linear, type Place, placeForm, scaleForm } from "./linear.ts";
import type { State } from "./state.ts";
import { fieldInTable } from "./table-values.ts";
import { type Expression, type Field, RANGES, type Type, type UpdateNode, type Variable } from "./tree.ts";

export class Places {
  readonly #known = new Map<string, Place>();
  readonly #numbers = new Map<Variable | Field, number>();
  readonly #steps = new Map<UpdateNode, Expression>();

  /** The place that a scalar variable, or a field of a named record, is; undefined for all else. */
  of(expression: Expression): Place | undefined {
    if (expression.kind === "variable") {
      return isScalar(expression.variable.type) ? this.ofVariable(expression.variable) : undefined;
    }
    if (expression.kind !== "field" || !isScalar(expression.field.type)) return undefined;
    const fields: Field[] = [];
    let base: Expression = expression;
    while (base.kind === "field") {
      fields.unshift(base.field);
      base = base.base;
    }
    return base.kind === "variable" ? this.#place(base.variable, fields) : undefined;
  }

  ofVariable(variable: Variable): Place {
    return this.#place(variable, []);
  }

  /** The expression as a sum of places, where it is exactly that in `state`. */
  form(expression: Expression, state: State): Linear | undefined {
    switch (expression.kind) {
      case "number":
        return constantForm(expression.value);
      case "variable":
      case "field": {
        const place = this.of(expression);
        return place && placeForm(place);
      }
      case "unary": {
        const operand = expression.operator === "-" ? this.form(expression.operand, state) : undefined;
        return operand && scaleForm(operand, -1);
      }
      case "binary": {
        const left = this.form(expression.left, state);
        const right = left && this.form(expression.right, state);
        if (left === undefined || right === undefined) return undefined;
        switch (expression.operator) {
          case "+":
            return combine(left, right, 1);
          case "-":
            return combine(left, right, -1);
          case "*":
            if (right.terms.size === 0) return scaleForm(left, right.constant);
            return left.terms.size === 0 ? scaleForm(right, left.constant) : undefined;
          default:
            return undefined;
        }
      }
      case "cast": {
        const operand = this.form(expression.operand, state);
        return operand && within(state.bound(operand, 1), RANGES[expression.to]) ? operand : undefined;
      }
      case "length": {
        const { exact, min, parameter } = lengthOfArray(expression.array);
        if (!exact) return undefined;
        return parameter ? placeForm(this.ofVariable(parameter.length!)) : constantForm(min);
      }
      default:
        return undefined;
    }
  }

  /** What `x++` stores: `x + 1`, the same object each time. */
  step(update: UpdateNode): Expression {
    const known = this.#steps.get(update);
    if (known) return known;
    const one: Expression = { kind: "number", node: update.node, value: update.step };
    const made: Expression = {
      kind: "binary",
      node: update.node,
      operator: "+",
      left: update.target,
      right: one,
    };
    this.#steps.set(update, made);
    return made;
  }

  #place(variable: Variable, fields: readonly Field[]): Place {
    const key = [variable, ...fields].map((part) => this.#number(part)).join(".");
    const known = this.#known.get(key);
    if (known) return known;
    const declared = declaredRange(variable, fields);
    const place: Place = { key, variable, fields, declared };
    this.#known.set(key, place);
    return place;
  }

  #number(part: Variable | Field): number {
    const known = this.#numbers.get(part) ?? this.#numbers.size;
    this.#numbers.set(part, known);
    return known;
  }
}

function isScalar(type: Type | undefined): boolean {
  return type === undefined || type.kind === "int" || type.kind === "boolean";
}

/** Every value that the place may hold: of a constant record only those in its table. */
function declaredRange(variable: Variable, fields: readonly Field[]): Interval {
  const listed = variable.alias && fields.length === 1 && fieldInTable(variable.alias, fields[0]);
  return listed || rangeOfType((fields.at(-1) ?? variable).type);
}

function rangeOfType(type: Type | undefined): Interval {
  if (type?.kind === "int") return { min: type.min, max: type.max };
  return type?.kind === "boolean" ? EITHER : EVERYTHING;
}
