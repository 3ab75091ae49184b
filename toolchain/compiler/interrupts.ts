/**
 * What interrupt handlers share with the main program. A handler may run between any two machine instructions of the
 * main program where interrupts are on; handlers do not interrupt each other.
 *
 * So the main program touches what a handler touches only through volatile cells or with interrupts off, cells wider
 * than an octet with interrupts off, and no update of a cell is torn apart. A function that is called in critical
 * sections alone counts as running with interrupts off.
 */
import type { Calls } from "./calls.ts";
import { type Messages, messages } from "./messages.ts";
import {
  type CellType,
  calleesOf,
  type Expression,
  type FunctionTree,
  isReference,
  isRow,
  type ProgramTree,
  type Statement,
  typeOf,
  type Variable,
} from "./tree.ts";
import { innerStatements, operands, ownExpressions, walk } from "./walk.ts";

/** Messages where an interrupt could come between; `calls` has every reached function. */
export function checkInterrupts(program: ProgramTree, calls: Calls, found: Messages): void {
  const handlers = handlersOf(program);
  const touched = touchedBy(handlers, (expression) => mentioned(expression));
  const written = touchedBy(handlers, (expression) =>
    expression.kind === "write" ? expression.cell : undefined,
  );
  const open = interruptible(program);
  if (program.interrupts.length > 0) for (const tree of calls.order) checkSections(tree.body, found);
  for (const tree of calls.order) {
    if (!open.has(tree)) continue;
    const told = new Set<Variable>();
    visit(tree.body, false, (expression, safe) => {
      if (safe) return;
      const variable = mentioned(expression);
      if (variable === undefined) return;
      const type = variable.type!;
      const by = touched.get(variable)?.name;
      if (type.kind === "cell") {
        checkCell(variable, type, expression, written.get(variable)?.name, found);
      } else if (by !== undefined && !told.has(variable)) {
        told.add(variable);
        found.add(
          handlers.has(tree)
            ? messages.sharedFunction(expression.node, tree.name, variable.name, by)
            : messages.sharedData(expression.node, variable.name, by),
        );
      }
    });
  }
}

/** What a name from outside a critical section refers to at its end may be touched after it. */
function checkSections(body: readonly Statement[], found: Messages): void {
  walk(
    body,
    (section) => {
      if (section.kind !== "critical") return;
      const inside = new Set<Variable>();
      walk(
        [section.body],
        (statement) => {
          if (statement.kind === "declare") inside.add(statement.variable);
          if (statement.kind !== "assign" || statement.target.kind !== "variable") return;
          const { variable } = statement.target;
          if (isReference(typeOf(statement.target)) && !inside.has(variable)) {
            found.add(messages.referenceLeaves(statement.node, variable.name));
          }
        },
        () => {},
      );
    },
    () => {},
  );
}

/** An access to a cell with interrupts on. */
function checkCell(
  variable: Variable,
  type: CellType,
  access: Expression,
  writer: string | undefined,
  found: Messages,
): void {
  const { name } = variable;
  if (type.width === "u16" || type.width === "u32") {
    found.add(messages.wideCell(access.node, name, type.width.slice(1)));
  } else if (writer !== undefined && access.kind === "write" && reads(access.value, variable)) {
    found.add(messages.lostUpdate(access.node, name, writer));
  }
}

function reads(expression: Expression, cell: Variable): boolean {
  if (expression.kind === "read" && expression.cell === cell) return true;
  return operands(expression).some((operand) => reads(operand, cell));
}

/** Every function that an interrupt handler reaches, with one of the handlers that reach it. */
function handlersOf(program: ProgramTree): ReadonlyMap<FunctionTree, FunctionTree> {
  const reached = new Map<FunctionTree, FunctionTree>();
  const follow = (tree: FunctionTree, handler: FunctionTree): void => {
    if (reached.has(tree)) return;
    reached.set(tree, handler);
    visit(tree.body, false, (expression) => {
      for (const callee of calleesOf(expression)) follow(callee, handler);
    });
  };
  for (const handler of program.interrupts) follow(handler, handler);
  return reached;
}

/** Every function that the main program may run with interrupts on. */
function interruptible(program: ProgramTree): ReadonlySet<FunctionTree> {
  const reached = new Set<FunctionTree>();
  const follow = (tree: FunctionTree): void => {
    if (reached.has(tree)) return;
    reached.add(tree);
    visit(tree.body, false, (expression, safe) => {
      if (!safe) for (const callee of calleesOf(expression)) follow(callee);
    });
  };
  follow(program.entry);
  return reached;
}

/** The variables that `pick` finds in the handlers' functions, each with one of the handlers. */
function touchedBy(
  handlers: ReadonlyMap<FunctionTree, FunctionTree>,
  pick: (expression: Expression) => Variable | undefined,
): ReadonlyMap<Variable, FunctionTree> {
  const found = new Map<Variable, FunctionTree>();
  for (const [tree, handler] of handlers) {
    visit(tree.body, false, (expression) => {
      const variable = pick(expression);
      if (variable && !found.has(variable)) found.set(variable, handler);
    });
  }
  return found;
}

/**
 * The storage in RAM that an expression names. References are to what is named somewhere on the same side: there is no
 * way to an array or record but from its name.
 */
function mentioned(expression: Expression): Variable | undefined {
  if (expression.kind === "read" || expression.kind === "write") return expression.cell;
  if (expression.kind !== "variable") return undefined;
  const { variable } = expression;
  const { type } = variable;
  const flash = type !== undefined && isRow(type) && type.memory === "flash";
  return variable.scope === "module" && !flash ? variable : undefined;
}

/** Visits every expression below; `safe` where it stands in a critical section. */
function visit(
  statements: readonly Statement[],
  safe: boolean,
  action: (expression: Expression, safe: boolean) => void,
): void {
  const expression = (current: Expression): void => {
    action(current, safe);
    for (const operand of operands(current)) expression(operand);
  };
  for (const statement of statements) {
    for (const own of ownExpressions(statement)) expression(own);
    visit(innerStatements(statement), safe || statement.kind === "critical", action);
  }
}
