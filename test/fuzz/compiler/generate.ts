/**
 * Random programs over the whole device language, from a seed.
 *
 * Most stores are cast where they have to be, so that nearly every program is accepted; some casts and masks are left
 * out on purpose, and what the compiler refuses of these is mended (`mend.ts`): what stays is what it takes for proven.
 */
import { type IntName, RANGES } from "../../../toolchain/compiler/tree.ts";
import { Expressions } from "./generate-expressions.ts";
import {
  type FieldType,
  type FunctionName,
  type ParameterType,
  type RecordClass,
  type ResultType,
  Scope,
  WIDTHS,
  widthType,
} from "./generate-scope.ts";
import { arrayOf, arrayType, integerType, newArray, Statements, Work } from "./generate-statements.ts";
import { MAIN, type Program } from "./program.ts";
import { EDGES, Random, randomInput } from "./random.ts";

/** Work of `run` at most, and of a function that it calls. */
const RUN_WORK = 300;
const FUNCTION_WORK = 60;
const INPUTS = 8;

export function generateProgram(seed: number): Program {
  const random = new Random(seed);
  const modules: Record<string, string> = {};
  const config: Record<string, number | boolean> = {};
  const scope = new Scope();
  if (random.chance(0.4)) {
    const helper = new ModuleWriter(random, scope, "helper", seed, config);
    helper.declarations(random.below(2), random.below(2));
    helper.functions(random.between(1, 2));
    modules["helper.ts"] = helper.finish();
    // What another module declares can be read, called and, where it is an array or record, written; not assigned.
    const foreign = scope.integers.map((name) => ({
      ...name,
      writable: name.writable && name.text.includes("."),
    }));
    scope.integers.splice(0, scope.integers.length, ...foreign);
    const flags = scope.booleans.map((name) => ({
      ...name,
      writable: name.writable && name.text.includes("."),
    }));
    scope.booleans.splice(0, scope.booleans.length, ...flags);
  }
  const main = new ModuleWriter(random, scope, "main", seed, config);
  main.declarations(random.between(0, 2), random.between(1, 3));
  if (random.chance(0.2)) main.interrupt();
  main.functions(
    random.weighted([
      [3, 0],
      [4, 1],
      [2, 2],
      [1, 3],
    ] as const),
  );
  main.work();
  const helper = modules["helper.ts"];
  const other = helper === undefined ? "" : " ^ helperChecksum()";
  const run = `export function run(a: u32, b: u32): u32 {\n  const result = work(a, b);\n  return u32(result ^ mainChecksum()${other});\n}\n`;
  const text = main.finish() + run;
  modules[MAIN] = helper === undefined ? text : `${importsFrom(helper, text)}${text}`;
  const inputs = Array.from(
    { length: INPUTS },
    () => [randomInput(random.next), randomInput(random.next)] as const,
  );
  return { name: `seed ${seed}`, modules, inputs, config };
}

/** The import of what `text` uses of the other module. */
function importsFrom(other: string, text: string): string {
  const exported = [...other.matchAll(/^export (?:const enum|enum|const|let|function|class) (\w+)/gm)];
  const names = exported.map((match) => match[1]).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return names.length > 0 ? `import { ${names.join(", ")} } from "./helper.ts";\n` : "";
}

class ModuleWriter {
  readonly #random: Random;
  readonly #scope: Scope;
  /** Goes before each name at module level. */
  readonly #prefix: string;
  readonly #seed: number;
  readonly #config: Record<string, number | boolean>;
  /** What the checksum of the module's state adds up. */
  readonly #state: string[] = [];
  #text = "";
  #names = 0;

  constructor(
    random: Random,
    scope: Scope,
    prefix: string,
    seed: number,
    config: Record<string, number | boolean>,
  ) {
    this.#random = random;
    this.#scope = scope;
    this.#prefix = prefix;
    this.#seed = seed;
    this.#config = config;
  }

  #name(what: string): string {
    return `${this.#prefix}${what}${this.#names++}`;
  }

  #export(): string {
    return this.#prefix === "helper" ? "export " : "";
  }

  /** Tables, enums, record classes, arrays and variables. */
  declarations(classes: number, arrays: number): void {
    if (this.#random.chance(0.3)) this.#enum();
    if (this.#random.chance(0.3)) this.#configured();
    const tables = this.#random.below(3);
    for (let i = 0; i < tables; i++) this.#table();
    for (let i = 0; i < classes; i++) this.#class();
    this.#array("u8", this.#random.pick([8, 16, 24]));
    for (let i = 0; i < arrays; i++) this.#array(this.#random.pick(WIDTHS), this.#random.pick([2, 4, 8, 16]));
    const variables = this.#random.between(1, 4);
    for (let i = 0; i < variables; i++) this.#variable();
  }

  #enum(): void {
    const name = this.#name("Kind");
    const values = [this.#random.pick([0, 1, 2, -5]), 4, this.#random.pick([7, 200, 1000])];
    const form = this.#random.pick(["const enum", "const enum", "enum"]);
    const members = values.map((value, i) => `${"ABC"[i]} = ${value}`);
    this.#text += `${this.#export()}${form} ${name} { ${members.join(", ")} }\n`;
    values.forEach((value, i) => {
      this.#scope.constants.push({ text: `${name}.${"ABC"[i]}`, value });
    });
  }

  #configured(): void {
    const name = `${this.#prefix.toUpperCase()}_CONFIG_${this.#seed}`;
    const value = this.#random.below(256);
    this.#text += `/** @config */\n${this.#export()}const ${name}: u8 = ${this.#random.below(256)};\n`;
    this.#config[name] = value;
    this.#scope.integers.push({ text: name, type: widthType("u8"), writable: false });
    const flag = `${this.#prefix.toUpperCase()}_FLAG_${this.#seed}`;
    this.#text += `/** @config */\n${this.#export()}const ${flag}: boolean = ${this.#random.chance(0.5)};\n`;
    this.#config[flag] = this.#random.chance(0.5);
    this.#scope.booleans.push({ text: flag, writable: false });
  }

  #table(): void {
    const text = this.#name("TABLE");
    const bits = this.#random.pick([8, 8, 16, 32] as const);
    const element = `u${bits}` as IntName;
    const { max } = RANGES[element];
    if (this.#random.chance(0.15)) {
      const letters = Array.from({ length: this.#random.between(2, 8) }, () =>
        this.#random.between(0x20, 0x7e),
      );
      const characters = String.fromCharCode(...letters).replace(/["\\`$]/g, "'");
      this.#text += `${this.#export()}const ${text} = ascii("${characters}");\n`;
      const length = letters.length;
      this.#scope.arrays.push({ text, element: "u8", length, exact: true, table: true, lasting: true });
      return;
    }
    const small = this.#random.chance(0.4) ? 15 : max;
    const values = Array.from({ length: this.#random.pick([2, 3, 8, 16]) }, () =>
      this.#random.chance(0.4) ? Math.min(this.#random.pick(EDGES), small) : this.#random.below(small + 1),
    );
    this.#text += `${this.#export()}const ${text} = table${bits}([${values.join(", ")}]);\n`;
    const length = values.length;
    this.#scope.arrays.push({ text, element, length, exact: true, table: true, values, lasting: true });
  }

  #class(): void {
    const name = this.#name("Record");
    const count = this.#random.between(2, 5);
    const fields = Array.from({ length: count }, (_, i) => ({
      name: `${name.toLowerCase()}Field${i}`,
      type: this.#field(),
    }));
    const lines = fields.map((field) => `  ${fieldLine(field.name, field.type)}\n`);
    this.#text += `${this.#export()}class ${name} {\n${lines.join("")}}\n`;
    const record: RecordClass = { name, fields };
    this.#scope.classes.push(record);
    const variables = this.#random.between(1, 2);
    for (let i = 0; i < variables; i++) {
      const text = this.#name("Data");
      this.#text += `${this.#export()}const ${text} = new ${name}();\n`;
      this.#scope.addRecord(text, record, true);
      this.#addState(text, record);
    }
    if (this.#random.chance(0.4)) this.#rows(record);
    const scalar = fields.every(({ type }) => type.kind === "integer" || type.kind === "boolean");
    if (scalar && this.#random.chance(0.6)) this.#tableOf(record);
  }

  #rows(record: RecordClass): void {
    const text = this.#name("Rows");
    const length = this.#random.between(2, 4);
    this.#text += `${this.#export()}const ${text} = records(${record.name}, ${length});\n`;
    this.#scope.addRows({ text, record, length, exact: true, table: false, lasting: true });
    this.#addState(`${text}[0]`, record);
    this.#addState(`${text}[${length - 1}]`, record);
  }

  #tableOf(record: RecordClass): void {
    const text = this.#name("ROWS");
    const length = this.#random.between(1, 4);
    const row = () => {
      const given = record.fields.filter(() => this.#random.chance(0.7));
      const values = given.map(({ name, type }) => {
        const value = type.kind === "integer" ? this.#first(type.type) : this.#random.chance(0.5);
        return `${name}: ${value}`;
      });
      return values.length > 0 ? `{ ${values.join(", ")} }` : "{}";
    };
    const list = Array.from({ length }, row).join(", ");
    this.#text += `${this.#export()}const ${text} = tableOf(${record.name}, [${list}]);\n`;
    this.#scope.addRows({ text, record, length, exact: true, table: true, lasting: true });
  }

  /** Now and then first values for an array. */
  #values(element: IntName, length: number, probability: number): number[] | undefined {
    if (!this.#random.chance(probability)) return undefined;
    return Array.from({ length }, () => this.#first(RANGES[element]));
  }

  #field(): FieldType {
    const kind = this.#random.weighted([
      [5, "integer"],
      [1, "boolean"],
      [2, "array"],
      [this.#scope.classes.length > 0 ? 1 : 0, "record"],
      [this.#scope.classes.length > 0 ? 1 : 0, "rows"],
    ] as const);
    switch (kind) {
      case "integer": {
        const type = integerType(this.#random);
        return { kind, type, initial: this.#first(type) };
      }
      case "boolean":
        return { kind, initial: this.#random.chance(0.5) };
      case "array": {
        const element = this.#random.pick(WIDTHS);
        const length = this.#random.pick([2, 4, 8]);
        return { kind, element, length, values: this.#values(element, length, 0.2) };
      }
      case "record":
        return { kind, record: this.#random.pick(this.#scope.classes) };
      case "rows":
        return { kind, record: this.#random.pick(this.#scope.classes), length: this.#random.between(2, 3) };
    }
  }

  #addState(text: string, record: RecordClass): void {
    for (const { name, type } of record.fields) {
      const path = `${text}.${name}`;
      if (type.kind === "integer") this.#state.push(path);
      if (type.kind === "boolean") this.#state.push(`(${path} ? 1 : 0)`);
      if (type.kind === "array") this.#state.push(`${path}[0]`, `${path}[${type.length - 1}]`);
      if (type.kind === "record") this.#addState(path, type.record);
      if (type.kind === "rows") this.#addState(`${path}[${type.length - 1}]`, type.record);
    }
  }

  /** A first value within a type. */
  #first(type: { readonly min: number; readonly max: number }): number {
    const value = this.#random.chance(0.4) ? 0 : this.#random.pick(EDGES);
    return Math.max(type.min, Math.min(type.max, this.#random.chance(0.2) ? -value : value)) + 0;
  }

  #array(element: IntName, length: number): void {
    const text = this.#name("Array");
    const values = this.#values(element, length, 0.2);
    const first = values ? arrayOf(this.#random, element, values) : newArray(element, length);
    this.#text += `${this.#export()}const ${text} = ${first};\n`;
    this.#scope.arrays.push({ text, element, length, exact: true, table: false, lasting: true });
    this.#state.push(text);
    if (element !== "u8" || length < 8 || this.#random.chance(0.6)) return;
    const part = this.#name("Part");
    this.#text += `${this.#export()}const ${part} = view(${text}, ${length - 6}, 5);\n`;
    this.#scope.arrays.push({ text: part, element, length: 5, exact: true, table: false, lasting: true });
  }

  #variable(): void {
    const text = this.#name("Value");
    if (this.#random.chance(0.15)) {
      this.#text += `${this.#export()}let ${text}: boolean = ${this.#random.chance(0.5)};\n`;
      this.#scope.booleans.push({ text, writable: true });
      this.#state.push(`(${text} ? 1 : 0)`);
      return;
    }
    const type = integerType(this.#random);
    this.#text += `${this.#export()}let ${text}: ${type.text} = ${this.#first(type)};\n`;
    this.#scope.integers.push({ text, type, writable: true });
    this.#state.push(text);
  }

  /** A handler, volatile cells, and variables that it shares with critical sections. */
  interrupt(): void {
    const cells = [
      { text: this.#name("Cell"), bits: this.#random.pick([1, 8, 8] as const) },
      { text: this.#name("Cell"), bits: this.#random.pick([16, 32] as const) },
    ];
    const shared = Array.from({ length: this.#random.between(1, 2) }, () => ({
      text: this.#name("Shared"),
      type: widthType(this.#random.pick(WIDTHS)),
      writable: true,
    }));
    for (const { text, bits } of cells) {
      this.#text += `const ${text} = new ${bits === 1 ? "VolatileFlag" : `Volatile${bits}`}();\n`;
    }
    for (const { text, type } of shared) {
      this.#text += `let ${text}: ${type.text} = ${this.#first(type)};\n`;
    }
    const steps = [
      ...cells.map(({ text, bits }) =>
        bits === 1 ? `${text}.write(!${text}.read());` : `${text}.write(u${bits}(${text}.read() * 5 + 1));`,
      ),
      ...shared.map(({ text, type }) => `${text} = ${type.text}(${text} * 3 - ${this.#random.below(200)});`),
    ].filter(() => this.#random.chance(0.8));
    this.#text += `/** @isr __vector_${this.#seed} */\nexport function onInterrupt(): void {\n`;
    this.#text += `${steps.map((step) => `  ${step}\n`).join("")}}\n`;
    this.#scope.cells.push(...cells);
    this.#scope.shared.push(...shared);
    const [first, second] = cells;
    const wide = `u32(${second.text}.read())`;
    const narrow = first.bits === 1 ? `(${first.text}.read() ? 1 : 0)` : `${first.text}.read()`;
    const sums = [wide, narrow, ...shared.map(({ text }) => text)];
    const lines = sums.map((text) => `    sum = u32(mul32(sum, 31) + ${text});\n`);
    this.#text += `function interruptChecksum(): u32 {\n  let sum: u32 = 3;\n  critical(() => {\n${lines.join("")}  });\n  return sum;\n}\n`;
    this.#state.push("interruptChecksum()");
  }

  // ---- functions

  functions(count: number): void {
    for (let i = 0; i < count; i++) this.#function();
    if (this.#random.chance(0.2)) this.#dispatch();
  }

  /** A table of functions of one signature, called by an index. */
  #dispatch(): void {
    const parameters: ParameterType[] = Array.from({ length: this.#random.below(3) }, () => ({
      kind: "integer",
      type: widthType(this.#random.pick(WIDTHS)),
    }));
    const result: ResultType = this.#random.pick([
      { kind: "void" },
      { kind: "boolean" },
      { kind: "integer", type: widthType(this.#random.pick(WIDTHS)) },
    ]);
    const one = this.#functionOf(parameters, result);
    const other = this.#functionOf(parameters, result);
    const entries = this.#random.pick([
      [one, other],
      [one, other, one],
      [other, one, one, other],
    ]);
    const name = this.#name("HANDLERS");
    this.#text += `${this.#export()}const ${name} = dispatch([${entries.map((entry) => entry.name).join(", ")}]);\n`;
    const writes = [...one.writes, ...other.writes];
    const cost = Math.max(one.cost, other.cost);
    this.#scope.functions.push({ name, parameters, result, cost, writes, entries: entries.length });
  }

  #function(): void {
    const parameters = Array.from({ length: this.#random.below(4) }, () => this.#parameter());
    // Two names for one record are what proofs about fields must reckon with.
    if (this.#scope.records.length > 0 && this.#random.chance(0.4)) {
      const { record } = this.#random.pick(this.#scope.records);
      parameters.push({ kind: "record", record }, { kind: "record", record });
    }
    this.#functionOf(parameters, this.#result());
  }

  #functionOf(parameters: readonly ParameterType[], result: ResultType): FunctionName {
    const name = this.#name("Function");
    const list = parameters.map((parameter, i) => `p${i}: ${typeText(parameter)}`).join(", ");
    const work = new Work(FUNCTION_WORK);
    const body = this.#scope.inner(() => {
      parameters.forEach((parameter, i) => {
        this.#declareParameter(`p${i}`, parameter);
      });
      return this.#body(work, result, 2, this.#random.between(1, 3), parameters);
    });
    const head = `${this.#export()}function ${name}(${list}): ${result.kind === "void" ? "void" : typeText(result)}`;
    this.#text += `${head} {\n${body}}\n`;
    const assigned = (text: string) =>
      new RegExp(`\\b${text.replace(".", "\\.")}(\\+\\+|--| [-+&|^]?= )`).test(body);
    const writes = this.#scope.integers.map(({ text }) => text).filter(assigned);
    const callee: FunctionName = { name, parameters, result, cost: work.spent + 4, writes };
    this.#scope.functions.push(callee);
    return callee;
  }

  #body(
    work: Work,
    result: ResultType,
    depth: number,
    count: number,
    parameters: readonly ParameterType[] = [],
  ): string {
    const expressions = new Expressions(this.#random, this.#scope, work, 0.08);
    const statements = new Statements(this.#random, this.#scope, expressions, work, result);
    let text = parameters.length > 0 && this.#random.chance(0.6) ? statements.lastingWrite("  ") : "";
    const records = parameters.flatMap((parameter, i) =>
      parameter.kind === "record" ? [{ ...parameter, i }] : [],
    );
    const pair = records.flatMap((one) =>
      records.filter(({ record, i }) => record === one.record && i > one.i).map((other) => [one, other]),
    )[0];
    if (pair) text += statements.guardOfField(`p${pair[0].i}`, `p${pair[1].i}`, pair[0].record, "  ");
    for (let i = 0; i < count; i++) text += statements.statement(depth, "  ");
    return result.kind === "void" ? text : `${text}  ${statements.returned()}\n`;
  }

  #parameter(): ParameterType {
    switch (
      this.#random.weighted([
        [5, "integer"],
        [1, "boolean"],
        [3, "array"],
        [this.#scope.records.length > 0 ? 2 : 0, "record"],
        [this.#scope.rows.length > 0 ? 3 : 0, "rows"],
      ] as const)
    ) {
      case "integer":
        return { kind: "integer", type: integerType(this.#random) };
      case "boolean":
        return { kind: "boolean" };
      case "array": {
        const { element, length, table } = this.#random.pick(this.#scope.arrays);
        const least = this.#random.pick([table ? 1 : 0, 1, 2, Math.min(4, length), length]);
        return { kind: "array", element, length: least, table, text: arrayText(element, least, table) };
      }
      case "record":
        return { kind: "record", record: this.#random.pick(this.#scope.records).record };
      case "rows": {
        const { record, table, length } = this.#random.pick(this.#scope.rows);
        const least = this.#random.between(1, length);
        const text = `${table ? "TableOf" : "Records"}<${record.name}, ${least}>`;
        return { kind: "rows", record, table, length: least, text };
      }
    }
  }

  #result(): ResultType {
    switch (
      this.#random.weighted([
        [6, "integer"],
        [1, "boolean"],
        [2, "void"],
        [1, "array"],
        [this.#scope.records.some(({ lasting }) => lasting) ? 1 : 0, "record"],
      ] as const)
    ) {
      case "integer":
        return { kind: "integer", type: integerType(this.#random) };
      case "boolean":
        return { kind: "boolean" };
      case "void":
        return { kind: "void" };
      case "array": {
        const able = this.#scope.arrays.filter(({ lasting, table }) => lasting && !table);
        const { element, length, table } = this.#random.pick(able);
        return { kind: "array", element, length, table, text: arrayText(element, length, table) };
      }
      case "record":
        return {
          kind: "record",
          record: this.#random.pick(this.#scope.records.filter(({ lasting }) => lasting)).record,
        };
    }
  }

  #declareParameter(text: string, parameter: ParameterType): void {
    switch (parameter.kind) {
      case "integer":
        this.#scope.integers.push({ text, type: parameter.type, writable: true });
        return;
      case "boolean":
        this.#scope.booleans.push({ text, writable: true });
        return;
      case "array":
        // Its length can be asked for, but is known to be a minimum only.
        (parameter.length > 0 ? this.#scope.arrays : this.#scope.openArrays).push({
          ...parameter,
          ...{ text, exact: true, lasting: false },
        });
        return;
      case "record":
        this.#scope.addRecord(text, parameter.record, false);
        return;
      case "rows":
        this.#scope.addRows({ ...parameter, text, exact: true, lasting: false });
    }
  }

  /** What `run` does before it adds the checksums up. */
  work(): void {
    const locals = this.#random.pick([
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
    const body = this.#scope.inner(() => {
      this.#scope.integers.push({ text: "a", type: widthType("u32"), writable: false });
      this.#scope.integers.push({ text: "b", type: widthType("u32"), writable: false });
      for (const [text, type] of locals) {
        this.#scope.integers.push({ text, type: widthType(type), writable: true });
      }
      return this.#body(work, { kind: "integer", type: widthType("u32") }, 2, this.#random.between(2, 6));
    });
    const lines = locals.map(([text, type, value]) => `  let ${text}: ${type} = ${value};\n`).join("");
    this.#text += `function work(a: u32, b: u32): u32 {\n${lines}${body}}\n`;
  }

  /** The module, with the function `checksum` of everything that it keeps from call to call. */
  finish(): string {
    const scalars = this.#state.filter((text) => !text.startsWith(`${this.#prefix}Array`));
    const arrays = this.#scope.arrays.filter(({ text }) => this.#state.includes(text));
    const name = `${this.#prefix}Checksum`;
    const loops = arrays.map(
      ({ text, length }) => `  for (let i = 0; i < ${length}; i++) sum = u32(mul32(sum, 31) + ${text}[i]);\n`,
    );
    const adds = scalars.map((text) => `  sum = u32(mul32(sum, 31) + ${text});\n`);
    const sum = `${this.#export()}function ${name}(): u32 {\n  let sum: u32 = 7;\n${adds.join("")}${loops.join("")}  return sum;\n}\n`;
    return this.#text + sum;
  }
}

function fieldLine(name: string, type: FieldType): string {
  switch (type.kind) {
    case "integer":
      return `${name}: ${type.type.text} = ${type.initial};`;
    case "boolean":
      return `${name}: boolean = ${type.initial};`;
    case "array": {
      const list = type.values && `${arrayType(type.element)}.of(${type.values.join(", ")})`;
      return `readonly ${name} = ${list ?? newArray(type.element, type.length)};`;
    }
    case "record":
      return `readonly ${name} = new ${type.record.name}();`;
    case "rows":
      return `readonly ${name} = records(${type.record.name}, ${type.length});`;
  }
}

function arrayText(element: IntName, length: number, table: boolean): string {
  if (table) return `Table${element.slice(1)}<${length}>`;
  if (length === 0) return arrayType(element);
  return element === "u8" ? `Bytes<${length}>` : `AtLeast<${arrayType(element)}, ${length}>`;
}

function typeText(type: ParameterType): string {
  switch (type.kind) {
    case "integer":
      return type.type.text;
    case "boolean":
      return "boolean";
    case "array":
    case "rows":
      return type.text;
    case "record":
      return type.record.name;
  }
}
