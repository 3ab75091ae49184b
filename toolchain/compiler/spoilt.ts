/**
 * What an error reaches. A declaration that holds one, or builds on one that does, is spoilt: what a later phase
 * would find there may be nothing but a consequence. Functions are contracts, so an error in a function's body stays
 * there, and one in its parameters or result reaches its callers. Of a function that is spoilt by its body alone, the
 * statements without an error of their own can still be told what has no place in firmware.
 */
import ts from "typescript";
import type { SourceProgram } from "./program.ts";
import { declarationOf } from "./types.ts";

export class Spoilt {
  readonly #program: SourceProgram;
  readonly #statements = new Set<ts.Node>();
  /** Those of which nothing is left: all but functions that hold their errors in their bodies. */
  readonly #whole = new Set<ts.Node>();
  /** The innermost statements around the errors. */
  readonly #places = new Set<ts.Node>();

  constructor(program: SourceProgram, errors: readonly ts.Diagnostic[]) {
    this.#program = program;
    const reaching = new Set<ts.Node>();
    for (const { file, start } of errors) {
      const statement = statementAt(file, start);
      if (statement === undefined) continue;
      this.#statements.add(statement);
      const place = innermostStatement(statement, start!);
      this.#places.add(place);
      const inBody = ts.isFunctionDeclaration(statement) && statement.body && start! >= statement.body.pos;
      if (!inBody) reaching.add(statement);
      if (!inBody || place === statement.body) this.#whole.add(statement);
    }
    if (reaching.size > 0) this.#spread(reaching);
  }

  /** Whether the declaration that `node` belongs to is spoilt. */
  has(node: ts.Node): boolean {
    return this.#statements.has(topLevel(node));
  }

  /** Whether nothing is left of the declaration that `node` belongs to. */
  hasWhole(node: ts.Node): boolean {
    return this.#whole.has(topLevel(node));
  }

  /** Whether an error lies in a statement itself, not in one of those inside it. */
  owns(statement: ts.Statement): boolean {
    return this.#places.has(statement);
  }

  /** Whether a diagnostic has its place where it may be a consequence: of it nothing is left, or there is an error. */
  hasPlace({ file, start }: ts.Diagnostic): boolean {
    const statement = statementAt(file, start);
    if (statement === undefined) return false;
    return this.#whole.has(statement) || this.#places.has(innermostStatement(statement, start!));
  }

  /** The declarations of the program's own modules that the declaration of `node` refers to. */
  references(node: ts.Node): ReadonlySet<ts.Node> {
    return this.#references(topLevel(node));
  }

  /** Adds to the spoilt what builds on `reaching`, however far away. */
  #spread(reaching: Set<ts.Node>): void {
    const others = [...this.#program.modules.keys()].flatMap((file) => [...file.statements]);
    const contracts = new Map<ts.Node, ReadonlySet<ts.Node>>();
    for (const statement of others) contracts.set(statement, this.#references(...contractOf(statement)));
    const builds = (on: ReadonlySet<ts.Node>) => [...on].some((reference) => reaching.has(reference));
    for (let before = -1; before !== reaching.size; ) {
      before = reaching.size;
      for (const [statement, references] of contracts) if (builds(references)) reaching.add(statement);
    }
    for (const statement of others) {
      if (!reaching.has(statement) && !builds(this.#references(statement))) continue;
      this.#statements.add(statement);
      this.#whole.add(statement);
    }
  }

  #references(...nodes: readonly ts.Node[]): ReadonlySet<ts.Node> {
    const found = new Set<ts.Node>();
    const waiting = [...nodes];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (ts.isIdentifier(node)) {
        const declaration = declarationOf(this.#program.checker, node);
        if (declaration && this.#program.modules.has(declaration.getSourceFile()))
          found.add(topLevel(declaration));
      }
      ts.forEachChild(node, (child) => void waiting.push(child));
    }
    return found;
  }
}

function statementAt(file: ts.SourceFile | undefined, start: number | undefined): ts.Statement | undefined {
  if (start === undefined) return undefined;
  return file?.statements.find(({ pos, end }) => pos <= start && start < end);
}

/** The innermost statement around a place in `statement`. */
function innermostStatement(statement: ts.Statement, start: number): ts.Statement {
  let innermost = statement;
  for (let node: ts.Node | undefined = statement; node; ) {
    if (ts.isStatement(node)) innermost = node;
    node = ts.forEachChild(node, (child) => (child.pos <= start && start < child.end ? child : undefined));
  }
  return innermost;
}

/** What others build on: of a function its parameters and result, of anything else the whole. */
function contractOf(statement: ts.Node): readonly ts.Node[] {
  if (!ts.isFunctionDeclaration(statement)) return [statement];
  return statement.type ? [...statement.parameters, statement.type] : statement.parameters;
}

/** The statement of a module that a node stands in. */
function topLevel(node: ts.Node): ts.Node {
  let statement = node;
  while (!ts.isSourceFile(statement) && !ts.isSourceFile(statement.parent)) statement = statement.parent;
  return statement;
}
