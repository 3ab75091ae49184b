/**
 * What is allowed, and what each name stands for: from the entry, every function that can be reached.
 *
 * Functions that nothing reaches are not looked at, so a module may hold code for Node only.
 */
import ts from "typescript";
import { locating } from "./breakdown.ts";
import { newCell } from "./check-cells.ts";
import { refuseForm } from "./check-declarations.ts";
import { checkDispatch } from "./check-dispatch.ts";
import { checkExpression } from "./check-expressions.ts";
import { checkRecord } from "./check-records.ts";
import { checkBody } from "./check-statements.ts";
import { checkStorage, type Storage } from "./check-storage.ts";
import { checkTable } from "./check-tables.ts";
import { type Configuration, checkNames, configured, exclusionsOf, refuseChoice } from "./configuration.ts";
import { type Messages, messages } from "./messages.ts";
import { misfit } from "./misfit.ts";
import { isTakenInC } from "./names.ts";
import type { SourceProgram } from "./program.ts";
import { isStandIn } from "./refused.ts";
import { relating } from "./related.ts";
import type { Spoilt } from "./spoilt.ts";
import { suspending } from "./suspending.ts";
import type {
  Expression,
  FunctionTree,
  Initial,
  Module,
  ProgramTree,
  RecordTree,
  Type,
  Variable,
} from "./tree.ts";
import { intType, isRow, typeOf } from "./tree.ts";
import { declaredType } from "./types.ts";

/** A module-level name: storage, a constant, or an expression that stands for it (a fixed view). */
export type ModuleName =
  | { readonly kind: "variable"; readonly variable: Variable }
  | { readonly kind: "expression"; readonly expression: Expression };

/** The interrupts of a board, by their vectors as `@isr` gives them. */
export interface BoardInterrupts {
  /** The board's name. */
  readonly board: string;
  /** What the board's own code handles, which no program can. */
  readonly vectors: readonly string[];
  /** All that its processor has; any, where not given. */
  readonly processor?: { readonly name: string; readonly vectors: readonly string[] };
}

/**
 * Checks the program from `main` of the entry module on; not what is spoilt, but what it refers to, and of a function
 * that is spoilt by statements of its body the others. Undefined where there is no such function.
 */
export function check(
  program: SourceProgram,
  configuration: Configuration,
  boardInterrupts: BoardInterrupts,
  found: Messages,
  spoilt: Spoilt,
): ProgramTree | undefined {
  return new Checker(program, configuration, boardInterrupts, found, spoilt).program();
}

export class Checker {
  readonly checker: ts.TypeChecker;
  readonly language: ts.SourceFile | undefined;
  readonly found: Messages;
  /** Parameters and local variables, by their declarations. */
  readonly locals = new Map<ts.Node, Variable>();
  readonly records = new Map<ts.Node, RecordTree>();
  /**
   * Variables that stand for something refused, and functions whose results do: what is said of them is said at
   * their declarations.
   */
  readonly untyped = new Set<Variable | FunctionTree>();
  /** Tables of texts that no declaration names. */
  readonly texts: Variable[] = [];
  readonly #program: SourceProgram;
  readonly #configuration: Configuration;
  readonly #spoilt: Spoilt;
  readonly #boardInterrupts: BoardInterrupts;
  readonly #functions = new Map<ts.Node, FunctionTree>();
  readonly #waiting: FunctionTree[] = [];
  readonly #names = new Map<ts.Node, ModuleName | "open" | undefined>();

  constructor(
    program: SourceProgram,
    configuration: Configuration,
    boardInterrupts: BoardInterrupts,
    found: Messages,
    spoilt: Spoilt,
  ) {
    this.#program = program;
    this.#configuration = configuration;
    this.checker = program.checker;
    this.language = program.language;
    this.found = found;
    this.#spoilt = spoilt;
    this.#boardInterrupts = boardInterrupts;
  }

  program(): ProgramTree | undefined {
    const { entry } = this.#program;
    const main = entry.statements.find(
      (statement) =>
        ts.isFunctionDeclaration(statement) &&
        statement.name?.text === "main" &&
        isExported(statement) &&
        !statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword),
    ) as ts.FunctionDeclaration | undefined;
    if (main === undefined) {
      this.found.add(messages.noMain(entry.statements[0] ?? entry.endOfFileToken));
      return undefined;
    }
    checkNames(this.#program, this.#configuration, this.found);
    for (const module of this.#program.modules.values()) {
      this.#checkModuleStatements(module);
      this.#checkExclusions(module);
    }
    const entryTree = this.functionTree(main);
    if (entryTree.parameters.length > 0 || entryTree.result.kind !== "void") {
      this.found.add(messages.noMain(main.name ?? main));
    }
    const interrupts = [...this.#program.modules.values()].flatMap((module) => this.#marked(module, "isr"));
    for (const tree of interrupts) this.#checkHandler(tree);
    const externals = [...this.#program.modules.values()].flatMap((module) => this.#marked(module, "extern"));
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const tree = next;
      if (this.#spoilt.has(tree.node)) this.#reach(tree.node);
      if (this.#spoilt.hasWhole(tree.node)) continue;
      if (this.#isPlain(tree.node)) tree.body = locating(tree.node, () => checkBody(this, tree));
    }
    return {
      entry: entryTree,
      interrupts,
      functions: [...this.#functions.values()],
      variables: this.#variables(),
      records: [...this.records.values()],
      externals,
      boardConstants: this.#boardConstants(externals),
    };
  }

  /** The module that `node` stands in. */
  moduleOf(node: ts.Node): Module {
    return this.#program.modules.get(node.getSourceFile())!;
  }

  /** The function that a declaration describes; it is checked later, once. */
  functionTree(node: ts.FunctionDeclaration): FunctionTree {
    const known = this.#functions.get(node);
    if (known) return known;
    const module = this.moduleOf(node);
    const told = this.found.list.length;
    const result = this.#resultType(node);
    const isTyped = this.found.list.length === told;
    const tree: FunctionTree = {
      name: node.name!.text,
      node,
      module,
      parameters: node.parameters.map((parameter) => this.#parameter(parameter)),
      result,
      external: this.#markedName(node, "extern"),
      interrupt: this.#markedName(node, "isr"),
      inline: hasMark(node, "inline"),
      body: [],
    };
    this.#functions.set(node, tree);
    if (!isTyped) this.untyped.add(tree);
    if (!this.#isPlain(node)) this.#refuseForm(node, tree);
    if (tree.inline && (isExported(node) || tree.external !== undefined || tree.interrupt !== undefined)) {
      this.found.add(messages.inlineForm(node.name ?? node, tree.name));
    }
    if (tree.external === undefined) this.#waiting.push(tree);
    return tree;
  }

  /** What a module-level `const` or `let` stands for; undefined after a message. */
  moduleName(node: ts.VariableDeclaration, from: ts.Node): ModuleName | undefined {
    if (this.#names.has(node)) {
      const known = this.#names.get(node);
      if (known !== "open") return known;
      const name = node.name.getText();
      const declared = { node: node.name, text: `'${name}' is declared here` };
      this.found.add(relating(messages.circularConstant(from, name), declared));
      return undefined;
    }
    this.#names.set(node, "open");
    const name = this.#spoilt.has(node) ? undefined : locating(node, () => this.#declareModuleName(node));
    this.#names.set(node, name);
    return name;
  }

  /** Whether TypeScript refuses a statement itself, of which then nothing more can be said. */
  isSpoilt(statement: ts.Statement): boolean {
    return this.#spoilt.owns(statement);
  }

  /** Functions that a spoilt one may call are reached all the same. */
  #reach(node: ts.FunctionDeclaration): void {
    for (const reference of this.#spoilt.references(node)) {
      if (ts.isFunctionDeclaration(reference) && reference.name && reference.body)
        this.functionTree(reference);
    }
  }

  /** The record that a class describes. */
  record(node: ts.ClassDeclaration): RecordTree {
    return checkRecord(this, node);
  }

  /** Gives storage to a table that no declaration names. */
  addVariable(variable: Variable): void {
    this.#names.set(variable.node, { kind: "variable", variable });
  }

  /** The type that is written, or a message and some type. `number` counts as not written. */
  writtenType(node: ts.TypeNode | undefined): Type | undefined {
    if (node === undefined) return undefined;
    const type = declaredType(this, node);
    if (type !== undefined && type !== "number" && type.kind === "cell") {
      this.found.add(messages.cellPlace(node));
      return intType("u8");
    }
    if (type !== undefined) return type === "number" ? undefined : type;
    this.found.add(messages.unknownType(node, node.getText()));
    return intType("u8");
  }

  /** The value of an expression that must be constant; undefined after a message that calls it `what`. */
  constant(node: ts.Expression, what: string): number | undefined {
    const expression = checkExpression(this, node);
    if (isStandIn(expression)) return undefined;
    if (expression.kind === "number") return expression.value;
    if (expression.kind === "boolean") return Number(expression.value);
    this.found.add(messages.notConstant(node, what));
    return undefined;
  }

  #declareModuleName(node: ts.VariableDeclaration): ModuleName | undefined {
    if (!ts.isIdentifier(node.name)) {
      this.found.add(messages.syntax(node.name, "a destructuring pattern", "declare each name by itself"));
      return undefined;
    }
    const value = node.initializer;
    if (value === undefined) {
      this.found.add(
        messages.syntax(node, "a variable without a first value", "write = 0, = false or = new ..."),
      );
      return undefined;
    }
    if (refuseForm(this.found, node.parent as ts.VariableDeclarationList)) return undefined;
    const constant = (node.parent.flags & ts.NodeFlags.Const) !== 0;
    const storage = this.#moduleStorage(value);
    if (storage !== undefined) {
      if (!constant) this.found.add(messages.referenceNotConstant(node.name, node.name.text));
      return {
        kind: "variable",
        variable: this.#moduleVariable(node, storage.type, constant, storage.initial),
      };
    }
    if (constant) return this.#moduleConstant(node, value);
    const initial = this.constant(value, "the first value of a module-level variable");
    const written = this.writtenType(node.type);
    const type = written ?? typeOf(checkExpression(this, value));
    if (initial === undefined) return undefined;
    if (written === undefined && type.kind !== "boolean") {
      this.found.add(messages.missingType(node.name, `the module-level variable '${node.name.text}'`));
      return undefined;
    }
    this.mustFit(value, initial, type);
    return {
      kind: "variable",
      variable: this.#moduleVariable(node, type, false, { kind: "scalar", value: initial }),
    };
  }

  /** Cells and dispatch tables, which exist at module level alone, and what else has storage of its own. */
  #moduleStorage(value: ts.Expression): Storage | undefined {
    const cell = ts.isNewExpression(value) ? newCell(this, value) : undefined;
    if (cell) return { type: cell, initial: { kind: "zeroed" } };
    const functions = checkDispatch(this, value);
    if (functions) return { type: functions, initial: { kind: "functions" } };
    return checkStorage(this, value) ?? checkTable(this, value);
  }

  #moduleConstant(node: ts.VariableDeclaration, value: ts.Expression): ModuleName | undefined {
    const expression = checkExpression(this, value);
    if (isStandIn(expression)) return undefined;
    if (expression.kind === "number" || expression.kind === "boolean") {
      const type = this.writtenType(node.type);
      if (type) this.mustFit(value, Number(expression.value), type);
      const given = configured(node, expression, type, this.#configuration, this.found);
      return { kind: "expression", expression: given };
    }
    if (expression.kind === "view" && expression.offset.kind === "number")
      return { kind: "expression", expression };
    this.found.add(messages.notConstant(value, `'${node.name.getText()}'`));
    return undefined;
  }

  /** A message where a constant leaves the range of a type. */
  mustFit(node: ts.Node, value: number, type: Type): void {
    if (type.kind !== "int" || (value >= type.min && value <= type.max)) return;
    this.found.add(misfit(node, { min: value, max: value }, type));
  }

  #moduleVariable(node: ts.VariableDeclaration, type: Type, constant: boolean, initial: Initial): Variable {
    const module = this.moduleOf(node);
    return {
      name: node.name.getText(),
      node,
      module,
      scope: "module",
      type,
      constant,
      initial,
    };
  }

  #parameter(node: ts.ParameterDeclaration): Variable {
    const told = this.found.list.length;
    const parameter = this.#typedParameter(node);
    if (this.found.list.length > told) this.untyped.add(parameter);
    return parameter;
  }

  #typedParameter(node: ts.ParameterDeclaration): Variable {
    const module = this.moduleOf(node);
    const base = { name: node.name.getText(), node, module, scope: "parameter" } as const;
    if (!ts.isIdentifier(node.name) || node.questionToken || node.initializer || node.dotDotDotToken) {
      this.found.add(messages.syntax(node, "this form of parameter", "write name: type, nothing else"));
      return { ...base, type: intType("u8"), constant: false };
    }
    const type = this.writtenType(node.type);
    if (type === undefined || type.kind === "void") {
      this.found.add(messages.missingType(node, `the parameter '${node.name.getText()}'`));
    }
    if (type === undefined || !isRow(type)) return { ...base, type: type ?? intType("u8"), constant: false };
    const lengthType = { kind: "int", min: type.length, max: 0xffff, name: "u16" } as const;
    const length: Variable = { ...base, name: `${base.name}Length`, type: lengthType, constant: true };
    return { ...base, type, constant: true, length };
  }

  #resultType(node: ts.FunctionDeclaration): Type {
    const type = this.writtenType(node.type);
    if (type !== undefined) return type;
    this.found.add(messages.missingType(node.name ?? node, `the result of '${node.name?.text}'`));
    return { kind: "void" };
  }

  /** Whether a function is no generator, not asynchronous and not generic. */
  #isPlain(node: ts.FunctionDeclaration): boolean {
    return suspending(node) === undefined && !node.typeParameters;
  }

  /** Refuses another form of function, and says nothing of the types that come with it. */
  #refuseForm(node: ts.FunctionDeclaration, tree: FunctionTree): void {
    const signature = { from: node.pos, to: node.body?.pos ?? node.end };
    this.found.drop(
      ({ file, start }) => file === node.getSourceFile() && signature.from <= start! && start! < signature.to,
    );
    const form = suspending(node);
    if (form !== undefined)
      this.found.add(messages.syntax(node.name ?? node, form, "write a plain function"));
    else if (node.typeParameters)
      this.found.add(messages.syntax(node.typeParameters[0], "a generic function", "write the types out"));
    for (const part of [tree, ...tree.parameters]) this.untyped.add(part);
  }

  /** The C name after `@extern` or `@isr`. */
  #markedName(node: ts.FunctionDeclaration, mark: "extern" | "isr"): string | undefined {
    const tag = ts.getJSDocTags(node).find((candidate) => candidate.tagName.text === mark);
    if (tag === undefined) return undefined;
    const name = (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
    if (!/^[A-Za-z_]\w*$/.test(name) || isTakenInC(name)) {
      this.found.add(messages.externName(node.name ?? node, name, mark));
    }
    return name;
  }

  /** The hardware gives an interrupt handler nothing and takes nothing of it. */
  #checkHandler({ node, parameters, result, external, interrupt }: FunctionTree): void {
    const { board, vectors, processor } = this.#boardInterrupts;
    if (processor !== undefined && !processor.vectors.includes(interrupt!)) {
      const { name, vectors } = processor;
      this.found.add(messages.unknownVector(node.name ?? node, interrupt!, name, vectors));
    }
    if (vectors.includes(interrupt!)) {
      this.found.add(messages.takenVector(node.name ?? node, interrupt!, board));
    }
    if (parameters.length > 0 || result.kind !== "void" || external !== undefined) {
      this.found.add(messages.handlerSignature(node.name ?? node, node.name?.text ?? ""));
    }
  }

  /** Nothing may run while a module is loaded. */
  #checkModuleStatements(module: Module): void {
    for (const statement of module.file.statements) {
      const declares =
        ts.isImportDeclaration(statement) ||
        ts.isExportDeclaration(statement) ||
        ts.isVariableStatement(statement) ||
        ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isEmptyStatement(statement);
      if (!declares) this.found.add(messages.moduleStatement(statement));
      if (ts.isImportDeclaration(statement)) this.#checkImport(statement);
    }
  }

  /** Options that exclude one another are told as such, whatever else comes of them. */
  #checkExclusions({ file }: Module): void {
    for (const exclusion of exclusionsOf(file)) {
      if (this.constant(exclusion.condition, `'${exclusion.name.text}'`) !== 1) continue;
      this.found.add(refuseChoice(this.checker, exclusion, this.#configuration));
    }
  }

  #checkImport({ importClause, attributes }: ts.ImportDeclaration): void {
    const wayOut = "import names: import { ... } from ...";
    if (attributes) this.found.add(messages.syntax(attributes, "an attribute of an import", wayOut));
    if (importClause?.phaseModifier === ts.SyntaxKind.DeferKeyword) {
      this.found.add(messages.syntax(importClause, "a deferred import", wayOut));
    }
  }

  /** The functions of a module with `@extern` or `@isr` in the comment before them. */
  #marked(module: Module, mark: "extern" | "isr"): FunctionTree[] {
    return module.file.statements
      .filter(ts.isFunctionDeclaration)
      .filter((node) => hasMark(node, mark))
      .map((node) => this.functionTree(node));
  }

  #boardConstants(externals: readonly FunctionTree[]): ProgramTree["boardConstants"] {
    const modules = new Set(externals.map((external) => external.module));
    return [...modules].flatMap((module) =>
      module.file.statements
        .filter(ts.isVariableStatement)
        .filter((statement) => isExported(statement) && statement.declarationList.flags & ts.NodeFlags.Const)
        .flatMap((statement) => statement.declarationList.declarations)
        .flatMap((declaration) => {
          const name = this.moduleName(declaration, declaration);
          if (name?.kind !== "expression" || name.expression.kind !== "number") return [];
          return [{ module, name: declaration.name.getText(), value: name.expression.value }];
        }),
    );
  }

  /** Storage in use, module after module, in the order of the source. */
  #variables(): Variable[] {
    const modules = [...this.#program.modules.values()];
    return [...this.#names.values()]
      .flatMap((name) => (typeof name === "object" && name.kind === "variable" ? [name.variable] : []))
      .sort(
        (a, b) =>
          modules.indexOf(a.module) - modules.indexOf(b.module) || a.node.getStart() - b.node.getStart(),
      );
  }
}

/** Whether the comment before a function has a mark such as `@inline`. */
function hasMark(node: ts.FunctionDeclaration, mark: "extern" | "isr" | "inline"): boolean {
  return ts.getJSDocTags(node).some((tag) => tag.tagName.text === mark);
}

function isExported(statement: ts.HasModifiers): boolean {
  return statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}
