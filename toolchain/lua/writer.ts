/**
 * The state of turning one function into Lua: where statements go, which names are in use, what is evaluated already.
 */
import * as lua from "typescript-to-lua";
import { type Analysis, type Assigned, Order, type Ranges, type tree } from "../compiler/index.ts";
import type { Conventions } from "./conventions.ts";
import { depthOf } from "./depth.ts";
import type { Dialect } from "./dialect.ts";
import { Jumps } from "./jumps.ts";
import { type ChunkNames, FunctionNames } from "./names.ts";
import type { HelperName } from "./runtime.ts";
import { assign, isSimple, local, name } from "./syntax.ts";
import type { Reference } from "./value.ts";

/** What all functions of a program share. */
export interface ProgramContext {
  readonly analysis: Analysis;
  readonly dialect: Dialect;
  readonly conventions: Conventions;
  readonly names: ChunkNames;
  /** What the main program and an interrupt handler both reach. */
  readonly reentrant: ReadonlySet<tree.FunctionTree>;
  readonly assigned: Assigned;
  /** Functions that are written in place of their only call. */
  readonly inlined: ReadonlySet<tree.FunctionTree>;
  /** Parameters and local variables that something is assigned to after their declaration. */
  readonly changing: ReadonlySet<tree.Variable>;
  /** Whether assertions stop the program. */
  readonly debug: boolean;
}

/** An array or record that a function owns. It is made once, and starts afresh where the source declares it. */
export interface OwnStorage {
  readonly name: string;
  readonly variable: tree.Variable;
}

/** Expressions inside each other, before a part gets a variable of its own. */
const DEEPEST = 30;

/** A function that is being lowered: the one that the code is for, or one that is written in place of a call. */
export interface Frame {
  readonly tree: tree.FunctionTree;
  /** Where the result of an inlined function goes: no name where nobody needs it. Undefined: it is returned. */
  readonly results: readonly lua.Identifier[] | undefined;
}

export class Writer {
  readonly context: ProgramContext;
  readonly ranges: Ranges;
  readonly order: Order;
  readonly dialect: Dialect;
  readonly jumps = new Jumps();
  /** What the function refers to. */
  readonly functions = new Set<tree.FunctionTree>();
  readonly variables = new Set<tree.Variable>();
  readonly helpers = new Set<HelperName>();
  readonly owned = new Map<tree.Variable, OwnStorage>();
  /** Names of the chunk that take the place of local variables. */
  readonly outside = new Set<string>();
  readonly #names: FunctionNames;
  readonly #values = new Map<tree.Variable, lua.Expression>();
  readonly #aliases = new Map<tree.Variable, Reference>();
  /** Names that stand for one array or record, then for another. */
  readonly #moving = new Set<string>();
  readonly #places = new Map<tree.Expression, lua.AssignmentLeftHandSideExpression>();
  readonly #temporaries = new Set<string>();
  readonly #tight: boolean;
  #frame: Frame;
  #out: lua.Statement[] = [];

  /** `tight`: the function would have more local variables than Lua allows, so those of the source live outside it. */
  constructor(context: ProgramContext, of: tree.FunctionTree, tight = false) {
    this.context = context;
    this.#tight = tight;
    this.#frame = { tree: of, results: undefined };
    this.ranges = context.analysis.ranges;
    this.order = new Order(context.analysis.calls);
    this.dialect = context.dialect;
    this.#names = new FunctionNames(context.names);
  }

  // ---- the function

  get frame(): Frame {
    return this.#frame;
  }

  /** Runs `action` for the body of another function. */
  within(frame: Frame, action: () => void): void {
    const outer = this.#frame;
    this.#frame = frame;
    action();
    this.#frame = outer;
  }

  /** Whether an interrupt handler may call the function while it runs. */
  get isReentrant(): boolean {
    return this.context.reentrant.has(this.#frame.tree);
  }

  get isTight(): boolean {
    return this.#tight;
  }

  // ---- statements

  emit(...statements: readonly lua.Statement[]): void {
    this.#out.push(...statements);
  }

  /** Runs `action` with statements of its own: the result, and the statements. */
  apart<T>(action: () => T): [result: T, statements: lua.Statement[]] {
    const outer = this.#out;
    this.#out = [];
    const result = action();
    const statements = this.#out;
    this.#out = outer;
    return [result, statements];
  }

  /** The statements that `action` emits. */
  block(action: () => void): lua.Statement[] {
    return this.apart(action)[1];
  }

  /** `code`, or a variable that holds it where it has become too deep for Lua to read inside others. */
  shallow(code: lua.Expression): lua.Expression {
    return depthOf(code) > DEEPEST ? this.temporary(code) : code;
  }

  // ---- names

  /** A new local variable that holds `code`, or nothing yet. */
  temporary(code?: lua.Expression): lua.Identifier {
    const fresh = this.temporaryName();
    this.emit(local([fresh], code && [code]));
    return fresh;
  }

  temporaryName(): lua.Identifier {
    const fresh = name(this.#names.fresh("t"));
    this.#temporaries.add(fresh.text);
    return fresh;
  }

  /** Whether the code is a variable of the compiler's own, which nothing assigns to once it is used. */
  isTemporary(code: lua.Expression): boolean {
    return lua.isIdentifier(code) && this.#temporaries.has(code.text);
  }

  /** `code` if it costs nothing to name it twice and no later code can change it; else a new variable that holds it. */
  kept(code: lua.Expression): lua.Expression {
    return isSimple(code) ? code : this.temporary(code);
  }

  freshName(base: string): lua.Identifier {
    return name(this.#names.fresh(base));
  }

  /** The value of a scalar or record. */
  valueOf(variable: tree.Variable): lua.Expression {
    return this.#values.get(variable) ?? this.variable(variable);
  }

  /** Lets a parameter of an inlined function stand for `code`, if that stays what it is; else declares it. */
  bindValue(parameter: tree.Variable, argument: tree.Expression, code: lua.Expression): void {
    const stays =
      lua.isNumericLiteral(code) ||
      lua.isBooleanLiteral(code) ||
      this.isTemporary(code) ||
      (argument.kind === "variable" && this.#isFixed(argument.variable));
    if (stays && !this.context.changing.has(parameter)) this.#values.set(parameter, code);
    else this.emit(local([this.variable(parameter)], [code]));
  }

  #isFixed(variable: tree.Variable): boolean {
    return variable.scope !== "module" && !this.context.changing.has(variable);
  }

  variable(variable: tree.Variable): lua.Identifier {
    if (variable.scope !== "module") {
      const own = this.#names.find(variable) ?? this.#ownName(variable);
      if (variable.referents) this.#moving.add(own.text);
      return own;
    }
    this.variables.add(variable);
    return name(this.context.names.of(variable));
  }

  #ownName(variable: tree.Variable): lua.Identifier {
    const own = variable.scope === "local" ? this.lastingName(variable.name) : this.freshName(variable.name);
    this.#names.set(variable, own.text);
    return own;
  }

  /** A local variable that counts a loop of Lua. */
  counter(variable: tree.Variable): lua.Identifier {
    const own = this.freshName(variable.name);
    this.#names.set(variable, own.text);
    return own;
  }

  /** A new name that lives as long as a local variable of the source: declare it by `declare`. */
  lastingName(base: string): lua.Identifier {
    if (!this.#tight) return this.freshName(base);
    const outside = this.context.names.fresh(`${this.context.names.of(this.#frame.tree)}_${base}`);
    this.outside.add(outside);
    return name(outside);
  }

  /** Declares lasting names. */
  declare(names: readonly lua.Identifier[], values: readonly lua.Expression[]): void {
    const isOutside = names.some(({ text }) => this.outside.has(text));
    this.emit(isOutside ? assign([...names], [...values]) : local([...names], [...values]));
  }

  /** The name of the index at which an array parameter begins. */
  baseOf(parameter: tree.Variable): lua.Identifier {
    const known = this.#aliases.get(parameter)?.base;
    if (known) return known as lua.Identifier;
    const asked = `${parameter.name}_at`;
    const base = parameter.scope === "local" ? this.lastingName(asked) : this.freshName(asked);
    this.#aliases.set(parameter, { table: this.variable(parameter), base });
    return base;
  }

  /** What a local reference stands for. */
  alias(variable: tree.Variable): Reference | undefined {
    return this.#aliases.get(variable);
  }

  /** Gives a name to a reference that outlives the statement: the variable's own where there is none yet. */
  bindReference(variable: tree.Variable, { table, base }: Reference): void {
    const lasts =
      lua.isIdentifier(table) &&
      !this.#moving.has(table.text) &&
      // Those end with the statement where the variables of the source live outside.
      !(this.#tight && this.isTemporary(table));
    const named = lasts ? table : this.variable(variable);
    if (named !== table) this.declare([named], [table]);
    if (lua.isNumericLiteral(base)) {
      this.#aliases.set(variable, { table: named, base });
      return;
    }
    const from = this.lastingName(`${variable.name}_at`);
    this.declare([from], [base]);
    this.#aliases.set(variable, { table: named, base: from });
  }

  functionName(callee: tree.FunctionTree): lua.Identifier {
    this.functions.add(callee);
    return name(this.context.names.of(callee));
  }

  readonly helper = (helper: HelperName): lua.Expression => {
    this.helpers.add(helper);
    return name(helper);
  };

  /** The storage of a local array or record. */
  own(variable: tree.Variable): lua.Identifier {
    if (this.isReentrant) return this.variable(variable);
    const known = this.owned.get(variable);
    if (known) return name(known.name);
    const fresh = this.context.names.fresh(`${this.context.names.of(this.#frame.tree)}_${variable.name}`);
    this.owned.set(variable, { name: fresh, variable });
    return name(fresh);
  }

  // ---- places

  /** The element or field that is evaluated already: its table and key may be named again. */
  place(of: tree.Expression): lua.AssignmentLeftHandSideExpression | undefined {
    return this.#places.get(of);
  }

  /** While `action` runs, `of` is evaluated already and stands for `place`. */
  withPlace<T>(of: tree.Expression, place: lua.AssignmentLeftHandSideExpression, action: () => T): T {
    this.#places.set(of, place);
    const result = action();
    this.#places.delete(of);
    return result;
  }
}
