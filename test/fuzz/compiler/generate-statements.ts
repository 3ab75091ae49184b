/** Random statements of one function. Loops end by construction; what they cost is counted. */
import type { IntName } from "../../../toolchain/compiler/tree.ts";
import { type Budget, bare, type Expressions, literal, named, type Value } from "./generate-expressions.ts";
import {
  type ArrayName,
  type IntegerName,
  type IntegerType,
  type RecordClass,
  type ResultType,
  type Scope,
  WIDTHS,
  widthType,
} from "./generate-scope.ts";
import type { Random } from "./random.ts";

const JS_ARRAYS: Readonly<Record<IntName, string>> = {
  u8: "Uint8Array",
  u16: "Uint16Array",
  u32: "Uint32Array",
  i8: "Int8Array",
  i16: "Int16Array",
  i32: "Int32Array",
};

/** `new Uint8Array(4)` and its like. */
export function newArray(element: IntName, length: number): string {
  return `new ${JS_ARRAYS[element]}(${length})`;
}

/** `new Int16Array([-1, 5])` or `Int16Array.of(-1, 5)`. */
export function arrayOf(random: Random, element: IntName, values: readonly number[]): string {
  const list = values.join(", ");
  return random.chance(0.5) ? `new ${JS_ARRAYS[element]}([${list}])` : `${JS_ARRAYS[element]}.of(${list})`;
}

/** The name of an array type: "Uint8Array". */
export function arrayType(element: IntName): string {
  return JS_ARRAYS[element];
}

/** Counts the work of a function: each loop around a point multiplies what stands there. */
export class Work implements Budget {
  readonly #limit: number;
  #spent = 0;
  #rounds = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get spent(): number {
    return this.#spent;
  }

  spend(cost: number): boolean {
    const whole = cost * this.#rounds;
    if (this.#spent + whole > this.#limit) return false;
    this.#spent += whole;
    return true;
  }

  /** Whether a loop of so many rounds, with a little work in each, still fits. */
  allows(rounds: number): boolean {
    return this.#spent + 20 * rounds * this.#rounds <= this.#limit;
  }

  repeated<T>(rounds: number, action: () => T): T {
    this.#rounds *= rounds;
    const result = action();
    this.#rounds /= rounds;
    return result;
  }
}

/** A random type of integers. */
export function integerType(random: Random): IntegerType {
  if (random.chance(0.8)) return widthType(random.pick(WIDTHS));
  const [min, max] = random.pick([
    [0, 7],
    [0, 9],
    [0, 15],
    [0, 16],
    [0, 24],
    [1, 8],
    [-4, 11],
    [0, 300],
  ]);
  return { text: `Int<${min}, ${max}>`, min, max, brand: "number" };
}

export class Statements {
  readonly #random: Random;
  readonly #scope: Scope;
  readonly #expressions: Expressions;
  readonly #work: Work;
  readonly #result: ResultType;
  /** Sums that a guard around this point has compared. */
  readonly #sums: string[] = [];
  /** What a jump may leave: innermost last. */
  readonly #jumps: ("loop" | "switch")[] = [];
  #names = 0;

  constructor(random: Random, scope: Scope, expressions: Expressions, work: Work, result: ResultType) {
    this.#random = random;
    this.#scope = scope;
    this.#expressions = expressions;
    this.#work = work;
    this.#result = result;
  }

  /** The statements of a block; what they declare ends with it. */
  block(depth: number, indent: string, most = 4): string {
    return this.#scope.inner(() => {
      const count = this.#random.between(1, most);
      let text = "";
      for (let i = 0; i < count; i++) text += this.statement(depth, indent);
      return text;
    });
  }

  /** One statement, or a few that belong together; names that it declares are in the scope from then on. */
  statement(depth: number, indent: string): string {
    if (!this.#work.spend(4)) return "";
    const deep = depth > 0 ? 1 : 0;
    const kind = this.#random.weighted([
      [3, "declare"],
      [5, "assign"],
      [3, "compound"],
      [1, "step"],
      [4, "element"],
      [2, "octets"],
      [2, "call"],
      [1, "effect"],
      [this.#scope.rows.length > 0 ? 2 : 0, "row"],
      [this.#scope.cells.length > 0 ? 2 : 0, "cell"],
      [this.#scope.shared.length > 0 ? 2 : 0, "critical"],
      [this.#scope.cells.length > 0 ? 2 : 0, "tick"],
      [2, "trace"],
      [1, "array"],
      [1, "reference"],
      [1, "record"],
      [1, "assert"],
      [this.#jumps.length > 0 ? 1 : 0, "jump"],
      [0.4, "return"],
      [4 * deep, "if"],
      [1, "scan"],
      [3 * deep, "for"],
      [1 * deep, "while"],
      [1 * deep, "do"],
      [3 * deep, "switch"],
      [4 * deep, "guard"],
      [0.5 * deep, "hide"],
    ] as const);
    switch (kind) {
      case "declare":
        return this.#declare(indent);
      case "assign":
        return this.#assign(indent);
      case "compound":
        return this.#compound(indent);
      case "step":
        return this.#step(indent);
      case "element":
        return this.#element(indent);
      case "octets":
        return this.#octets(indent);
      case "call":
        return this.#call(indent);
      case "effect":
        return this.#effect(indent);
      case "row":
        return this.#row(indent);
      case "cell":
        return this.#cell(indent);
      case "critical":
        return this.#critical(indent);
      case "tick":
        // An interrupt occurs in it.
        return `${indent}trace(tick());\n`;
      case "trace":
        return `${indent}trace(u32(${bare(this.#integer(2).text)}));\n`;
      case "array":
        return this.#array(indent);
      case "reference":
        return this.#reference(indent);
      case "record":
        return this.#record(indent);
      case "assert":
        return this.#assert(indent);
      case "jump":
        return this.#jump(indent);
      case "return":
        return `${indent}if (${bare(this.#condition(1))}) ${this.returned()}\n`;
      case "if":
        return this.#if(depth, indent);
      case "scan":
        return this.#scan(indent);
      case "for":
        return this.#for(depth, indent);
      case "while":
        return this.#while(depth, indent);
      case "do":
        return this.#do(depth, indent);
      case "switch":
        return this.#switch(depth, indent);
      case "guard":
        return this.#guard(depth, indent);
      case "hide":
        return this.#hide(depth, indent);
    }
  }

  /** A return statement with a value of the function's type. */
  returned(): string {
    const result = this.#result;
    switch (result.kind) {
      case "void":
        return "return;";
      case "integer":
        return `return ${bare(this.#expressions.valueFor(result.type, 2).text)};`;
      case "boolean":
        return `return ${bare(this.#condition(1))};`;
      case "array": {
        const able = this.#scope.arrays.filter(
          (array) => array.lasting && array.element === result.element && array.length >= result.length,
        );
        return `return ${this.#random.pick(able.filter(({ table }) => table === result.table)).text};`;
      }
      case "rows":
        throw new Error("no function gives records in a row");
      case "record": {
        const able = this.#scope.records.filter(({ lasting, record }) => lasting && record === result.record);
        return `return ${this.#random.pick(able).text};`;
      }
    }
  }

  #integer(depth: number): Value {
    return this.#expressions.integer(depth);
  }

  #condition(depth: number): string {
    return this.#expressions.condition(depth);
  }

  #name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  #target(among: (name: IntegerName) => boolean = () => true): IntegerName | undefined {
    const names = this.#scope.integers.filter((name) => name.writable && among(name));
    return names.length > 0 ? this.#random.pick(names) : undefined;
  }

  // ---- declarations and assignments

  #declare(indent: string): string {
    if (this.#random.chance(0.15)) {
      const text = this.#name("flag");
      const line = `${indent}let ${text}: boolean = ${bare(this.#condition(2))};\n`;
      this.#scope.booleans.push({ text, writable: true });
      return line;
    }
    if (this.#random.chance(0.4)) {
      const value = this.#integer(2);
      const fits = value.min >= -0x80000000 && value.max <= (value.min < 0 ? 0x7fffffff : 0xffffffff);
      const kept = fits ? value : this.#expressions.cast(this.#random.pick(WIDTHS), value);
      const text = this.#name("c");
      const { min, max, brand } = kept;
      this.#scope.integers.push({ text, type: { text: "", min, max, brand }, writable: false });
      return `${indent}const ${text} = ${bare(kept.text)};\n`;
    }
    const type = integerType(this.#random);
    const text = this.#name("v");
    const line = `${indent}let ${text}: ${type.text} = ${bare(this.#expressions.valueFor(type, 2).text)};\n`;
    this.#scope.integers.push({ text, type, writable: true });
    return line;
  }

  #assign(indent: string): string {
    if (this.#random.chance(0.12)) {
      const flags = this.#scope.booleans.filter(({ writable }) => writable);
      if (flags.length > 0) {
        return `${indent}${this.#random.pick(flags).text} = ${bare(this.#condition(2))};\n`;
      }
    }
    const target = this.#target();
    if (target === undefined) return this.#declare(indent);
    return `${indent}${target.text} = ${bare(this.#expressions.valueFor(target.type, 3).text)};\n`;
  }

  /** `x op= value`, where the result surely fits. */
  #compound(indent: string): string {
    const bits = this.#random.chance(0.7);
    if (!bits) {
      const target = this.#target();
      if (target === undefined) return "";
      return `${indent}if (${target.text} < ${target.type.max}) ${target.text} += 1;\n`;
    }
    const target = this.#target(({ type }) => ["u8", "u16", "i32"].includes(type.text));
    if (target === undefined) return "";
    const operator = this.#random.pick(["&=", "|=", "^=", ">>="]);
    if (operator === ">>=") return `${indent}${target.text} >>= ${this.#random.below(16)};\n`;
    const value = this.#expressions.valueFor(widthType(target.type.text as IntName), 2);
    return `${indent}${target.text} ${operator} ${bare(value.text)};\n`;
  }

  #step(indent: string): string {
    const target = this.#target();
    if (target === undefined) return "";
    const [guard, step] = this.#random.chance(0.6)
      ? [`${target.text} < ${target.type.max}`, "++"]
      : [`${target.text} > ${target.type.min}`, "--"];
    const text = this.#random.chance(0.5) ? `${target.text}${step}` : `${step}${target.text}`;
    return `${indent}if (${guard}) ${text};\n`;
  }

  #element(indent: string): string {
    const arrays = this.#scope.arrays.filter(({ table }) => !table);
    if (arrays.length === 0) return "";
    const one = this.#random.pick(arrays);
    const array = this.#expressions.array(one.element, Math.min(one.length, 2), false) ?? one;
    return this.#store(indent, array, this.#index(array));
  }

  #index(array: ArrayName): string {
    if (this.#sums.length > 0 && this.#random.chance(0.4)) return this.#daringSum();
    return bare(this.#expressions.index(array.length, 2).text);
  }

  /** A sum that a guard has looked at, or close to it: the compiler tells whether it is proven. */
  #daringSum(): string {
    const sum = this.#random.pick(this.#sums);
    if (this.#random.chance(0.6)) return sum;
    return `${sum} ${this.#random.pick(["+", "-"])} ${this.#random.between(1, 3)}`;
  }

  #store(indent: string, array: ArrayName, index: string): string {
    const type = widthType(array.element);
    const place = `${array.text}[${index}]`;
    if (this.#random.chance(0.25) && array.element === "u8") {
      const operator = this.#random.pick(["^=", "|=", "&="]);
      return `${indent}${place} ${operator} ${bare(this.#expressions.valueFor(type, 2).text)};\n`;
    }
    if (this.#random.chance(0.15)) {
      const sum = `${place} ${this.#random.pick(["+", "-", "^"])} ${this.#integer(1).text}`;
      return `${indent}${place} = ${array.element}(${sum});\n`;
    }
    return `${indent}${place} = ${bare(this.#expressions.valueFor(type, 3).text)};\n`;
  }

  /** The intrinsics that write octets. */
  #octets(indent: string): string {
    const e = this.#expressions;
    const target = e.octets(4);
    if (target === undefined) return "";
    const at = (array: ArrayName, count: number) => bare(e.index(array.length, 1, count).text);
    const kind = this.#random.pick(["fill", "copy", "copy", "table", "store", "store", "wipe"]);
    const count = this.#random.between(1, Math.min(target.length, 8));
    if (!this.#work.spend(count)) return "";
    switch (kind) {
      case "fill": {
        const offset = at(target, count);
        const value = bare(e.valueFor(widthType("u8"), 2).text);
        return `${indent}fill(${target.text}, ${offset}, ${count}, ${value});\n`;
      }
      case "wipe":
        return `${indent}wipe(${target.text}, ${at(target, count)}, ${count});\n`;
      case "copy":
      case "table": {
        const source = e.array("u8", 1, kind === "table");
        if (source === undefined) return "";
        const size = Math.min(count, source.length);
        const name = kind === "table" ? "copyTable" : "copy";
        const places = `${target.text}, ${at(target, size)}, ${source.text}, ${at(source, size)}`;
        return `${indent}${name}(${places}, ${size});\n`;
      }
      default: {
        const bits = this.#random.pick([16, 32] as const);
        const offset = at(target, bits / 8);
        const value = bare(e.valueFor(widthType(bits === 16 ? "u16" : "u32"), 2).text);
        const order = this.#random.pick(["le", "be"]);
        return `${indent}store${bits}${order}(${target.text}, ${offset}, ${value});\n`;
      }
    }
  }

  #call(indent: string): string {
    if (this.#scope.functions.length === 0) return this.#assign(indent);
    const text = this.#expressions.call(this.#random.pick(this.#scope.functions), 2);
    return text === undefined ? "" : `${indent}${text};\n`;
  }

  /** A call where a condition says so, or one of two, or two in a row. */
  #effect(indent: string): string {
    const { functions } = this.#scope;
    if (functions.length === 0) return this.#step(indent);
    const one = this.#expressions.call(this.#random.pick(functions), 1);
    const other = this.#expressions.call(this.#random.pick(functions), 1);
    if (one === undefined || other === undefined) return "";
    const condition = this.#condition(1);
    return `${indent}${this.#random.pick([
      `${condition} && ${one}`,
      `${condition} || ${one}`,
      `${condition} ? ${one} : ${other}`,
      `${one}, ${other}`,
    ])};\n`;
  }

  /** A store to a field of a record in a row. */
  #row(indent: string): string {
    const able = this.#scope.rows.filter(({ table }) => !table);
    if (able.length === 0) return "";
    const rows = this.#random.pick(able);
    const { name, type } = this.#random.pick(rows.record.fields);
    const place = `${rows.text}[${bare(this.#expressions.index(rows.length, 1).text)}].${name}`;
    if (type.kind === "integer") {
      return `${indent}${place} = ${bare(this.#expressions.valueFor(type.type, 2).text)};\n`;
    }
    if (type.kind === "boolean") return `${indent}${place} = ${bare(this.#condition(1))};\n`;
    if (type.kind !== "array") return "";
    return this.#store(indent, { ...type, text: place, exact: true, table: false, lasting: false }, "0");
  }

  /** A write to a volatile cell that may be touched anywhere. */
  #cell(indent: string): string {
    const able = this.#scope.cells.filter(({ bits }) => bits <= 8);
    if (able.length === 0) return "";
    const { text, bits } = this.#random.pick(able);
    const value =
      bits === 1
        ? this.#condition(1)
        : this.#expressions.cast(
            "u8",
            this.#sharedFree(() => this.#integer(1)),
          ).text;
    // What is read outside a critical section is not what is written back.
    return value.includes(".read()") ? "" : `${indent}${text}.write(${bare(value)});\n`;
  }

  /** What `action` makes without volatile cells. */
  #sharedFree<T>(action: () => T): T {
    const cells = this.#scope.cells.splice(0);
    const result = action();
    this.#scope.cells.push(...cells);
    return result;
  }

  /** Statements in which no interrupt occurs, on what the handler touches, too. */
  #critical(indent: string): string {
    const inner = `${indent}  `;
    const { shared, cells } = this.#scope;
    if (this.#random.chance(0.3)) return this.#interrupted(indent);
    const count = this.#random.between(1, 3);
    const lines = Array.from({ length: count }, () => {
      const { text, type } = this.#random.pick(shared);
      const target = this.#target(({ type: { brand } }) => brand !== "number");
      const wide = cells.filter(({ bits }) => bits >= 16);
      switch (this.#random.pick(["write", "read", "cell", "step"])) {
        case "write":
          return `${inner}${text} = ${bare(
            this.#expressions.fitted(
              this.#sharedFree(() => this.#plain()),
              type,
            ).text,
          )};\n`;
        case "read":
          if (target === undefined) return "";
          return `${inner}${target.text} = ${this.#expressions.cast(target.type.brand as IntName, named({ text, type, writable: false })).text};\n`;
        case "cell": {
          if (wide.length === 0) return "";
          const { text: cell, bits } = this.#random.pick(wide);
          return `${inner}${cell}.write(u${bits}(${cell}.read() * 3 + ${this.#random.below(100)}));\n`;
        }
        default:
          return `${inner}if (${text} < ${type.max}) ${text}++;\n`;
      }
    });
    return `${indent}critical(() => {\n${lines.join("")}${indent}});\n`;
  }

  /** A value that one critical section stores and the next uses: a handler may have changed it. */
  #interrupted(indent: string): string {
    const array = this.#random.pick(this.#scope.arrays.filter(({ table }) => !table));
    const { text } = this.#random.pick(this.#scope.shared);
    const value = this.#random.below(Math.min(array.length, 100));
    const place = `${array.text}[${text}]`;
    const between = this.#random.chance(0.7) ? `${indent}trace(tick());\n` : "";
    return `${indent}critical(() => {\n${indent}  ${text} = ${value};\n${indent}});\n${between}${indent}critical(() => {\n${indent}  ${place} = 1;\n${indent}});\n`;
  }

  /** An integer that no call gives. */
  #plain(): Value {
    const functions = this.#scope.functions.splice(0);
    const value = this.#integer(1);
    this.#scope.functions.push(...functions);
    return value;
  }

  /** A local array, and a loop that fills it: whole, in part, or not at all. */
  #array(indent: string): string {
    const element = this.#random.pick(WIDTHS);
    const length = this.#random.pick([2, 3, 4, 8, 12]);
    const text = this.#name("array");
    const array: ArrayName = { text, element, length, exact: true, table: false, lasting: false };
    if (this.#random.chance(0.2)) {
      const { min, max } = widthType(element);
      const values = Array.from({ length }, () => this.#random.between(Math.max(min, -9), Math.min(max, 99)));
      this.#scope.arrays.push(array);
      return `${indent}const ${text} = ${arrayOf(this.#random, element, values)};\n`;
    }
    let lines = `${indent}const ${text} = ${newArray(element, length)};\n`;
    if (element === "u8" && this.#random.chance(0.3)) {
      const value = bare(this.#expressions.valueFor(widthType("u8"), 1).text);
      this.#scope.arrays.push(array);
      return `${lines}${indent}fill(${text}, 0, ${length}, ${value});\n`;
    }
    const counter = this.#name("k");
    const end = this.#random.pick([length, length, length, length - 1, 0]);
    if (end > 0 && this.#work.allows(end)) {
      const value = this.#work.repeated(end, () =>
        this.#scope.inner(() => {
          const type = { text: "", min: 0, max: end - 1, brand: "number" } as const;
          this.#scope.integers.push({ text: counter, type, writable: false, counter: true });
          return bare(this.#expressions.valueFor(widthType(element), 1).text);
        }),
      );
      lines += `${indent}for (let ${counter} = 0; ${counter} < ${end}; ${counter}++) ${text}[${counter}] = ${value};\n`;
    }
    this.#scope.arrays.push(array);
    return lines;
  }

  /** A name for an array or record that exists already. */
  #reference(indent: string): string {
    const able = this.#scope.arrays.filter(({ table, length }) => !table && length > 1);
    const one = able.length > 0 && this.#random.chance(0.7) ? this.#random.pick(able) : undefined;
    if (one === undefined) {
      if (this.#scope.records.length === 0) return "";
      const { record } = this.#random.pick(this.#scope.records);
      const value = this.#expressions.record(record)!;
      const text = this.#name("r");
      const other = this.#random.chance(0.4) ? this.#expressions.record(record) : undefined;
      const moved = other && `${indent}if (${bare(this.#condition(1))}) ${text} = ${bare(other)};\n`;
      this.#scope.addRecord(text, record, false);
      return `${indent}${moved ? "let" : "const"} ${text} = ${bare(value)};\n${moved ?? ""}`;
    }
    const value = this.#expressions.array(one.element, 1, false) ?? one;
    const text = this.#name("part");
    this.#scope.arrays.push({ ...value, text, lasting: false });
    return `${indent}const ${text} = ${bare(value.text)};\n`;
  }

  #record(indent: string): string {
    if (this.#scope.classes.length === 0) return "";
    const record = this.#random.pick(this.#scope.classes);
    const text = this.#name("r");
    if (this.#random.chance(0.3)) {
      this.#scope.addRows({ text, record, length: 2, exact: true, table: false, lasting: false });
      return `${indent}const ${text} = records(${record.name}, 2);\n`;
    }
    this.#scope.addRecord(text, record, false);
    return `${indent}const ${text} = new ${record.name}();\n`;
  }

  /** An assertion that holds, and an index that it proves. */
  #assert(indent: string): string {
    const array = this.#random.pick(this.#scope.arrays.filter(({ table }) => !table));
    const text = this.#name("v");
    const inside = { text: "", min: 0, max: array.length - 1, brand: "number" } as const;
    const width = this.#random.pick(["u16", "u32", "i16"] as const);
    const value = this.#expressions.cast(width, this.#expressions.fitted(this.#integer(1), inside));
    const type = widthType(width);
    this.#scope.integers.push({ text, type, writable: true });
    return `${indent}let ${text}: ${type.text} = ${value.text};
${indent}assert(${text} < ${array.length});
${this.#store(indent, array, text)}`;
  }

  // ---- branches and loops

  #jump(indent: string): string {
    const inLoop = this.#jumps.includes("loop");
    const to = inLoop ? this.#random.pick(["break", "continue"]) : "break";
    return `${indent}if (${bare(this.#condition(1))}) ${to};\n`;
  }

  #if(depth: number, indent: string): string {
    const inner = `${indent}  `;
    const yes = this.block(depth - 1, inner, 3);
    if (this.#random.chance(0.5)) return `${indent}if (${bare(this.#condition(2))}) {\n${yes}${indent}}\n`;
    const middle = this.#random.chance(0.3)
      ? ` else if (${bare(this.#condition(1))}) {\n${this.block(depth - 1, inner, 2)}${indent}}`
      : "";
    const no = this.block(depth - 1, inner, 2);
    return `${indent}if (${bare(this.#condition(2))}) {\n${yes}${indent}}${middle} else {\n${no}${indent}}\n`;
  }

  /** The body of a loop of so many rounds at most, with a counter in reach. */
  #body(depth: number, indent: string, rounds: number, counter: IntegerName | undefined): string {
    return this.#work.repeated(rounds, () => {
      this.#jumps.push("loop");
      const text = this.#scope.inner(() => {
        if (counter) this.#scope.integers.push(counter, counter);
        for (const { text, record, length, table, lasting } of [...this.#scope.rows]) {
          const inside = counter && counter.type.min >= 0 && counter.type.max < length;
          if (inside && !table) this.#scope.addRecord(`${text}[${counter.text}]`, record, lasting);
        }
        if (counter) this.#sums.push(counter.text);
        const body = this.block(depth - 1, `${indent}  `, 3);
        if (counter) this.#sums.pop();
        return body;
      });
      this.#jumps.pop();
      return text;
    });
  }

  #for(depth: number, indent: string): string {
    const rounds = this.#random.pick([2, 3, 4, 7, 12]);
    if (!this.#work.allows(rounds)) return this.#assign(indent);
    const name = this.#name("k");
    const step = this.#random.pick([1, 1, 1, 2, 3]);
    const most = rounds * step;
    const end = this.#end(most);
    const [head, min, max] = this.#random.weighted<() => [string, number, number]>([
      [4, () => [`let ${name} = 0; ${name} < ${end}; ${increment(name, step)}`, 0, most - 1]],
      [1, () => [`let ${name} = ${end}; ${name} > 0; ${name}--`, 1, most]],
      [1, () => [`let ${name} = ${end}; ${name} >= ${step}; ${name} -= ${step}`, step, most]],
      [1, () => [`let ${name} = 0; ${name} !== ${most}; ${increment(name, step)}`, 0, most - 1]],
      [1, () => [`let ${name} = ${end}, other${name} = ${most}; ${name} < other${name}; ${name}++`, 0, most]],
    ])();
    // Downwards by one takes as many rounds as the counter is high.
    const passes = head.endsWith("--") || head.includes(", other") ? most : rounds;
    if (!this.#work.allows(passes)) return this.#assign(indent);
    const counter: IntegerName = {
      text: name,
      type: { text: "", min, max, brand: "number" },
      writable: false,
      counter: true,
    };
    return `${indent}for (${head}) {\n${this.#body(depth, indent, passes, counter)}${indent}}\n`;
  }

  /** A loop over the whole of an array, however long it is; now and then one or two too far. */
  #scan(indent: string): string {
    const arrays = [...this.#scope.openArrays, ...this.#scope.arrays.filter(({ exact }) => exact)];
    const array = this.#scope.openArrays.length > 0 ? this.#scope.openArrays[0] : this.#random.pick(arrays);
    if (!this.#work.allows(array.lasting ? array.length : 24)) return "";
    const inner = `${indent}  `;
    const name = this.#name("k");
    const off = this.#random.pick([0, 0, 1, 2]);
    const ahead = this.#random.pick([0, off, off]);
    const end = `${name}${off > 0 ? ` + ${off}` : ""} < lengthOf(${array.text})`;
    const place = `${array.text}[${name}${ahead > 0 ? ` + ${ahead}` : ""}]`;
    const element = widthType(array.element);
    const value = this.#work.repeated(12, () => this.#expressions.valueFor(element, 1));
    const target = this.#target(({ type }) => type.brand !== "number");
    const store = `${inner}${place} = ${bare(value.text)};\n`;
    const read = target
      ? `${inner}${target.text} = ${target.type.brand}(${target.text} * 3 + ${place});\n`
      : `${inner}trace(u32(${place}));\n`;
    const body = array.table || this.#random.chance(0.4) ? read : store;
    return `${indent}for (let ${name} = 0; ${end}; ${name}++) {\n${body}${indent}}\n`;
  }

  /** Where a loop ends: a constant, or a value that is at most that. */
  #end(most: number): string {
    if (this.#random.chance(0.5)) return String(most);
    const names = this.#scope.integers.filter(({ type }) => type.min >= 0 && type.max <= most);
    if (names.length > 0 && this.#random.chance(0.6)) return this.#random.pick(names).text;
    const limit = { text: `Int<0, ${most}>`, min: 0, max: most, brand: "number" } as const;
    // Nothing that changes anything: the end is computed anew in each round.
    const name = this.#scope.integers.find(({ counter }) => counter) ?? { text: "3", type: widthType("u8") };
    return this.#expressions.fitted(named({ ...name, writable: false }), limit).text;
  }

  #while(depth: number, indent: string): string {
    const rounds = this.#random.pick([2, 3, 5, 9]);
    if (!this.#work.allows(rounds)) return this.#assign(indent);
    const name = this.#name("n");
    const inner = `${indent}  `;
    const more = this.#random.chance(0.4) ? ` && ${this.#condition(1)}` : "";
    const width = this.#random.pick(["", "", "u8", "i16", `Int<-1, ${rounds}>`]);
    const typed = width === "" ? "" : `: ${width}`;
    const brand = width === "u8" || width === "i16" ? width : "number";
    const type = { text: "", min: 0, max: rounds, brand } as const;
    const counter: IntegerName = { text: name, type, writable: false, counter: true };
    if (this.#random.chance(0.5)) {
      const body = this.#body(depth, indent, rounds, counter);
      return `${indent}let ${name}${typed} = 0;\n${indent}while (${name} < ${rounds}${more}) {\n${inner}${name}++;\n${body}${indent}}\n`;
    }
    const body = this.#body(depth, indent, rounds, { ...counter, type: { ...type, max: rounds - 1 } });
    const signed = typed === ": u8" ? "" : typed;
    return `${indent}let ${name}${signed} = ${rounds};\n${indent}while (${name}-- > 0${more}) {\n${body}${indent}}\n`;
  }

  #do(depth: number, indent: string): string {
    const rounds = this.#random.pick([1, 2, 4]);
    if (!this.#work.allows(rounds)) return this.#assign(indent);
    const name = this.#name("n");
    const type = { text: "", min: 1, max: rounds, brand: "number" } as const;
    const body = this.#body(depth, indent, rounds, { text: name, type, writable: false, counter: true });
    const more = this.#random.chance(0.4) ? ` && ${this.#condition(1)}` : "";
    return `${indent}let ${name} = 0;\n${indent}do {\n${indent}  ${name}++;\n${body}${indent}} while (${name} < ${rounds}${more});\n`;
  }

  #switch(depth: number, indent: string): string {
    const inner = `${indent}  `;
    const inmost = `${inner}  `;
    const name = this.#scope.integers.length > 0 ? this.#random.pick(this.#scope.integers) : undefined;
    const some = () =>
      this.#expressions.fitted(this.#integer(1), {
        ...widthType("u8"),
        text: "",
        max: this.#random.pick([1, 3, 7]),
      });
    // Of a constant TypeScript knows which labels it does not meet.
    const chosen = name && this.#random.chance(0.4) ? named(name) : some();
    const value = chosen.min === chosen.max ? this.#expressions.cast("u8", chosen) : chosen;
    const met = [0, 1, 2, 3, 5, value.max, value.min].filter(() => this.#random.chance(0.5));
    const never = [value.max + 1, value.min - 1, 70000].filter(() => this.#random.chance(0.4));
    const labels = [...new Set([...met, ...never])].sort(() => this.#random.next() - 0.5);
    this.#jumps.push("switch");
    let text = "";
    labels.forEach((label, i) => {
      text += `${inner}case ${label}:`;
      // Some labels share the body of the next.
      if (i + 1 < labels.length && this.#random.chance(0.5)) {
        text += "\n";
        return;
      }
      text += ` {\n${this.block(depth - 1, inmost, 2)}${inmost}break;\n${inner}}\n`;
    });
    if (labels.length === 0 || text.endsWith(":\n") || this.#random.chance(0.4)) {
      text += `${inner}default: {\n${this.block(depth - 1, inmost, 2)}${inner}}\n`;
    }
    this.#jumps.pop();
    return `${indent}switch (${bare(value.text)}) {\n${text}${indent}}\n`;
  }

  /** A comparison of a sum, and accesses that it may prove; what comes between may undo it. */
  #guard(depth: number, indent: string): string {
    const able = this.#scope.arrays.filter(({ table }) => !table);
    const names = this.#scope.integers.filter(({ type }) => type.max <= 0x7fffffff);
    if (able.length === 0 || names.length === 0) return this.#assign(indent);
    const array = this.#random.pick(able);
    const written = new Set(this.#scope.functions.flatMap(({ writes }) => writes));
    const shared = names.filter(({ text }) => written.has(text));
    const fields = names.filter(({ text }) => /^(p\d|r\d).*\./.test(text));
    const among =
      [shared, fields, names].find((some) => some.length > 0 && this.#random.chance(0.5)) ?? names;
    const count = among === shared ? 1 : this.#random.pick([1, 1, 2, 2, 3]);
    const terms = Array.from({ length: count }, () => this.#random.pick(among));
    const sum = terms
      .map(({ text }) => text)
      .reduce((all, term) => `${all} ${this.#random.pick(["+", "+", "-"])} ${term}`);
    const last = array.length + this.#random.pick([0, 0, 0, 1, -1]);
    const inner = `${indent}  `;
    const signed = terms.length > 1 || terms[0].type.min < 0;
    const above = signed && this.#random.chance(0.9) ? `${sum} >= ${this.#random.pick([0, 0, 1])} && ` : "";
    const access = (at: string) => {
      const before = this.#random.chance(among === shared ? 0.8 : 0.5) ? this.#disturbance(terms, at) : "";
      return before + this.#store(at, array, this.#daringSum());
    };
    this.#sums.push(sum);
    let text: string;
    const leaves = this.#jumps.at(-1) === "loop" ? "continue;" : this.returned();
    switch (this.#random.pick(["if", "if", "leave", "clamp"])) {
      case "if": {
        const body = this.#scope.inner(
          () => access(inner) + (depth > 0 ? this.block(depth - 1, inner, 2) : ""),
        );
        text = `${indent}if (${above}${sum} < ${last}) {\n${body}${indent}}\n`;
        break;
      }
      case "leave": {
        const under = above === "" ? "" : `${sum} < 0 || `;
        text = `${indent}if (${under}${sum} >= ${last}) ${leaves}\n${access(indent)}`;
        break;
      }
      default: {
        const clamped = this.#name("c");
        const clamp = `${above}${sum} < ${last} ? ${sum} : ${Math.max(last - 1, 0)}`;
        text = `${indent}const ${clamped} = ${clamp};\n${this.#store(indent, array, clamped)}`;
      }
    }
    this.#sums.pop();
    return text;
  }

  /** A guard on a field of one record, and a store to that of another, which may be the same one. */
  guardOfField(first: string, second: string, record: RecordClass, indent: string): string {
    const fields = record.fields.flatMap(({ name, type }) =>
      type.kind === "integer" ? [{ name, ...type }] : [],
    );
    const arrays = this.#scope.arrays.filter(({ table }) => !table);
    if (fields.length === 0 || arrays.length === 0) return "";
    const { name, type } = this.#random.pick(fields);
    const array = this.#random.pick(arrays);
    const inner = `${indent}  `;
    const place = `${first}.${name}`;
    const other = `${second}.${name} = ${bare(this.#expressions.valueFor(type, 1).text)};`;
    const above = type.min < 0 ? `${place} >= 0 && ` : "";
    const access = this.#store(inner, array, place);
    return `${indent}if (${above}${place} < ${array.length}) {\n${inner}${other}\n${access}${indent}}\n`;
  }

  /** An assignment to something that outlives the function. */
  lastingWrite(indent: string): string {
    const target = this.#target(({ text }) => /^(main|helper)/.test(text));
    if (target === undefined) return "";
    return `${indent}${target.text} = ${bare(this.#expressions.valueFor(target.type, 2).text)};\n`;
  }

  /** What may make untrue what a guard has proven of names: a call, or a store to one of them or to its like. */
  #disturbance(names: readonly IntegerName[], indent: string): string {
    const { text } = this.#random.pick(names);
    const callees = this.#scope.functions.filter(({ writes }) => writes.includes(text));
    if (callees.length > 0 && this.#random.chance(0.7)) {
      const call = this.#expressions.call(this.#random.pick(callees), 1);
      if (call) return `${indent}${call};\n`;
    }
    const field = text.slice(text.lastIndexOf("."));
    const alike = (name: IntegerName) =>
      name.text === text || (text.includes(".") && name.text.endsWith(field));
    const target = this.#target(alike);
    if (target === undefined || this.#random.chance(0.4)) return this.#call(indent);
    return `${indent}${target.text} = ${bare(this.#expressions.valueFor(target.type, 1).text)};\n`;
  }

  /** A block in which a name stands for something else. */
  #hide(depth: number, indent: string): string {
    const inner = `${indent}  `;
    const hidden = this.#scope.integers.filter(({ text, counter }) => !text.includes(".") && !counter);
    if (hidden.length === 0) return "";
    const { text } = this.#random.pick(hidden);
    const value = literal(this.#random.below(200));
    const body = this.#scope.inner(() => {
      const others = this.#scope.integers.filter((name) => name.text !== text);
      this.#scope.integers.splice(0, this.#scope.integers.length, ...others);
      this.#scope.integers.push({ text, type: widthType("u8"), writable: true });
      const sums = this.#sums.splice(0);
      const lines = this.block(depth - 1, inner, 2);
      this.#sums.push(...sums);
      return lines;
    });
    return `${indent}{\n${inner}let ${text}: u8 = ${value.text};\n${body}${indent}}\n`;
  }
}

function increment(name: string, step: number): string {
  return step === 1 ? `${name}++` : `${name} += ${step}`;
}
