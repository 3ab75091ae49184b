/**
 * Prove or cast: the range of every value, at every point of every reached function.
 *
 * An abstract interpretation over the structured control flow: states (`state.ts`) are joined where
 * paths meet, loops run until their head no longer changes, and only then does one last pass record
 * ranges and report what cannot be proven. Declared types are contracts: parameters, results, fields
 * and module-level variables are taken at their declared range and checked at each store.
 */
import { checkLength } from "./bounds.ts";
import { locating } from "./breakdown.ts";
import type { Calls } from "./calls.ts";
import { hull, type Interval } from "./interval.ts";
import { lengthOfArray } from "./lengths.ts";
import { type Messages, messages } from "./messages.ts";
import { Places } from "./places.ts";
import { checkWord } from "./range-arithmetic.ts";
import { interrupt } from "./range-calls.ts";
import { assumeLabel } from "./range-conditions.ts";
import { Evaluator } from "./range-expressions.ts";
import { assign, evaluateTarget, refer, store, storeInto } from "./range-stores.ts";
import { declaredAs, relating } from "./related.ts";
import { State } from "./state.ts";
import {
  type AssignStatement,
  type DeclareStatement,
  type Expression,
  type FunctionTree,
  isRow,
  type LoopStatement,
  type Statement,
  type SwitchStatement,
  type Variable,
} from "./tree.ts";
import { describe } from "./types.ts";
import { walk } from "./walk.ts";

/** What the analysis found out. */
export class Ranges {
  readonly #values = new Map<Expression, Interval>();
  readonly #locals = new Map<Variable, Interval>();
  readonly #reached = new Set<Statement>();
  readonly #exhaustive = new Set<Statement>();

  /** The range of an expression where it stands; of a boolean, 0 for false and 1 for true. */
  of(expression: Expression): Interval {
    const range = this.#values.get(expression);
    if (range === undefined) throw new Error(`no range for '${expression.node.getText()}'`);
    return range;
  }

  /** Whether the expression is ever evaluated. */
  evaluated(expression: Expression): boolean {
    return this.#values.has(expression);
  }

  /** Everything that a local variable without a written type ever holds. */
  local(variable: Variable): Interval {
    return this.#locals.get(variable) ?? { min: 0, max: 0 };
  }

  reached(statement: Statement): boolean {
    return this.#reached.has(statement);
  }

  /** Whether one of the labels of a switch is always met. */
  exhaustive(statement: Statement): boolean {
    return this.#exhaustive.has(statement);
  }

  noteExhaustive(statement: Statement): void {
    this.#exhaustive.add(statement);
  }

  note(expression: Expression, range: Interval): void {
    this.#values.set(expression, range);
  }

  /** Adds what a local variable holds at one store: the range of all stores so far. */
  noteLocal(variable: Variable, range: Interval): Interval {
    const known = this.#locals.get(variable);
    const all = known ? hull(known, range) : range;
    this.#locals.set(variable, all);
    return all;
  }

  noteReached(statement: Statement): void {
    this.#reached.add(statement);
  }
}

/** The ranges of every function but those that `skips` names. */
export function analyzeRanges(
  calls: Calls,
  found: Messages,
  skips: (tree: FunctionTree) => boolean = () => false,
): Ranges {
  const ranges = new Ranges();
  const places = new Places();
  for (const tree of calls.order) {
    if (tree.external !== undefined || skips(tree)) continue;
    locating(tree.node, () => new FunctionAnalysis(tree, calls, ranges, places, found).run());
  }
  return ranges;
}

/** Rounds at a loop's head before bounds that still move are pushed to the next width. */
const EXACT_ROUNDS = 3;
/** Rounds that take back what widening gave away. */
const NARROWING_ROUNDS = 2;

interface Jumps {
  readonly breaks: State[];
  /** Undefined in a switch: `continue` belongs to the loop around it. */
  readonly continues: State[] | undefined;
}

class FunctionAnalysis {
  readonly #tree: FunctionTree;
  readonly #ranges: Ranges;
  readonly #evaluator: Evaluator;
  readonly #jumps: Jumps[] = [];

  constructor(tree: FunctionTree, calls: Calls, ranges: Ranges, places: Places, found: Messages) {
    this.#tree = tree;
    this.#ranges = ranges;
    this.#evaluator = new Evaluator(calls, ranges, places, found);
  }

  run(): void {
    this.#evaluator.state = new State();
    this.#evaluator.reporting = true;
    this.#statements(this.#tree.body);
    if (this.#evaluator.state && this.#tree.result.kind !== "void") {
      const { node, name, result } = this.#tree;
      const here = declaredAs(node.type, describe(result));
      this.#evaluator.report(relating(messages.missingReturn(node.name!, name), here));
    }
  }

  #statements(statements: readonly Statement[]): void {
    for (const statement of statements) locating(statement.node, () => this.#statement(statement));
  }

  #statement(statement: Statement): void {
    if (this.#evaluator.state === undefined) return;
    if (this.#evaluator.reporting) this.#ranges.noteReached(statement);
    switch (statement.kind) {
      case "declare":
        this.#declare(statement);
        return;
      case "assign":
        this.#assign(statement);
        return;
      case "expression":
        this.#evaluator.value(statement.expression);
        return;
      case "block":
        this.#statements(statement.statements);
        return;
      case "if": {
        const { whenTrue, whenFalse } = this.#evaluator.branch(statement.condition);
        const a = this.#from(whenTrue, () => this.#statement(statement.whenTrue));
        const b = this.#from(whenFalse, () => statement.whenFalse && this.#statement(statement.whenFalse));
        this.#evaluator.state = joined([a, b]);
        return;
      }
      case "critical":
        interrupt(this.#evaluator);
        this.#statement(statement.body);
        return;
      case "loop":
        this.#loop(statement);
        return;
      case "switch":
        this.#switch(statement);
        return;
      case "break":
        this.#jumps.at(-1)!.breaks.push(this.#evaluator.state);
        this.#evaluator.state = undefined;
        return;
      case "continue":
        this.#jumps.findLast((jumps) => jumps.continues)!.continues!.push(this.#evaluator.state);
        this.#evaluator.state = undefined;
        return;
      case "return":
        if (statement.value) this.#return(statement.value);
        this.#evaluator.state = undefined;
        return;
    }
  }

  #return(value: Expression): void {
    const { result, node } = this.#tree;
    store(this.#evaluator, value, result, undefined, node.type);
    if (isRow(result)) checkLength(this.#evaluator, value, result, node.type);
  }

  #declare(statement: DeclareStatement): void {
    const { variable } = statement;
    refer(this.#evaluator, variable);
    if (statement.value === undefined) return;
    if (variable.referents) this.#checkReferent(statement.value, variable);
    const stored = store(this.#evaluator, statement.value, variable.type, variable);
    assign(this.#evaluator, { kind: "variable", node: statement.node, variable }, statement.value, stored);
  }

  /** What a changing reference is given is as long as it says. */
  #checkReferent(value: Expression, { type, node }: Variable): void {
    if (type && isRow(type)) checkLength(this.#evaluator, value, type, node);
  }

  #assign(statement: AssignStatement): void {
    const { target } = statement;
    if (target.kind === "variable" && target.variable.referents) {
      this.#evaluator.value(statement.value);
      this.#checkReferent(statement.value, target.variable);
      refer(this.#evaluator, target.variable);
      return;
    }
    const value = compoundValue(statement);
    if (value === undefined) evaluateTarget(this.#evaluator, target);
    const stored = storeInto(this.#evaluator, value ?? statement.value, target);
    assign(this.#evaluator, target, value ?? statement.value, stored);
  }

  /** Runs `action` from `state` and gives the state after it. */
  #from(state: State | undefined, action: () => void): State | undefined {
    this.#evaluator.state = state;
    if (state) action();
    return this.#evaluator.state;
  }

  #loop(statement: LoopStatement): void {
    const evaluator = this.#evaluator;
    this.#statements(statement.initial);
    const entry = evaluator.state;
    if (entry === undefined) return;
    const { reporting } = evaluator;
    evaluator.reporting = false;
    const stops = constantsOf(statement);
    const after = (state: State) => joined([entry, this.#round(statement, state).back])!;
    let head = entry;
    let next = after(head);
    for (let round = 0; !head.covers(next); round++) {
      head = round < EXACT_ROUNDS ? next : head.widened(next, stops);
      next = after(head);
    }
    // A narrower head counts only where one more round stays within it: proofs from facts need not narrow evenly.
    for (let round = 0; round < NARROWING_ROUNDS; round++) {
      const narrower = after(next);
      if (!next.covers(narrower)) break;
      [head, next] = [next, narrower];
    }
    evaluator.reporting = reporting;
    evaluator.state = this.#round(statement, head).exit;
  }

  /** One pass through a loop from the state at its head: the state that comes back, and the one that leaves. */
  #round(statement: LoopStatement, head: State): { back: State | undefined; exit: State | undefined } {
    const evaluator = this.#evaluator;
    const jumps = { breaks: [] as State[], continues: [] as State[] };
    evaluator.state = head.copy();
    let left: State | undefined;
    if (statement.form !== "do" && statement.condition) {
      const { whenTrue, whenFalse } = evaluator.branch(statement.condition);
      evaluator.state = whenTrue;
      left = whenFalse;
    }
    this.#jumps.push(jumps);
    this.#statement(statement.body);
    this.#jumps.pop();
    evaluator.state = joined([evaluator.state, ...jumps.continues]);
    if (statement.form === "do" && statement.condition && evaluator.state) {
      const { whenTrue, whenFalse } = evaluator.branch(statement.condition);
      evaluator.state = whenTrue;
      left = whenFalse;
    }
    this.#statements(statement.step);
    return { back: evaluator.state, exit: joined([left, ...jumps.breaks]) };
  }

  #switch(statement: SwitchStatement): void {
    const evaluator = this.#evaluator;
    const range = evaluator.value(statement.value);
    checkWord(evaluator, statement.value, range);
    const before = evaluator.state!;
    const jumps: Jumps = { breaks: [], continues: undefined };
    this.#jumps.push(jumps);
    const labels = statement.clauses.flatMap((clause) => (clause.label ? [clause.label.value] : []));
    let rest: State | undefined = before.copy();
    for (const label of labels)
      rest = rest && assumeLabel(evaluator, rest, statement.value, range, "!==", label);
    const labelled = statement.clauses.every((clause) => clause.label);
    if (evaluator.reporting && rest === undefined) this.#ranges.noteExhaustive(statement);
    evaluator.state = undefined;
    for (const clause of statement.clauses) {
      const chosen = clause.label
        ? assumeLabel(evaluator, before, statement.value, range, "===", clause.label.value)
        : rest?.copy();
      evaluator.state = joined([evaluator.state, chosen]);
      this.#statements(clause.body);
    }
    this.#jumps.pop();
    const skipped = labelled ? rest : undefined;
    evaluator.state = joined([evaluator.state, skipped, ...jumps.breaks]);
  }
}

const compoundValues = new WeakMap<AssignStatement, Expression>();

/** The `target op value` that `target op= value` stores; the same object each time. */
export function compoundValue(statement: AssignStatement): Expression | undefined {
  const { node, operator, target, value } = statement;
  if (operator === undefined) return undefined;
  const known = compoundValues.get(statement);
  if (known) return known;
  const made: Expression = { kind: "binary", node, operator, left: target, right: value };
  compoundValues.set(statement, made);
  return made;
}

/** The constants of a loop, where its counters are likely to end. */
function constantsOf(statement: LoopStatement): number[] {
  const values = new Set<number>();
  walk(
    [statement],
    () => {},
    (expression) => {
      if (expression.kind === "number") values.add(expression.value);
      if (expression.kind === "length") values.add(lengthOfArray(expression.array).min);
    },
  );
  return [...values];
}

function joined(states: readonly (State | undefined)[]): State | undefined {
  return states.reduce((a, b) => (a && b ? a.join(b) : (a ?? b)), undefined);
}
