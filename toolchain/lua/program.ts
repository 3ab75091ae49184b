/** The whole program as Lua: what its entry reaches, and the names of the chunk. */

import type * as lua from "typescript-to-lua";
import { createIdentifier } from "typescript-to-lua";
import { type Analysis, Assigned, tree, walk } from "../compiler/index.ts";
import { Conventions } from "./conventions.ts";
import type { Dialect, Helper } from "./dialect.ts";
import { lowerFunction } from "./functions.ts";
import { chooseInlined } from "./inlining.ts";
import { spill } from "./layout.ts";
import { ChunkNames } from "./names.ts";
import { assigned } from "./paths.ts";
import { type HelperName, helperTexts } from "./runtime.ts";
import { initialCode } from "./storage.ts";

export interface LoweredProgram {
  readonly names: ChunkNames;
  /** By their declarations, each with the storage that it owns; externals have no entry. */
  readonly functions: ReadonlyMap<
    object,
    { readonly statement: lua.Statement; readonly owned: readonly Storage[] }
  >;
  /** The module-level variables that reached functions use, by their declarations, with their first values. */
  readonly variables: ReadonlyMap<object, LoweredVariable>;
  readonly externals: readonly tree.FunctionTree[];
  readonly helpers: { readonly names: readonly HelperName[]; readonly text: string };
  /** The names of functions, variables and storage, in the order of their definitions. */
  readonly declared: readonly string[];
  readonly spilled: ReadonlyMap<string, number>;
  readonly entry: string;
  /** Dispatch tables: the names of their functions. They are made when the functions are there. */
  readonly tables: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly interrupts: readonly { readonly name: string; readonly interrupt: string }[];
}

export interface Storage {
  readonly name: string;
  /** What it starts with. */
  readonly value: lua.Expression;
}

export interface LoweredVariable extends Storage {
  readonly variable: tree.Variable;
}

function reach(
  roots: readonly tree.FunctionTree[],
  next: (callee: tree.FunctionTree) => Iterable<tree.FunctionTree>,
): Set<tree.FunctionTree> {
  const reached = new Set<tree.FunctionTree>();
  const visit = (callee: tree.FunctionTree) => {
    if (reached.has(callee)) return;
    reached.add(callee);
    for (const each of next(callee)) visit(each);
  };
  for (const root of roots) visit(root);
  return reached;
}

function calleesIn(caller: tree.FunctionTree): tree.FunctionTree[] {
  const callees: tree.FunctionTree[] = [];
  walk(
    caller.body,
    () => {},
    (expression) => callees.push(...tree.calleesOf(expression)),
  );
  return callees;
}

function intersection<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...a].filter((each) => b.has(each)));
}

function firstValue(helper: Helper, { type, initial }: tree.Variable): lua.Expression {
  return initialCode(helper, { type: type!, initial: initial! });
}

/** Names for all of the program, before the functions ask for more. */
function namesOf({ tree: program, calls }: Analysis): ChunkNames {
  const names = new ChunkNames();
  for (const { external } of calls.order) if (external !== undefined) names.reserve(external);
  for (const callee of calls.order) names.of(callee);
  for (const variable of program.variables) names.of(variable);
  return names;
}

/** Lowers every function that code reaches. */
export function lowerProgram(analysis: Analysis, dialect: Dialect, debug: boolean): LoweredProgram {
  const { tree: program, calls, ranges } = analysis;
  const externals = calls.order.filter((callee) => callee.external !== undefined);
  const reentrant = intersection(reach([program.entry], calleesIn), reach(program.interrupts, calleesIn));
  const context = {
    analysis,
    dialect,
    conventions: new Conventions(calls),
    reentrant,
    assigned: new Assigned(ranges),
    debug,
    changing: assigned(calls.order.flatMap((callee) => callee.body)),
  };
  const own = calls.order.filter((callee) => callee.external === undefined);
  const lower = (callees: readonly tree.FunctionTree[], inlined: ReadonlySet<tree.FunctionTree>) => {
    const names = namesOf(analysis);
    const whole = { ...context, names, inlined };
    return { names, all: new Map(callees.map((callee) => [callee, lowerFunction(whole, callee)])) };
  };
  const inlined = chooseInlined(analysis, lower(own, new Set()).all, dialect.upvalues);
  const { names, all } = lower(
    own.filter((callee) => !inlined.has(callee)),
    inlined,
  );
  const reached = reach([program.entry, ...program.interrupts], (callee) => all.get(callee)?.functions ?? []);
  const functions = [...all.values()].filter((lowered) => reached.has(lowered.tree));
  const used = new Set(functions.flatMap((lowered) => [...lowered.variables]));
  const helpers = new Set<HelperName>(functions.flatMap((lowered) => [...lowered.helpers]));
  const helper: Helper = (name) => {
    helpers.add(name);
    return createIdentifier(name);
  };
  const tables = program.variables.filter(
    (variable) => used.has(variable) && variable.type?.kind === "functions",
  );
  const variables = program.variables
    .filter((variable) => used.has(variable) && !tables.includes(variable))
    .map((variable) => ({ variable, name: names.of(variable), value: firstValue(helper, variable) }));
  const owned = new Map(
    functions.flatMap((lowered) =>
      lowered.owned.map((own) => [own, { name: own.name, value: firstValue(helper, own.variable) }] as const),
    ),
  );
  const external = externals.filter((callee) => reached.has(callee));
  const declared = [
    ...external.map((callee) => names.of(callee)),
    ...variables.map(({ name }) => name),
    ...tables.map((table) => names.of(table)),
    ...[...owned.values()].map(({ name }) => name),
    ...functions.flatMap(({ outside }) => outside),
    ...functions.map((lowered) => names.of(lowered.tree)),
  ];
  const texts = helperTexts(dialect.name, helpers);
  const users = functions.map((lowered) => [
    ...[...lowered.functions].map((callee) => names.of(callee)),
    ...[...lowered.variables].map((variable) => names.of(variable)),
    ...lowered.owned.map(({ name }) => name),
    ...lowered.outside,
    ...lowered.helpers,
  ]);
  return {
    names,
    functions: new Map(
      functions.map(({ tree: { node }, statement, owned: own }) => [
        node,
        { statement, owned: own.map((storage) => owned.get(storage)!) },
      ]),
    ),
    variables: new Map(variables.map((lowered) => [lowered.variable.node, lowered])),
    externals: external,
    helpers: texts,
    declared,
    spilled: spill(texts.names.length + 1, declared, users, dialect.upvalues),
    entry: names.of(program.entry),
    tables: tables.map((table) => ({
      name: names.of(table),
      members: (table.type as tree.FunctionsType).functions.map((member) => names.of(member)),
    })),
    interrupts: program.interrupts.map((handler) => ({
      name: names.of(handler),
      interrupt: handler.interrupt!,
    })),
  };
}
