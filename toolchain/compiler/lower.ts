/** The state of lowering one function to the IR, which the files lower-*.ts share. */
import type { Assigned } from "./assigned.ts";
import type { Calls } from "./calls.ts";
import type { Declared, IrBlock, IrExpression, IrPointer, IrStatement, IrStruct } from "./ir.ts";
import { declaredAs, scalarType } from "./lower-storage.ts";
import type { Messages } from "./messages.ts";
import { functionName, LocalNames, moduleVariableName } from "./names.ts";
import { Order } from "./order.ts";
import type { Ranges } from "./range.ts";
import {
  BITS,
  type DeclareStatement,
  type Expression,
  type FunctionTree,
  type IntName,
  narrowest,
  type RecordTree,
  type Type,
  typeOf,
  type Variable,
} from "./tree.ts";
import { stored } from "./widths.ts";

/** What the whole program shares while its functions are lowered. */
export interface LoweringContext {
  readonly entry: FunctionTree;
  readonly calls: Calls;
  readonly assigned: Assigned;
  readonly ranges: Ranges;
  readonly found: Messages;
  readonly globals: ReadonlySet<string>;
  /** Assertions trap. */
  readonly debug: boolean;
  struct(record: RecordTree): IrStruct;
}

/** Where the statements of a function go, which names are in use, and in which order operands are evaluated. */
export class Lowering {
  readonly context: LoweringContext;
  readonly ranges: Ranges;
  readonly tree: FunctionTree;
  /** Declarations of storage that need no first value. */
  readonly blanks: ReadonlySet<DeclareStatement>;
  readonly #names: LocalNames;
  readonly order: Order;
  /** Functions and module-level variables that the lowered code refers to. */
  readonly uses = new Set<FunctionTree | Variable | RecordTree>();
  /** Whether the code has a critical section. */
  masksInterrupts = false;
  readonly #temporaries = new Set<string>();
  /** Elements and fields whose array and index, or record, are evaluated already. */
  readonly places = new Map<Expression, IrExpression>();
  #out: IrStatement[] = [];

  constructor(tree: FunctionTree, context: LoweringContext) {
    this.context = context;
    this.ranges = context.ranges;
    this.tree = tree;
    this.blanks = context.assigned.blanks(tree);
    this.#names = new LocalNames(tree, context.globals);
    this.order = new Order(context.calls);
  }

  // ---- statements go here

  emit(statement: IrStatement): void {
    this.#out.push(statement);
  }

  /** Runs `action` with statements of its own: the result, and the statements. */
  apart<T>(action: () => T): [result: T, statements: IrBlock] {
    const outer = this.#out;
    this.#out = [];
    const result = action();
    const statements = this.#out;
    this.#out = outer;
    return [result, statements];
  }

  /** A new variable that holds `value`. */
  temporary(type: IntName | "bool", value: IrExpression): IrExpression & { kind: "name" } {
    const name = this.fresh("t");
    const declared: Declared = { kind: "value", type };
    this.emit({ kind: "declare", origin: undefined, type: declared, name, value: stored(type, value) });
    this.#temporaries.add(name);
    return { kind: "name", type, name };
  }

  // ---- names

  /** A name that nothing else in the function has. */
  fresh(base: string): string {
    return this.#names.fresh(base);
  }

  name(variable: Variable): string {
    if (variable.scope !== "module") return this.#names.of(variable);
    this.uses.add(variable);
    return moduleVariableName(variable);
  }

  functionName(callee: FunctionTree): string {
    this.uses.add(callee);
    return functionName(callee, this.context.entry);
  }

  // ---- order of evaluation

  /** Lowers operands left to right; what a later one would disturb is kept in a variable first. */
  inOrder(
    parts: readonly Expression[],
    lower: (part: Expression, index: number) => IrExpression,
  ): IrExpression[] {
    const kept = this.order.kept(parts);
    return parts.map((part, i) => {
      const value = lower(part, i);
      return kept[i] ? this.keep(value, part) : value;
    });
  }

  /** `value`, of which `part` is the source, in a variable; what cannot change stays as it is. */
  keep(value: IrExpression, part: Expression): IrExpression {
    if (value.kind === "constant" || (value.kind === "name" && this.#temporaries.has(value.name)))
      return value;
    if (typeOf(part).kind === "boolean") return this.temporary("bool", value);
    const whole = value.type === "int" ? "i16" : value.type === "uint" ? "u16" : (value.type as IntName);
    const type = narrowest(this.ranges.of(part)) ?? whole;
    // Where only the low bits were asked for, the range of the exact value may be wider than what is there.
    return this.temporary(BITS[type] <= BITS[whole] ? type : whole, value);
  }

  /** A reference of type `type` in a variable; a name stays as it is. */
  keepPointer(pointer: IrPointer, type: Type): IrPointer {
    // The name of a reference always means the same while an expression is evaluated.
    if (pointer.kind === "array" || pointer.kind === "record") return pointer;
    const name = this.fresh("t");
    this.emit({ kind: "declare", origin: undefined, type: this.declared(type), name, value: pointer });
    return type.kind === "record" ? { kind: "record", name, pointer: true } : { kind: "array", name };
  }

  // ---- types

  /** The C type of a scalar variable, field or element. */
  storage(expression: Expression): IntName | "bool" {
    const inferred = expression.kind === "variable" && expression.variable.type === undefined;
    if (inferred) return narrowest(this.ranges.local(expression.variable))!;
    return scalarType(typeOf(expression));
  }

  struct(record: RecordTree): IrStruct {
    this.uses.add(record);
    return this.context.struct(record);
  }

  declared(type: Type): Declared {
    return declaredAs(type, (record) => this.struct(record));
  }
}
