/** The range of an expression, its effects on what is known, and what a condition proves. */
import ts from "typescript";
import { checkAccess, checkDispatchIndex, checkIndex, checkLength } from "./bounds.ts";
import type { Calls } from "./calls.ts";
import { fixable } from "./fixes.ts";
import * as interval from "./interval.ts";
import {
  EITHER,
  EVERYTHING,
  exactly,
  FALSE,
  hull,
  I32,
  type Interval,
  meet,
  TRUE,
  U32,
  within,
} from "./interval.ts";
import { lengthOfArray } from "./lengths.ts";
import { combine, constantForm, type Linear, type Place, placeForm } from "./linear.ts";
import { type Messages, messages } from "./messages.ts";
import { misfit } from "./misfit.ts";
import type { Places } from "./places.ts";
import type { Ranges } from "./range.ts";
import { type Branches, branchOnComparison } from "./refine.ts";
import { declaredAs, relating } from "./related.ts";
import type { State } from "./state.ts";
import { fieldInTable } from "./table-values.ts";
import {
  type BinaryNode,
  type CallNode,
  type CellType,
  type CompareNode,
  calleesOf,
  type DispatchNode,
  type Expression,
  type Field,
  functionsOf,
  intType,
  isRow,
  RANGES,
  type Type,
  typeOf,
  type UpdateNode,
  type Variable,
  valueOfCell,
} from "./tree.ts";
import { operands } from "./walk.ts";
import { guard } from "./ways-out.ts";

/** Where JavaScript's numbers are exact. */
const SAFE: Interval = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

export class Evaluator {
  /** Undefined: this point is not reached. */
  state: State | undefined;
  /** The last pass over this part of the program: ranges are recorded, messages given. */
  reporting = false;
  readonly places: Places;
  readonly #calls: Calls;
  readonly #ranges: Ranges;
  readonly #found: Messages;

  constructor(calls: Calls, ranges: Ranges, places: Places, found: Messages) {
    this.#calls = calls;
    this.#ranges = ranges;
    this.places = places;
    this.#found = found;
  }

  report(message: ts.Diagnostic): void {
    if (this.reporting) this.#found.add(message);
  }

  /** The recorded range of an expression; only while reporting. */
  rangeOf(expression: Expression): Interval {
    return this.#ranges.of(expression);
  }

  /**
   * The expression as a sum of places; undefined where it is none, or where a place may have changed since: by the
   * expression itself, or by what was evaluated later.
   */
  form(expression: Expression, later: readonly Expression[] = []): Linear | undefined {
    const changed = [expression, ...later].some((part) => this.#disturbs(part));
    return this.state && !changed ? this.places.form(expression, this.state) : undefined;
  }

  // ---- stores

  /**
   * The range of `value` as it is stored: in a place of type `type`, or in the local variable whose
   * range follows from what is stored. What may not fit is a message that shows the declaration of the place.
   */
  store(
    value: Expression,
    type: Type | undefined,
    inferred?: Variable,
    declaration: ts.Node | undefined = inferred?.node,
  ): Interval {
    const range = this.value(value);
    if (type === undefined) return this.#storeInferred(value, range, inferred!);
    if (type.kind !== "int" || within(range, type)) return range;
    const form = this.form(value);
    const proven = form && this.state ? meet(range, this.state.bound(form)) : range;
    if (proven && within(proven, type)) return proven;
    if (this.reporting) {
      const left = proven ?? range;
      const wayOut = type.name in RANGES ? undefined : guard(this, value, left, type);
      this.report(relating(misfit(value.node, left, type, wayOut), declaredAs(declaration, type.name)));
    }
    return meet(range, type) ?? { min: type.min, max: type.max };
  }

  /** As `store`, into a variable, field or element. */
  storeInto(value: Expression, target: Expression): Interval {
    if (target.kind === "variable") return this.store(value, target.variable.type, target.variable);
    return this.store(
      value,
      typeOf(target),
      undefined,
      target.kind === "field" ? target.field.node : undefined,
    );
  }

  /** After the store: what is known of the target, and of nothing that it may be another name for. */
  assign(target: Expression, value: Expression, stored: Interval): void {
    if (this.state === undefined) return;
    const form = typeOf(target).kind === "int" ? this.form(value) : undefined;
    const place = this.#placeAfter(target, value);
    const mayBeTarget = (other: Place) =>
      target.kind === "field" && other !== place && other.fields.at(-1) === target.field;
    for (const other of this.state.places()) if (mayBeTarget(other)) this.state.forget(other);
    // What was read from another name of the target is no longer there.
    const outlived = form && [...form.terms.keys()].some(mayBeTarget);
    if (place) this.state.assign(place, stored, outlived ? undefined : form);
  }

  /** The place that a target is once the value is known; undefined where the value may have chosen another element. */
  #placeAfter(target: Expression, value: Expression): Place | undefined {
    const place = this.places.of(target);
    return place && place.indices.length > 0 && this.#disturbs(value) ? undefined : place;
  }

  /** A name for another record, or for a new one: what an earlier round of a loop proved of its fields is void. */
  refer(variable: Variable): void {
    for (const place of this.state?.places() ?? [])
      if (place.variable === variable) this.state!.forget(place);
  }

  /** The parts of a target that are evaluated before the value is. */
  target(target: Expression): void {
    if (target.kind === "element") this.#element(target);
    if (target.kind === "field") this.value(target.base);
  }

  #storeInferred(value: Expression, range: Interval, variable: Variable): Interval {
    if (within(range, I32) || within(range, U32)) {
      const all = this.reporting ? this.#ranges.noteLocal(variable, range) : range;
      if (!within(all, I32) && !within(all, U32)) {
        const wayOut = `it is what '${variable.name}' holds with this; take a second variable, or cast both alike`;
        this.report(messages.beyond32Bits(value.node, all, wayOut));
      }
      return range;
    }
    // A count that nothing stops is known by its value: it grew to the end of 32 bits, and one step on.
    const grown = range.max === U32.max + 1 || range.max === Number.POSITIVE_INFINITY;
    const name = ts.getNameOfDeclaration(variable.node as ts.Declaration) ?? variable.node;
    this.report(
      relating(grown ? messages.unbounded(value.node, variable.name) : beyond32Bits(value.node, range), {
        node: name,
        text: `'${variable.name}' has no written type`,
      }),
    );
    return meet(range, range.min < 0 ? I32 : U32) ?? U32;
  }

  // ---- values

  /** The range of an integer; of a boolean 0..1; of a reference nothing but its effects. */
  value(expression: Expression): Interval {
    if (this.state === undefined) return EVERYTHING;
    const range = this.#value(expression);
    if (this.reporting) this.#ranges.note(expression, range);
    return range;
  }

  #value(expression: Expression): Interval {
    switch (expression.kind) {
      case "number":
        return exactly(expression.value);
      case "boolean":
        return expression.value ? TRUE : FALSE;
      case "variable":
        return this.#read(expression);
      case "field":
        this.value(expression.base);
        return this.#read(expression);
      case "element":
        return this.#element(expression);
      case "unary": {
        const operand = this.value(expression.operand);
        if (expression.operator === "~") return interval.not(operand);
        return this.#exact(expression, interval.scale(operand, -1));
      }
      case "binary":
        return this.#binary(expression);
      case "divide": {
        const left = this.#nonNegative(expression.left, "/");
        return interval.divide(left, this.#divisor(expression.right, "/"));
      }
      case "mul32":
        this.store(expression.left, intType("u32"));
        this.store(expression.right, intType("u32"));
        return U32;
      case "rotate":
        this.store(expression.value, intType(`u${expression.bits}`));
        this.#count(expression.count, expression.bits - 1);
        return RANGES[`u${expression.bits}`];
      case "compare":
      case "not":
      case "logical": {
        const { whenTrue, whenFalse } = this.branch(expression);
        this.state = joined(whenTrue, whenFalse);
        return truth(whenTrue, whenFalse);
      }
      case "conditional": {
        const { whenTrue, whenFalse } = this.branch(expression.condition);
        const [a, afterTrue] = this.#from(whenTrue, expression.whenTrue);
        const [b, afterFalse] = this.#from(whenFalse, expression.whenFalse);
        this.state = joined(afterTrue, afterFalse);
        return a && b ? hull(a, b) : (a ?? b ?? EVERYTHING);
      }
      case "cast":
        return interval.wrap(this.value(expression.operand), expression.to);
      case "call":
        return this.#call(expression);
      case "dispatch":
        this.value(expression.index);
        checkDispatchIndex(this, expression.index, functionsOf(expression).functions.length);
        return this.#call(expression);
      case "read":
        return rangeOfType(typeOf(expression));
      case "write":
        this.store(expression.value, valueOfCell(expression.cell.type as CellType));
        return EVERYTHING;
      case "update":
        return this.#update(expression);
      case "length":
        this.value(expression.array);
        // The length is a constant or a parameter's: what finding the array does besides would be lost.
        if (acts(expression.array)) this.report(messages.lengthUnknown(expression.node));
        return this.#length(expression.array, expression.node);
      case "view":
        this.value(expression.array);
        this.value(expression.offset);
        checkAccess(this, expression.node, expression.array, expression.offset, expression.count);
        return EVERYTHING;
      case "load":
        this.value(expression.array);
        this.value(expression.offset);
        checkAccess(this, expression.node, expression.array, expression.offset, expression.bits / 8);
        return expression.bits === 16 ? RANGES.u16 : RANGES.u32;
      case "store": {
        const { node, array, offset, bits, value } = expression;
        this.value(array);
        this.value(offset);
        checkAccess(this, node, array, offset, bits / 8);
        this.store(value, intType(bits === 16 ? "u16" : "u32"));
        return EVERYTHING;
      }
      case "copy": {
        const { target, targetOffset, source, sourceOffset, count } = expression;
        for (const operand of [target, targetOffset, source, sourceOffset, count]) this.value(operand);
        checkAccess(this, expression.node, target, targetOffset, count, [source, sourceOffset, count]);
        checkAccess(this, expression.node, source, sourceOffset, count, [count]);
        return EVERYTHING;
      }
      case "fill": {
        const { target, offset, count } = expression;
        for (const operand of [target, offset, count]) this.value(operand);
        checkAccess(this, expression.node, target, offset, count, [count]);
        this.store(expression.value, intType("u8"));
        return EVERYTHING;
      }
      case "equal": {
        const { left, leftOffset, right, rightOffset, count } = expression;
        for (const operand of [left, leftOffset, right, rightOffset, count]) this.value(operand);
        checkAccess(this, expression.node, left, leftOffset, count, [right, rightOffset, count]);
        checkAccess(this, expression.node, right, rightOffset, count, [count]);
        return EITHER;
      }
      case "assert":
        this.state = this.branch(expression.condition).whenTrue;
        return EVERYTHING;
    }
  }

  #read(expression: Expression): Interval {
    const place = this.places.of(expression);
    if (place) return this.state!.value(place);
    const listed = expression.kind === "field" && fieldInTable(expression.base, expression.field);
    return listed || rangeOfType(typeOf(expression));
  }

  #element(expression: Expression & { kind: "element" }): Interval {
    this.value(expression.array);
    const index = this.value(expression.index);
    checkIndex(this, expression);
    const { array } = expression;
    if (array.kind === "variable" && array.variable.initial?.kind === "table") {
      const { values } = array.variable.initial;
      const first = Math.max(index.min, 0);
      const possible = values.slice(first, Math.min(index.max, values.length - 1) + 1);
      if (possible.length > 0) return possible.map(exactly).reduce(hull);
    }
    const type = typeOf(array);
    return type.kind === "array" ? RANGES[type.element] : EVERYTHING;
  }

  #binary(expression: BinaryNode): Interval {
    const { operator } = expression;
    if (operator === "%") {
      const left = this.#nonNegative(expression.left, "%");
      return interval.remainder(left, this.#divisor(expression.right, "%"));
    }
    const left = this.value(expression.left);
    const right = this.value(expression.right);
    switch (operator) {
      case "+":
        return this.#exact(expression, interval.add(left, right));
      case "-":
        return this.#exact(expression, interval.subtract(left, right));
      case "*":
        return this.#exact(expression, interval.multiply(left, right));
      case "&":
        return interval.and(left, right);
      case "|":
        return interval.or(left, right);
      case "^":
        return interval.xor(left, right);
      case "<<":
        return interval.shiftLeft(left, this.#count(expression.right, 31, right));
      case ">>": {
        if (!within(left, I32))
          this.report(
            fixable(messages.signedShiftOfLarge(expression.left.node, left), expression.left.node, ["i32"]),
          );
        return interval.shiftRight(meet(left, I32) ?? I32, this.#count(expression.right, 31, right));
      }
      case ">>>": {
        if (!within(left, U32))
          this.report(
            fixable(messages.unsignedShiftOfNegative(expression.left.node, left), expression.left.node, [
              "u32",
            ]),
          );
        return interval.shiftRight(meet(left, U32) ?? U32, this.#count(expression.right, 31, right));
      }
    }
  }

  /** The result of an exact operation, narrowed by facts about sums; a message where JavaScript loses digits. */
  #exact(expression: Expression, range: Interval): Interval {
    const form = this.form(expression);
    const narrowed = (form && form.terms.size > 1 && meet(range, this.state!.bound(form, 2))) || range;
    if (within(narrowed, SAFE)) return narrowed;
    if (Number.isFinite(narrowed.min) && Number.isFinite(narrowed.max)) {
      this.report(messages.tooLarge(expression.node, narrowed));
      return meet(narrowed, SAFE) ?? SAFE;
    }
    return narrowed;
  }

  /** The range of the count of a shift or rotation: 0..`max`, or a message. */
  #count(operand: Expression, max: number, range = this.value(operand)): Interval {
    const allowed = { min: 0, max };
    if (within(range, allowed)) return range;
    this.report(messages.shiftCount(operand.node, range, max, guard(this, operand, range, allowed)));
    return meet(range, allowed) ?? allowed;
  }

  #nonNegative(operand: Expression, operator: string): Interval {
    const range = this.value(operand);
    if (range.min < 0) this.#negative(operand, operator, range);
    else if (range.max > U32.max) this.report(beyond32Bits(operand.node, range));
    return meet(range, U32) ?? U32;
  }

  #negative(operand: Expression, operator: string, range: Interval): void {
    const wayOut = guard(this, operand, range, { min: 0, max: Number.POSITIVE_INFINITY });
    this.report(messages.negativeDivision(operand.node, operator, range, wayOut));
  }

  #divisor(operand: Expression, operator: string): Interval {
    const range = this.value(operand);
    const allowed = { min: 1, max: U32.max };
    if (range.min < 0) this.#negative(operand, operator, range);
    else if (range.min === 0) {
      this.report(messages.divisorZero(operand.node, range, guard(this, operand, range, allowed)));
    } else if (range.max > U32.max) this.report(beyond32Bits(operand.node, range));
    return meet(range, allowed) ?? allowed;
  }

  #call(expression: CallNode | DispatchNode): Interval {
    const [callee] = calleesOf(expression);
    callee.parameters.forEach((parameter, i) => {
      const value = expression.arguments[i];
      const type = expression.kind === "dispatch" ? functionsOf(expression).parameters[i] : parameter.type;
      this.store(value, type, undefined, parameter.node);
      if (type && isRow(type)) checkLength(this, value, type, parameter.node);
      if (this.#calls.asksLength(parameter)) this.#length(value, value.node);
    });
    this.#forget(this.#calls.effectsOf(expression).writes);
    return rangeOfType(typeOf(expression));
  }

  /** Interrupts were on until here: what a handler changes may have changed. */
  interrupt(): void {
    this.#forget(this.#calls.interruptWrites);
  }

  #forget(writes: ReadonlySet<Variable | Field>): void {
    for (const place of this.state?.places() ?? []) {
      if (writes.has(place.fields.at(-1) ?? place.variable)) this.state!.forget(place);
    }
  }

  #update(expression: UpdateNode): Interval {
    const after = this.places.step(expression);
    const stored = this.storeInto(after, expression.target);
    this.assign(expression.target, after, stored);
    return expression.prefix ? stored : interval.subtract(stored, exactly(expression.step));
  }

  #length(array: Expression, node: ts.Node): Interval {
    const { min, exact, parameter } = lengthOfArray(array);
    if (!exact) this.report(messages.lengthUnknown(node));
    return parameter ? this.state!.value(this.places.ofVariable(parameter.length!)) : exactly(min);
  }

  #from(
    state: State | undefined,
    expression: Expression,
  ): [range: Interval | undefined, after: State | undefined] {
    this.state = state;
    const range = state && this.value(expression);
    return [range, this.state];
  }

  // ---- conditions

  /** Evaluates a condition: the state where it is true, and the one where it is false. */
  branch(condition: Expression): Branches {
    const branches = this.#branch(condition);
    if (this.reporting) this.#ranges.note(condition, truth(branches.whenTrue, branches.whenFalse));
    return branches;
  }

  #branch(condition: Expression): Branches {
    switch (condition.kind) {
      case "not": {
        const { whenTrue, whenFalse } = this.branch(condition.operand);
        return { whenTrue: whenFalse, whenFalse: whenTrue };
      }
      case "logical": {
        const left = this.branch(condition.left);
        const and = condition.operator === "&&";
        this.state = and ? left.whenTrue : left.whenFalse;
        if (this.state === undefined) return left;
        const right = this.branch(condition.right);
        return and
          ? { whenTrue: right.whenTrue, whenFalse: joined(left.whenFalse, right.whenFalse) }
          : { whenTrue: joined(left.whenTrue, right.whenTrue), whenFalse: right.whenFalse };
      }
      case "compare":
        return this.#compare(condition);
      default: {
        const range = this.value(condition);
        const place = this.places.of(condition);
        return {
          whenTrue: range.max > 0 ? withValue(this.state, place, TRUE) : undefined,
          whenFalse: range.min < 1 ? withValue(this.state, place, FALSE) : undefined,
        };
      }
    }
  }

  #compare(condition: CompareNode): Branches {
    const left = this.value(condition.left);
    const right = this.value(condition.right);
    if (this.state === undefined) return { whenTrue: undefined, whenFalse: undefined };
    this.#checkComparable(condition, left, right);
    const forms = this.#comparedForms(condition);
    return branchOnComparison(
      this.state,
      condition.operator,
      { range: left, form: forms[0] },
      { range: right, form: forms[1] },
    );
  }

  /** Both sides as sums of what the places hold after the comparison; undefined where they are none. */
  #comparedForms({ left, right }: CompareNode): readonly [Linear | undefined, Linear | undefined] {
    if (left.kind === "update" && !this.#disturbs(right)) return [this.#steppedForm(left), this.form(right)];
    if (right.kind === "update" && left.kind === "number") return [this.form(left), this.#steppedForm(right)];
    if (this.#disturbs(left) || this.#disturbs(right)) return [undefined, undefined];
    return [this.form(left), this.form(right)];
  }

  /** The value of `x++` by what `x` holds after it. */
  #steppedForm({ target, prefix, step }: UpdateNode): Linear | undefined {
    const place = this.places.of(target);
    return place && combine(placeForm(place), constantForm(prefix ? 0 : -step), 1);
  }

  /** `state`, where `expression` with the range `range` compares to `label` as `operator` says. */
  assumeLabel(
    state: State,
    expression: Expression,
    range: Interval,
    operator: "===" | "!==",
    label: number,
  ): State | undefined {
    const form = this.#disturbs(expression) ? undefined : this.places.form(expression, state);
    return branchOnComparison(
      state,
      operator,
      { range, form },
      { range: exactly(label), form: constantForm(label) },
    ).whenTrue;
  }

  #checkComparable(condition: CompareNode, left: Interval, right: Interval): void {
    const all = hull(left, right);
    if (within(all, I32) || within(all, U32)) return;
    if (this.checkWord(condition.left, left) && this.checkWord(condition.right, right)) {
      this.report(messages.mixedComparison(condition.node, left, right));
    }
  }

  /** Whether a value has 32 bits at most, signed or not; a message where it may have more. */
  checkWord(expression: Expression, range: Interval): boolean {
    const fits = within(range, I32) || within(range, U32);
    if (!fits) this.report(beyond32Bits(expression.node, range));
    return fits;
  }

  /** Whether evaluating the expression may change a place. */
  #disturbs(expression: Expression): boolean {
    return this.#calls.disturbs(expression);
  }
}

function withValue(
  state: State | undefined,
  place: Parameters<State["assign"]>[0] | undefined,
  value: Interval,
) {
  const copy = state?.copy();
  if (copy && place) copy.assign(place, value, undefined);
  return copy;
}

function joined(a: State | undefined, b: State | undefined): State | undefined {
  return a && b ? a.join(b) : (a ?? b);
}

/** Every value of a scalar type; of other types nothing is known. */
function rangeOfType(type: Type): Interval {
  if (type.kind === "int") return { min: type.min, max: type.max };
  return type.kind === "boolean" ? EITHER : EVERYTHING;
}

/** Whether finding an array does more than that. */
function acts(array: Expression): boolean {
  const here = array.kind === "update" || array.kind === "read" || calleesOf(array).length > 0;
  return here || operands(array).some(acts);
}

function truth(whenTrue: State | undefined, whenFalse: State | undefined): Interval {
  return whenTrue && whenFalse ? EITHER : whenTrue ? TRUE : FALSE;
}

function beyond32Bits(node: ts.Node, range: Interval): ts.Diagnostic {
  return fixable(messages.beyond32Bits(node, range), node, range.min < 0 ? ["i32", "u32"] : ["u32", "i32"]);
}
