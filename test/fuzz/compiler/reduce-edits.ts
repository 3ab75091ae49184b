/** The ways in which a program may be made smaller: each takes something out or puts something simpler in its place. */
import ts from "typescript";
import type { Program } from "./program.ts";
import { type Edit, edited, parse, replacing } from "./syntax.ts";

/** Edits that belong together, by module. */
export interface Shrinking {
  readonly edits: Readonly<Record<string, readonly Edit[]>>;
  /** How much shorter the program becomes. */
  readonly gain: number;
}

/** Every single step, those that take out most first. */
export function shrinkings(program: Program): readonly Shrinking[] {
  const found: Shrinking[] = [];
  for (const [module, text] of Object.entries(program.modules)) {
    const file = parse(module, text);
    const add = (...edits: readonly Edit[]) => {
      const gain = edits.reduce((sum, edit) => sum + edit.end - edit.start - edit.replacement.length, 0);
      found.push({ edits: { [module]: edits }, gain });
    };
    const visit = (node: ts.Node): void => {
      for (const edit of editsOf(file, node)) add(edit);
      if (ts.isFunctionDeclaration(node)) found.push(...withoutParameters(program, node));
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found.sort((a, b) => b.gain - a.gain);
}

/** The program after some steps; one that overlaps an earlier one is left out. */
export function shrunk(program: Program, steps: readonly Shrinking[]): Program {
  const modules = Object.fromEntries(
    Object.entries(program.modules).map(([module, text]) => [
      module,
      edited(
        text,
        steps.flatMap(({ edits }) => edits[module] ?? []),
      ),
    ]),
  );
  const dense = Object.entries(pruned(modules)).map(([module, text]) => [
    module,
    text.replace(/^\s*\n/gm, ""),
  ]);
  return { ...program, modules: Object.fromEntries(dense) };
}

/** Imports of what is still used, and modules that still are imported. */
function pruned(modules: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {};
  const imported = new Set<string>();
  for (const [module, text] of Object.entries(modules)) {
    result[module] = text.replace(/^import \{([^}]*)\} from "\.\/(\w+\.ts)";\n?/gm, (_, names, from) => {
      const body = text.replace(/^import .*$/gm, "");
      const used = (names as string)
        .split(",")
        .map((name) => name.trim())
        .filter((name) => new RegExp(`\\b${name}\\b`).test(body));
      if (used.length === 0) return "";
      imported.add(from);
      return `import { ${used.join(", ")} } from "./${from}";\n`;
    });
  }
  const main = Object.keys(modules).at(-1);
  return Object.fromEntries(Object.entries(result).filter(([name]) => name === main || imported.has(name)));
}

function editsOf(file: ts.SourceFile, node: ts.Node): Edit[] {
  const text = (part: ts.Node) => part.getText(file);
  const by = (replacement: string) => replacing(file, node, replacement);
  const statements = (block: ts.Statement) =>
    ts.isBlock(block) ? block.statements.map(text).join("\n") : text(block);
  const edits: Edit[] = [];
  if (ts.isStatement(node) && !(ts.isBlock(node) && !isListed(node))) {
    edits.push(isListed(node) ? whole(file, node) : by("{}"));
  }
  if (ts.isClassElement(node)) edits.push(whole(file, node));
  if (ts.isIfStatement(node)) {
    edits.push(by(statements(node.thenStatement)));
    if (node.elseStatement) {
      edits.push(by(statements(node.elseStatement)));
      edits.push({ start: node.thenStatement.getEnd(), end: node.getEnd(), replacement: "" });
    }
  }
  if (ts.isIterationStatement(node, false)) {
    edits.push(by(statements(node.statement)));
    if (ts.isForStatement(node) && node.initializer) {
      edits.push(by(`${text(node.initializer)};\n${statements(node.statement)}`));
    }
  }
  if (ts.isBlock(node) && isListed(node)) edits.push(by(statements(node)));
  if (ts.isSwitchStatement(node)) {
    for (const clause of node.caseBlock.clauses) {
      const body = clause.statements.filter((part) => !ts.isBreakStatement(part));
      edits.push(
        by(
          body
            .map((part) => statements(part))
            .join("\n")
            .replace(/\bbreak;/g, ""),
        ),
      );
    }
  }
  if (ts.isCaseOrDefaultClause(node)) edits.push(whole(file, node));
  const early = endedHere(file, node);
  if (early) edits.push(early);
  if (ts.isExpression(node) && isValue(node)) edits.push(...simpler(file, node).map(by));
  return edits.filter(({ start, end, replacement }) => file.text.slice(start, end) !== replacement);
}

/** A function that ends at a statement with the value that it stores. */
function endedHere(file: ts.SourceFile, node: ts.Node): Edit | undefined {
  const { parent } = node;
  if (parent === undefined || !ts.isBlock(parent) || !ts.isFunctionDeclaration(parent.parent))
    return undefined;
  const value = storedBy(node);
  if (value === undefined) return undefined;
  const end = parent.statements.at(-1)!.getEnd();
  return { start: node.getStart(file), end, replacement: `return ${value.getText(file)};` };
}

/** The value that a statement gives to a variable. */
function storedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0].initializer;
  if (!ts.isExpressionStatement(node) || !ts.isBinaryExpression(node.expression)) return undefined;
  const { operatorToken, right } = node.expression;
  return isAssignment(operatorToken.kind) ? right : undefined;
}

/** Whether the statement stands in a row of statements, which may be empty. */
function isListed(node: ts.Statement): boolean {
  const { parent } = node;
  return ts.isSourceFile(parent) || ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent);
}

/** The node with the space before it. */
function whole(file: ts.SourceFile, node: ts.Node): Edit {
  const from = ts.isSourceFile(node.parent) ? node.getFullStart() : node.getStart(file);
  return { start: from, end: node.getEnd(), replacement: "" };
}

/** Whether an expression gives a value, and is no target, name of a property or function that is called. */
function isValue(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent) && parent.expression === node) return false;
  if (ts.isPropertyAccessExpression(parent)) return false;
  if (ts.isTypeNode(parent) || ts.isLiteralTypeNode(parent)) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  if (ts.isIdentifier(node) && "name" in parent && parent.name === node) return false;
  if (ts.isImportSpecifier(parent) || ts.isStringLiteral(node) || ts.isNewExpression(node)) return false;
  return !(ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent.operatorToken.kind));
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function simpler(file: ts.SourceFile, node: ts.Expression): string[] {
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    return [0, 1, Math.floor(value / 2)].filter((smaller) => smaller < value).map(String);
  }
  const parts: string[] = [];
  const part = (child: ts.Node) => {
    if (ts.isExpression(child) && !ts.isNewExpression(child)) parts.push(child.getText(file));
  };
  if (ts.isCallExpression(node)) node.arguments.forEach(part);
  else if (ts.isPropertyAccessExpression(node)) parts.push();
  else if (ts.isElementAccessExpression(node)) part(node.argumentExpression);
  else if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) part(node.right);
  else if (!ts.isIdentifier(node)) ts.forEachChild(node, part);
  const constants =
    ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind) ? [] : ["0", "1", "a"];
  return [...parts, ...constants].filter(
    (candidate) => candidate.length < Math.max(2, node.getText(file).length),
  );
}

/** The function without one of its parameters, and its calls without the argument. */
function withoutParameters(program: Program, node: ts.FunctionDeclaration): Shrinking[] {
  const name = node.name?.text;
  if (name === undefined || name === "run") return [];
  return node.parameters.map((_, position) => {
    const edits = Object.fromEntries(
      Object.entries(program.modules).map(([module, text]) => {
        const file = parse(module, text);
        const own: Edit[] = [];
        const visit = (part: ts.Node): void => {
          const isDeclaration = ts.isFunctionDeclaration(part) && part.name?.text === name;
          const isCall = ts.isCallExpression(part) && part.expression.getText(file) === name;
          if (isDeclaration) own.push(withoutItem(part.parameters, position));
          if (isCall && part.arguments.length > position) own.push(withoutItem(part.arguments, position));
          ts.forEachChild(part, visit);
        };
        visit(file);
        return [module, own];
      }),
    );
    const gain = Object.values(edits)
      .flat()
      .reduce((sum, { start, end }) => sum + end - start, 0);
    return { edits, gain };
  });
}

/** A list without one item and the comma beside it. */
function withoutItem(list: ts.NodeArray<ts.Node>, position: number): Edit {
  const next = list[position + 1];
  const start = position === 0 || next ? list[position].getStart() : list[position - 1].getEnd();
  return { start, end: next ? next.getStart() : list[position].getEnd(), replacement: "" };
}
