/** From the checked tree and its ranges to the IR, one function at a time. */
import type { Assigned } from "./assigned.ts";
import type { Calls } from "./calls.ts";
import type {
  Declared,
  IrBlock,
  IrExpression,
  IrInvocation,
  IrPointer,
  IrStatement,
  IrStruct,
  Origin,
} from "./ir.ts";
import { lowerCondition, lowerIndex, lowerValue, offsetPointer, type Wanted } from "./lower-expressions.ts";
import type { Messages } from "./messages.ts";
import { fieldName, functionName, functionTypeName, LocalNames, moduleVariableName } from "./names.ts";
import { Order } from "./order.ts";
import type { Ranges } from "./range.ts";
import {
  type ArrayType,
  BITS,
  type CallNode,
  type CellType,
  type ConditionalNode,
  calleesOf,
  type DeclareStatement,
  type DispatchNode,
  type ElementNode,
  type Expression,
  type Field,
  type FieldNode,
  type FunctionTree,
  functionsOf,
  type IntName,
  isReference,
  isRow,
  narrowest,
  type RecordTree,
  type RecordType,
  type Type,
  typeOf,
  type UpdateNode,
  type Variable,
} from "./tree.ts";
import { operands } from "./walk.ts";
import { constant, stored } from "./widths.ts";

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

/** The state of lowering one function: where statements go, and which names are in use. */
export class Lowering {
  readonly context: LoweringContext;
  readonly ranges: Ranges;
  readonly tree: FunctionTree;
  /** Declarations of storage that need no first value. */
  readonly blanks: ReadonlySet<DeclareStatement>;
  readonly #names: LocalNames;
  readonly #order: Order;
  /** Functions and module-level variables that the lowered code refers to. */
  readonly uses = new Set<FunctionTree | Variable | RecordTree>();
  /** Whether the code has a critical section. */
  masksInterrupts = false;
  readonly #temporaries = new Set<string>();
  /** Elements and fields whose array and index, or record, are evaluated already. */
  readonly #places = new Map<Expression, IrExpression>();
  #out: IrStatement[] = [];

  constructor(tree: FunctionTree, context: LoweringContext) {
    this.context = context;
    this.ranges = context.ranges;
    this.tree = tree;
    this.blanks = context.assigned.blanks(tree);
    this.#names = new LocalNames(tree, context.globals);
    this.#order = new Order(context.calls);
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
    const name = this.#names.fresh("t");
    const declared: Declared = { kind: "value", type };
    this.emit({ kind: "declare", origin: undefined, type: declared, name, value: stored(type, value) });
    this.#temporaries.add(name);
    return { kind: "name", type, name };
  }

  // ---- names and types

  name(variable: Variable): string {
    if (variable.scope !== "module") return this.#names.of(variable);
    this.uses.add(variable);
    return moduleVariableName(variable);
  }

  fieldName(field: Field): string {
    return fieldName(field);
  }

  functionName(callee: FunctionTree): string {
    this.uses.add(callee);
    return functionName(callee, this.context.entry);
  }

  /** The C type of a scalar variable, field or element. */
  storage(expression: Expression): IntName | "bool" {
    const inferred = expression.kind === "variable" && expression.variable.type === undefined;
    if (inferred) return narrowest(this.ranges.local(expression.variable))!;
    return scalarType(typeOf(expression));
  }

  // ---- order of evaluation

  /** Lowers operands left to right; what a later one would disturb is kept in a variable first. */
  inOrder(
    parts: readonly Expression[],
    lower: (part: Expression, index: number) => IrExpression,
  ): IrExpression[] {
    const kept = this.#order.kept(parts);
    return parts.map((part, i) => {
      const value = lower(part, i);
      return kept[i] ? this.#keep(value, part) : value;
    });
  }

  #keep(value: IrExpression, part: Expression): IrExpression {
    if (value.kind === "constant" || (value.kind === "name" && this.#temporaries.has(value.name)))
      return value;
    if (typeOf(part).kind === "boolean") return this.temporary("bool", value);
    const whole = value.type === "int" ? "i16" : value.type === "uint" ? "u16" : (value.type as IntName);
    const type = narrowest(this.ranges.of(part)) ?? whole;
    // Where only the low bits were asked for, the range of the exact value may be wider than what is there.
    return this.temporary(BITS[type] <= BITS[whole] ? type : whole, value);
  }

  /** Lowers arguments of any kind, left to right. */
  arguments(
    parts: readonly { readonly expression: Expression; readonly type: Type }[],
  ): (IrExpression | IrPointer)[] {
    const kept = this.#order.kept(parts.map((part) => part.expression));
    return parts.map(({ expression, type }, i) => {
      if (isReference(type)) {
        const pointer = this.pointer(expression);
        return kept[i] ? this.#keepPointer(pointer, type) : pointer;
      }
      if (type.kind === "boolean") {
        const value = lowerCondition(this, expression);
        return kept[i] ? this.#keep(value, expression) : value;
      }
      const storage = scalarType(type);
      const value = stored(storage, lowerValue(this, expression, bitsOf(storage)));
      return kept[i] && value.kind !== "constant" ? this.temporary(storage, value) : value;
    });
  }

  #keepPointer(pointer: IrPointer, type: Type): IrPointer {
    // The name of a reference always means the same while an expression is evaluated.
    if (pointer.kind === "array" || pointer.kind === "record") return pointer;
    const name = this.#names.fresh("t");
    this.emit({ kind: "declare", origin: undefined, type: this.declared(type), name, value: pointer });
    return type.kind === "record" ? { kind: "record", name, pointer: true } : { kind: "array", name };
  }

  // ---- places and references

  /** An element or field; what it is a part of is lowered here unless it is already. */
  place(expression: ElementNode | FieldNode): IrExpression {
    const known = this.#places.get(expression);
    if (known) return known;
    if (expression.kind === "field") return this.#member(expression, this.pointer(expression.base));
    const [array, index] = this.pointerAndIndex(expression.array, expression.index);
    return this.#element(expression, array, index);
  }

  #element(expression: ElementNode, array: IrPointer, index: IrExpression): IrExpression {
    const type = typeOf(expression.array) as ArrayType;
    return { kind: "index", type: type.element, array, index, flash: type.memory === "flash" };
  }

  #member(expression: FieldNode, record: IrPointer): IrExpression {
    return {
      kind: "member",
      type: this.storage(expression),
      record,
      field: this.fieldName(expression.field),
      flash: (typeOf(expression.base) as RecordType).memory === "flash",
    };
  }

  /**
   * While `action` runs, reading or writing `target` uses one evaluation of its array and index, or its record;
   * `twice`: it does both.
   */
  withPlace<T>(target: Expression, value: Expression | undefined, twice: boolean, action: () => T): T {
    if (target.kind !== "element" && target.kind !== "field") return action();
    const moves = (part: Expression) =>
      (twice && this.#order.isOnce(part)) ||
      this.#order.changes(part) ||
      (value !== undefined && this.#order.kept([part, value])[0]);
    if (target.kind === "field") {
      const record = this.pointer(target.base);
      const from = moves(target.base) ? this.#keepPointer(record, typeOf(target.base)) : record;
      this.#places.set(target, this.#member(target, from));
    } else {
      const [array, index] = this.pointerAndIndex(target.array, target.index);
      const from = moves(target.array) ? this.#keepPointer(array, typeOf(target.array)) : array;
      const once = moves(target.index) ? this.#keep(index, target.index) : index;
      this.#places.set(target, this.#element(target, from, once));
    }
    const result = action();
    this.#places.delete(target);
    return result;
  }

  pointerAndIndex(array: Expression, index: Expression): [array: IrPointer, index: IrExpression] {
    const [keepArray] = this.#order.kept([array, index]);
    const pointer = this.pointer(array);
    const kept = keepArray ? this.#keepPointer(pointer, typeOf(array)) : pointer;
    return [kept, lowerIndex(this, index)];
  }

  /**
   * Array and offset pairs, and a count at last, as the runtime's functions take them; `value` is evaluated
   * after them.
   */
  access(parts: readonly Expression[], value?: Expression): (IrExpression | IrPointer)[] {
    const kept = this.#order.kept(value ? [...parts, value] : parts);
    const lowered = parts.map((part, i) => {
      if (isRow(typeOf(part))) {
        const pointer = this.pointer(part);
        return kept[i] ? this.#keepPointer(pointer, typeOf(part)) : pointer;
      }
      const index = lowerIndex(this, part);
      return kept[i] ? this.#keep(index, part) : index;
    });
    const pairs: (IrExpression | IrPointer)[] = [];
    for (let i = 0; i + 1 < lowered.length; i += 2) {
      pairs.push(offsetPointer(lowered[i] as IrPointer, lowered[i + 1] as IrExpression));
    }
    if (lowered.length % 2 === 1) pairs.push(stored("u16", lowered.at(-1) as IrExpression));
    return pairs;
  }

  /** An array or record by reference. */
  pointer(expression: Expression): IrPointer {
    switch (expression.kind) {
      case "variable": {
        const { variable } = expression;
        const name = this.name(variable);
        if (isRow(typeOf(expression))) return { kind: "array", name };
        const pointer = variable.scope === "parameter" || isLocalReference(variable);
        return { kind: "record", name, pointer };
      }
      case "field": {
        const record = this.pointer(expression.base);
        const kind = isRow(typeOf(expression)) ? "memberArray" : "memberRecord";
        return { kind, record, field: this.fieldName(expression.field) };
      }
      case "element": {
        const [array, index] = this.pointerAndIndex(expression.array, expression.index);
        return { kind: "elementRecord", array, index };
      }
      case "view": {
        const [array, offset] = this.pointerAndIndex(expression.array, expression.offset);
        return offsetPointer(array, offset);
      }
      case "conditional": {
        const outcome = this.outcome(expression.condition);
        if (outcome !== undefined) return this.pointer(outcome ? expression.whenTrue : expression.whenFalse);
        return this.#choosePointer(expression);
      }
      case "call":
      case "dispatch":
        return { kind: "pointerCall", ...this.invocation(expression) };
      default:
        throw new Error(`'${expression.node.getText()}' is no reference`);
    }
  }

  /** The place of a volatile cell. */
  cell(variable: Variable): IrExpression {
    const { width } = variable.type as CellType;
    return { kind: "name", type: width, name: this.name(variable) };
  }

  /** `a ? b : c` of references; an if statement where a branch needs statements of its own. */
  #choosePointer(expression: ConditionalNode): IrPointer {
    const condition = lowerCondition(this, expression.condition);
    const [a, beforeTrue] = this.apart(() => this.pointer(expression.whenTrue));
    const [b, beforeFalse] = this.apart(() => this.pointer(expression.whenFalse));
    if (beforeTrue.length === 0 && beforeFalse.length === 0) {
      return { kind: "choice", condition, whenTrue: a, whenFalse: b };
    }
    const name = this.#names.fresh("t");
    this.emit({
      kind: "declare",
      origin: undefined,
      type: this.declared(expression.type),
      name,
      value: undefined,
    });
    const point = (value: IrPointer): IrStatement => ({ kind: "point", origin: undefined, name, value });
    this.emit({
      kind: "if",
      origin: undefined,
      condition,
      whenTrue: [...beforeTrue, point(a)],
      whenFalse: [...beforeFalse, point(b)],
    });
    return isRow(expression.type) ? { kind: "array", name } : { kind: "record", name, pointer: true };
  }

  // ---- calls and steps

  call(expression: CallNode | DispatchNode): IrExpression {
    const { result } = calleesOf(expression)[0];
    const type = result.kind === "void" ? "int" : scalarType(result);
    return { kind: "call", type, ...this.invocation(expression) };
  }

  /** A call for its effect. */
  callStatement(expression: CallNode | DispatchNode, origin: Origin | undefined): IrStatement {
    const drops = typeOf(expression).kind !== "void";
    return { kind: "call", origin, drops, ...this.invocation(expression) };
  }

  /** What is called, and with what. The functions of a dispatch table are all of one C type. */
  invocation(expression: CallNode | DispatchNode): IrInvocation {
    const { parameters } = calleesOf(expression)[0];
    const parts = parameters.map((parameter, i) => ({
      expression: expression.arguments[i],
      type: parameter.type!,
    }));
    if (expression.kind === "call") {
      const name = this.functionName(expression.callee);
      return { name, arguments: this.#withLengths(expression, this.arguments(parts)) };
    }
    const { table, index } = expression;
    const range = { min: 0, max: functionsOf(expression).functions.length - 1 };
    const position = { expression: index, type: { kind: "int", ...range, name: "index" } } as const;
    const [lowered, ...values] = this.arguments([position, ...parts]);
    return {
      name: this.name(table),
      through: { type: functionTypeName(table), index: lowered as IrExpression },
      arguments: this.#withLengths(expression, values),
    };
  }

  /** Puts the length of an array behind it where the function called asks for it. */
  #withLengths(
    expression: CallNode | DispatchNode,
    values: readonly (IrExpression | IrPointer)[],
  ): (IrExpression | IrPointer)[] {
    const { parameters } = calleesOf(expression)[0];
    return values.flatMap((value, i) =>
      this.context.calls.asksLength(parameters[i])
        ? [value, stored("u16", lowerValue(this, this.#lengthOf(expression.arguments[i]), "exact"))]
        : [value],
    );
  }

  /** A section in which no interrupt occurs, around statements that are lowered already. */
  critical(origin: Origin, body: IrBlock): void {
    this.masksInterrupts = true;
    const name = this.#names.fresh("interrupts");
    this.emit({ kind: "critical", origin, name, body });
  }

  #lengthOf(array: Expression): Expression {
    return { kind: "length", node: array.node, array };
  }

  /** `x++` inside an expression: a statement before it, and the value. */
  updateValue(expression: UpdateNode): IrExpression {
    return this.withPlace(expression.target, undefined, true, () => {
      const before = lowerValue(this, expression.target, "exact");
      const old = expression.prefix ? undefined : this.temporary(before.type as IntName, before);
      this.step(expression, undefined);
      return old ?? before;
    });
  }

  /** `x++` for its effect. */
  step(expression: UpdateNode, origin: Origin | undefined): void {
    const { target, step } = expression;
    this.withPlace(target, undefined, false, () => {
      this.emit({ kind: "step", origin, target: this.targetPlace(target), by: step });
    });
  }

  /** What is assigned to. */
  targetPlace(target: Expression): IrExpression {
    if (target.kind === "variable") {
      return { kind: "name", type: this.storage(target), name: this.name(target.variable) };
    }
    return lowerValue(this, target, "exact");
  }

  // ---- outcomes known before the program runs

  /** Whether a condition is true, where its range says so; what it does besides is emitted then. */
  outcome(condition: Expression): boolean | undefined {
    const { min, max } = this.ranges.of(condition);
    if (min !== max) return undefined;
    this.discard(condition);
    return min === 1;
  }

  /** Emits what evaluating the expression does, and drops its value. */
  discard(expression: Expression): void {
    if (!this.#order.changes(expression) || !this.ranges.evaluated(expression)) return;
    switch (expression.kind) {
      case "call":
      case "dispatch":
        this.emit(this.callStatement(expression, undefined));
        return;
      case "update":
        this.step(expression, undefined);
        return;
      case "logical": {
        const and = expression.operator === "&&";
        this.#discardIf(
          expression.left,
          and ? expression.right : undefined,
          and ? undefined : expression.right,
        );
        return;
      }
      case "conditional":
        this.#discardIf(expression.condition, expression.whenTrue, expression.whenFalse);
        return;
      default:
        for (const operand of operands(expression)) this.discard(operand);
    }
  }

  #discardIf(condition: Expression, yes: Expression | undefined, no: Expression | undefined): void {
    const outcome = this.outcome(condition);
    if (outcome !== undefined) {
      const taken = outcome ? yes : no;
      if (taken) this.discard(taken);
      return;
    }
    const test = lowerCondition(this, condition);
    const [, whenTrue] = this.apart(() => yes && this.discard(yes));
    const [, whenFalse] = this.apart(() => no && this.discard(no));
    this.emit({ kind: "if", origin: undefined, condition: test, whenTrue, whenFalse });
  }

  /** `a ? b : c`; an if statement where a branch needs statements of its own. */
  choose(
    expression: Expression & { kind: "conditional" },
    lower: (branch: Expression) => IrExpression,
    storage: IntName | "bool",
    meet: (values: readonly [IrExpression, IrExpression]) => {
      readonly type: IrExpression["type"];
      readonly values: readonly [IrExpression, IrExpression];
    },
  ): IrExpression {
    const condition = lowerCondition(this, expression.condition);
    const [a, beforeTrue] = this.apart(() => lower(expression.whenTrue));
    const [b, beforeFalse] = this.apart(() => lower(expression.whenFalse));
    if (beforeTrue.length === 0 && beforeFalse.length === 0) {
      const { type, values } = meet([a, b]);
      return { kind: "conditional", type, condition, whenTrue: values[0], whenFalse: values[1] };
    }
    const result = this.temporary(storage, constant(0, storage));
    const assign = (value: IrExpression): IrStatement => ({
      kind: "assign",
      origin: undefined,
      target: result,
      value: stored(storage, value),
    });
    this.emit({
      kind: "if",
      origin: undefined,
      condition,
      whenTrue: [...beforeTrue, assign(a)],
      whenFalse: [...beforeFalse, assign(b)],
    });
    return result;
  }

  // ---- types and origins

  struct(record: RecordTree): IrStruct {
    this.uses.add(record);
    return this.context.struct(record);
  }

  declared(type: Type): Declared {
    return declaredAs(type, (record) => this.struct(record));
  }
}

/** What a parameter, a result or a local name of a type is declared as. */
export function declaredAs(type: Type, struct: (record: RecordTree) => IrStruct): Declared {
  switch (type.kind) {
    case "void":
      return { kind: "void" };
    case "array":
      return { kind: "pointer", element: type.element, flash: type.memory === "flash" };
    case "record":
    case "records":
      return { kind: "record", struct: struct(type.record).name, flash: type.memory === "flash" };
    default:
      return { kind: "value", type: scalarType(type) };
  }
}

/** Whether a local name is a pointer, not the storage itself. */
function isLocalReference(variable: Variable): boolean {
  return variable.alias !== undefined || variable.referents !== undefined;
}

/** The C type of a scalar with a declared range. */
export function scalarType(type: Type): IntName | "bool" {
  if (type.kind === "boolean") return "bool";
  if (type.kind !== "int") throw new Error(`${type.kind} is no scalar`);
  return narrowest(type)!;
}

/** How many low bits of a value its storage keeps. */
export function bitsOf(type: IntName | "bool"): Wanted {
  return type === "bool" ? "exact" : BITS[type];
}
