/** The IR of the whole program, module by module. */
import type ts from "typescript";
import { Assigned } from "./assigned.ts";
import type { Calls } from "./calls.ts";
import { type Home, homesOf } from "./headers.ts";
import type { IrModule, IrStruct, IrVariable } from "./ir.ts";
import type { LoweringContext } from "./lower.ts";
import { type LoweredFunction, lowerFunction } from "./lower-statements.ts";
import { declaredAs, storageOf } from "./lower-storage.ts";
import { type Messages, messages } from "./messages.ts";
import { fieldName, functionName, functionTypeName, moduleVariableName, recordName } from "./names.ts";
import { originOf } from "./origins.ts";
import type { Ranges } from "./range.ts";
import { relating } from "./related.ts";
import type { FunctionsType, FunctionTree, Module, ProgramTree, RecordTree, Type, Variable } from "./tree.ts";

export interface LoweredProgram {
  readonly modules: readonly IrModule[];
  /** Module-level variables that the code uses. */
  readonly variables: readonly Variable[];
  /** Functions of the sources that become C. */
  readonly functions: readonly FunctionTree[];
  /** Functions that code reaches and the board's C defines. */
  readonly externals: readonly FunctionTree[];
  /** What a function may call through dispatch tables. */
  readonly dispatches: ReadonlyMap<FunctionTree, readonly FunctionTree[]>;
}

/** Lowers every function that code reaches, and the storage that they use; assertions trap where `debug` is set. */
export function lowerProgram(
  program: ProgramTree,
  calls: Calls,
  ranges: Ranges,
  found: Messages,
  debug: boolean,
): LoweredProgram {
  const structs = new Map<RecordTree, IrStruct>();
  const struct = (record: RecordTree): IrStruct => {
    const known = structs.get(record) ?? lowerRecord(record, struct);
    structs.set(record, known);
    return known;
  };
  const globals = new Set([
    ...calls.order.map((tree) => functionName(tree, program.entry)),
    ...program.variables.map(moduleVariableName),
    ...program.records.map(recordName),
  ]);
  checkSymbols(program, calls, found);
  const assigned = new Assigned(ranges);
  const { entry } = program;
  const context: LoweringContext = { entry, calls, assigned, ranges, found, globals, debug, struct };
  const lowered = calls.order.map((tree) => lowerFunction(tree, context));
  const used = reachable(lowered, [program.entry, ...program.interrupts]);
  const functions = lowered.filter(({ tree }) => used.has(tree));
  const variables = program.variables.filter((variable) => used.has(variable));
  const shared = sharedAmong(functions, variables);
  for (const { type } of variables) for (const record of recordsOf(type)) struct(record);
  const modules = new Set<Module>([
    ...variables.map((variable) => variable.module),
    ...[...structs.keys()].map((record) => record.module),
    ...functions.map(({ tree }) => tree.module),
    ...program.externals.map((tree) => tree.module),
  ]);
  const declared = lowered.filter(({ tree }) => tree.external !== undefined || used.has(tree));
  const mentioned = new Map(
    [...modules].map((module) => [module, mentionedBy(module, declared, variables, structs)]),
  );
  const home = homesOf([...modules], (module) => mentioned.get(module) ?? new Set());
  return {
    variables,
    functions: functions.map(({ tree }) => tree).filter((tree) => tree.external === undefined),
    externals: functions.map(({ tree }) => tree).filter((tree) => tree.external !== undefined),
    dispatches: new Map(
      functions
        .map(({ tree, uses }) => [tree, [...uses].flatMap(functionsIn)] as const)
        .filter(([, listed]) => listed.length > 0),
    ),
    modules: [...modules].map((module) => ({
      name: module.name,
      source: module.line,
      structs: [...structs].filter(([record]) => home(record.module) === module).map(([, value]) => value),
      variables: variables
        .filter((variable) => variable.module === module)
        .map((variable) => lowerVariable(variable, shared.has(variable), context)),
      functions: functions
        .filter(({ tree }) => tree.module === module && tree.external === undefined)
        .map(({ tree, code }) => ({ ...code, shared: shared.has(tree) })),
      externals: lowered
        .filter(({ tree }) => tree.module === module && tree.external !== undefined)
        .map(({ code }) => code),
      constants: program.boardConstants
        .filter((value) => value.module === module)
        .map(({ name, value }) => ({ name: `${module.name}_${name}`, value })),
      types: typeModules(module, mentioned, home),
      uses: usedModules(module, functions, variables, home),
      interrupts: functions.some(
        ({ tree, masksInterrupts }) =>
          tree.module === module && (masksInterrupts || tree.interrupt !== undefined),
      ),
    })),
  };
}

/** C has one space of names for the whole program. */
function checkSymbols(program: ProgramTree, calls: Calls, found: Messages): void {
  const take = (taken: Map<string, ts.Node>, node: ts.Node, symbol: string) => {
    const other = taken.get(symbol);
    if (other) {
      const also = { node: other, text: `this becomes '${symbol}' too` };
      found.add(relating(messages.sameSymbol(node, symbol), also));
    } else taken.set(symbol, node);
  };
  const symbols = new Map<string, ts.Node>();
  for (const record of program.records) {
    take(symbols, record.node, recordName(record));
    const fields = new Map<string, ts.Node>();
    for (const field of record.fields.values()) take(fields, field.node, fieldName(field));
  }
  for (const variable of program.variables) take(symbols, variable.node, moduleVariableName(variable));
  for (const tree of calls.order) take(symbols, tree.node.name!, functionName(tree, program.entry));
}

/** What code that runs refers to: `range` may have shown calls of reached functions to be dead. */
function reachable(
  lowered: readonly LoweredFunction[],
  roots: readonly FunctionTree[],
): ReadonlySet<unknown> {
  const used = new Set<unknown>(roots);
  for (const { tree, uses } of [...lowered].reverse()) {
    if (!used.has(tree)) continue;
    for (const use of uses) {
      used.add(use);
      for (const listed of functionsIn(use)) used.add(listed);
    }
  }
  return used;
}

/** The functions that a dispatch table lists. */
function functionsIn(use: FunctionTree | Variable | RecordTree): readonly FunctionTree[] {
  return "type" in use && use.type?.kind === "functions" ? use.type.functions : [];
}

/** Functions and variables that code or a dispatch table of another module refers to. */
function sharedAmong(
  functions: readonly LoweredFunction[],
  variables: readonly Variable[],
): ReadonlySet<unknown> {
  return new Set<unknown>([
    ...functions.flatMap(({ tree, uses }) => [...uses].filter((use) => use.module !== tree.module)),
    ...variables.flatMap((table) => functionsIn(table).filter((listed) => listed.module !== table.module)),
  ]);
}

/** The other modules that the code and the dispatch tables of `module` refer to. */
function usedModules(
  module: Module,
  functions: readonly LoweredFunction[],
  variables: readonly Variable[],
  home: Home,
): ReadonlySet<string> {
  const own = functions.filter(({ tree }) => tree.module === module);
  const tables = variables.filter((variable) => variable.module === module);
  const uses = new Set(
    [...own.flatMap((lowered) => [...lowered.uses]), ...tables.flatMap(functionsIn)].map(
      (use) => ("fields" in use ? home(use.module) : use.module).name,
    ),
  );
  uses.delete(module.name);
  return uses;
}

/** The other modules whose headers declare what the declarations in the header of `module` mention. */
function typeModules(
  module: Module,
  mentioned: ReadonlyMap<Module, ReadonlySet<Module>>,
  home: Home,
): ReadonlySet<string> {
  const declaredHere = [...mentioned].filter(([other]) => other === module || home(other) === module);
  const names = new Set([
    home(module).name,
    ...declaredHere.flatMap(([, others]) => [...others].map((other) => home(other).name)),
  ]);
  names.delete(module.name);
  return names;
}

/** The modules whose records the declarations of `module` mention. */
function mentionedBy(
  module: Module,
  functions: readonly LoweredFunction[],
  variables: readonly Variable[],
  structs: ReadonlyMap<RecordTree, unknown>,
): ReadonlySet<Module> {
  const types = [
    ...functions.filter(({ tree }) => tree.module === module).flatMap(({ tree }) => signature(tree)),
    ...variables
      .filter((variable) => variable.module === module)
      .flatMap((variable) => [variable.type, ...functionsIn(variable).flatMap(signature)]),
    ...[...structs.keys()]
      .filter((record) => record.module === module)
      .flatMap((record) => [...record.fields.values()].map((field) => field.type)),
  ];
  return new Set(types.flatMap((type) => recordsOf(type).map((record) => record.module)));
}

/** The record that a declaration with this type mentions. */
function recordsOf(type: Type | undefined): RecordTree[] {
  return type?.kind === "record" || type?.kind === "records" ? [type.record] : [];
}

function signature(tree: FunctionTree): (Type | undefined)[] {
  return [tree.result, ...tree.parameters.map((parameter) => parameter.type)];
}

function lowerRecord(record: RecordTree, struct: (record: RecordTree) => IrStruct): IrStruct {
  return {
    name: recordName(record),
    fields: [...record.fields.values()].map((field) => ({
      name: fieldName(field),
      storage: storageOf(field.type, field.initial, struct),
    })),
    origin: originOf(record.node),
  };
}

function lowerVariable(variable: Variable, shared: boolean, context: LoweringContext): IrVariable {
  const { struct } = context;
  const { type, initial } = variable;
  const base = { name: moduleVariableName(variable), shared, origin: originOf(variable.node.parent.parent) };
  if (type?.kind === "array" && initial?.kind === "table") {
    const { values, text } = initial;
    const hexadecimal = /\b0x/i.test(variable.node.getText());
    return { ...base, storage: { kind: "table", element: type.element, values, text, hexadecimal } };
  }
  if (type?.kind === "records" && initial?.kind === "rows") {
    const rows = initial.rows.map((row) => [...type.record.fields.values()].map((field) => row.get(field)!));
    return { ...base, storage: { kind: "rows", struct: struct(type.record), rows } };
  }
  if (type?.kind === "cell") return { ...base, storage: { kind: "cell", type: type.width } };
  if (type?.kind === "functions") return { ...base, storage: lowerDispatch(variable, type, context) };
  return { ...base, storage: storageOf(type!, initial!, struct) };
}

/** The table with the C type that its functions have in common. */
function lowerDispatch(
  table: Variable,
  { functions }: FunctionsType,
  { entry, calls, struct }: LoweringContext,
): IrVariable["storage"] {
  const [{ parameters, result }] = functions;
  return {
    kind: "functions",
    type: functionTypeName(table),
    functions: functions.map((listed) => functionName(listed, entry)),
    result: declaredAs(result, struct),
    parameters: parameters.flatMap((parameter) => {
      const own = declaredAs(parameter.type!, struct);
      return calls.asksLength(parameter) ? [own, { kind: "value", type: "u16" }] : [own];
    }),
  };
}
