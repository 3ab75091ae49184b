/**
 * Sources for Node that fail loudly where an ordinary run would go on: an access outside an array, a value that does
 * not fit the declared type of its place, a loop that does not end. What the compiler takes for proven must never fail.
 *
 * `x[i]` becomes `$.at(x, i)`, stores become calls that check, parameters, results and scalars with a declared type are
 * looked at where they are written. The meaning and the order of evaluation stay.
 */
import ts from "typescript";
import { RANGES } from "../../../toolchain/compiler/tree.ts";
import { parse } from "./syntax.ts";

const f = ts.factory;

/** The ranges of the fields of records, by name. */
export type FieldRanges = ReadonlyMap<string, Range | undefined>;

/** The CommonJS text of a module; it wants `$` of `checked-runtime.ts`, `require` and `exports`. */
export function checkedSource(name: string, text: string, fields: FieldRanges): string {
  const options: ts.TranspileOptions = {
    fileName: name,
    reportDiagnostics: false,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.CommonJS,
      verbatimModuleSyntax: false,
    },
    transformers: { before: [checks(fields)] },
  };
  return ts.transpileModule(text, options).outputText;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const checks =
  (fields: FieldRanges): ts.TransformerFactory<ts.SourceFile> =>
  (context) =>
  (file) => {
    const scopes: Map<string, Range | undefined>[] = [new Map()];
    let result: Range | undefined;

    const declare = (name: ts.BindingName, type: ts.TypeNode | undefined) => {
      if (ts.isIdentifier(name)) scopes.at(-1)!.set(name.text, rangeOf(type));
    };
    const rangeOfName = (name: string) => scopes.findLast((scope) => scope.has(name))?.get(name);
    const rangeOfTarget = (target: ts.Expression): Range | undefined => {
      if (ts.isIdentifier(target)) return rangeOfName(target.text);
      return ts.isPropertyAccessExpression(target) ? fields.get(target.name.text) : undefined;
    };
    const fitted = (value: ts.Expression, range: Range | undefined) =>
      range ? call("fit", value, numeral(range.min), numeral(range.max)) : value;

    /** `target` written by `change` of its old value, and the value that the expression has. */
    const stored = (target: ts.Expression, value: ts.Expression) => {
      if (!ts.isElementAccessExpression(target)) {
        return f.createAssignment(visitTarget(target), fitted(visit(value), rangeOfTarget(target)));
      }
      return call("put", visit(target.expression), visit(target.argumentExpression), visit(value));
    };
    const changed = (
      target: ts.Expression,
      change: (old: ts.Expression) => ts.Expression,
      postfix: boolean,
    ): ts.Expression => {
      const old = f.createUniqueName("old");
      const arrow = f.createArrowFunction(
        undefined,
        undefined,
        [f.createParameterDeclaration(undefined, undefined, old)],
        undefined,
        undefined,
        change(old),
      );
      const flag = postfix ? f.createTrue() : f.createFalse();
      if (ts.isElementAccessExpression(target)) {
        return call("change", visit(target.expression), visit(target.argumentExpression), arrow, flag);
      }
      const range = rangeOfTarget(target);
      if (ts.isPropertyAccessExpression(target)) {
        const limits = range ? [numeral(range.min), numeral(range.max)] : [];
        const field = f.createStringLiteral(target.name.text);
        return call("changeField", visit(target.expression), field, arrow, flag, ...limits);
      }
      const name = visit(target);
      const write = f.createAssignment(name, fitted(change(name), range));
      if (!postfix) return f.createParenthesizedExpression(write);
      // The old value first, then the write: `$.first(x, x = ...)`.
      return call("first", name, write);
    };
    /** A place that is written: its parts are visited, it is not read. */
    const visitTarget = (target: ts.Expression): ts.Expression =>
      ts.isPropertyAccessExpression(target)
        ? f.createPropertyAccessExpression(visit(target.expression), target.name)
        : target;

    const visit = <T extends ts.Node>(node: T): T => ts.visitNode(node, visitor) as T;
    const inScope = <T extends ts.Node>(node: T): T => {
      scopes.push(new Map());
      const visited = ts.visitEachChild(node, visitor, context);
      scopes.pop();
      return visited;
    };

    const visitor = (node: ts.Node): ts.Node => {
      if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return node;
      if (ts.isFunctionDeclaration(node)) return visitFunction(node);
      if (ts.isBlock(node) || ts.isCaseBlock(node)) return inScope(node);
      if (ts.isForStatement(node)) return ticking(inScope(node));
      if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
        return ticking(ts.visitEachChild(node, visitor, context));
      }
      if (ts.isVariableDeclaration(node)) {
        const range = rangeOf(node.type);
        const value = node.initializer && fitted(visit(node.initializer), range);
        declare(node.name, node.type);
        return f.updateVariableDeclaration(node, node.name, node.exclamationToken, node.type, value);
      }
      if (ts.isReturnStatement(node) && node.expression) {
        return f.updateReturnStatement(node, fitted(visit(node.expression), result));
      }
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
        return stored(node.left, node.right);
      }
      if (ts.isBinaryExpression(node) && node.operatorToken.kind in COMPOUND) {
        const operator = COMPOUND[node.operatorToken.kind];
        return changed(node.left, (old) => f.createBinaryExpression(old, operator, visit(node.right)), false);
      }
      if (ts.isPostfixUnaryExpression(node)) return changed(node.operand, stepOf(node.operator), true);
      if (
        ts.isPrefixUnaryExpression(node) &&
        (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
      ) {
        return changed(node.operand, stepOf(node.operator), false);
      }
      if (ts.isElementAccessExpression(node)) {
        return call("at", visit(node.expression), visit(node.argumentExpression));
      }
      return ts.visitEachChild(node, visitor, context);
    };

    const visitFunction = (node: ts.FunctionDeclaration): ts.Node => {
      scopes.push(new Map());
      for (const parameter of node.parameters) declare(parameter.name, parameter.type);
      result = rangeOf(node.type);
      const body = node.body && ts.visitEachChild(node.body, visitor, context);
      const guards = node.parameters.flatMap((parameter) => {
        const range = rangeOf(parameter.type);
        const name = parameter.name as ts.Identifier;
        return range ? [f.createExpressionStatement(fitted(name, range))] : [];
      });
      scopes.pop();
      const whole = body && f.updateBlock(body, [...guards, ...body.statements]);
      return f.updateFunctionDeclaration(
        node,
        node.modifiers,
        node.asteriskToken,
        node.name,
        node.typeParameters,
        node.parameters,
        node.type,
        whole,
      );
    };
    return ts.visitEachChild(file, visitor, context);
  };

const COMPOUND: Readonly<Record<number, ts.BinaryOperator>> = {
  [ts.SyntaxKind.PlusEqualsToken]: ts.SyntaxKind.PlusToken,
  [ts.SyntaxKind.MinusEqualsToken]: ts.SyntaxKind.MinusToken,
  [ts.SyntaxKind.AsteriskEqualsToken]: ts.SyntaxKind.AsteriskToken,
  [ts.SyntaxKind.PercentEqualsToken]: ts.SyntaxKind.PercentToken,
  [ts.SyntaxKind.AmpersandEqualsToken]: ts.SyntaxKind.AmpersandToken,
  [ts.SyntaxKind.BarEqualsToken]: ts.SyntaxKind.BarToken,
  [ts.SyntaxKind.CaretEqualsToken]: ts.SyntaxKind.CaretToken,
  [ts.SyntaxKind.LessThanLessThanEqualsToken]: ts.SyntaxKind.LessThanLessThanToken,
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken]: ts.SyntaxKind.GreaterThanGreaterThanToken,
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken]:
    ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
};

function stepOf(operator: ts.PrefixUnaryOperator): (old: ts.Expression) => ts.Expression {
  const sum = operator === ts.SyntaxKind.PlusPlusToken ? ts.SyntaxKind.PlusToken : ts.SyntaxKind.MinusToken;
  return (old) => f.createBinaryExpression(old, sum, numeral(1));
}

function call(name: string, ...values: readonly ts.Expression[]): ts.Expression {
  return f.createCallExpression(
    f.createPropertyAccessExpression(f.createIdentifier("$"), name),
    undefined,
    values,
  );
}

function numeral(value: number): ts.Expression {
  const digits = f.createNumericLiteral(Math.abs(value));
  return value < 0 ? f.createPrefixUnaryExpression(ts.SyntaxKind.MinusToken, digits) : digits;
}

/** Counts the rounds of a loop: `$.round()` stands first in its body. */
function ticking<T extends ts.ForStatement | ts.WhileStatement | ts.DoStatement>(loop: T): T {
  const body = f.createBlock([f.createExpressionStatement(call("round")), loop.statement]);
  if (ts.isForStatement(loop)) {
    return f.updateForStatement(loop, loop.initializer, loop.condition, loop.incrementor, body) as T;
  }
  if (ts.isWhileStatement(loop)) return f.updateWhileStatement(loop, loop.expression, body) as T;
  return f.updateDoStatement(loop, body, loop.expression) as T;
}

/** The range of a type of integers; undefined for all others. */
function rangeOf(type: ts.TypeNode | undefined): Range | undefined {
  if (type === undefined || !ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName))
    return undefined;
  const name = type.typeName.text;
  if (name in RANGES) return RANGES[name as keyof typeof RANGES];
  if (name !== "Int" || type.typeArguments?.length !== 2) return undefined;
  const [min, max] = type.typeArguments.map((argument) => Number(argument.getText()));
  return { min, max };
}

/** The ranges of the fields of all classes; of a name that stands for several ranges none. */
export function fieldRanges(texts: Readonly<Record<string, string>>): FieldRanges {
  const ranges = new Map<string, Range | undefined>();
  for (const [name, text] of Object.entries(texts)) {
    for (const declaration of parse(name, text).statements.filter(ts.isClassDeclaration)) {
      for (const member of declaration.members.filter(ts.isPropertyDeclaration)) {
        const field = member.name.getText();
        const range = rangeOf(member.type);
        const known = ranges.has(field) ? ranges.get(field) : range;
        ranges.set(field, known?.min === range?.min && known?.max === range?.max ? range : undefined);
      }
    }
  }
  return ranges;
}
