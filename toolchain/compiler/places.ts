/** Which expressions name a place that the range analysis follows, and which are sums of such places. */
import { EITHER, EVERYTHING, type Interval, within } from "./interval.ts";
import { lengthOfArray } from "./lengths.ts";
import { combine, constantForm, type Linear, type Place, placeForm, scaleForm } from "./linear.ts";
import type { State } from "./state.ts";
import { fieldInTable } from "./table-values.ts";
import {
  type Expression,
  type Field,
  type NumberNode,
  RANGES,
  type Type,
  type UpdateNode,
  type Variable,
} from "./tree.ts";
import { operands } from "./walk.ts";

export class Places {
  readonly #known = new Map<string, Place>();
  readonly #numbers = new Map<Variable | Field, number>();
  readonly #steps = new Map<UpdateNode, Expression>();

  /**
   * The place that a scalar variable is, or a field reached from a variable by fields and by elements whose index is
   * a constant or a local variable; undefined for all else.
   */
  of(expression: Expression): Place | undefined {
    if (expression.kind === "variable") {
      return isScalar(expression.variable.type) ? this.ofVariable(expression.variable) : undefined;
    }
    if (expression.kind !== "field" || !isScalar(expression.field.type)) return undefined;
    const path: (Field | NumberNode | Place)[] = [];
    let base: Expression = expression;
    while (base.kind === "field" || base.kind === "element") {
      const step = base.kind === "field" ? base.field : this.#index(base.index);
      if (step === undefined) return undefined;
      path.unshift(step);
      base = base.kind === "field" ? base.base : base.array;
    }
    if (base.kind !== "variable") return undefined;
    return this.#place(base.variable, path, fieldInTable(expression.base, expression.field));
  }

  ofVariable(variable: Variable): Place {
    return this.#place(variable, [], undefined);
  }

  /** Calls may change a module-level variable unseen by what its value chooses, so that it chooses no place. */
  #index(index: Expression): NumberNode | Place | undefined {
    if (index.kind === "number") return index;
    if (index.kind !== "variable" || index.variable.scope === "module") return undefined;
    return this.ofVariable(index.variable);
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

  /** The places that a value is computed from; undefined where it depends on anything else, or changes something. */
  read(expression: Expression): Set<Place> | undefined {
    switch (expression.kind) {
      case "number":
      case "boolean":
        return new Set();
      case "variable":
      case "field": {
        const place = this.of(expression);
        return place && new Set([place, ...place.indices]);
      }
      case "not":
      case "unary":
      case "cast":
      case "compare":
      case "logical":
      case "binary": {
        const read = operands(expression).map((operand) => this.read(operand));
        return read.every((places) => places !== undefined)
          ? new Set(read.flatMap((places) => [...places]))
          : undefined;
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

  #place(
    variable: Variable,
    path: readonly (Field | NumberNode | Place)[],
    listed: Interval | undefined,
  ): Place {
    const steps = path.map((step) => {
      if ("key" in step) return `[${step.key}]`;
      return "value" in step ? `[${step.value}]` : `.${this.#number(step)}`;
    });
    // A number stands for a constant index, a number after v for a variable.
    const key = `v${this.#number(variable)}${steps.join("")}`;
    const known = this.#known.get(key);
    if (known) return known;
    const fields = path.filter((step): step is Field => !("key" in step || "value" in step));
    const indices = path.filter((step): step is Place => "key" in step);
    const declared = listed ?? declaredRange((fields.at(-1) ?? variable).type);
    const place: Place = { key, variable, fields, indices, chooses: new Set(), declared };
    for (const index of indices) index.chooses.add(place);
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

function declaredRange(type: Type | undefined): Interval {
  if (type?.kind === "int") return { min: type.min, max: type.max };
  return type?.kind === "boolean" ? EITHER : EVERYTHING;
}
