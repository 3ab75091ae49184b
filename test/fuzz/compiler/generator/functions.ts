/** Random functions, tables of them, and the one that does the work of a program. */
import { lastingWrite } from "./assignments.ts";
import { switchThatReturns } from "./branches.ts";
import { Expressions } from "./expressions.ts";
import { guardOfField } from "./guards.ts";
import type { ModuleWriter } from "./module.ts";
import type { FunctionName } from "./scope.ts";
import { Statements } from "./statements.ts";
import {
  arrayText,
  integerType,
  type ParameterType,
  type ResultType,
  typeText,
  WIDTHS,
  widthType,
} from "./types.ts";
import { Work } from "./work.ts";

/** Work of `run` at most, and of a function that it calls. */
const RUN_WORK = 300;
const FUNCTION_WORK = 60;

export function declareFunctions(module: ModuleWriter, count: number): void {
  for (let i = 0; i < count; i++) declareFunction(module);
  if (module.random.chance(0.2)) declareDispatch(module);
}

/** A table of functions of one signature, called by an index. */
function declareDispatch(module: ModuleWriter): void {
  const parameters: ParameterType[] = Array.from({ length: module.random.below(3) }, () =>
    module.random.chance(0.3)
      ? randomParameter(module)
      : { kind: "integer", type: widthType(module.random.pick(WIDTHS)) },
  );
  // Bounds may differ where the C types do not: an argument must suit every function.
  const narrower = parameters.map((parameter) =>
    module.random.chance(0.3) ? narrowed(parameter) : parameter,
  );
  const result: ResultType = module.random.pick([
    { kind: "void" },
    { kind: "boolean" },
    { kind: "integer", type: widthType(module.random.pick(WIDTHS)) },
  ]);
  const one = functionOf(module, parameters, result);
  const other = functionOf(module, narrower, result);
  const entries = module.random.pick([
    [one, other],
    [one, other, one],
    [other, one, one, other],
  ]);
  const name = module.name("HANDLERS");
  module.text += `${module.export()}const ${name} = dispatch([${entries.map((entry) => entry.name).join(", ")}]);\n`;
  const writes = [...one.writes, ...other.writes];
  const cost = Math.max(one.cost, other.cost);
  module.scope.functions.push({ name, parameters: narrower, result, cost, writes, entries: entries.length });
}

/** A parameter of the same C type that takes fewer values. */
function narrowed(parameter: ParameterType): ParameterType {
  if (parameter.kind !== "integer") return parameter;
  const max = { u8: 15, u16: 300 }[parameter.type.text];
  if (max === undefined) return parameter;
  return { kind: "integer", type: { text: `Int<0, ${max}>`, min: 0, max, brand: "number" } };
}

function declareFunction(module: ModuleWriter): void {
  const parameters = Array.from({ length: module.random.below(4) }, () => randomParameter(module));
  // Two names for one record are what proofs about fields must reckon with.
  if (module.scope.records.length > 0 && module.random.chance(0.4)) {
    const { record } = module.random.pick(module.scope.records);
    parameters.push({ kind: "record", record }, { kind: "record", record });
  }
  functionOf(module, parameters, randomResult(module));
}

function functionOf(
  module: ModuleWriter,
  parameters: readonly ParameterType[],
  result: ResultType,
): FunctionName {
  const name = module.name("Function");
  const list = parameters.map((parameter, i) => `p${i}: ${typeText(parameter)}`).join(", ");
  const work = new Work(FUNCTION_WORK);
  const body = module.scope.inner(() => {
    parameters.forEach((parameter, i) => {
      declareParameter(module, `p${i}`, parameter);
    });
    return functionBody(module, work, result, 2, module.random.between(1, 3), parameters);
  });
  const head = `${module.export()}function ${name}(${list}): ${result.kind === "void" ? "void" : typeText(result)}`;
  module.text += `${head} {\n${body}}\n`;
  const assigned = (text: string) =>
    new RegExp(`\\b${text.replace(".", "\\.")}(\\+\\+|--| [-+&|^]?= )`).test(body);
  const writes = module.scope.integers.map(({ text }) => text).filter(assigned);
  const callee: FunctionName = { name, parameters, result, cost: work.spent + 4, writes };
  module.scope.functions.push(callee);
  return callee;
}

function functionBody(
  module: ModuleWriter,
  work: Work,
  result: ResultType,
  depth: number,
  count: number,
  parameters: readonly ParameterType[] = [],
): string {
  const expressions = new Expressions(module.random, module.scope, work, 0.08);
  const statements = new Statements(module.random, module.scope, expressions, work, result);
  let text = parameters.length > 0 && module.random.chance(0.6) ? lastingWrite(statements, "  ") : "";
  const records = parameters.flatMap((parameter, i) =>
    parameter.kind === "record" ? [{ ...parameter, i }] : [],
  );
  const pair = records.flatMap((one) =>
    records.filter(({ record, i }) => record === one.record && i > one.i).map((other) => [one, other]),
  )[0];
  if (pair) text += guardOfField(statements, `p${pair[0].i}`, `p${pair[1].i}`, pair[0].record, "  ");
  for (let i = 0; i < count; i++) text += statements.statement(depth, "  ");
  if (result.kind === "void") return text;
  return (
    text + (module.random.chance(0.1) ? switchThatReturns(statements, "  ") : `  ${statements.returned()}\n`)
  );
}

function randomParameter(module: ModuleWriter): ParameterType {
  switch (
    module.random.weighted([
      [5, "integer"],
      [1, "boolean"],
      [3, "array"],
      [module.scope.records.length > 0 ? 2 : 0, "record"],
      [module.scope.rows.length > 0 ? 3 : 0, "rows"],
    ] as const)
  ) {
    case "integer":
      return { kind: "integer", type: integerType(module.random, module.scope.enums) };
    case "boolean":
      return { kind: "boolean" };
    case "array": {
      const { element, length, table } = module.random.pick(module.scope.arrays);
      const least = module.random.pick([table ? 1 : 0, 1, 2, Math.min(4, length), length]);
      return { kind: "array", element, length: least, table, text: arrayText(element, least, table) };
    }
    case "record":
      return { kind: "record", record: module.random.pick(module.scope.records).record };
    case "rows": {
      const { record, table, length } = module.random.pick(module.scope.rows);
      const least = module.random.between(1, length);
      const text = `${table ? "TableOf" : "Records"}<${record.name}, ${least}>`;
      return { kind: "rows", record, table, length: least, text };
    }
  }
}

function randomResult(module: ModuleWriter): ResultType {
  switch (
    module.random.weighted([
      [6, "integer"],
      [1, "boolean"],
      [2, "void"],
      [1, "array"],
      [module.scope.records.some(({ lasting }) => lasting) ? 1 : 0, "record"],
    ] as const)
  ) {
    case "integer":
      return { kind: "integer", type: integerType(module.random, module.scope.enums) };
    case "boolean":
      return { kind: "boolean" };
    case "void":
      return { kind: "void" };
    case "array": {
      const able = module.scope.arrays.filter(({ lasting, table }) => lasting && !table);
      const { element, length, table } = module.random.pick(able);
      return { kind: "array", element, length, table, text: arrayText(element, length, table) };
    }
    case "record":
      return {
        kind: "record",
        record: module.random.pick(module.scope.records.filter(({ lasting }) => lasting)).record,
      };
  }
}

function declareParameter(module: ModuleWriter, text: string, parameter: ParameterType): void {
  switch (parameter.kind) {
    case "integer":
      module.scope.integers.push({ text, type: parameter.type, writable: true });
      return;
    case "boolean":
      module.scope.booleans.push({ text, writable: true });
      return;
    case "array":
      // Its length can be asked for, but is known to be a minimum only.
      (parameter.length > 0 ? module.scope.arrays : module.scope.openArrays).push({
        ...parameter,
        ...{ text, exact: true, lasting: false },
      });
      return;
    case "record":
      module.scope.addRecord(text, parameter.record, false);
      return;
    case "rows":
      module.scope.addRows({ ...parameter, text, exact: true, lasting: false });
  }
}

/** What `run` does before it adds the checksums up. */
export function declareWork(module: ModuleWriter): void {
  const locals = module.random.pick([
    [
      ["low", "u8", "u8(a)"],
      ["half", "u16", "u16(b >>> 8)"],
    ],
    [
      ["small", "i8", "i8(b)"],
      ["wide", "i32", "i32(a)"],
      ["nibble", "u8", "u8(a & 15)"],
    ],
    [["middle", "i16", "i16(a >>> 4)"]],
  ] as const);
  const work = new Work(RUN_WORK);
  const body = module.scope.inner(() => {
    module.scope.integers.push({ text: "a", type: widthType("u32"), writable: false });
    module.scope.integers.push({ text: "b", type: widthType("u32"), writable: false });
    for (const [text, type] of locals) {
      module.scope.integers.push({ text, type: widthType(type), writable: true });
    }
    return functionBody(
      module,
      work,
      { kind: "integer", type: widthType("u32") },
      2,
      module.random.between(2, 6),
    );
  });
  const lines = locals.map(([text, type, value]) => `  let ${text}: ${type} = ${value};\n`).join("");
  module.text += `function work(a: u32, b: u32): u32 {\n${lines}${body}}\n`;
}
