/**
 * Definite assignment: local arrays and records of which every part is written before it is read need no first
 * value.
 *
 * What is written only grows on the way through a function, so that after a loop or switch at least that holds
 * which held before it. A loop that counts adds what each round writes. A call adds what its callee writes of an
 * argument before it reads any of it.
 */
import { type Cells, cellsAt, cellsOf, type IndexOf, part, Written } from "./cells.ts";
import type { Ranges } from "./range.ts";
import {
  type CallNode,
  type DeclareStatement,
  type Expression,
  type FunctionTree,
  isReference,
  type LoopStatement,
  type Statement,
  typeOf,
  type Variable,
} from "./tree.ts";
import { innerStatements, operands, ownExpressions, walk } from "./walk.ts";

/** Storage with more parts than this keeps its first value. */
const MOST_CELLS = 1024;

export class Assigned {
  readonly #ranges: Ranges;
  readonly #parameters = new Map<Variable, Written | undefined>();

  constructor(ranges: Ranges) {
    this.#ranges = ranges;
  }

  /** The declarations of a function whose storage needs no first value. */
  blanks(tree: FunctionTree): ReadonlySet<DeclareStatement> {
    const found = new Set<DeclareStatement>();
    const list = (statements: readonly Statement[]) => {
      statements.forEach((statement, i) => {
        if (
          statement.kind === "declare" &&
          statement.owns &&
          this.#isBlank(statement, statements.slice(i + 1))
        )
          found.add(statement);
        // What the head of a loop declares is not followed from round to round.
        const inner = statement.kind === "loop" ? [statement.body] : innerStatements(statement);
        if (statement.kind === "block") list(inner);
        else for (const one of inner) list(one.kind === "block" ? one.statements : [one]);
      });
    };
    list(tree.body);
    return found;
  }

  #isBlank({ variable }: DeclareStatement, rest: readonly Statement[]): boolean {
    if (cellsOf(variable.type!) > MOST_CELLS) return false;
    return new Path(variable, this.#ranges, this).run(rest) !== undefined;
  }

  /**
   * What a function has written of the storage behind a parameter when it returns; undefined where it may read
   * before it writes.
   */
  parameter(parameter: Variable, tree: FunctionTree): Written | undefined {
    if (this.#parameters.has(parameter)) return this.#parameters.get(parameter);
    const known = tree.external === undefined && cellsOf(parameter.type!) <= MOST_CELLS;
    const written = known ? new Path(parameter, this.#ranges, this).run(tree.body) : undefined;
    this.#parameters.set(parameter, written);
    return written;
  }
}

/** The way through the statements behind a declaration, or of a function for a parameter. */
class Path {
  readonly #owner: Variable;
  readonly #ranges: Ranges;
  readonly #assigned: Assigned;
  /** Undefined: this point is not reached. */
  #written: Written | undefined;
  #isRead = false;
  readonly #returns: Written[] = [];
  readonly #counters = new Set<Variable>();

  constructor(owner: Variable, ranges: Ranges, assigned: Assigned) {
    this.#owner = owner;
    this.#ranges = ranges;
    this.#assigned = assigned;
    this.#written = new Written(cellsOf(owner.type!));
  }

  /** What is written at the end; undefined where something is read before. */
  run(statements: readonly Statement[]): Written | undefined {
    this.#statements(statements);
    if (this.#isRead) return undefined;
    const ends = this.#written ? [...this.#returns, this.#written] : this.#returns;
    return ends.length > 0 ? ends.reduce((a, b) => a.join(b)) : new Written(cellsOf(this.#owner.type!));
  }

  #statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    if (this.#written === undefined || !this.#ranges.reached(statement)) return;
    switch (statement.kind) {
      case "declare":
      case "expression":
        for (const expression of ownExpressions(statement)) this.#expression(expression);
        return;
      case "assign":
        this.#assign(statement.target, statement.value, statement.operator !== undefined);
        return;
      case "block":
        this.#statements(statement.statements);
        return;
      case "critical":
        this.#statement(statement.body);
        return;
      case "if": {
        this.#expression(statement.condition);
        const before = this.#written;
        const branch = (taken: Statement | undefined): Written | undefined => {
          this.#written = this.#mayTake(taken, statement.condition, taken === statement.whenTrue)
            ? before
            : undefined;
          if (taken) this.#statement(taken);
          return this.#written;
        };
        const [a, b] = [branch(statement.whenTrue), branch(statement.whenFalse)];
        this.#written = a && b ? a.join(b) : (a ?? b);
        return;
      }
      case "loop":
        this.#loop(statement);
        return;
      case "return":
        if (statement.value) this.#expression(statement.value);
        this.#returns.push(this.#written);
        this.#written = undefined;
        return;
      case "break":
      case "continue":
        this.#written = undefined;
        return;
      default:
        this.#anyOrder(statement);
    }
  }

  #mayTake(taken: Statement | undefined, condition: Expression, whenTrue: boolean): boolean {
    if (taken) return this.#ranges.reached(taken);
    const { min, max } = this.#ranges.of(condition);
    return whenTrue ? max > 0 : min < 1;
  }

  /** A statement whose parts run in an order, and as often, as is not known here. */
  #anyOrder(statement: Statement): void {
    for (const expression of ownExpressions(statement)) this.#expression(expression);
    const before = this.#written;
    for (const inner of innerStatements(statement)) {
      this.#written = before;
      this.#statement(inner);
    }
    this.#written = before;
  }

  #loop(statement: LoopStatement): void {
    this.#statements(statement.initial);
    const count = this.#counting(statement);
    if (statement.condition && statement.form !== "do") this.#expression(statement.condition);
    const before = this.#written;
    if (count) this.#counters.add(count.counter);
    this.#statement(statement.body);
    if (leavesEarly(statement.body)) this.#written = before;
    const once = this.#written;
    this.#written ??= before;
    if (statement.condition && statement.form === "do") this.#expression(statement.condition);
    this.#statements(statement.step);
    if (count) this.#counters.delete(count.counter);
    const runs = count !== undefined && count.first < count.end;
    if (runs && once) this.#written = once.counted(count.counter, count.first, count.step, count.end);
    else if (statement.form !== "do") this.#written = before;
  }

  /** The counter of a loop that runs from a constant in equal steps, at least to `end`, and is left only there. */
  #counting(statement: LoopStatement) {
    const [initial] = statement.initial;
    const [step] = statement.step;
    const { condition } = statement;
    if (statement.form !== "for" || statement.initial.length !== 1 || statement.step.length !== 1)
      return undefined;
    if (initial.kind !== "declare" || initial.value === undefined) return undefined;
    if (condition?.kind !== "compare" || condition.operator !== "<") return undefined;
    const { variable: counter } = initial;
    const isCounter = (expression: Expression) =>
      expression.kind === "variable" && expression.variable === counter;
    const first = this.#ranges.of(initial.value);
    const by = stepOf(step, counter);
    if (!isCounter(condition.left) || by === undefined || first.min !== first.max) return undefined;
    const test: Statement = { kind: "expression", node: condition.node, expression: condition };
    if (leavesEarly(statement.body) || sets([test, statement.body], counter)) return undefined;
    if (!this.#ranges.evaluated(condition.right)) return undefined;
    return { counter, first: first.min, step: by, end: this.#ranges.of(condition.right).min };
  }

  // ---- expressions, in the order in which they are evaluated

  #expression(expression: Expression): void {
    switch (expression.kind) {
      case "variable":
      case "field":
      case "element":
      case "view": {
        const cells = this.#at(expression);
        this.#indices(expression);
        if (cells) this.#read(cells);
        return;
      }
      case "length":
        this.#indices(expression.array);
        return;
      case "logical": {
        this.#expression(expression.left);
        const before = this.#written;
        this.#expression(expression.right);
        this.#written = before;
        return;
      }
      case "conditional": {
        this.#expression(expression.condition);
        const before = this.#written;
        this.#expression(expression.whenTrue);
        this.#written = before;
        this.#expression(expression.whenFalse);
        this.#written = before;
        return;
      }
      case "call":
        this.#call(expression);
        return;
      case "update":
        this.#assign(expression.target, undefined, true);
        return;
      case "load":
        this.#operands(expression, [expression.array]);
        this.#readPart(expression.array, expression.offset, expression.bits / 8);
        return;
      case "store":
        this.#operands(expression, [expression.array]);
        this.#writePart(expression.array, expression.offset, expression.bits / 8);
        return;
      case "copy": {
        const { target, targetOffset, source, sourceOffset, count } = expression;
        this.#operands(expression, [target, source]);
        this.#readPart(source, sourceOffset, this.#exact(count));
        this.#writePart(target, targetOffset, this.#exact(count));
        return;
      }
      case "fill":
        this.#operands(expression, [expression.target]);
        this.#writePart(expression.target, expression.offset, this.#exact(expression.count));
        return;
      case "equal": {
        const { left, leftOffset, right, rightOffset, count } = expression;
        this.#operands(expression, [left, right]);
        this.#readPart(left, leftOffset, this.#exact(count));
        this.#readPart(right, rightOffset, this.#exact(count));
        return;
      }
      default:
        this.#operands(expression, []);
    }
  }

  /** The operands, of some of which it is seen elsewhere what happens to what they refer to. */
  #operands(expression: Expression, references: readonly Expression[]): void {
    for (const operand of operands(expression)) {
      if (references.includes(operand) && this.#at(operand)) this.#indices(operand);
      else this.#expression(operand);
    }
  }

  /** What is evaluated to find a place. */
  #indices(place: Expression): void {
    if (place.kind === "variable") return;
    const [base, ...rest] = operands(place);
    if (this.#at(base)) this.#indices(base);
    else this.#expression(base);
    for (const index of rest) this.#expression(index);
  }

  #assign(target: Expression, value: Expression | undefined, reads: boolean): void {
    const cells = target.kind === "variable" ? undefined : this.#at(target);
    if (cells) this.#indices(target);
    else for (const operand of operands(target)) this.#expression(operand);
    if (cells && reads) this.#read(cells);
    if (value) this.#expression(value);
    if (cells) this.#write(cells);
    else if (target.kind === "variable") this.#written = this.#written?.forget(target.variable);
  }

  #call({ callee, arguments: values }: CallNode): void {
    const own = values.filter((value) => isReference(typeOf(value)) && this.#at(value));
    for (const value of values) {
      if (own.includes(value)) this.#indices(value);
      else this.#expression(value);
    }
    for (const value of own) {
      const cells = this.#at(value)!;
      const parameter = callee.parameters[values.indexOf(value)];
      // Two arguments of the same storage: the callee reads by one what it has not written by the other.
      const written = own.length === 1 ? this.#assigned.parameter(parameter, callee) : undefined;
      if (written === undefined) this.#read(cells);
      else this.#written = cells.some ? this.#written : this.#written?.withEach(cells, written);
    }
  }

  #readPart(array: Expression, offset: Expression, count: number | undefined): void {
    const row = this.#at(array);
    if (row)
      this.#read(count === undefined ? { ...row, some: true } : part(row, offset, count, 1, this.#indexOf));
  }

  #writePart(array: Expression, offset: Expression, count: number | undefined): void {
    const row = this.#at(array);
    if (row && count !== undefined) this.#write(part(row, offset, count, 1, this.#indexOf));
  }

  #read(cells: Cells): void {
    if (this.#written && !this.#written.has(cells)) this.#isRead = true;
  }

  #write(cells: Cells): void {
    this.#written = this.#written?.with(cells);
  }

  #at(expression: Expression): Cells | undefined {
    return cellsAt(expression, this.#owner, this.#indexOf);
  }

  /** The one value of a constant expression. */
  #exact(expression: Expression): number | undefined {
    if (!this.#ranges.evaluated(expression)) return undefined;
    const { min, max } = this.#ranges.of(expression);
    return min === max ? min : undefined;
  }

  readonly #indexOf: IndexOf = (index) => {
    const value = this.#exact(index);
    if (value !== undefined) return { value };
    if (index.kind === "variable" && this.#counters.has(index.variable))
      return { counter: index.variable, value: 0 };
    if (index.kind !== "binary" || (index.operator !== "+" && index.operator !== "-")) return undefined;
    const { left, right, operator } = index;
    const by = this.#exact(right);
    if (by === undefined || left.kind !== "variable" || !this.#counters.has(left.variable)) return undefined;
    return { counter: left.variable, value: operator === "+" ? by : -by };
  };
}

/** How far a step takes the counter; undefined where it is not a constant way up. */
function stepOf(step: Statement, counter: Variable): number | undefined {
  const isCounter = (target: Expression) => target.kind === "variable" && target.variable === counter;
  if (step.kind === "expression" && step.expression.kind === "update") {
    return isCounter(step.expression.target) && step.expression.step === 1 ? 1 : undefined;
  }
  if (step.kind !== "assign" || !isCounter(step.target) || step.operator !== "+") return undefined;
  return step.value.kind === "number" && step.value.value > 0 ? step.value.value : undefined;
}

/** Whether a round of a loop may end before its body does, but for a return. */
function leavesEarly(body: Statement): boolean {
  const jumps = body.kind === "break" || body.kind === "continue";
  return jumps || innerStatements(body).some(leavesEarly);
}

/** Whether one of the statements sets the counter. */
function sets(statements: readonly Statement[], counter: Variable): boolean {
  let found = false;
  const isCounter = (target: Expression) => target.kind === "variable" && target.variable === counter;
  walk(
    statements,
    (statement) => {
      if (statement.kind === "assign" && isCounter(statement.target)) found = true;
    },
    (expression) => {
      if (expression.kind === "update" && isCounter(expression.target)) found = true;
    },
  );
  return found;
}
