/** Random statements of one function. */
import type { Random } from "../random.ts";
import { assignment, callStatement, compoundAssignment, declaration, effect, step } from "./assignments.ts";
import { hiddenName, ifStatement, jump, removedBranch, switchStatement } from "./branches.ts";
import { condition } from "./conditions.ts";
import type { Expressions } from "./expressions.ts";
import { assertion, guard, window } from "./guards.ts";
import { cellWrite, criticalSection } from "./interrupts.ts";
import { localArray, localRecord, localReference } from "./locals.ts";
import { doLoop, forLoop, scan, whileLoop } from "./loops.ts";
import { elementStore, octetIntrinsic, rowStore } from "./memory-writes.ts";
import type { IntegerName, Scope } from "./scope.ts";
import type { ResultType } from "./types.ts";
import { bare, type Value } from "./values.ts";
import type { Work } from "./work.ts";

export class Statements {
  readonly random: Random;
  readonly scope: Scope;
  readonly expressions: Expressions;
  readonly work: Work;
  readonly result: ResultType;
  /** Sums that a guard around this point has compared. */
  readonly sums: string[] = [];
  /** What a jump may leave: innermost last. */
  readonly jumps: ("loop" | "switch")[] = [];
  #names = 0;

  constructor(random: Random, scope: Scope, expressions: Expressions, work: Work, result: ResultType) {
    this.random = random;
    this.scope = scope;
    this.expressions = expressions;
    this.work = work;
    this.result = result;
  }

  /** The statements of a block; what they declare ends with it. */
  block(depth: number, indent: string, most = 4): string {
    return this.scope.inner(() => {
      const count = this.random.between(1, most);
      let text = "";
      for (let i = 0; i < count; i++) text += this.statement(depth, indent);
      return text;
    });
  }

  /** One statement, or a few that belong together; names that it declares are in the scope from then on. */
  statement(depth: number, indent: string): string {
    if (!this.work.spend(4)) return "";
    const deep = depth > 0 ? 1 : 0;
    const kind = this.random.weighted([
      [3, "declare"],
      [5, "assign"],
      [3, "compound"],
      [1, "step"],
      [4, "element"],
      [2, "octets"],
      [2, "call"],
      [1, "effect"],
      [this.scope.rows.length > 0 ? 2 : 0, "row"],
      [this.scope.cells.length > 0 ? 2 : 0, "cell"],
      [this.scope.shared.length > 0 ? 2 : 0, "critical"],
      [this.scope.cells.length > 0 ? 2 : 0, "tick"],
      [2, "trace"],
      [1, "array"],
      [1, "reference"],
      [1, "record"],
      [1, "assert"],
      [this.jumps.length > 0 ? 1 : 0, "jump"],
      [0.4, "return"],
      [4 * deep, "if"],
      [1, "scan"],
      [3 * deep, "for"],
      [1 * deep, "while"],
      [1 * deep, "do"],
      [3 * deep, "switch"],
      [4 * deep, "guard"],
      [1 * deep, "window"],
      [0.5 * deep, "removed"],
      [0.5 * deep, "hide"],
    ] as const);
    switch (kind) {
      case "declare":
        return declaration(this, indent);
      case "assign":
        return assignment(this, indent);
      case "compound":
        return compoundAssignment(this, indent);
      case "step":
        return step(this, indent);
      case "element":
        return elementStore(this, indent);
      case "octets":
        return octetIntrinsic(this, indent);
      case "call":
        return callStatement(this, indent);
      case "effect":
        return effect(this, indent);
      case "row":
        return rowStore(this, indent);
      case "cell":
        return cellWrite(this, indent);
      case "critical":
        return criticalSection(this, indent);
      case "tick":
        // An interrupt occurs in it.
        return `${indent}trace(tick());\n`;
      case "trace":
        return `${indent}trace(u32(${bare(this.integer(2).text)}));\n`;
      case "array":
        return localArray(this, indent);
      case "reference":
        return localReference(this, indent);
      case "record":
        return localRecord(this, indent);
      case "assert":
        return assertion(this, indent);
      case "jump":
        return jump(this, indent);
      case "return":
        return `${indent}if (${bare(this.condition(1))}) ${this.returned()}\n`;
      case "if":
        return ifStatement(this, depth, indent);
      case "scan":
        return scan(this, indent);
      case "for":
        return forLoop(this, depth, indent);
      case "while":
        return whileLoop(this, depth, indent);
      case "do":
        return doLoop(this, depth, indent);
      case "switch":
        return switchStatement(this, depth, indent);
      case "guard":
        return guard(this, depth, indent);
      case "window":
        return window(this, indent);
      case "removed":
        return removedBranch(this, depth, indent);
      case "hide":
        return hiddenName(this, depth, indent);
    }
  }

  /** A return statement with a value of the function's type. */
  returned(): string {
    const result = this.result;
    switch (result.kind) {
      case "void":
        return "return;";
      case "integer":
        return `return ${bare(this.expressions.valueFor(result.type, 2).text)};`;
      case "boolean":
        return `return ${bare(this.condition(1))};`;
      case "array": {
        const able = this.scope.arrays.filter(
          ({ text, lasting, element, length }) =>
            (lasting || /^p\d/.test(text)) && element === result.element && length >= result.length,
        );
        return `return ${this.random.pick(able.filter(({ table }) => table === result.table)).text};`;
      }
      case "rows":
        throw new Error("no function gives records in a row");
      case "record": {
        const able = this.scope.records.filter(
          ({ text, lasting, record }) => (lasting || /^p\d/.test(text)) && record === result.record,
        );
        return `return ${this.random.pick(able).text};`;
      }
    }
  }

  integer(depth: number): Value {
    return this.expressions.integer(depth);
  }

  condition(depth: number): string {
    return condition(this.expressions, depth);
  }

  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  target(among: (name: IntegerName) => boolean = () => true): IntegerName | undefined {
    const names = this.scope.integers.filter((name) => name.writable && among(name));
    return names.length > 0 ? this.random.pick(names) : undefined;
  }
}
