/** The range of an expression, and its effects on what is known. */
import type ts from "typescript";
import { checkDispatchIndex } from "./bounds.ts";
import type { Calls } from "./calls.ts";
import * as interval from "./interval.ts";
import { EVERYTHING, exactly, FALSE, type Interval, TRUE, U32 } from "./interval.ts";
import type { Linear } from "./linear.ts";
import type { Messages } from "./messages.ts";
import type { Places } from "./places.ts";
import type { Ranges } from "./range.ts";
import { binary, count, quotient, unary } from "./range-arithmetic.ts";
import { copy, equal, fill, load, storeWord, view } from "./range-bytes.ts";
import { call } from "./range-calls.ts";
import { branch, conditional, truth, truthOf } from "./range-conditions.ts";
import { element, length, rangeOfType, read } from "./range-reads.ts";
import { store, update } from "./range-stores.ts";
import type { Branches } from "./refine.ts";
import type { State } from "./state.ts";
import { type CellType, type Expression, functionsOf, intType, RANGES, typeOf, valueOfCell } from "./tree.ts";

/** The state of analysing one function. Each kind of expression has its rule in a file of its own. */
export class Evaluator {
  /** Undefined: this point is not reached. */
  state: State | undefined;
  /** The last pass over this part of the program: ranges are recorded, messages given. */
  reporting = false;
  /** A choice inside an operation is being looked at, branch by branch. */
  choosing = false;
  /** So many kept tests, each named by the one before, are being looked into. */
  recalled = 0;
  readonly calls: Calls;
  readonly ranges: Ranges;
  readonly places: Places;
  readonly #found: Messages;

  constructor(calls: Calls, ranges: Ranges, places: Places, found: Messages) {
    this.calls = calls;
    this.ranges = ranges;
    this.places = places;
    this.#found = found;
  }

  report(message: ts.Diagnostic): void {
    if (this.reporting) this.#found.add(message);
  }

  /**
   * The expression as a sum of places; undefined where it is none, or where a place may have changed since: by the
   * expression itself, or by what was evaluated later.
   */
  form(expression: Expression, later: readonly Expression[] = []): Linear | undefined {
    const changed = [expression, ...later].some((part) => this.disturbs(part));
    return this.state && !changed ? this.places.form(expression, this.state) : undefined;
  }

  /** Whether evaluating the expression may change a place. */
  disturbs(expression: Expression): boolean {
    return this.calls.disturbs(expression);
  }

  /** The range of an integer; of a boolean 0..1; of a reference nothing but its effects. */
  value(expression: Expression): Interval {
    if (this.state === undefined) return EVERYTHING;
    const range = rangeOf(this, expression);
    if (this.reporting) this.ranges.note(expression, range);
    return range;
  }

  /** Evaluates a condition: the state where it is true, and the one where it is false. */
  branch(condition: Expression): Branches {
    const branches = branch(this, condition);
    if (this.reporting) this.ranges.note(condition, truth(branches));
    return branches;
  }
}

function rangeOf(evaluator: Evaluator, expression: Expression): Interval {
  switch (expression.kind) {
    case "number":
      return exactly(expression.value);
    case "boolean":
      return expression.value ? TRUE : FALSE;
    case "variable":
      return read(evaluator, expression);
    case "field":
      evaluator.value(expression.base);
      return read(evaluator, expression);
    case "element":
      return element(evaluator, expression);
    case "length":
      return length(evaluator, expression);
    case "read":
      return rangeOfType(typeOf(expression));
    case "write":
      store(evaluator, expression.value, valueOfCell(expression.cell.type as CellType));
      return EVERYTHING;
    case "update":
      return update(evaluator, expression);
    case "unary":
      return unary(evaluator, expression);
    case "binary":
      return binary(evaluator, expression);
    case "divide":
      return quotient(evaluator, expression);
    case "mul32":
      store(evaluator, expression.left, intType("u32"));
      store(evaluator, expression.right, intType("u32"));
      return U32;
    case "rotate":
      store(evaluator, expression.value, intType(`u${expression.bits}`));
      count(evaluator, expression.count, expression.bits - 1);
      return RANGES[`u${expression.bits}`];
    case "cast":
      return interval.wrap(evaluator.value(expression.operand), expression.to);
    case "compare":
    case "not":
    case "logical":
      return truthOf(evaluator, expression);
    case "conditional":
      return conditional(evaluator, expression);
    case "assert":
      evaluator.state = evaluator.branch(expression.condition).whenTrue;
      return EVERYTHING;
    case "call":
      return call(evaluator, expression);
    case "dispatch":
      evaluator.value(expression.index);
      checkDispatchIndex(evaluator, expression.index, functionsOf(expression).functions.length);
      return call(evaluator, expression);
    case "view":
      return view(evaluator, expression);
    case "load":
      return load(evaluator, expression);
    case "store":
      return storeWord(evaluator, expression);
    case "copy":
      return copy(evaluator, expression);
    case "fill":
      return fill(evaluator, expression);
    case "equal":
      return equal(evaluator, expression);
  }
}
