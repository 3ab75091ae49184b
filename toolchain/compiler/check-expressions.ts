/** Expressions: each form of TypeScript that the device has, the others with a message. */
import ts from "typescript";
import type { Checker } from "./check.ts";
import { checkCellAccess, newCell } from "./check-cells.ts";
import { checkDispatchCall } from "./check-dispatch.ts";
import { checkIntrinsic } from "./check-intrinsics.ts";
import { restsOnConfiguration } from "./configuration.ts";
import { fold, number } from "./fold.ts";
import { messages } from "./messages.ts";
import { fieldOfRow } from "./table-values.ts";
import {
  type ArithmeticOperator,
  type CompareOperator,
  type Expression,
  isReference,
  isRow,
  type Type,
  typeOf,
  type Variable,
} from "./tree.ts";
import { declarationOf, describe, sameReference } from "./types.ts";

const K = ts.SyntaxKind;

export const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, ArithmeticOperator> = new Map([
  [K.PlusToken, "+"],
  [K.MinusToken, "-"],
  [K.AsteriskToken, "*"],
  [K.PercentToken, "%"],
  [K.AmpersandToken, "&"],
  [K.BarToken, "|"],
  [K.CaretToken, "^"],
  [K.LessThanLessThanToken, "<<"],
  [K.GreaterThanGreaterThanToken, ">>"],
  [K.GreaterThanGreaterThanGreaterThanToken, ">>>"],
]);

const COMPARISONS: ReadonlyMap<ts.SyntaxKind, CompareOperator> = new Map([
  [K.LessThanToken, "<"],
  [K.LessThanEqualsToken, "<="],
  [K.GreaterThanToken, ">"],
  [K.GreaterThanEqualsToken, ">="],
  [K.EqualsEqualsEqualsToken, "==="],
  [K.ExclamationEqualsEqualsToken, "!=="],
]);

/** Checks an expression. After a message the result is some number, so that checking can go on. */
export function checkExpression(checker: Checker, node: ts.Expression): Expression {
  if (ts.isParenthesizedExpression(node)) return checkExpression(checker, node.expression);
  if (ts.isOptionalChain(node)) {
    return refused(checker, node, messages.syntax(node, "'?.'", "nothing is ever missing here, write '.'"));
  }
  if (ts.isSatisfiesExpression(node)) return checkExpression(checker, node.expression);
  if (ts.isNumericLiteral(node)) return literal(checker, node);
  if (node.kind === K.TrueKeyword || node.kind === K.FalseKeyword) {
    return { kind: "boolean", node, value: node.kind === K.TrueKeyword };
  }
  if (ts.isIdentifier(node)) return identifier(checker, node);
  if (ts.isPropertyAccessExpression(node)) return property(checker, node);
  if (ts.isElementAccessExpression(node)) return element(checker, node);
  if (ts.isPrefixUnaryExpression(node)) return prefix(checker, node);
  if (ts.isPostfixUnaryExpression(node)) return update(checker, node, false);
  if (ts.isBinaryExpression(node)) return binary(checker, node);
  if (ts.isConditionalExpression(node)) return conditional(checker, node);
  if (ts.isCallExpression(node)) return call(checker, node);
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
    return refused(checker, node, messages.stringValue(node));
  }
  if (ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isTypeAssertionExpression(node)) {
    return refused(checker, node, messages.assertionProvesNothing(node, node.getText()));
  }
  if (ts.isNewExpression(node) && newCell(checker, node)) {
    return refused(checker, node, messages.cellPlace(node));
  }
  return refused(checker, node, messages.syntax(node, ...otherSyntax(node)));
}

/** An integer, or a message. */
export function checkInteger(checker: Checker, node: ts.Expression): Expression {
  const expression = checkExpression(checker, node);
  if (typeOf(expression).kind === "int") return expression;
  return refused(checker, node, messages.notNumber(node));
}

/** A boolean, or a message. */
export function checkCondition(checker: Checker, node: ts.Expression): Expression {
  const expression = checkExpression(checker, node);
  if (typeOf(expression).kind === "boolean") return expression;
  if (!isStandIn(expression)) checker.found.add(messages.notBoolean(node));
  return { kind: "boolean", node, value: true };
}

/** A value for a place of type `wanted`: its kind is checked here, its range by `range`. */
export function checkValueFor(checker: Checker, node: ts.Expression, wanted: Type): Expression {
  const expression = checkExpression(checker, node);
  const given = typeOf(expression);
  if (given.kind === wanted.kind && (given.kind === "int" || given.kind === "boolean")) return expression;
  if (sameReference(given, wanted) || isStandIn(expression)) return expression;
  if (wanted.kind === "record" && given.kind === "record" && wanted.record === given.record) {
    return refused(checker, node, messages.constantRecord(node, given.record.name));
  }
  return refused(checker, node, messages.arrayKind(node, describe(wanted), describe(given)));
}

export function refused(checker: Checker, node: ts.Node, message: ts.Diagnostic): Expression {
  checker.found.add(message);
  return standIn(node);
}

const standIns = new WeakSet<Expression>();

/** Some number in the place of what is refused. What it does not fit is a consequence, and no message of its own. */
function standIn(node: ts.Node): Expression {
  const expression = number(node, 0);
  standIns.add(expression);
  return expression;
}

export function isStandIn(expression: Expression): boolean {
  return standIns.has(expression);
}

function literal(checker: Checker, node: ts.NumericLiteral): Expression {
  const value = Number(node.text);
  if (!Number.isSafeInteger(value)) return refused(checker, node, messages.notInteger(node, node.getText()));
  return number(node, value);
}

function identifier(checker: Checker, node: ts.Identifier): Expression {
  const declaration = declarationOf(checker.checker, node);
  const local = declaration && checker.locals.get(declaration);
  if (local && checker.untyped.has(local)) return standIn(node);
  if (local) return { kind: "variable", node, variable: local };
  if (
    declaration === undefined ||
    !ts.isVariableDeclaration(declaration) ||
    !isModuleLevel(checker, declaration)
  ) {
    return refused(checker, node, messages.unknownName(node, node.text));
  }
  const name = checker.moduleName(declaration, node);
  if (name === undefined) return standIn(node);
  if (name.kind === "variable" && name.variable.type?.kind === "cell") {
    return refused(checker, node, messages.cellPlace(node));
  }
  if (name.kind === "variable" && name.variable.type?.kind === "functions") {
    return refused(checker, node, messages.dispatchPlace(node, node.text));
  }
  if (name.kind === "expression")
    return name.expression.kind === "view" ? name.expression : { ...name.expression, node };
  return { kind: "variable", node, variable: name.variable };
}

/** The module-level variable with storage that a name stands for. */
function moduleVariable(checker: Checker, node: ts.Expression): Variable | undefined {
  if (ts.isParenthesizedExpression(node)) return moduleVariable(checker, node.expression);
  const declaration = ts.isIdentifier(node) ? declarationOf(checker.checker, node) : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const name = isModuleLevel(checker, declaration) ? checker.moduleName(declaration, node) : undefined;
  return name?.kind === "variable" ? name.variable : undefined;
}

/** The number of functions in the dispatch table that `node` names. */
export function functionCount(checker: Checker, node: ts.Expression): number | undefined {
  const type = moduleVariable(checker, node)?.type;
  return type?.kind === "functions" ? type.functions.length : undefined;
}

function isModuleLevel(checker: Checker, declaration: ts.VariableDeclaration): boolean {
  const file = declaration.getSourceFile();
  return declaration.parent.parent.parent === file && file !== checker.language && !file.isDeclarationFile;
}

function property(checker: Checker, node: ts.PropertyAccessExpression): Expression {
  const member = declarationOf(checker.checker, node.name);
  if (member && ts.isEnumMember(member)) return enumMember(checker, node, member);
  const count = node.name.text === "length" ? functionCount(checker, node.expression) : undefined;
  if (count !== undefined) return number(node, count);
  const base = checkExpression(checker, node.expression);
  if (isStandIn(base)) return standIn(node);
  const type = typeOf(base);
  if (isRow(type) && node.name.text === "length") return { kind: "length", node, array: base };
  const field = type.kind === "record" ? type.record.fields.get(node.name.text) : undefined;
  const constant = field && fieldOfRow(base, field);
  if (constant !== undefined) {
    return field?.type.kind === "boolean"
      ? { kind: "boolean", node, value: constant !== 0 }
      : number(node, constant);
  }
  if (field) return { kind: "field", node, base, field };
  // A member that its record class may not have has its message there.
  if (type.kind === "record" && member && ts.isClassLike(member.parent)) return standIn(node);
  return refused(checker, node.name, messages.unknownName(node.name, node.name.text));
}

/** The value of a member of an enum; only members that are integers exist on the device. */
function enumMember(checker: Checker, node: ts.Expression, member: ts.EnumMember): Expression {
  const { members } = member.parent;
  if (members.some(({ initializer }) => initializer && restsOnConfiguration(checker.checker, initializer))) {
    const what = "an enum with a member that a @config constant gives";
    return refused(checker, node, messages.syntax(node, what, "write a number, or take constants instead"));
  }
  const value = checker.checker.getConstantValue(member);
  if (typeof value === "number" && Number.isSafeInteger(value)) return number(node, value);
  return refused(checker, node, messages.notInteger(node, node.getText()));
}

function element(checker: Checker, node: ts.ElementAccessExpression): Expression {
  const named = declarationOf(checker.checker, node.expression);
  if (named && ts.isEnumDeclaration(named)) {
    const member = declarationOf(checker.checker, node.argumentExpression);
    if (member && ts.isEnumMember(member)) return enumMember(checker, node, member);
    const wayOut = "an enum is its members' numbers and nothing else";
    return refused(checker, node, messages.syntax(node, "the name of a member", wayOut));
  }
  const array = checkExpression(checker, node.expression);
  const index = checkInteger(checker, node.argumentExpression);
  if (isStandIn(array) || isStandIn(index)) return standIn(node);
  if (!isRow(typeOf(array))) {
    return refused(
      checker,
      node.expression,
      messages.arrayKind(node.expression, "an array", describe(typeOf(array))),
    );
  }
  const values =
    array.kind === "variable" && array.variable.initial?.kind === "table" && array.variable.initial.values;
  if (values && index.kind === "number" && index.value in values) return number(node, values[index.value]);
  return { kind: "element", node, array, index };
}

function prefix(checker: Checker, node: ts.PrefixUnaryExpression): Expression {
  switch (node.operator) {
    case K.ExclamationToken:
      return fold({ kind: "not", node, operand: checkCondition(checker, node.operand) });
    case K.MinusToken:
      return fold({ kind: "unary", node, operator: "-", operand: checkInteger(checker, node.operand) });
    case K.TildeToken:
      return fold({ kind: "unary", node, operator: "~", operand: checkInteger(checker, node.operand) });
    case K.PlusPlusToken:
    case K.MinusMinusToken:
      return update(checker, node, true);
    default:
      return checkInteger(checker, node.operand);
  }
}

function update(
  checker: Checker,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  isPrefix: boolean,
): Expression {
  const target = checkTarget(checker, node.operand);
  if (target === undefined) return standIn(node);
  if (typeOf(target).kind !== "int") return refused(checker, node.operand, messages.notNumber(node.operand));
  return { kind: "update", node, target, step: node.operator === K.PlusPlusToken ? 1 : -1, prefix: isPrefix };
}

/** What an assignment may write: a scalar variable, a field, or an element in RAM. */
export function checkTarget(checker: Checker, node: ts.Expression): Expression | undefined {
  const target = checkExpression(checker, node);
  const { kind } = typeOf(target);
  const place = target.kind === "variable" || target.kind === "field" || target.kind === "element";
  if (place && (kind === "int" || kind === "boolean")) return target;
  if (isStandIn(target)) return undefined;
  const whole = isReference(typeOf(target));
  checker.found.add(messages.assignmentTarget(node, whole ? "an array or record as a whole" : "this"));
  return undefined;
}

function binary(checker: Checker, node: ts.BinaryExpression): Expression {
  const token = node.operatorToken.kind;
  if (token === K.AmpersandAmpersandToken || token === K.BarBarToken) return logical(checker, node);
  const operator = ARITHMETIC.get(token);
  if (operator) {
    const left = checkInteger(checker, node.left);
    return fold({ kind: "binary", node, operator, left, right: checkInteger(checker, node.right) });
  }
  const comparison = COMPARISONS.get(token);
  if (comparison) return compare(checker, node, comparison);
  if (token === K.SlashToken) return quotient(checker, node);
  if (token === K.EqualsEqualsToken || token === K.ExclamationEqualsToken) {
    const text = node.operatorToken.getText();
    return refused(checker, node.operatorToken, messages.looseEquality(node.operatorToken, text));
  }
  const what = `'${node.operatorToken.getText()}'`;
  if (token >= K.FirstAssignment && token <= K.LastAssignment) {
    return refused(
      checker,
      node,
      messages.syntax(node, `${what} inside an expression`, "make it a statement of its own"),
    );
  }
  const wayOut = operatorWayOut(node.operatorToken.getText());
  return refused(checker, node, messages.syntax(node.operatorToken, what, wayOut));
}

/** What to write instead of an operator that the device does not have. */
export function operatorWayOut(operator: string): string {
  switch (operator) {
    case "**":
    case "**=":
      return "multiply, shift as in 1 << n, or read a table";
    case "??":
    case "??=":
      return "nothing is ever missing here, leave it and its right side out";
    case "&&=":
    case "||=":
      return "write if (...) and an assignment";
    case ",":
      return "write each part as a statement of its own";
    default:
      return "types are known when the program is compiled";
  }
}

/** A constant quotient without a fraction; any other division stands directly under a cast. */
function quotient(checker: Checker, node: ts.BinaryExpression): Expression {
  const left = checkInteger(checker, node.left);
  const right = checkInteger(checker, node.right);
  if (left.kind === "number" && right.kind === "number" && Number.isSafeInteger(left.value / right.value)) {
    return number(node, left.value / right.value);
  }
  return refused(checker, node, messages.fraction(node));
}

function compare(checker: Checker, node: ts.BinaryExpression, operator: CompareOperator): Expression {
  const left = checkExpression(checker, node.left);
  const right = checkExpression(checker, node.right);
  const kinds = [typeOf(left).kind, typeOf(right).kind];
  const equality = operator === "===" || operator === "!==";
  if (isStandIn(left) || isStandIn(right)) return { kind: "boolean", node, value: true };
  if (kinds[0] !== kinds[1] || !(kinds[0] === "int" || (equality && kinds[0] === "boolean"))) {
    checker.found.add(messages.notNumber(kinds[0] === "int" ? node.right : node.left));
    return { kind: "boolean", node, value: true };
  }
  return fold({ kind: "compare", node, operator, left, right });
}

/** `&&` and `||`; the right side is not looked at where the left is constant and decides. */
function logical(checker: Checker, node: ts.BinaryExpression): Expression {
  const operator = node.operatorToken.kind === K.AmpersandAmpersandToken ? "&&" : "||";
  const left = checkCondition(checker, node.left);
  if (left.kind === "boolean" && left.value === (operator === "||")) return left;
  const right = checkCondition(checker, node.right);
  return fold({ kind: "logical", node, operator, left, right });
}

function conditional(checker: Checker, node: ts.ConditionalExpression): Expression {
  const condition = checkCondition(checker, node.condition);
  if (condition.kind === "boolean") {
    return checkExpression(checker, condition.value ? node.whenTrue : node.whenFalse);
  }
  const whenTrue = checkExpression(checker, node.whenTrue);
  const whenFalse = checkExpression(checker, node.whenFalse);
  const [a, b] = [typeOf(whenTrue), typeOf(whenFalse)];
  const scalar = a.kind === b.kind && (a.kind === "int" || a.kind === "boolean");
  if (!scalar && !sameReference(a, b)) {
    return refused(checker, node, messages.arrayKind(node.whenFalse, describe(a), describe(b)));
  }
  const type: Type =
    isRow(a) && isRow(b)
      ? { ...a, length: Math.min(a.length, b.length) }
      : a.kind === "int" && b.kind === "int"
        ? { ...a, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max), name: "number" }
        : a;
  return { kind: "conditional", node, condition, whenTrue, whenFalse, type };
}

function call(checker: Checker, node: ts.CallExpression): Expression {
  if (ts.isPropertyAccessExpression(node.expression) || ts.isElementAccessExpression(node.expression)) {
    const variable = moduleVariable(checker, node.expression.expression);
    const access =
      variable && (checkCellAccess(checker, node, variable) ?? checkDispatchCall(checker, node, variable));
    if (access) return access;
  }
  const declaration = ts.isIdentifier(node.expression)
    ? declarationOf(checker.checker, node.expression)
    : undefined;
  if (declaration && (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration))) {
    const wayOut = "declare it as function f(...) at the top level, or list it in a dispatch([...]) table";
    return refused(checker, node, messages.syntax(node, "a function behind a variable", wayOut));
  }
  if (declaration === undefined || !ts.isFunctionDeclaration(declaration) || declaration.name === undefined) {
    return refused(
      checker,
      node.expression,
      messages.unknownName(node.expression, node.expression.getText()),
    );
  }
  if (declaration.getSourceFile() === checker.language) {
    return checkIntrinsic(checker, node, declaration.name.text);
  }
  const nested = declaration.parent !== declaration.getSourceFile();
  if (nested || declaration.getSourceFile().isDeclarationFile) {
    return refused(
      checker,
      node.expression,
      messages.unknownName(node.expression, node.expression.getText()),
    );
  }
  const callee = checker.functionTree(declaration);
  if (callee.interrupt !== undefined) {
    return refused(checker, node.expression, messages.handlerCalled(node.expression, callee.name));
  }
  const values = callee.parameters.map((parameter, i) => {
    const argument = node.arguments[i];
    if (argument === undefined) return number(node, 0);
    // A parameter of no type that the device has takes anything: it has its message.
    if (checker.untyped.has(parameter)) return checkExpression(checker, argument);
    return checkValueFor(checker, argument, parameter.type!);
  });
  return checker.untyped.has(callee) ? standIn(node) : { kind: "call", node, callee, arguments: values };
}

function otherSyntax(node: ts.Expression): [what: string, wayOut: string] {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return ["a function inside an expression", "declare it at the top level of the module"];
  }
  if (ts.isNewExpression(node)) return ["'new' inside an expression", "give it a name: const x = new ..."];
  if (ts.isArrayLiteralExpression(node)) {
    return ["an array literal", "use new Uint8Array(n), or table8([...]) at module level"];
  }
  if (ts.isObjectLiteralExpression(node))
    return ["an object literal", "declare a class with initialised fields"];
  if (ts.isBigIntLiteral(node)) return ["a bigint", "use u32 and carry by hand"];
  if (ts.isTypeOfExpression(node)) return ["'typeof'", "types are known when the program is compiled"];
  if (ts.isAwaitExpression(node)) return ["'await'", "call, or poll in the main loop"];
  return [`this syntax (${K[node.kind]})`, "write it with variables, operators and calls"];
}
