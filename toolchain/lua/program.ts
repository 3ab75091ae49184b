/** The whole program as Lua: what its entry reaches, and the names of the chunk. */
import * as lua from "typescript-to-lua";
import { type Analysis, Assigned, messages, type tree } from "../compiler/index.ts";
import { Conventions } from "./conventions.ts";
import type { Dialect, Helper } from "./dialect.ts";
import { type LoweredFunction, lowerFunction } from "./functions.ts";
import { chooseInlined } from "./inlining.ts";
import { spill } from "./layout.ts";
import { ChunkNames } from "./names.ts";
import { assigned } from "./paths.ts";
import { reachedFrom, reentrantFunctions } from "./reach.ts";
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

function firstValue(helper: Helper, { type, initial }: tree.Variable): lua.Expression {
  return initialCode(helper, { type: type!, initial: initial! });
}

/**
 * Names for all of the program, before the functions ask for more. A message for a name of the board's that Lua has.
 */
function namesOf({ tree: program, calls, found }: Analysis): ChunkNames {
  const names = new ChunkNames();
  for (const { external, node } of calls.order) {
    if (external !== undefined && names.has(external))
      found.add(messages.takenInLua(node.name ?? node, external));
  }
  for (const { external } of calls.order) if (external !== undefined) names.reserve(external);
  for (const callee of calls.order) names.of(callee);
  for (const variable of program.variables) names.of(variable);
  return names;
}

interface LoweredFunctions {
  readonly names: ChunkNames;
  /** Those that stand by themselves and are reached. */
  readonly functions: readonly LoweredFunction[];
  readonly reached: ReadonlySet<tree.FunctionTree>;
}

/** Lowers each function by itself, and again with those in place that have one call. */
function lowerFunctions(analysis: Analysis, dialect: Dialect, debug: boolean): LoweredFunctions {
  const { tree: program, calls, ranges } = analysis;
  const context = {
    analysis,
    dialect,
    conventions: new Conventions(calls),
    reentrant: reentrantFunctions(program),
    assigned: new Assigned(ranges),
    changing: assigned(calls.order.flatMap((callee) => callee.body)),
    debug,
  };
  const lower = (names: ChunkNames, inlined: ReadonlySet<tree.FunctionTree>) =>
    new Map(
      calls.order
        .filter((callee) => callee.external === undefined && !inlined.has(callee))
        .map((callee) => [callee, lowerFunction({ ...context, names, inlined }, callee)]),
    );
  const inlined = chooseInlined(analysis, lower(namesOf(analysis), new Set()), dialect);
  const names = namesOf(analysis);
  const all = lower(names, inlined);
  const roots = [program.entry, ...program.interrupts];
  const reached = reachedFrom(roots, (callee) => all.get(callee)?.functions ?? []);
  return { names, reached, functions: [...all.values()].filter((lowered) => reached.has(lowered.tree)) };
}

/** Lowers every function that code reaches, and what they use. */
export function lowerProgram(analysis: Analysis, dialect: Dialect, debug: boolean): LoweredProgram {
  const { tree: program, calls } = analysis;
  const { names, functions, reached } = lowerFunctions(analysis, dialect, debug);
  const helpers = new Set<HelperName>(functions.flatMap((lowered) => [...lowered.helpers]));
  const helper: Helper = (name) => {
    helpers.add(name);
    return lua.createIdentifier(name);
  };
  const used = new Set(functions.flatMap((lowered) => [...lowered.variables]));
  const isTable = (variable: tree.Variable) => variable.type?.kind === "functions";
  const tables = program.variables.filter((variable) => used.has(variable) && isTable(variable));
  const variables = program.variables
    .filter((variable) => used.has(variable) && !isTable(variable))
    .map((variable) => ({ variable, name: names.of(variable), value: firstValue(helper, variable) }));
  const owned = new Map(
    functions.map((lowered) => [
      lowered,
      lowered.owned.map(({ name, variable }) => ({ name, value: firstValue(helper, variable) })),
    ]),
  );
  const externals = calls.order.filter((callee) => callee.external !== undefined && reached.has(callee));
  const declared = [
    ...externals.map((callee) => names.of(callee)),
    ...variables.map(({ name }) => name),
    ...tables.map((table) => names.of(table)),
    ...functions.flatMap((lowered) => lowered.owned.map(({ name }) => name)),
    ...functions.flatMap(({ outside }) => outside),
    ...functions.map((lowered) => names.of(lowered.tree)),
  ];
  const texts = helperTexts(dialect.name, helpers);
  const users = functions.map((lowered) => [
    ...[...lowered.functions, ...lowered.variables].map((member) => names.of(member)),
    ...lowered.owned.map(({ name }) => name),
    ...lowered.outside,
    ...lowered.helpers,
  ]);
  return {
    names,
    functions: new Map(
      functions.map((lowered) => [
        lowered.tree.node,
        { statement: lowered.statement, owned: owned.get(lowered)! },
      ]),
    ),
    variables: new Map(variables.map((lowered) => [lowered.variable.node, lowered])),
    externals,
    helpers: texts,
    declared,
    spilled: spill(texts.names.length + 1, declared, users, dialect),
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
