/** Statements of a function's body. Branches on constants vanish here, and what only they reach with them. */
import ts from "typescript";
import { locating } from "./breakdown.ts";
import type { Checker } from "./check.ts";
import {
  checkCondition,
  checkExpression,
  checkInteger,
  checkTarget,
  checkValueFor,
} from "./check-expressions.ts";
import { ARITHMETIC, operatorWayOut } from "./check-operators.ts";
import { checkStorage, languageFunction } from "./check-storage.ts";
import { depthOfStorage, livesHere } from "./lifetimes.ts";
import { type Messages, messages } from "./messages.ts";
import { isStandIn } from "./refused.ts";
import { relating, rowOf } from "./related.ts";
import {
  type Expression,
  type FunctionTree,
  intType,
  isReference,
  type Statement,
  type Type,
  typeOf,
  type Variable,
  type VariableNode,
} from "./tree.ts";
import { declarationOf, describe, sameReference } from "./types.ts";

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
  return new Body(checker, tree).whole(tree.node.body.statements);
}

class Body {
  readonly #checker: Checker;
  readonly #tree: FunctionTree;
  /** How many critical sections there are around. */
  #sections = 0;
  /** How many blocks of the function there are around. */
  #depth = 0;
  readonly #results: { readonly node: ts.Node; readonly value: Expression }[] = [];

  constructor(checker: Checker, tree: FunctionTree) {
    this.#checker = checker;
    this.#tree = tree;
  }

  /** The statements of the function. What it returns is looked at when it is known what references may be to. */
  whole(nodes: readonly ts.Statement[]): Statement[] {
    const statements = this.statements(nodes);
    for (const { node, value } of this.#results)
      if (livesHere(value)) this.#add(relating(messages.escapes(node), rowOf(value)));
    return statements;
  }

  statements(nodes: readonly ts.Statement[]): Statement[] {
    return nodes.flatMap((node) => locating(node, () => this.#statement(node)));
  }

  #statement(node: ts.Statement): Statement[] {
    if (ts.isVariableStatement(node)) return this.#declarations(node.declarationList);
    if (ts.isExpressionStatement(node)) return this.#effect(node.expression);
    if (ts.isBlock(node)) return [this.#block(node, node.statements)];
    if (ts.isIfStatement(node)) return this.#if(node);
    if (ts.isForStatement(node)) return this.#inside(() => this.#for(node));
    if (ts.isWhileStatement(node)) return this.#while(node);
    if (ts.isDoStatement(node)) return this.#do(node);
    if (ts.isSwitchStatement(node)) return this.#switch(node);
    if (ts.isReturnStatement(node)) return [this.#return(node)];
    if (ts.isEmptyStatement(node)) return [];
    if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
      if (node.label) this.#add(messages.syntax(node, "a jump to a label", "use a flag or a function"));
      return [{ kind: ts.isBreakStatement(node) ? "break" : "continue", node }];
    }
    this.#add(messages.syntax(node, ...otherStatement(node)));
    return [];
  }

  #add(message: ts.Diagnostic): void {
    this.#checker.found.add(message);
  }

  #block(node: ts.Node, nodes: readonly ts.Statement[]): Statement {
    return this.#inside(() => ({ kind: "block", node, statements: this.statements(nodes) }));
  }

  /** What stands in a block of its own. */
  #inside<T>(check: () => T): T {
    this.#depth++;
    const result = check();
    this.#depth--;
    return result;
  }

  #declarations(list: ts.VariableDeclarationList): Statement[] {
    if (refuseForm(this.#checker.found, list)) {
      for (const declaration of list.declarations) {
        const { name } = declaration;
        if (!ts.isIdentifier(name)) continue;
        this.#checker.untyped.add(this.#declare(declaration, name, intType("u8"), true));
      }
      return [];
    }
    return list.declarations.flatMap((declaration) => this.#declaration(declaration, list));
  }

  #declaration(node: ts.VariableDeclaration, list: ts.VariableDeclarationList): Statement[] {
    if (!ts.isIdentifier(node.name)) {
      this.#add(messages.syntax(node.name, "a destructuring pattern", "declare each name by itself"));
      return [];
    }
    if (node.initializer === undefined) {
      this.#add(messages.syntax(node, "a variable without a first value", "write = 0 or = false"));
      this.#declare(node, node.name, intType("u8"), false);
      return [];
    }
    const constant = (list.flags & ts.NodeFlags.Const) !== 0;
    const told = this.#checker.found.list.length;
    const written = this.#checker.writtenType(node.type);
    const isTyped = this.#checker.found.list.length === told;
    const owned = checkStorage(this.#checker, node.initializer);
    if (owned) {
      if (!constant) this.#add(messages.referenceNotConstant(node.name, node.name.text));
      if (written && !sameReference(written, owned.type)) {
        this.#add(messages.arrayKind(node.initializer, describe(written), describe(owned.type)));
      }
      const variable = this.#declare(node, node.name, owned.type, constant, { initial: owned.initial });
      return [{ kind: "declare", node, variable, value: undefined, owns: true }];
    }
    const value =
      written && isTyped
        ? checkValueFor(this.#checker, node.initializer, written)
        : checkExpression(this.#checker, node.initializer);
    if (!isTyped || isStandIn(value)) {
      const variable = this.#declare(node, node.name, intType("u8"), constant);
      this.#checker.untyped.add(variable);
      return [{ kind: "declare", node, variable, value, owns: false }];
    }
    const given = typeOf(value);
    if (given.kind === "void") this.#add(messages.voidValue(node.initializer));
    if (isReference(given)) return this.#reference(node, node.name, written ?? given, constant, value);
    const variable = this.#declare(node, node.name, given.kind === "boolean" ? given : written, constant);
    return [{ kind: "declare", node, variable, value, owns: false }];
  }

  /** A name for storage elsewhere. One that may change is as long as its type says; else its value tells more. */
  #reference(
    node: ts.VariableDeclaration,
    name: ts.Identifier,
    type: Type,
    constant: boolean,
    value: Expression,
  ): Statement[] {
    const variable = constant
      ? this.#declare(node, name, typeOf(value), constant, { alias: value })
      : this.#declare(node, name, type, constant, { referents: [value] });
    return [{ kind: "declare", node, variable, value, owns: false }];
  }

  #declare(
    node: ts.VariableDeclaration,
    name: ts.Identifier,
    type: Type | undefined,
    constant: boolean,
    storage: Pick<Variable, "initial" | "alias" | "referents"> = {},
  ): Variable {
    const variable: Variable = {
      name: name.text,
      node,
      module: this.#tree.module,
      scope: "local",
      type,
      constant,
      depth: this.#depth,
      ...storage,
    };
    this.#checker.locals.set(node, variable);
    return variable;
  }

  /** An expression for its effect: an assignment, a step, or a call. */
  #effect(node: ts.Expression): Statement[] {
    if (ts.isParenthesizedExpression(node)) return this.#effect(node.expression);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.EqualsToken)
      return this.#assign(node, undefined);
    if (ts.isBinaryExpression(node) && isCompound(node.operatorToken.kind)) return this.#compound(node);
    if (ts.isCallExpression(node) && isCritical(this.#checker, node)) return this.#critical(node);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.CommaToken) return this.#effects(node);
    if (ts.isConditionalExpression(node)) {
      return this.#choice(node, node.condition, node.whenTrue, node.whenFalse);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.AmpersandAmpersandToken) {
      return this.#choice(node, node.left, node.right, undefined);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.BarBarToken) {
      return this.#choice(node, node.left, undefined, node.right);
    }
    const expression = checkExpression(this.#checker, node);
    switch (expression.kind) {
      case "update":
      case "call":
      case "store":
      case "copy":
      case "fill":
      case "write":
      case "dispatch":
      case "assert":
        return [{ kind: "expression", node, expression }];
      default:
        if (!isStandIn(expression)) this.#add(messages.unused(node));
        return [];
    }
  }

  /** `c ? f() : g()`, `c && f()` and `c || g()` for what they do. */
  #choice(
    node: ts.Expression,
    test: ts.Expression,
    yes: ts.Expression | undefined,
    no: ts.Expression | undefined,
  ): Statement[] {
    const condition = checkCondition(this.#checker, test);
    const branch = (taken: ts.Expression | undefined): Statement[] => (taken ? this.#effect(taken) : []);
    if (condition.kind === "boolean") return branch(condition.value ? yes : no);
    return [
      {
        kind: "if",
        node,
        condition,
        whenTrue: { kind: "block", node, statements: branch(yes) },
        whenFalse: no && { kind: "block", node, statements: branch(no) },
      },
    ];
  }

  /** `critical(() => { ... })`: the body stands where the call does. */
  #critical(node: ts.CallExpression): Statement[] {
    const [action] = node.arguments;
    const plain = ts.isArrowFunction(action) && action.parameters.length === 0 && !action.modifiers;
    if (!plain) {
      this.#add(messages.criticalForm(action));
      return [];
    }
    this.#sections++;
    const { body } = action;
    const statements = this.#inside(() =>
      ts.isBlock(body) ? this.statements(body.statements) : this.#effect(body),
    );
    this.#sections--;
    return [{ kind: "critical", node, body: { kind: "block", node: action, statements } }];
  }

  #compound(node: ts.BinaryExpression): Statement[] {
    const text = node.operatorToken.getText();
    const operator = [...ARITHMETIC.values()].find((candidate) => `${candidate}=` === text);
    if (operator) return this.#assign(node, operator);
    if (text === "/=") this.#add(messages.fraction(node));
    else this.#add(messages.syntax(node.operatorToken, `'${text}'`, operatorWayOut(text)));
    return [];
  }

  #assign(node: ts.BinaryExpression, operator: (Statement & { kind: "assign" })["operator"]): Statement[] {
    const reference = operator ? undefined : changingReference(this.#checker, node.left);
    if (reference) return this.#refer(node, reference);
    const target = checkTarget(this.#checker, node.left);
    if (target === undefined) return [];
    const value = operator
      ? checkInteger(this.#checker, node.right)
      : checkValueFor(this.#checker, node.right, typeOf(target));
    return [{ kind: "assign", node, target, operator, value }];
  }

  /** `slot = slots[i]`: the name stands for other storage from here on. */
  #refer(node: ts.BinaryExpression, target: VariableNode): Statement[] {
    const { variable } = target;
    const value = checkValueFor(this.#checker, node.right, variable.type!);
    if (depthOfStorage(value) > variable.depth!) {
      this.#add(messages.outlives(node.right, node.right.getText(), variable.name));
    }
    variable.referents!.push(value);
    return [{ kind: "assign", node, target, operator: undefined, value }];
  }

  #if(node: ts.IfStatement): Statement[] {
    const condition = checkCondition(this.#checker, node.expression);
    if (condition.kind === "boolean") {
      const taken = condition.value ? node.thenStatement : node.elseStatement;
      return taken ? this.#statement(taken) : [];
    }
    return [
      {
        kind: "if",
        node,
        condition,
        whenTrue: this.#single(node.thenStatement),
        whenFalse: node.elseStatement && this.#single(node.elseStatement),
      },
    ];
  }

  #single(node: ts.Statement): Statement {
    const statements = this.#statement(node);
    return statements.length === 1 ? statements[0] : { kind: "block", node, statements };
  }

  #for(node: ts.ForStatement): Statement[] {
    const initial =
      node.initializer === undefined
        ? []
        : ts.isVariableDeclarationList(node.initializer)
          ? this.#declarations(node.initializer)
          : this.#effects(node.initializer);
    const condition = node.condition && checkCondition(this.#checker, node.condition);
    if (condition?.kind === "boolean" && !condition.value)
      return [{ kind: "block", node, statements: initial }];
    return [
      {
        kind: "loop",
        node,
        form: "for",
        initial,
        condition,
        body: this.#single(node.statement),
        step: node.incrementor ? this.#effects(node.incrementor) : [],
      },
    ];
  }

  /** The parts of `i = 0, j = 1`. */
  #effects(node: ts.Expression): Statement[] {
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.CommaToken) {
      return [...this.#effects(node.left), ...this.#effects(node.right)];
    }
    return this.#effect(node);
  }

  #while(node: ts.WhileStatement): Statement[] {
    const condition = checkCondition(this.#checker, node.expression);
    if (condition.kind === "boolean" && !condition.value) return [];
    const body = this.#single(node.statement);
    return [{ kind: "loop", node, form: "while", initial: [], condition, step: [], body }];
  }

  #do(node: ts.DoStatement): Statement[] {
    const body = this.#single(node.statement);
    const condition = checkCondition(this.#checker, node.expression);
    return [{ kind: "loop", node, form: "do", initial: [], condition, step: [], body }];
  }

  #switch(node: ts.SwitchStatement): Statement[] {
    const value = checkInteger(this.#checker, node.expression);
    const seen = new Map<number, ts.Node>();
    const clauses = node.caseBlock.clauses.map((clause) => ({
      node: clause,
      label: ts.isCaseClause(clause) ? this.#label(clause.expression, seen) : undefined,
      body: this.statements(clause.statements),
    }));
    for (const clause of node.caseBlock.clauses) {
      const declaration = clause.statements.find(ts.isVariableStatement);
      if (declaration)
        this.#add(
          messages.syntax(declaration, "a declaration right in a case", "put it in a block: case 1: { ... }"),
        );
    }
    return [{ kind: "switch", node, value, clauses }];
  }

  #label(node: ts.Expression, seen: Map<number, ts.Node>): Expression & { kind: "number" } {
    const label = checkExpression(this.#checker, node);
    if (label.kind !== "number") {
      this.#add(messages.caseLabel(node, "this is not a constant"));
      return { kind: "number", node, value: 0 };
    }
    const earlier = seen.get(label.value);
    if (earlier) {
      const message = messages.caseLabel(node, `${label.value} occurs above`);
      this.#add(relating(message, { node: earlier, text: `the first label with the value ${label.value}` }));
    } else seen.set(label.value, node);
    return label;
  }

  #return(node: ts.ReturnStatement): Statement {
    if (this.#sections > 0) this.#add(messages.criticalReturn(node));
    if (node.expression === undefined) return { kind: "return", node, value: undefined };
    if (this.#checker.untyped.has(this.#tree)) {
      checkExpression(this.#checker, node.expression);
      return { kind: "return", node, value: undefined };
    }
    if (this.#tree.result.kind === "void") {
      this.#add(messages.voidValue(node.expression));
      return { kind: "return", node, value: undefined };
    }
    const value = checkValueFor(this.#checker, node.expression, this.#tree.result);
    this.#results.push({ node: node.expression, value });
    return { kind: "return", node, value };
  }
}

/** The name of a reference that was declared with let. */
function changingReference(checker: Checker, node: ts.Expression): VariableNode | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  const declaration = declarationOf(checker.checker, node);
  const variable = declaration && checker.locals.get(declaration);
  return variable?.referents && { kind: "variable", node, variable };
}

function isCritical(checker: Checker, node: ts.CallExpression): boolean {
  return languageFunction(checker, node) === "critical";
}

/** Refuses `var` and `using`: whether it did. */
export function refuseForm(found: Messages, list: ts.VariableDeclarationList): boolean {
  const form = list.flags & ts.NodeFlags.BlockScoped;
  if (form === ts.NodeFlags.Let || form === ts.NodeFlags.Const) return false;
  const what = form === ts.NodeFlags.None ? "'var'" : "'using'";
  const wayOut = form === ts.NodeFlags.None ? "which end with their block" : "nothing is ever disposed of";
  found.add(messages.syntax(list, what, `use const or let, ${wayOut}`));
  return true;
}

function isCompound(kind: ts.SyntaxKind): boolean {
  return kind >= K.FirstCompoundAssignment && kind <= K.LastCompoundAssignment;
}

function otherStatement(node: ts.Statement): [what: string, wayOut: string] {
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
