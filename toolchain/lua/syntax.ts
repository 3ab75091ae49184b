/** Builders of Lua's syntax: what is known already is computed here, so that neither heap nor time is spent on it. */
import * as lua from "typescript-to-lua";

const K = lua.SyntaxKind;

export function number(value: number): lua.Expression {
  return lua.createNumericLiteral(value + 0);
}

export function name(text: string): lua.Identifier {
  return lua.createIdentifier(text);
}

export function truth(value: boolean): lua.Expression {
  return lua.createBooleanLiteral(value);
}

/** The value of a number literal. */
export function literal(code: lua.Expression): number | undefined {
  return lua.isNumericLiteral(code) ? code.value : undefined;
}

/** Whether the code may stand in several places: a name or a number. */
export function isSimple(code: lua.Expression): boolean {
  return lua.isIdentifier(code) || lua.isNumericLiteral(code);
}

function binary(left: lua.Expression, operator: lua.BinaryOperator, right: lua.Expression): lua.Expression {
  return lua.createBinaryExpression(left, right, operator);
}

/** `left + right`; a constant at the end of the left side takes the right one in. */
export function add(left: lua.Expression, right: lua.Expression): lua.Expression {
  const [a, b] = [literal(left), literal(right)];
  if (a !== undefined && b !== undefined) return number(a + b);
  if (a === 0) return right;
  if (b === 0) return left;
  if (b !== undefined && b < 0) return subtract(left, number(-b));
  if (b !== undefined && lua.isBinaryExpression(left) && left.operator === K.AdditionOperator) {
    const inner = literal(left.right);
    if (inner !== undefined) return add(left.left, number(inner + b));
  }
  return binary(left, K.AdditionOperator, right);
}

export function subtract(left: lua.Expression, right: lua.Expression): lua.Expression {
  const [a, b] = [literal(left), literal(right)];
  if (a !== undefined && b !== undefined) return number(a - b);
  if (b === 0) return left;
  if (b !== undefined && b < 0) return add(left, number(-b));
  return binary(left, K.SubtractionOperator, right);
}

export function multiply(left: lua.Expression, right: lua.Expression): lua.Expression {
  const [a, b] = [literal(left), literal(right)];
  // What passes 2^53 is exact in Lua's 64-bit integers alone.
  if (a !== undefined && b !== undefined && Number.isSafeInteger(a * b)) return number(a * b);
  if (a === 1) return right;
  if (b === 1) return left;
  return binary(left, K.MultiplicationOperator, right);
}

/** `left / right`, a number with a fraction. */
export function over(left: lua.Expression, right: lua.Expression): lua.Expression {
  return literal(right) === 1 ? left : binary(left, K.DivisionOperator, right);
}

/** `left // right`, which 5.1 does not have. */
export function floorOver(left: lua.Expression, right: lua.Expression): lua.Expression {
  return literal(right) === 1 ? left : binary(left, K.FloorDivisionOperator, right);
}

export function modulo(left: lua.Expression, right: lua.Expression): lua.Expression {
  return binary(left, K.ModuloOperator, right);
}

export function power(base: number, exponent: lua.Expression): lua.Expression {
  const known = literal(exponent);
  return known === undefined ? binary(number(base), K.PowerOperator, exponent) : number(base ** known);
}

/** Operators that 5.1 does not have. */
const BIT_OPERATORS = {
  "&": K.BitwiseAndOperator,
  "|": K.BitwiseOrOperator,
  "~": K.BitwiseExclusiveOrOperator,
  "<<": K.BitwiseLeftShiftOperator,
  ">>": K.BitwiseRightShiftOperator,
} as const;

export function bits(
  left: lua.Expression,
  operator: keyof typeof BIT_OPERATORS,
  right: lua.Expression,
): lua.Expression {
  return binary(left, BIT_OPERATORS[operator], right);
}

export function complement(operand: lua.Expression): lua.Expression {
  return lua.createUnaryExpression(operand, K.BitwiseNotOperator);
}

const COMPARISONS = {
  "<": K.LessThanOperator,
  "<=": K.LessEqualOperator,
  ">": K.GreaterThanOperator,
  ">=": K.GreaterEqualOperator,
  "===": K.EqualityOperator,
  "!==": K.InequalityOperator,
} as const;

export function compare(
  left: lua.Expression,
  operator: keyof typeof COMPARISONS,
  right: lua.Expression,
): lua.Expression {
  return binary(left, COMPARISONS[operator], right);
}

const OPPOSITE = new Map<lua.Operator, lua.BinaryOperator>([
  [K.EqualityOperator, K.InequalityOperator],
  [K.InequalityOperator, K.EqualityOperator],
]);

export function not(operand: lua.Expression): lua.Expression {
  if (lua.isBooleanLiteral(operand)) return truth(operand.kind === K.FalseKeyword);
  if (lua.isUnaryExpression(operand) && operand.operator === K.NotOperator) return operand.operand;
  const opposite = lua.isBinaryExpression(operand) ? OPPOSITE.get(operand.operator) : undefined;
  if (opposite && lua.isBinaryExpression(operand)) return binary(operand.left, opposite, operand.right);
  return lua.createUnaryExpression(operand, K.NotOperator);
}

/** The boolean that the code is known to be. */
function knownTruth(code: lua.Expression): boolean | undefined {
  return lua.isBooleanLiteral(code) ? code.kind === K.TrueKeyword : undefined;
}

export function and(left: lua.Expression, right: lua.Expression): lua.Expression {
  const [a, b] = [knownTruth(left), knownTruth(right)];
  if (a !== undefined) return a ? right : left;
  return b === true ? left : binary(left, K.AndOperator, right);
}

export function or(left: lua.Expression, right: lua.Expression): lua.Expression {
  const [a, b] = [knownTruth(left), knownTruth(right)];
  if (a !== undefined) return a ? left : right;
  return b === false ? left : binary(left, K.OrOperator, right);
}

export function call(callee: lua.Expression, ...values: lua.Expression[]): lua.Expression {
  return lua.createCallExpression(callee, values);
}

export function index(table: lua.Expression, key: lua.Expression): lua.TableIndexExpression {
  return lua.createTableIndexExpression(table, key);
}

/** `{first, second, ...}`; `zeroth` at `[0]` where given. */
export function table(values: readonly lua.Expression[], zeroth?: lua.Expression): lua.Expression {
  const head = zeroth ? [lua.createTableFieldExpression(zeroth, number(0))] : [];
  return lua.createTableExpression([
    ...head,
    ...values.map((value) => lua.createTableFieldExpression(value)),
  ]);
}

export function local(names: lua.Identifier[], values?: lua.Expression[]): lua.Statement {
  return lua.createVariableDeclarationStatement(names, values);
}

export function assign(
  targets: lua.AssignmentLeftHandSideExpression[],
  values: lua.Expression[],
): lua.Statement {
  return lua.createAssignmentStatement(targets, values);
}

export function when(
  condition: lua.Expression,
  whenTrue: readonly lua.Statement[],
  whenFalse: readonly lua.Statement[] = [],
): lua.Statement {
  if (whenTrue.length === 0 && whenFalse.length > 0) return when(not(condition), whenFalse);
  const [only] = whenFalse;
  const otherwise =
    whenFalse.length === 1 && lua.isIfStatement(only) ? only : lua.createBlock([...whenFalse]);
  const yes = lua.createBlock([...whenTrue]);
  return lua.createIfStatement(condition, yes, whenFalse.length > 0 ? otherwise : undefined);
}
