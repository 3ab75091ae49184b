/** The IR of the whole program, module by module. */
import type { Calls } from "./calls.ts";
import type { IrFieldType, IrFunction, IrModule, IrStruct, IrVariable } from "./ir.ts";
import { type LoweringContext, originOf, scalarType } from "./lower.ts";
import { lowerFunction } from "./lower-statements.ts";
import type { Messages } from "./messages.ts";
import { fieldName, functionName, moduleVariableName, recordName } from "./names.ts";
import type { Ranges } from "./range.ts";
import type { Field, Module, ProgramTree, RecordTree, Type, Variable } from "./tree.ts";
import { walk } from "./walk.ts";

/** Lowers every reached function, and the storage that they use. */
export function lowerProgram(
  program: ProgramTree,
  calls: Calls,
  ranges: Ranges,
  found: Messages,
): IrModule[] {
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
  const context: LoweringContext = { entry: program.entry, calls, ranges, found, globals, struct };
  const modules = new Set<Module>([
    ...program.variables.map((variable) => variable.module),
    ...program.records.map((record) => record.module),
    ...calls.order.map((tree) => tree.module),
  ]);
  return [...modules].map((module) => ({
    name: module.name,
    source: module.line,
    structs: program.records.filter((record) => record.module === module).map(struct),
    variables: program.variables
      .filter((variable) => variable.module === module)
      .map((variable) => lowerVariable(variable, struct)),
    functions: calls.order
      .filter((tree) => tree.module === module && tree.external === undefined)
      .map((tree) => lowerFunction(tree, context)),
    externals: program.externals
      .filter((tree) => tree.module === module)
      .map((tree): IrFunction => lowerFunction(tree, context)),
    constants: program.boardConstants
      .filter((value) => value.module === module)
      .map(({ name, value }) => ({ name: `${module.name}_${name}`, value })),
    uses: usedModules(program, calls, module),
  }));
}

/** The other modules that the functions and variables of `module` refer to. */
function usedModules(program: ProgramTree, calls: Calls, module: Module): ReadonlySet<string> {
  const uses = new Set<string>();
  const useType = (type: Type | undefined) => {
    if (type?.kind === "record") uses.add(type.record.module.name);
  };
  for (const tree of calls.order.filter((candidate) => candidate.module === module)) {
    for (const parameter of tree.parameters) useType(parameter.type);
    walk(
      tree.body,
      (statement) => statement.kind === "declare" && useType(statement.variable.type),
      (expression) => {
        if (expression.kind === "call") uses.add(expression.callee.module.name);
        if (expression.kind === "variable") uses.add(expression.variable.module.name);
      },
    );
  }
  for (const variable of program.variables) if (variable.module === module) useType(variable.type);
  for (const record of program.records.filter((candidate) => candidate.module === module)) {
    for (const field of record.fields.values()) useType(field.type);
  }
  uses.delete(module.name);
  return uses;
}

function lowerRecord(record: RecordTree, struct: (record: RecordTree) => IrStruct): IrStruct {
  return {
    name: recordName(record),
    fields: [...record.fields.values()].map((field) => ({
      name: fieldName(field),
      type: fieldType(field, struct),
      value: field.initial.kind === "scalar" ? field.initial.value : 0,
    })),
    shared: record.shared,
    origin: originOf(record.node),
  };
}

function fieldType(field: Field, struct: (record: RecordTree) => IrStruct): IrFieldType {
  const { type } = field;
  if (type.kind === "array") return { kind: "array", element: type.element, length: type.length };
  if (type.kind === "record") return { kind: "record", struct: struct(type.record) };
  return { kind: "value", type: scalarType(type) };
}

function lowerVariable(variable: Variable, struct: (record: RecordTree) => IrStruct): IrVariable {
  const { type, initial, shared } = variable;
  const base = { name: moduleVariableName(variable), shared, origin: originOf(variable.node.parent.parent) };
  if (type?.kind === "array" && initial?.kind === "table") {
    const { values, text } = initial;
    return { ...base, storage: { kind: "table", element: type.element, values, text } };
  }
  if (type?.kind === "array")
    return { ...base, storage: { kind: "array", element: type.element, length: type.length } };
  if (type?.kind === "record") return { ...base, storage: { kind: "record", struct: struct(type.record) } };
  const value = initial?.kind === "scalar" ? initial.value : 0;
  return { ...base, storage: { kind: "value", type: scalarType(type!), value } };
}
