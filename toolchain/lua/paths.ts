/** What statements do to the control flow around them, and to variables. */
import { type tree, walk } from "../compiler/index.ts";
import type { JumpKind } from "./jumps.ts";

/*
 * Jumps can be left out where what follows them goes into the other branch.
 */

/** Blocks may stand this deep in each other before a loop that runs once is the better form. */
const DEEPEST = 24;

/**
 * Whether every jump of `kind` in the list, which ends where the jump leads, has nothing left to do once each `if` of
 * which one branch never ends normally has taken what follows into the other.
 */
export function canNest(statements: readonly tree.Statement[], kind: JumpKind, depth = 0): boolean {
  const [first, ...rest] = statements;
  if (first === undefined) return true;
  if (!jumps(first, kind)) return canNest(rest, kind, depth);
  if (depth > DEEPEST) return false;
  switch (first.kind) {
    case "break":
    case "continue":
    case "return":
      return true;
    case "block":
      return canNest([...first.statements, ...rest], kind, depth);
    case "if": {
      const no = first.whenFalse ? [first.whenFalse] : [];
      if (rest.length === 0) return canNest([first.whenTrue], kind, depth) && canNest(no, kind, depth);
      if (!completes(first.whenTrue)) {
        return canNest([first.whenTrue], kind, depth) && canNest([...no, ...rest], kind, depth + 1);
      }
      if (first.whenFalse && !completes(first.whenFalse)) {
        return canNest([first.whenTrue, ...rest], kind, depth + 1) && canNest(no, kind, depth);
      }
      return false;
    }
    case "switch":
      // What jumps out of it: its clauses end where the list does.
      return (
        rest.length === 0 &&
        first.clauses.every(({ body }) => canNest(body, "break", depth) && canNest(body, kind, depth))
      );
    default:
      return false;
  }
}

/** Whether a jump of this kind that leaves the statement occurs in it. */
export function jumps(statement: tree.Statement, kind: JumpKind): boolean {
  switch (statement.kind) {
    case "break":
    case "continue":
    case "return":
      return statement.kind === kind;
    case "block":
      return statement.statements.some((inner) => jumps(inner, kind));
    case "if":
      return (
        jumps(statement.whenTrue, kind) ||
        (statement.whenFalse !== undefined && jumps(statement.whenFalse, kind))
      );
    case "switch":
      return (
        kind !== "break" && statement.clauses.some(({ body }) => body.some((inner) => jumps(inner, kind)))
      );
    case "loop":
      return kind === "return" && jumps(statement.body, kind);
    default:
      return false;
  }
}

/** Whether the statement after this one may run; where that is not plain, it may. */
export function completes(statement: tree.Statement): boolean {
  switch (statement.kind) {
    case "break":
    case "continue":
    case "return":
      return false;
    case "block":
      return statement.statements.every(completes);
    case "if":
      return (
        statement.whenFalse === undefined || completes(statement.whenTrue) || completes(statement.whenFalse)
      );
    default:
      return true;
  }
}

/** The variables that statements assign to. */
export function assigned(statements: readonly tree.Statement[]): ReadonlySet<tree.Variable> {
  const variables = new Set<tree.Variable>();
  const note = (target: tree.Expression) => {
    if (target.kind === "variable") variables.add(target.variable);
  };
  walk(
    statements,
    (statement) => {
      if (statement.kind === "assign") note(statement.target);
    },
    (expression) => {
      if (expression.kind === "update") note(expression.target);
    },
  );
  return variables;
}
