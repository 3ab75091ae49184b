/** The parts of an expression or statement, in the order in which JavaScript evaluates them. */
import type { Expression, Statement } from "./tree.ts";

export function operands(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "number":
    case "boolean":
    case "variable":
    case "read":
      return [];
    case "field":
      return [expression.base];
    case "element":
      return [expression.array, expression.index];
    case "unary":
    case "not":
    case "cast":
      return [expression.operand];
    case "binary":
    case "divide":
    case "mul32":
    case "compare":
    case "logical":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case "rotate":
      return [expression.value, expression.count];
    case "call":
      return expression.arguments;
    case "dispatch":
      return [expression.index, ...expression.arguments];
    case "write":
      return [expression.value];
    case "update":
      return [expression.target];
    case "length":
      return [expression.array];
    case "view":
    case "load":
      return [expression.array, expression.offset];
    case "store":
      return [expression.array, expression.offset, expression.value];
    case "copy":
      return [
        expression.target,
        expression.targetOffset,
        expression.source,
        expression.sourceOffset,
        expression.count,
      ];
    case "fill":
      return [expression.target, expression.offset, expression.count, expression.value];
    case "equal":
      return [
        expression.left,
        expression.leftOffset,
        expression.right,
        expression.rightOffset,
        expression.count,
      ];
    case "assert":
      return [expression.condition];
  }
}

/** The statements inside a statement. */
export function innerStatements(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "if":
      return statement.whenFalse ? [statement.whenTrue, statement.whenFalse] : [statement.whenTrue];
    case "loop":
      return [...statement.initial, statement.body, ...statement.step];
    case "switch":
      return statement.clauses.flatMap((clause) => clause.body);
    case "block":
      return statement.statements;
    case "critical":
      return [statement.body];
    default:
      return [];
  }
}

/** The expressions right in a statement. */
export function ownExpressions(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "declare":
    case "return":
      return statement.value ? [statement.value] : [];
    case "assign":
      return [statement.target, statement.value];
    case "expression":
      return [statement.expression];
    case "if":
      return [statement.condition];
    case "loop":
      return statement.condition ? [statement.condition] : [];
    case "switch":
      return [statement.value];
    default:
      return [];
  }
}

/** Visits every statement below, and the expressions of each, outer before inner. */
export function walk(
  statements: readonly Statement[],
  onStatement: (statement: Statement) => void,
  onExpression: (expression: Expression) => void,
): void {
  const expression = (current: Expression): void => {
    onExpression(current);
    for (const operand of operands(current)) expression(operand);
  };
  for (const statement of statements) {
    onStatement(statement);
    for (const own of ownExpressions(statement)) expression(own);
    walk(innerStatements(statement), onStatement, onExpression);
  }
}
