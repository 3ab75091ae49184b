/** Ways out that the compiler can write itself: the cast that a message names, around the marked expression. */
import ts from "typescript";

/** A piece of a source to be replaced. */
export interface TextChange {
  readonly start: number;
  readonly length: number;
  readonly text: string;
}

export interface Fix {
  /** What it does, for people. */
  readonly title: string;
  /** In the file of the diagnostic, none touching another. */
  readonly changes: readonly TextChange[];
}

/** What a value that does not fit can be replaced by. */
export interface Replacement {
  readonly node: ts.Node;
  readonly text: string;
  /** Whether it is an assignment where there was a step or a compound one. */
  readonly assigns: boolean;
}

interface FixableDiagnostic extends ts.Diagnostic {
  readonly fixes: readonly Fix[];
}

/** `diagnostic`, with the fixes that put each of `casts` around `node`. */
export function fixable(diagnostic: ts.Diagnostic, node: ts.Node, casts: readonly string[]): ts.Diagnostic {
  const fixes = castFixes(casts, node);
  return fixes.length === 0 ? diagnostic : ({ ...diagnostic, fixes } as FixableDiagnostic);
}

/** What the compiler can write itself so that a diagnostic goes away. */
export function fixesOf(diagnostic: ts.Diagnostic): readonly Fix[] {
  return "fixes" in diagnostic ? (diagnostic as FixableDiagnostic).fixes : [];
}

/**
 * `node` with the cast around what it stores: `x + 1` becomes `u8(x + 1)`, `x += 1` and `x++` become
 * `x = u8(x + 1)`. Undefined where it cannot be written in one piece.
 */
export function castTo(cast: string, node: ts.Node): Replacement | undefined {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const sign = stepSign(node.operator);
    if (sign !== undefined) return assigned(node, node.operand, (target) => `${cast}(${target} ${sign} 1)`);
  }
  if (ts.isBinaryExpression(node)) {
    const operator = /^([^=]+)=$/.exec(node.operatorToken.getText())?.[1];
    if (operator && node.operatorToken.kind >= ts.SyntaxKind.FirstCompoundAssignment) {
      const text = node.right.getText();
      const isOperation = ts.isBinaryExpression(node.right) || ts.isConditionalExpression(node.right);
      const right = isOperation ? `(${text})` : text;
      return assigned(node, node.left, (target) => `${cast}(${target} ${operator} ${right})`);
    }
  }
  if (!ts.isExpression(node)) return undefined;
  let inner: ts.Expression = node;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  return { node, text: `${cast}(${inner.getText()})`, assigns: false };
}

/** The fixes that write each of `casts`, and import it where it is not. */
function castFixes(casts: readonly string[], node: ts.Node): readonly Fix[] {
  return casts.flatMap((cast) => {
    const replacement = castTo(cast, node);
    if (replacement === undefined) return [];
    const { text } = replacement;
    const start = replacement.node.getStart();
    const change = { start, length: replacement.node.getEnd() - start, text };
    return [{ title: `Write ${text}`, changes: [...importing(cast, node.getSourceFile()), change] }];
  });
}

function stepSign(operator: ts.SyntaxKind): string | undefined {
  if (operator === ts.SyntaxKind.PlusPlusToken) return "+";
  return operator === ts.SyntaxKind.MinusMinusToken ? "-" : undefined;
}

/** `target = value`, where the step is a statement of its own and the target may be written twice. */
function assigned(
  node: ts.Expression,
  target: ts.Expression,
  value: (target: string) => string,
): Replacement | undefined {
  const { parent } = node;
  const alone =
    ts.isExpressionStatement(parent) || (ts.isForStatement(parent) && parent.incrementor === node);
  const text = target.getText();
  if (!alone || /\+\+|--|\(/.test(text)) return undefined;
  return { node, text: `${text} = ${value(text)}`, assigns: true };
}

/** The change that makes `name` of the language a value in `file`. */
function importing(name: string, file: ts.SourceFile): TextChange[] {
  const imports = file.statements.filter(ts.isImportDeclaration);
  const from = imports.find(({ moduleSpecifier }) =>
    /(^|\/)lang(\/index\.[jt]s)?"?$/.test((moduleSpecifier as ts.StringLiteral).text),
  );
  const bindings = from?.importClause?.namedBindings;
  if (from === undefined || bindings === undefined || !ts.isNamedImports(bindings)) return [];
  const known = imports
    .flatMap(({ importClause }) => importClause?.namedBindings ?? [])
    .flatMap((named) => (ts.isNamedImports(named) ? [...named.elements] : []))
    .filter((element) => element.name.text === name);
  const typeOnly = (element: ts.ImportSpecifier) =>
    element.isTypeOnly || element.parent.parent.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (known.some((element) => !typeOnly(element))) return [];
  const own = known.find((element) => element.isTypeOnly);
  if (own) return [{ start: own.getStart(), length: own.name.getStart() - own.getStart(), text: "" }];
  if (from.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) {
    // The whole import is of types: there must not be two of one name.
    if (known.length > 0) return [];
    return [
      {
        start: from.getEnd(),
        length: 0,
        text: `\nimport { ${name} } from ${from.moduleSpecifier.getText()};`,
      },
    ];
  }
  const last = bindings.elements.at(-1);
  return last ? [{ start: last.getEnd(), length: 0, text: `, ${name}` }] : [];
}
