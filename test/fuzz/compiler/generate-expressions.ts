/** Random expressions. Each knows a range that it stays in, so that most casts stand only where one is needed. */
import * as interval from "../../../toolchain/compiler/interval.ts";
import { I32, type Interval, U32, within } from "../../../toolchain/compiler/interval.ts";
import { type IntName, RANGES } from "../../../toolchain/compiler/tree.ts";
import {
  type ArrayName,
  assignable,
  type FunctionName,
  type IntegerName,
  type IntegerType,
  type ParameterType,
  type RecordClass,
  type Scope,
  WIDTHS,
  widthType,
} from "./generate-scope.ts";
import { EDGES, type Random } from "./random.ts";

/** An integer: its text (of one word, or in parentheses), and where it lies. */
export interface Value extends Interval {
  readonly text: string;
  readonly brand: IntegerType["brand"];
}

/** What a function may still spend; loops and calls count as often as they run. */
export interface Budget {
  /** Whether a piece of work of this cost may stand here; it is spent then. */
  spend(cost: number): boolean;
}

/** Factors of hash functions. */
const PRIMES = [0x01000193, 0x9e3779b1, 0x85ebca6b];
const SAFE: Interval = { min: -(2 ** 52), max: 2 ** 52 };

export class Expressions {
  readonly random: Random;
  readonly scope: Scope;
  readonly #budget: Budget;
  /** How often a store or an index goes without the cast or mask that would make it safe: the compiler decides. */
  readonly #daring: number;

  constructor(random: Random, scope: Scope, budget: Budget, daring: number) {
    this.random = random;
    this.scope = scope;
    this.#budget = budget;
    this.#daring = daring;
  }

  // ---- integers

  constant(): Value {
    const value = this.random.chance(0.7) ? this.random.pick(EDGES) : this.random.below(300);
    return literal(this.random.chance(0.15) ? -Math.min(value, 0x80000000) : value, this.random.chance(0.2));
  }

  /** An integer of any range. */
  integer(depth: number): Value {
    if (depth <= 0) return this.#leaf();
    const inner = () => this.integer(depth - 1);
    switch (
      this.random.weighted([
        [4, "leaf"],
        [3, "+"],
        [3, "-"],
        [2, "*"],
        [2, "&"],
        [2, "bits"],
        [2, "<<"],
        [3, ">>"],
        [2, ">>>"],
        [1, "/"],
        [1, "%"],
        [1, "unary"],
        [2, "?"],
        [2, "cast"],
        [2, "mul32"],
        [1, "rotate"],
        [3, "element"],
        [this.scope.rows.length > 0 ? 2 : 0, "row"],
        [this.scope.cells.length > 0 ? 1 : 0, "cell"],
        [1, "load"],
        [3, "call"],
        [1, "step"],
        [this.scope.functions.length > 0 ? 2 : 1, "order"],
      ] as const)
    ) {
      case "leaf":
        return this.#leaf();
      case "+":
        return this.#arithmetic("+", inner(), inner());
      case "-":
        return this.#arithmetic("-", inner(), inner());
      case "*":
        return this.#arithmetic("*", inner(), inner());
      case "&":
        return this.#mask(inner(), this.random.chance(0.5) ? this.constant() : inner());
      case "bits": {
        const [operator, range] = this.random.pick([
          ["|", interval.or],
          ["^", interval.xor],
        ] as const);
        const [a, b] = [inner(), inner()];
        return computed(`(${a.text} ${operator} ${b.text})`, range(a, b));
      }
      case "<<": {
        const [value, count] = [this.#narrow(inner()), this.#count(depth)];
        return computed(`(${value.text} << ${count.text})`, interval.shiftLeft(value, count));
      }
      case ">>": {
        const signed = this.#inside(this.#narrow(inner()), I32, "i32");
        // Past the bits of an octet or two there is more to shift.
        const count = this.random.chance(0.3) ? literal(this.random.between(14, 31)) : this.#count(depth);
        return computed(`(${signed.text} >> ${count.text})`, interval.shiftRight(signed, count));
      }
      case ">>>": {
        const [value, count] = [this.#inside(inner(), U32, "u32"), this.#count(depth)];
        return computed(`(${value.text} >>> ${count.text})`, interval.shiftRight(value, count));
      }
      case "/": {
        const [a, b] = [this.#inside(inner(), U32, "u32"), this.#divisor(depth - 1)];
        const to = this.random.pick(WIDTHS);
        const range = interval.wrap(interval.divide(a, b), to);
        return { text: `${to}(${a.text} / ${b.text})`, ...plain(range), brand: to };
      }
      case "%": {
        const [a, b] = [this.#inside(inner(), U32, "u32"), this.#divisor(depth - 1)];
        return computed(`(${a.text} % ${b.text})`, interval.remainder(a, b));
      }
      case "unary": {
        const value = inner();
        if (this.random.chance(0.5)) return computed(`(~${value.text})`, interval.not(value));
        return computed(`(-${value.text})`, interval.scale(value, -1));
      }
      case "?": {
        const condition = this.condition(depth - 1);
        const [a, b] = alike(inner(), inner());
        const text = `(${condition} ? ${a.text} : ${b.text})`;
        return { text, ...plain(interval.hull(a, b)), brand: a.brand };
      }
      case "cast":
        return this.cast(this.random.pick(WIDTHS), inner());
      case "mul32": {
        const factor = () => this.valueFor(widthType("u32"), depth - 1);
        // A product beyond 53 bits more often than not.
        const [a, b] = [factor(), this.random.chance(0.5) ? literal(this.random.pick(PRIMES)) : factor()];
        return { text: `mul32(${bare(a.text)}, ${bare(b.text)})`, ...RANGES.u32, brand: "u32" };
      }
      case "rotate":
        return this.#rotation(depth);
      case "element":
        return this.#element(depth - 1) ?? this.#leaf();
      case "row":
        return this.#field(depth - 1) ?? this.#leaf();
      case "cell":
        return this.#cell() ?? this.#leaf();
      case "load":
        return this.#load(depth - 1) ?? this.#leaf();
      case "call":
        return this.#call(depth - 1) ?? this.#leaf();
      case "step":
        return this.#step(this.#steppable()) ?? this.#leaf();
      case "order":
        return this.#order(depth - 1) ?? this.#leaf();
    }
  }

  cast(to: IntName, value: Value): Value {
    return { text: `${to}(${bare(value.text)})`, ...plain(interval.wrap(value, to)), brand: to };
  }

  /** A value that may be stored in a place of this type; now and then one that perhaps may not. */
  valueFor(type: IntegerType, depth: number): Value {
    const value = this.integer(depth);
    const brand = assignable(value.brand, type.brand);
    if (brand && (within(value, type) || this.random.chance(this.#daring))) return value;
    return this.fitted(value, type);
  }

  /** `value`, brought into the range of a type. */
  fitted(value: Value, type: IntegerType): Value {
    if (type.text in RANGES) return this.cast(type.text as IntName, value);
    const size = type.max - type.min + 1;
    if (within(value, type) && this.random.chance(0.7)) return value;
    if (type.min >= 0 && isMask(size) && this.random.chance(0.6)) {
      const low = computed(`(${value.text} & ${size - 1})`, { min: 0, max: size - 1 });
      return type.min === 0 ? low : this.#arithmetic("+", low, literal(type.min));
    }
    const rest = computed(`(${this.cast("u16", value).text} % ${size})`, { min: 0, max: size - 1 });
    if (type.min === 0) return rest;
    const shifted = `(${rest.text} ${type.min < 0 ? "-" : "+"} ${Math.abs(type.min)})`;
    return computed(shifted, { min: type.min, max: type.max });
  }

  /** An index into `length` elements; with a count, the offset of so many octets, which is an u16 to TypeScript. */
  index(length: number, depth: number, count?: number): Value {
    const last = length - (count ?? 1);
    const type: IntegerType = { text: `Int<0, ${last}>`, min: 0, max: last, brand: "number" };
    const fits = (name: IntegerName) => count === undefined || assignable(name.type.brand, "u16");
    const names = this.scope.integers.filter((name) => within(name.type, type) && fits(name));
    switch (
      this.random.weighted([
        [2, "constant"],
        [names.length > 0 ? 4 : 0, "name"],
        [3, "fitted"],
        [1, "clamped"],
        [this.#daring * 20, "daring"],
      ] as const)
    ) {
      case "constant":
        return literal(this.random.below(last + 1));
      case "name":
        return named(this.random.pick(names));
      case "fitted":
        return this.fitted(this.integer(depth), type);
      case "clamped": {
        const name = this.#name((candidate) => candidate.type.min >= 0 && fits(candidate)) ?? literal(3);
        return computed(`(${name.text} < ${last} ? ${name.text} : ${last})`, type);
      }
      case "daring": {
        const name = this.#name(fits) ?? literal(last);
        const offset = this.random.below(4);
        const other = this.random.chance(0.4) ? (this.#name() ?? literal(1)) : literal(offset);
        const sum = `(${name.text} ${this.random.pick(["+", "-"])} ${other.text})`;
        return computed(this.random.chance(0.4) ? name.text : sum, type);
      }
    }
  }

  #leaf(): Value {
    const { constants } = this.scope;
    switch (
      this.random.weighted([
        [3, "constant"],
        [9, "name"],
        [constants.length > 0 ? 1 : 0, "member"],
        [1, "length"],
        [2, "element"],
      ] as const)
    ) {
      case "constant":
        return this.constant();
      case "name":
        return this.#name() ?? this.constant();
      case "member": {
        const { text, value } = this.random.pick(constants);
        return { text, min: value, max: value, brand: "number" };
      }
      case "length": {
        const arrays = [...this.scope.arrays, ...this.scope.rows].filter(({ exact }) => exact);
        if (arrays.length === 0) return this.constant();
        const { text, length, lasting } = this.random.pick(arrays);
        const max = lasting ? length : 0xffff;
        return { text: `lengthOf(${text})`, min: length, max, brand: "u16" };
      }
      case "element":
        return this.#element(0) ?? this.constant();
    }
  }

  #name(among: (name: IntegerName) => boolean = () => true): Value | undefined {
    const names = this.scope.integers.filter(among);
    if (names.length === 0) return undefined;
    // What was declared last is what the program is about.
    const late = this.random.chance(0.5) ? names.slice(-4) : names;
    return named(this.random.pick(late));
  }

  #arithmetic(operator: "+" | "-" | "*", left: Value, right: Value): Value {
    const compute = { "+": interval.add, "-": interval.subtract, "*": interval.multiply }[operator];
    let [a, b] = [left, right];
    if (!within(compute(a, b), SAFE)) [a, b] = [this.cast("u16", a), this.cast("i16", b)];
    return computed(`(${a.text} ${operator} ${b.text})`, compute(a, b));
  }

  #mask(a: Value, b: Value): Value {
    return computed(`(${a.text} & ${b.text})`, interval.and(a, b));
  }

  #inside(value: Value, range: Interval, to: IntName): Value {
    return within(value, range) ? value : this.cast(to, value);
  }

  #count(depth: number, most = 31): Value {
    if (this.random.chance(0.6)) return literal(this.random.below(this.random.chance(0.4) ? 8 : most + 1));
    const value = this.integer(depth - 1);
    if (within(value, { min: 0, max: most })) return value;
    const masks = [7, 15, 31].filter((mask) => mask <= most);
    return this.#mask(value, literal(this.random.pick(masks)));
  }

  #divisor(depth: number): Value {
    if (this.random.chance(0.4))
      return literal(this.random.pick([1, 2, 3, 7, 10, 16, 255, 256, 1000, 65535]));
    const width = this.random.pick(["u8", "u16"] as const);
    return this.#arithmetic("+", this.cast(width, this.integer(depth)), literal(1));
  }

  #rotation(depth: number): Value {
    const bits = this.random.pick([8, 16, 32] as const);
    const width = `u${bits}` as IntName;
    const value = this.valueFor(widthType(width), depth - 1);
    const count = this.#count(depth, bits - 1);
    return { text: `rotl${bits}(${bare(value.text)}, ${bare(count.text)})`, ...RANGES[width], brand: width };
  }

  #element(depth: number): Value | undefined {
    if (this.scope.arrays.length === 0) return undefined;
    const array = this.random.pick(this.scope.arrays);
    const element = widthType(array.element);
    const index = this.index(array.length, depth);
    const range = array.values ? array.values.map(interval.exactly).reduce(interval.hull) : element;
    return {
      text: `${array.text}[${bare(index.text)}]`,
      ...plain(range),
      brand: array.table ? "number" : element.brand,
    };
  }

  /** An integer field of a record in a row. */
  #field(depth: number): Value | undefined {
    const rows = this.random.pick(this.scope.rows);
    const fields = rows.record.fields.flatMap(({ name, type }) =>
      type.kind === "integer" ? [{ name, type: type.type }] : [],
    );
    if (fields.length === 0) return undefined;
    const { name, type } = this.random.pick(fields);
    const text = `${rows.text}[${bare(this.index(rows.length, depth).text)}].${name}`;
    return { text, min: type.min, max: type.max, brand: type.brand };
  }

  #cell(): Value | undefined {
    const cells = this.scope.cells.filter(({ bits }) => bits === 8);
    if (cells.length === 0) return undefined;
    return { text: `${this.random.pick(cells).text}.read()`, ...RANGES.u8, brand: "u8" };
  }

  #load(depth: number): Value | undefined {
    const bits = this.random.pick([16, 32] as const);
    const octets = bits / 8;
    const array = this.octets(octets);
    if (array === undefined) return undefined;
    const offset = this.index(array.length, depth, octets);
    const name = `load${bits}${this.random.pick(["le", "be"])}`;
    const width = bits === 16 ? "u16" : "u32";
    return { text: `${name}(${array.text}, ${bare(offset.text)})`, ...RANGES[width], brand: width };
  }

  #call(depth: number): Value | undefined {
    const { functions } = this.scope;
    const able = functions.filter(({ result }) => result.kind === "integer");
    return able.length > 0 ? this.#valueOf(this.random.pick(able), depth) : undefined;
  }

  #valueOf(callee: FunctionName, depth: number): Value | undefined {
    if (callee.result.kind !== "integer") return undefined;
    const text = this.call(callee, depth);
    const { min, max, brand } = callee.result.type;
    return text === undefined ? undefined : { text, min, max, brand };
  }

  /** Two operands of which one changes what the other reads. */
  #order(depth: number): Value | undefined {
    const { functions, integers } = this.scope;
    const able = functions.filter(({ result, writes }) => result.kind === "integer" && writes.length > 0);
    const callee = able.length > 0 && this.random.chance(0.7) ? this.random.pick(able) : undefined;
    const written = callee ? integers.filter(({ text }) => callee.writes.includes(text)) : [];
    const name = written.length > 0 ? this.random.pick(written) : this.#steppable();
    if (name === undefined) return undefined;
    const call = written.length > 0 && callee ? this.#valueOf(callee, depth) : undefined;
    const change = call ?? this.#step(name);
    if (change === undefined) return undefined;
    const array = this.random.chance(0.3) ? this.octets(1) : undefined;
    const element =
      array && this.fitted(named(name), { ...widthType("u16"), text: "", max: array.length - 1 });
    const reader =
      array && element ? computed(`${array.text}[${bare(element.text)}]`, RANGES.u8) : named(name);
    const operator = this.random.pick(["+", "-", "*"] as const);
    return this.random.chance(0.7)
      ? this.#arithmetic(operator, reader, change)
      : this.#arithmetic(operator, change, reader);
  }

  #steppable(): IntegerName | undefined {
    const names = this.scope.integers.filter((name) => name.writable && !name.counter);
    return names.length > 0 ? this.random.pick(names) : undefined;
  }

  /** Now and then as an octet or two: narrow values have more to go wrong. */
  #narrow(value: Value): Value {
    return this.random.chance(0.4) ? this.cast(this.random.pick(["i8", "i16"]), value) : value;
  }

  /** `x++` and its like, guarded so that it fits. */
  #step(name: IntegerName | undefined): Value | undefined {
    if (name === undefined || !name.writable) return undefined;
    const { text, type } = name;
    const up = this.random.chance(0.5);
    const guard = up ? `${text} < ${type.max}` : `${text} > ${type.min}`;
    const step = this.random.chance(0.5) ? `${text}${up ? "++" : "--"}` : `${up ? "++" : "--"}${text}`;
    return computed(`(${guard} ? ${step} : ${text})`, type);
  }

  // ---- conditions

  condition(depth: number): string {
    if (depth <= 0) return this.#comparison(0);
    switch (
      this.random.weighted([
        [5, "compare"],
        [1, "&&"],
        [1, "||"],
        [1, "!"],
        [1, "name"],
        [1, "equal"],
        [1, "call"],
        [1, "same"],
      ] as const)
    ) {
      case "compare":
        return this.#comparison(depth);
      case "&&":
        return `(${this.condition(depth - 1)} && ${this.condition(depth - 1)})`;
      case "||":
        return `(${this.condition(depth - 1)} || ${this.condition(depth - 1)})`;
      case "!":
        return `!${this.condition(depth - 1)}`;
      case "name":
        return this.#flag() ?? this.#comparison(depth);
      case "equal":
        return this.#equal(depth - 1) ?? this.#comparison(depth);
      case "call": {
        const able = this.scope.functions.filter(({ result }) => result.kind === "boolean");
        const text = able.length > 0 ? this.call(this.random.pick(able), depth - 1) : undefined;
        return text ?? this.#comparison(depth);
      }
      case "same": {
        const flag = this.#flag();
        if (flag === undefined) return this.#comparison(depth);
        return `(${flag} ${this.random.pick(["===", "!=="])} ${this.condition(depth - 1)})`;
      }
    }
  }

  #flag(): string | undefined {
    const flags = this.scope.cells.filter(({ bits }) => bits === 1);
    if (flags.length > 0 && this.random.chance(0.3)) return `${this.random.pick(flags).text}.read()`;
    return this.scope.booleans.length > 0 ? this.random.pick(this.scope.booleans).text : undefined;
  }

  #comparison(depth: number): string {
    const operator = this.random.pick(["<", "<=", ">", ">=", "===", "!=="]);
    const a = this.integer(depth);
    // Two constants would be an error of TypeScript where they differ.
    const b = a.min === a.max ? (this.#name() ?? this.#element(0) ?? a) : this.integer(depth - 1);
    const all = interval.hull(a, b);
    if (within(all, I32) || within(all, U32)) return `(${a.text} ${operator} ${b.text})`;
    const to = this.random.pick(WIDTHS);
    return `(${this.cast(to, a).text} ${operator} ${this.cast(to, b).text})`;
  }

  #equal(depth: number): string | undefined {
    const [a, b] = [this.octets(1), this.octets(1)];
    if (a === undefined || b === undefined) return undefined;
    const count = this.random.between(1, Math.min(a.length, b.length, 8));
    if (!this.#budget.spend(count)) return undefined;
    const [x, y] = [this.index(a.length, depth, count), this.index(b.length, depth, count)];
    return `equal(${a.text}, ${bare(x.text)}, ${b.text}, ${bare(y.text)}, ${count})`;
  }

  // ---- calls and references

  /** A call with arguments of every kind; undefined where it would cost too much, or nothing fits a parameter. */
  call(callee: FunctionName, depth: number): string | undefined {
    if (!this.#budget.spend(callee.cost)) return undefined;
    const values: string[] = [];
    for (const parameter of callee.parameters) {
      const value = this.#argument(parameter, depth);
      if (value === undefined) return undefined;
      values.push(value);
    }
    const name = callee.entries ? `${callee.name}[${bare(this.index(callee.entries, 0).text)}]` : callee.name;
    return `${name}(${values.join(", ")})`;
  }

  #argument(parameter: ParameterType, depth: number): string | undefined {
    switch (parameter.kind) {
      case "integer":
        return bare(this.valueFor(parameter.type, depth).text);
      case "boolean":
        return bare(this.condition(depth));
      case "array":
        return this.array(parameter.element, parameter.length, parameter.table, parameter.length === 0)?.text;
      case "record":
        return this.record(parameter.record);
      case "rows": {
        const { record, table, length } = parameter;
        const able = this.scope.rows.filter(
          (rows) => rows.record === record && rows.table === table && rows.length >= length,
        );
        return able.length > 0 ? this.random.pick(able).text : undefined;
      }
    }
  }

  /** An octet array in RAM of at least so many elements. */
  octets(length: number): ArrayName | undefined {
    return this.array("u8", length, false);
  }

  /** A reference to an array: a name, or what gives one. */
  array(element: IntName, length: number, table: boolean, open = false): ArrayName | undefined {
    const fits = (array: ArrayName) => array.element === element && array.table === table;
    const able = this.scope.arrays.filter((array) => fits(array) && array.length >= length);
    const others = open ? this.scope.openArrays.filter(fits) : [];
    if (others.length > 0 && this.random.chance(0.5)) return this.random.pick(others);
    if (able.length === 0) return undefined;
    const array = this.random.pick(able);
    if (table || this.random.chance(0.8)) return array;
    const other = this.random.pick(able);
    switch (this.random.pick(["view", "choice", "call"])) {
      case "view": {
        if (element !== "u8" || length === 0) return array;
        const count = this.random.between(length, array.length);
        const text = `view(${array.text}, ${bare(this.index(array.length, 0, count).text)}, ${count})`;
        return { ...array, text, length: count, exact: true };
      }
      case "choice": {
        if (other === array) return array;
        const text = `(${this.condition(0)} ? ${array.text} : ${other.text})`;
        return { ...array, text, length: Math.min(array.length, other.length), exact: false };
      }
      default: {
        const callees = this.scope.functions.filter(
          ({ result }) => result.kind === "array" && result.element === element && result.length >= length,
        );
        const callee = callees.length > 0 ? this.random.pick(callees) : undefined;
        if (callee?.result.kind !== "array") return array;
        const text = this.call(callee, 0);
        if (text === undefined) return array;
        return { ...array, text, length: callee.result.length, exact: false };
      }
    }
  }

  /** A reference to a record of a class. */
  record(record: RecordClass): string | undefined {
    const able = this.scope.records.filter((candidate) => candidate.record === record);
    const rows = this.scope.rows.filter((candidate) => candidate.record === record && !candidate.table);
    if (rows.length > 0 && this.random.chance(0.4)) {
      const { text, length } = this.random.pick(rows);
      return `${text}[${bare(this.index(length, 1).text)}]`;
    }
    if (able.length === 0) return undefined;
    const one = this.random.pick(able).text;
    if (this.random.chance(0.85)) return one;
    const callees = this.scope.functions.filter(
      ({ result }) => result.kind === "record" && result.record === record,
    );
    if (callees.length > 0 && this.random.chance(0.5)) return this.call(this.random.pick(callees), 0) ?? one;
    const other = this.random.pick(able).text;
    return other === one ? one : `(${this.condition(0)} ? ${one} : ${other})`;
  }
}

/** Two values that TypeScript takes for one type. */
function alike(a: Value, b: Value): [a: Value, b: Value] {
  if (a.brand === b.brand) return [a, b];
  const plus = (value: Value) => computed(`(${value.text} + 0)`, value);
  return [plus(a), plus(b)];
}

/** A text without the parentheses around the whole of it. */
export function bare(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}

export function literal(value: number, hexadecimal = false): Value {
  const digits = hexadecimal ? `0x${Math.abs(value).toString(16)}` : String(Math.abs(value));
  const text = value < 0 ? `(-${digits})` : digits;
  return { text, min: value, max: value, brand: "number" };
}

export function named({ text, type }: IntegerName): Value {
  return { text, min: type.min, max: type.max, brand: type.brand };
}

function computed(text: string, range: Interval): Value {
  return { text, ...plain(range), brand: "number" };
}

/** A range without its step: the generator does not count on it. */
function plain({ min, max }: Interval): { min: number; max: number } {
  return { min: min + 0, max: max + 0 };
}

function isMask(size: number): boolean {
  return size > 1 && (size & (size - 1)) === 0;
}
