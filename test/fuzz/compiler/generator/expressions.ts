/** Random integers. Each knows a range that it stays in, so that most casts stand only where one is needed. */
import * as interval from "../../../../toolchain/compiler/interval.ts";
import { I32, type Interval, U32, within } from "../../../../toolchain/compiler/interval.ts";
import { type IntName, RANGES } from "../../../../toolchain/compiler/tree.ts";
import { EDGES, type Random } from "../random.ts";
import { condition } from "./conditions.ts";
import { cellRead, element, load, rowField } from "./memory-reads.ts";
import { callOf, octetArray } from "./references.ts";
import type { FunctionName, IntegerName, Scope } from "./scope.ts";
import { assignable, type IntegerType, WIDTHS, widthType } from "./types.ts";
import { alike, bare, computed, isMask, literal, named, plain, type Value } from "./values.ts";
import type { Budget } from "./work.ts";

const SAFE: Interval = { min: -(2 ** 52), max: 2 ** 52 };

/** Factors of hash functions. */
const PRIMES = [0x01000193, 0x9e3779b1, 0x85ebca6b];

export class Expressions {
  readonly random: Random;
  readonly scope: Scope;
  readonly budget: Budget;
  /** How often a store or an index goes without the cast or mask that would make it safe: the compiler decides. */
  readonly daring: number;

  constructor(random: Random, scope: Scope, budget: Budget, daring: number) {
    this.random = random;
    this.scope = scope;
    this.budget = budget;
    this.daring = daring;
  }

  constant(): Value {
    const value = this.random.chance(0.7) ? this.random.pick(EDGES) : this.random.below(300);
    return literal(this.random.chance(0.15) ? -Math.min(value, 0x80000000) : value, this.random.chance(0.2));
  }

  /** An integer of any range. */
  integer(depth: number): Value {
    if (depth <= 0) return this.leaf();
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
        return this.leaf();
      case "+":
        return this.arithmetic("+", inner(), inner());
      case "-":
        return this.arithmetic("-", inner(), inner());
      case "*":
        return this.arithmetic("*", inner(), inner());
      case "&":
        return this.mask(inner(), this.random.chance(0.5) ? this.constant() : inner());
      case "bits": {
        const [operator, range] = this.random.pick([
          ["|", interval.or],
          ["^", interval.xor],
        ] as const);
        const [a, b] = [inner(), inner()];
        return computed(`(${a.text} ${operator} ${b.text})`, range(a, b));
      }
      case "<<": {
        const [value, count] = [this.narrow(inner()), this.count(depth)];
        return computed(`(${value.text} << ${count.text})`, interval.shiftLeft(value, count));
      }
      case ">>": {
        const signed = this.inside(this.narrow(inner()), I32, "i32");
        // Past the bits of an octet or two there is more to shift.
        const count = this.random.chance(0.3) ? literal(this.random.between(14, 31)) : this.count(depth);
        return computed(`(${signed.text} >> ${count.text})`, interval.shiftRight(signed, count));
      }
      case ">>>": {
        const [value, count] = [this.inside(inner(), U32, "u32"), this.count(depth)];
        return computed(`(${value.text} >>> ${count.text})`, interval.shiftRight(value, count));
      }
      case "/": {
        const [a, b] = [this.inside(inner(), U32, "u32"), this.divisor(depth - 1)];
        const to = this.random.pick(WIDTHS);
        const range = interval.wrap(interval.divide(a, b), to);
        return { text: `${to}(${a.text} / ${b.text})`, ...plain(range), brand: to };
      }
      case "%": {
        const [a, b] = [this.inside(inner(), U32, "u32"), this.divisor(depth - 1)];
        return computed(`(${a.text} % ${b.text})`, interval.remainder(a, b));
      }
      case "unary": {
        const value = inner();
        if (this.random.chance(0.5)) return computed(`(~${value.text})`, interval.not(value));
        return computed(`(-${value.text})`, interval.scale(value, -1));
      }
      case "?": {
        const test = condition(this, depth - 1);
        const [a, b] = alike(inner(), inner());
        const text = `(${test} ? ${a.text} : ${b.text})`;
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
        return this.rotation(depth);
      case "element":
        return element(this, depth - 1) ?? this.leaf();
      case "row":
        return rowField(this, depth - 1) ?? this.leaf();
      case "cell":
        return cellRead(this) ?? this.leaf();
      case "load":
        return load(this, depth - 1) ?? this.leaf();
      case "call":
        return this.callValue(depth - 1) ?? this.leaf();
      case "step":
        return this.step(this.steppable()) ?? this.leaf();
      case "order":
        return this.order(depth - 1) ?? this.leaf();
    }
  }

  cast(to: IntName, value: Value): Value {
    return { text: `${to}(${bare(value.text)})`, ...plain(interval.wrap(value, to)), brand: to };
  }

  /** A value that may be stored in a place of this type; now and then one that perhaps may not. */
  valueFor(type: IntegerType, depth: number): Value {
    if (type.members) return this.#member(type, depth);
    const value = this.integer(depth);
    const brand = assignable(value.brand, type.brand);
    if (brand && (within(value, type) || this.random.chance(this.daring))) return value;
    return this.fitted(value, type);
  }

  /** A member of an enum, or any value between its least and its greatest one. */
  #member(type: IntegerType, depth: number): Value {
    if (this.random.chance(0.5)) {
      const { text, value } = this.random.pick(type.members!);
      return { text, min: value, max: value, brand: "number" };
    }
    const rest = `(${this.cast("u16", this.integer(depth)).text} % ${type.max - type.min + 1})`;
    const shifted = type.min < 0 ? `(${rest} - ${-type.min})` : `(${rest} + ${type.min})`;
    return computed(type.min === 0 ? rest : shifted, type);
  }

  /** `value`, brought into the range of a type. */
  fitted(value: Value, type: IntegerType): Value {
    if (type.text in RANGES) return this.cast(type.text as IntName, value);
    const size = type.max - type.min + 1;
    if (within(value, type) && this.random.chance(0.7)) return value;
    if (type.min >= 0 && isMask(size) && this.random.chance(0.6)) {
      const low = computed(`(${value.text} & ${size - 1})`, { min: 0, max: size - 1 });
      return type.min === 0 ? low : this.arithmetic("+", low, literal(type.min));
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
        [this.daring * 20, "daring"],
      ] as const)
    ) {
      case "constant":
        return literal(this.random.below(last + 1));
      case "name":
        return named(this.random.pick(names));
      case "fitted":
        return this.fitted(this.integer(depth), type);
      case "clamped": {
        const name = this.name((candidate) => candidate.type.min >= 0 && fits(candidate)) ?? literal(3);
        return computed(`(${name.text} < ${last} ? ${name.text} : ${last})`, type);
      }
      case "daring": {
        const name = this.name(fits) ?? literal(last);
        const offset = this.random.below(4);
        const other = this.random.chance(0.4) ? (this.name() ?? literal(1)) : literal(offset);
        const sum = `(${name.text} ${this.random.pick(["+", "-"])} ${other.text})`;
        return computed(this.random.chance(0.4) ? name.text : sum, type);
      }
    }
  }

  leaf(): Value {
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
        return this.name() ?? this.constant();
      case "member": {
        const { text, value } = this.random.pick(constants);
        return { text, min: value, max: value, brand: "number" };
      }
      case "length": {
        const arrays = [...this.scope.arrays, ...this.scope.rows].filter(({ exact }) => exact);
        if (arrays.length === 0) return this.constant();
        const array = this.random.pick(arrays);
        const { text, length, lasting } = array;
        const max = lasting ? length : 0xffff;
        const field = "element" in array && !array.table && this.random.chance(0.3);
        return field
          ? { text: `${text}.length`, min: length, max, brand: "number" }
          : { text: `lengthOf(${text})`, min: length, max, brand: "u16" };
      }
      case "element":
        return element(this, 0) ?? this.constant();
    }
  }

  name(among: (name: IntegerName) => boolean = () => true): Value | undefined {
    const names = this.scope.integers.filter(among);
    if (names.length === 0) return undefined;
    // What was declared last is what the program is about.
    const late = this.random.chance(0.5) ? names.slice(-4) : names;
    return named(this.random.pick(late));
  }

  arithmetic(operator: "+" | "-" | "*", left: Value, right: Value): Value {
    const compute = { "+": interval.add, "-": interval.subtract, "*": interval.multiply }[operator];
    let [a, b] = [left, right];
    if (!within(compute(a, b), SAFE)) [a, b] = [this.cast("u16", a), this.cast("i16", b)];
    return computed(`(${a.text} ${operator} ${b.text})`, compute(a, b));
  }

  mask(a: Value, b: Value): Value {
    return computed(`(${a.text} & ${b.text})`, interval.and(a, b));
  }

  inside(value: Value, range: Interval, to: IntName): Value {
    return within(value, range) ? value : this.cast(to, value);
  }

  count(depth: number, most = 31): Value {
    if (this.random.chance(0.6)) return literal(this.random.below(this.random.chance(0.4) ? 8 : most + 1));
    const value = this.integer(depth - 1);
    if (within(value, { min: 0, max: most })) return value;
    const masks = [7, 15, 31].filter((mask) => mask <= most);
    return this.mask(value, literal(this.random.pick(masks)));
  }

  divisor(depth: number): Value {
    if (this.random.chance(0.4))
      return literal(this.random.pick([1, 2, 3, 7, 10, 16, 255, 256, 1000, 65535]));
    const width = this.random.pick(["u8", "u16"] as const);
    return this.arithmetic("+", this.cast(width, this.integer(depth)), literal(1));
  }

  rotation(depth: number): Value {
    const bits = this.random.pick([8, 16, 32] as const);
    const width = `u${bits}` as IntName;
    const value = this.valueFor(widthType(width), depth - 1);
    const count = this.count(depth, bits - 1);
    return { text: `rotl${bits}(${bare(value.text)}, ${bare(count.text)})`, ...RANGES[width], brand: width };
  }

  callValue(depth: number): Value | undefined {
    const { functions } = this.scope;
    const able = functions.filter(({ result }) => result.kind === "integer");
    return able.length > 0 ? this.valueOf(this.random.pick(able), depth) : undefined;
  }

  valueOf(callee: FunctionName, depth: number): Value | undefined {
    if (callee.result.kind !== "integer") return undefined;
    const text = callOf(this, callee, depth);
    return text === undefined ? undefined : named({ text, type: callee.result.type, writable: false });
  }

  /** Two operands of which one changes what the other reads. */
  order(depth: number): Value | undefined {
    const { functions, integers } = this.scope;
    const able = functions.filter(({ result, writes }) => result.kind === "integer" && writes.length > 0);
    const callee = able.length > 0 && this.random.chance(0.7) ? this.random.pick(able) : undefined;
    const written = callee ? integers.filter(({ text }) => callee.writes.includes(text)) : [];
    const name = written.length > 0 ? this.random.pick(written) : this.steppable();
    if (name === undefined) return undefined;
    const call = written.length > 0 && callee ? this.valueOf(callee, depth) : undefined;
    const change = call ?? this.step(name);
    if (change === undefined) return undefined;
    const array = this.random.chance(0.3) ? octetArray(this, 1) : undefined;
    const element =
      array && this.fitted(named(name), { ...widthType("u16"), text: "", max: array.length - 1 });
    const reader =
      array && element ? computed(`${array.text}[${bare(element.text)}]`, RANGES.u8) : named(name);
    const operator = this.random.pick(["+", "-", "*"] as const);
    return this.random.chance(0.7)
      ? this.arithmetic(operator, reader, change)
      : this.arithmetic(operator, change, reader);
  }

  steppable(): IntegerName | undefined {
    const names = this.scope.integers.filter((name) => name.writable && !name.counter);
    return names.length > 0 ? this.random.pick(names) : undefined;
  }

  /** Now and then as an octet or two: narrow values have more to go wrong. */
  narrow(value: Value): Value {
    return this.random.chance(0.4) ? this.cast(this.random.pick(["i8", "i16"]), value) : value;
  }

  /** `x++` and its like, guarded so that it fits. */
  step(name: IntegerName | undefined): Value | undefined {
    if (name === undefined || !name.writable) return undefined;
    const { text, type } = name;
    const up = this.random.chance(0.5);
    const guard = up ? `${text} < ${type.max}` : `${text} > ${type.min}`;
    const step = this.random.chance(0.5) ? `${text}${up ? "++" : "--"}` : `${up ? "++" : "--"}${text}`;
    return computed(`(${guard} ? ${step} : ${text})`, type);
  }
}
