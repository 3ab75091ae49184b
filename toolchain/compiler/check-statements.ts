/** Statements of a function's body. Branches on constants vanish here, and what only they reach with them. */
import ts from "typescript";
import { locating } from "./breakdown.ts";
import type { Checker } from "./check.ts";
import { checkDeclarations, declareUntyped } from "./check-declarations.ts";
import { checkEffect } from "./check-effects.ts";
import { checkCondition, checkExpression, checkValueFor } from "./check-expressions.ts";
import { checkDo, checkFor, checkWhile } from "./check-loops.ts";
import { checkSwitch } from "./check-switches.ts";
import { livesHere } from "./lifetimes.ts";
import { messages } from "./messages.ts";
import { relating, rowOf } from "./related.ts";
import { suspending } from "./suspending.ts";
import type { Expression, FunctionTree, Statement } from "./tree.ts";

const K = ts.SyntaxKind;

/** The statements of a function, or the message that it has none. */
export function checkBody(checker: Checker, tree: FunctionTree): readonly Statement[] {
  tree.node.parameters.forEach((parameter, i) => {
    checker.locals.set(parameter, tree.parameters[i]);
  });
  if (tree.node.body === undefined) {
    checker.found.add(
      messages.syntax(tree.node, "a function without a body", "give it one, or mark it @extern"),
    );
    return [];
  }
  return new BodyChecker(checker, tree).whole(tree.node.body.statements);
}

/** The function whose body is checked, and what is around the statement that is looked at. */
export class BodyChecker {
  readonly checker: Checker;
  readonly tree: FunctionTree;
  /** How many critical sections there are around. */
  sections = 0;
  /** How many blocks of the function there are around. */
  depth = 0;
  /** What the function returns. */
  readonly #results: { readonly node: ts.Node; readonly value: Expression }[] = [];

  constructor(checker: Checker, tree: FunctionTree) {
    this.checker = checker;
    this.tree = tree;
  }

  /** The statements of the function. What it returns is looked at when it is known what references may be to. */
  whole(nodes: readonly ts.Statement[]): Statement[] {
    const statements = this.statements(nodes);
    for (const { node, value } of this.#results)
      if (livesHere(value)) this.add(relating(messages.escapes(node), rowOf(value)));
    return statements;
  }

  /** Statements in their order, without those that a constant leaves out. */
  statements(nodes: readonly ts.Statement[]): Statement[] {
    return nodes.flatMap((node) => locating(node, () => this.#statement(node)));
  }

  #statement(node: ts.Statement): Statement[] {
    if (this.checker.isSpoilt(node)) {
      if (ts.isVariableStatement(node)) declareUntyped(this, node.declarationList);
      return [];
    }
    if (ts.isVariableStatement(node)) return checkDeclarations(this, node.declarationList);
    if (ts.isExpressionStatement(node)) return checkEffect(this, node.expression);
    if (ts.isBlock(node)) return [this.#block(node, node.statements)];
    if (ts.isIfStatement(node)) return this.#if(node);
    if (ts.isForStatement(node)) return this.inside(() => checkFor(this, node));
    if (ts.isWhileStatement(node)) return checkWhile(this, node);
    if (ts.isDoStatement(node)) return checkDo(this, node);
    if (ts.isSwitchStatement(node)) return checkSwitch(this, node);
    if (ts.isReturnStatement(node)) return [this.#return(node)];
    if (ts.isEmptyStatement(node)) return [];
    if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      if (node.label) this.add(messages.syntax(node, "a jump to a label", "use a flag or a function"));
      return [{ kind: ts.isBreakStatement(node) ? "break" : "continue", node }];
    }
    this.add(messages.syntax(node, ...otherStatement(node)));
    return [];
  }

  add(message: ts.Diagnostic): void {
    this.checker.found.add(message);
  }

  #block(node: ts.Node, nodes: readonly ts.Statement[]): Statement {
    return this.inside(() => ({ kind: "block", node, statements: this.statements(nodes) }));
  }

  /** What stands in a block of its own. */
  inside<T>(check: () => T): T {
    this.depth++;
    const result = check();
    this.depth--;
    return result;
  }

  #if(node: ts.IfStatement): Statement[] {
    const condition = checkCondition(this.checker, node.expression);
    if (condition.kind === "boolean") {
      const taken = condition.value ? node.thenStatement : node.elseStatement;
      return taken ? this.#statement(taken) : [];
    }
    return [
      {
        kind: "if",
        node,
        condition,
        whenTrue: this.single(node.thenStatement),
        whenFalse: node.elseStatement && this.single(node.elseStatement),
      },
    ];
  }

  /** The statement; a block where it became several, or none. */
  single(node: ts.Statement): Statement {
    const statements = this.#statement(node);
    return statements.length === 1 ? statements[0] : { kind: "block", node, statements };
  }

  #return(node: ts.ReturnStatement): Statement {
    if (this.sections > 0) this.add(messages.criticalReturn(node));
    if (node.expression === undefined) return { kind: "return", node, value: undefined };
    if (this.checker.untyped.has(this.tree)) {
      checkExpression(this.checker, node.expression);
      return { kind: "return", node, value: undefined };
    }
    if (this.tree.result.kind === "void") {
      this.add(messages.voidValue(node.expression));
      return { kind: "return", node, value: undefined };
    }
    const value = checkValueFor(this.checker, node.expression, this.tree.result);
    this.#results.push({ node: node.expression, value });
    return { kind: "return", node, value };
  }
}

function otherStatement(node: ts.Statement): [what: string, wayOut: string] {
  const form = ts.isFunctionDeclaration(node) ? suspending(node) : undefined;
  if (form !== undefined) return [form, "write a plain function at the top level of the module"];
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    return ["a declaration inside a function", "declare it at the top level of the module"];
  }
  if (ts.isThrowStatement(node) || ts.isTryStatement(node)) {
    return ["an exception", "return a value that says what happened"];
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    return ["this form of loop", "write for (let i = 0; i < n; i++)"];
  }
  if (ts.isLabeledStatement(node)) return ["a label", "use a flag or a function"];
  return [`this statement (${K[node.kind]})`, "write it with if, loops and calls"];
}
