/** Statements to the IR: what the ranges show to be unreachable is left out. */
import { locating } from "./breakdown.ts";
import type { Declared, IrBlock, IrExpression, IrFunction, IrStatement, Origin } from "./ir.ts";
import { unreadDeclarations } from "./ir-unread.ts";
import { Lowering, type LoweringContext } from "./lower.ts";
import { lowerCallStatement } from "./lower-calls.ts";
import { lowerCondition } from "./lower-conditions.ts";
import { lowerValue } from "./lower-expressions.ts";
import { discard, discardOperands, knownOutcome } from "./lower-outcomes.ts";
import { lowerCell, lowerTarget, withPlace } from "./lower-places.ts";
import { lowerAccess, lowerPointer } from "./lower-references.ts";
import { keptBits, scalarType, storageOf } from "./lower-storage.ts";
import { lowerStep } from "./lower-updates.ts";
import { messages } from "./messages.ts";
import { functionName } from "./names.ts";
import { endLineOf, lineOf, located, originOf } from "./origins.ts";
import { compoundValue } from "./range.ts";
import {
  type AssignStatement,
  type CellType,
  type CopyNode,
  type DeclareStatement,
  type Expression,
  type FillNode,
  type FunctionTree,
  isReference,
  type LoopStatement,
  type RecordTree,
  type Statement,
  type SwitchStatement,
  type Type,
  typeOf,
  type Variable,
  valueOfCell,
} from "./tree.ts";
import { constant, convert, stored } from "./widths.ts";

export interface LoweredFunction {
  readonly tree: FunctionTree;
  readonly code: IrFunction;
  /** Functions, module-level variables and records that the code refers to. */
  readonly uses: ReadonlySet<FunctionTree | Variable | RecordTree>;
  /** Whether the code has a critical section. */
  readonly masksInterrupts: boolean;
}

/** Lowers a function; one that the board implements has no body. */
export function lowerFunction(tree: FunctionTree, context: LoweringContext): LoweredFunction {
  const at = new Lowering(tree, context);
  const parameters = tree.parameters.flatMap((parameter) => {
    const own = { type: at.declared(parameter.type!), name: at.name(parameter) };
    if (!context.calls.asksLength(parameter)) return [own];
    const length: Declared = { kind: "value", type: "u16" };
    return [own, { type: length, name: at.name(parameter.length!) }];
  });
  const [, body] = at.apart(() => lowerStatements(at, tree.body));
  const code: IrFunction = {
    name: functionName(tree, context.entry),
    result: at.declared(tree.result),
    parameters,
    body,
    unread: unreadDeclarations(parameters, body),
    interrupt: tree.interrupt !== undefined,
    inline: tree.inline,
    shared: false,
    origin: originOf(tree.node),
    endLine: endLineOf(tree.node),
  };
  return { tree, code, uses: at.uses, masksInterrupts: at.masksInterrupts };
}

function lowerStatements(at: Lowering, statements: readonly Statement[]): void {
  for (const statement of statements) if (at.ranges.reached(statement)) lowerStatement(at, statement);
}

function block(at: Lowering, statement: Statement | undefined): IrBlock {
  if (statement === undefined || !at.ranges.reached(statement)) return [];
  const inner = statement.kind === "block" ? statement.statements : [statement];
  return at.apart(() => lowerStatements(at, inner))[1];
}

/** Lowers one statement; its line and comments go before whatever it needs first. */
function lowerStatement(at: Lowering, statement: Statement): void {
  const origin = originOf(statement.node);
  const [, made] = at.apart(() => locating(statement.node, () => lowerAt(at, statement, origin)));
  located(made, origin.line).forEach((part, i) => {
    // The comments go before whatever the statement needs first.
    if (i === 0) at.emit({ ...part, origin: made[0].origin ?? origin });
    else at.emit(part.origin === origin ? { ...part, origin: { line: origin.line, comments: [] } } : part);
  });
}

function lowerAt(at: Lowering, statement: Statement, origin: Origin): void {
  switch (statement.kind) {
    case "declare":
      lowerDeclare(at, statement, origin);
      return;
    case "assign":
      lowerAssign(at, statement, origin);
      return;
    case "expression":
      lowerEffect(at, statement.expression, origin);
      return;
    case "block":
      lowerTaken(at, statement);
      return;
    case "if": {
      const outcome = knownOutcome(at, statement.condition);
      if (outcome !== undefined) {
        const taken = outcome ? statement.whenTrue : statement.whenFalse;
        if (taken) lowerTaken(at, taken);
        return;
      }
      const condition = lowerCondition(at, statement.condition);
      const whenTrue = block(at, statement.whenTrue);
      const whenFalse = block(at, statement.whenFalse);
      at.emit({ kind: "if", origin, condition, whenTrue, whenFalse });
      return;
    }
    case "critical": {
      const body = block(at, statement.body);
      if (body.length === 0) return;
      at.masksInterrupts = true;
      at.emit({ kind: "critical", origin, name: at.fresh("interrupts"), body });
      return;
    }
    case "loop":
      lowerLoop(at, statement, origin);
      return;
    case "switch":
      lowerSwitch(at, statement, origin);
      return;
    case "break":
    case "continue":
      at.emit({ kind: "jump", origin, to: statement.kind });
      return;
    case "return":
      at.emit({ kind: "return", origin, value: statement.value && lowerResult(at, statement.value) });
  }
}

/** A block, or the only branch that is ever taken: braces only where declarations need their scope. */
function lowerTaken(at: Lowering, statement: Statement): void {
  if (!at.ranges.reached(statement)) return;
  const body = block(at, statement);
  if (body.some((inner) => inner.kind.startsWith("declare"))) {
    at.emit({ kind: "block", origin: originOf(statement.node), body });
  } else {
    for (const inner of body) at.emit(inner);
  }
}

function lowerResult(at: Lowering, value: Expression) {
  const { result } = at.tree;
  if (isReference(result)) return lowerPointer(at, value);
  return lowerStored(at, value, result);
}

/** A scalar as it is stored in a place of type `type`. */
function lowerStored(at: Lowering, value: Expression, type: Type): IrExpression {
  if (type.kind === "boolean") return lowerCondition(at, value);
  const storage = scalarType(type);
  return stored(storage, lowerValue(at, value, keptBits(storage)));
}

function lowerDeclare(at: Lowering, statement: DeclareStatement, origin: Origin): void {
  const { variable, value } = statement;
  const { type } = variable;
  if (value === undefined) {
    const storage = storageOf(type!, variable.initial!, (record) => at.struct(record));
    const blank = at.blanks.has(statement);
    at.emit({ kind: "declareStorage", origin, storage, name: at.name(variable), blank });
    return;
  }
  if (type && isReference(type)) {
    const pointer = lowerPointer(at, value);
    at.emit({
      kind: "declare",
      origin,
      type: at.declared(type),
      name: at.name(variable),
      value: pointer,
    });
    return;
  }
  const storage = at.storage({ kind: "variable", node: statement.node, variable });
  const lowered =
    storage === "bool"
      ? lowerCondition(at, value)
      : stored(storage, lowerValue(at, value, keptBits(storage)));
  const declared: Declared = { kind: "value", type: storage };
  at.emit({ kind: "declare", origin, type: declared, name: at.name(variable), value: lowered });
}

function lowerAssign(at: Lowering, statement: AssignStatement, origin: Origin): void {
  const { target } = statement;
  if (target.kind === "variable" && target.variable.referents) {
    const value = lowerPointer(at, statement.value);
    at.emit({ kind: "point", origin, name: at.name(target.variable), value });
    return;
  }
  const compound = compoundValue(statement);
  const value = compound ?? statement.value;
  const storage = at.storage(target);
  const lowered = () =>
    storage === "bool"
      ? lowerCondition(at, value)
      : stored(storage, lowerValue(at, value, keptBits(storage)));
  withPlace(at, target, statement.value, compound !== undefined, () => {
    const source = lowered();
    at.emit({ kind: "assign", origin, target: lowerTarget(at, target), value: source });
  });
}

function lowerEffect(at: Lowering, expression: Expression, origin: Origin): void {
  switch (expression.kind) {
    case "update":
      lowerStep(at, expression, origin);
      return;
    case "call":
    case "dispatch":
      at.emit(lowerCallStatement(at, expression, origin));
      return;
    case "write": {
      const { cell, value } = expression;
      const lowered = lowerStored(at, value, valueOfCell(cell.type as CellType));
      at.emit({ kind: "assign", origin, target: lowerCell(at, cell), value: lowered });
      return;
    }
    case "store": {
      const [place] = lowerAccess(at, [expression.array, expression.offset], expression.value);
      const type = expression.bits === 16 ? "u16" : "u32";
      const value = stored(type, lowerValue(at, expression.value, expression.bits));
      const name = `joinery_store${expression.bits}${expression.order}`;
      at.emit({ kind: "call", origin, name, arguments: [place, value] });
      return;
    }
    case "copy":
    case "fill":
      // gcc warns of a memset of nothing.
      if (at.ranges.of(expression.count).max === 0) discardOperands(at, expression);
      else if (expression.kind === "copy") lowerCopy(at, expression, origin);
      else lowerFill(at, expression, origin);
      return;
    case "assert":
      lowerAssertion(at, expression.condition, origin);
  }
}

function lowerCopy(at: Lowering, expression: CopyNode, origin: Origin): void {
  const { target, targetOffset, source, sourceOffset, count } = expression;
  const parts = lowerAccess(at, [target, targetOffset, source, sourceOffset, count]);
  const type = typeOf(source);
  const flash = type.kind === "array" && type.memory === "flash";
  const name = flash ? "joinery_copy_flash" : mayOverlap(target, source) ? "memmove" : "memcpy";
  at.emit({ kind: "call", origin, name, arguments: parts, drops: true });
}

function lowerFill(at: Lowering, expression: FillNode, origin: Origin): void {
  const { target, offset, count, value } = expression;
  const [place, size] = lowerAccess(at, [target, offset, count], value);
  if (expression.lasting) {
    at.emit({ kind: "call", origin, name: "joinery_wipe", arguments: [place, size] });
    return;
  }
  const octet = stored("u8", lowerValue(at, value, 8));
  at.emit({ kind: "call", origin, name: "memset", arguments: [place, octet, size], drops: true });
}

/** A trap where the condition does not hold, in a debug build; else what evaluating the condition does. */
function lowerAssertion(at: Lowering, condition: Expression, origin: Origin): void {
  const outcome = knownOutcome(at, condition);
  if (outcome === false) {
    const name = at.context.debug ? "JOINERY_TRAP" : "JOINERY_UNREACHABLE";
    at.emit({ kind: "call", origin, name, arguments: [] });
  } else if (outcome === undefined && at.context.debug) {
    const test = lowerCondition(at, condition);
    at.emit({ kind: "call", origin, name: "JOINERY_ASSERT", arguments: [test] });
  } else if (outcome === undefined) {
    discard(at, condition);
  }
}

/** Two arrays that own their storage do not overlap; of references nothing is known. */
function mayOverlap(a: Expression, b: Expression): boolean {
  const [x, y] = [owner(a), owner(b)];
  return x === undefined || y === undefined || x === y;
}

function owner(array: Expression): object | undefined {
  if (array.kind === "view") return owner(array.array);
  if (array.kind !== "variable") return undefined;
  const { variable } = array;
  if (variable.alias) return owner(variable.alias);
  if (variable.referents) return undefined;
  return variable.scope === "parameter" ? undefined : variable;
}

function lowerLoop(at: Lowering, statement: LoopStatement, origin: Origin): void {
  const { form, initial, step } = statement;
  const condition = statement.condition;
  const [test, before] = at.apart(() =>
    condition && at.ranges.evaluated(condition) ? lowerCondition(at, condition) : undefined,
  );
  const body = block(at, statement.body);
  if (form === "do") {
    lowerDo(at, statement, origin, test, before, body);
    return;
  }
  const [, steps] = at.apart(() => lowerStatements(at, step));
  const [, initials] = at.apart(() => lowerStatements(at, initial));
  const heads = steps.every((inner) => isSimple(inner) && inner.kind !== "declare");
  if (!heads) at.context.found.add(messages.noRoom(statement.step[0].node));
  const stop: IrBlock =
    before.length === 0 ? [] : located([...before, ...breakUnless(test!)], lineOf(condition!.node));
  const always = test === undefined || (test.kind === "constant" && test.value === 1) || stop.length > 0;
  if (form === "while" && steps.length === 0) {
    const whole = always ? constant(1, "bool") : test;
    at.emit({ kind: "while", origin, condition: whole, body: [...stop, ...body] });
    return;
  }
  const alone = initials.length === 1 && isSimple(initials[0]) ? initials[0] : undefined;
  const loop: IrStatement = {
    kind: "for",
    origin,
    initial: alone,
    condition: always ? undefined : test,
    step: steps,
    body: [...stop, ...body],
  };
  if (alone || initials.length === 0) at.emit(loop);
  else at.emit({ kind: "block", origin, body: [...initials, loop] });
}

/** Whether a statement may stand in the head of a for loop. */
function isSimple(statement: IrStatement): boolean {
  return ["declare", "point", "assign", "step", "call"].includes(statement.kind);
}

function breakUnless(condition: IrExpression): IrBlock {
  if (condition.kind === "constant" && condition.value === 1) return [];
  const negated: IrExpression = { kind: "unary", type: "bool", operator: "!", operand: condition };
  const leave: IrStatement = { kind: "jump", origin: undefined, to: "break" };
  return [{ kind: "if", origin: undefined, condition: negated, whenTrue: [leave], whenFalse: [] }];
}

function lowerDo(
  at: Lowering,
  statement: LoopStatement,
  origin: Origin,
  test: IrExpression | undefined,
  before: IrBlock,
  body: IrBlock,
): void {
  // Without a test the end of the body is never reached: the loop runs once.
  const condition = test ?? constant(0, "bool");
  const conditionLine = lineOf(statement.condition!.node);
  if (before.length === 0) {
    at.emit({ kind: "do", origin, condition, conditionLine, body });
    return;
  }
  if (jumps(statement.body)) at.context.found.add(messages.noRoom(statement.condition!.node));
  at.emit({
    kind: "while",
    origin,
    condition: constant(1, "bool"),
    body: [
      { kind: "block", origin: undefined, body },
      ...located([...before, ...breakUnless(condition)], conditionLine),
    ],
  });
}

/** Whether a `continue` of this very loop occurs. */
function jumps(statement: Statement): boolean {
  switch (statement.kind) {
    case "continue":
      return true;
    case "block":
      return statement.statements.some(jumps);
    case "if":
      return jumps(statement.whenTrue) || (statement.whenFalse !== undefined && jumps(statement.whenFalse));
    case "switch":
      return statement.clauses.some((clause) => clause.body.some(jumps));
    default:
      return false;
  }
}

function lowerSwitch(at: Lowering, statement: SwitchStatement, origin: Origin): void {
  const range = at.ranges.of(statement.value);
  const value = lowerValue(at, statement.value, "exact");
  const clauses = statement.clauses.map((clause) => {
    const [, body] = at.apart(() => lowerStatements(at, clause.body));
    const possible = clause.label
      ? clause.label.value >= range.min && clause.label.value <= range.max
      : !at.ranges.exhaustive(statement);
    // A label that is never met may not fit the type of the value; its body is reached from the labels above it.
    const label =
      clause.label && possible ? convert(value.type, lowerValue(at, clause.label, "exact")) : undefined;
    const line = lineOf(clause.node);
    const fallback = clause.label === undefined;
    return { label, fallback, line, body, needed: possible || body.length > 0 };
  });
  const needed = clauses.filter((clause) => clause.needed);
  const last = needed.at(-1);
  // C cannot see that one of the labels is always met, so the last one is the default too.
  if (last && at.ranges.exhaustive(statement) && !needed.some((clause) => clause.fallback)) {
    needed[needed.length - 1] = { ...last, fallback: true };
  }
  // In C99 no label may stand right before the end of a block.
  const end = needed.at(-1);
  if (end?.body.length === 0) {
    needed[needed.length - 1] = { ...end, body: [{ kind: "jump", origin: undefined, to: "break" }] };
  }
  at.emit({ kind: "switch", origin, value, clauses: needed });
}
