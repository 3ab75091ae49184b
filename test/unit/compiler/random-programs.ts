/**
 * Random functions in the device language, from a seed. Most stores are casts, so that most functions
 * are accepted; the compiler refuses the rest, and what it accepts must mean the same in C.
 */

/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same programs. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const CASTS = ["u8", "u16", "u32", "i8", "i16", "i32"] as const;
const CONSTANTS = [
  0, 1, 2, 3, 7, 8, 15, 16, 31, 100, 127, 128, 200, 255, 256, 1000, 32767, 32768, 65535, 65536, 0x7fffffff,
  0xffffffff,
];

/** Inputs where widths begin and end, and others. */
export function randomInput(random: () => number): number {
  if (random() < 0.5) return CONSTANTS[Math.floor(random() * CONSTANTS.length)];
  return Math.floor(random() * 2 ** Math.ceil(random() * 32));
}

class Writer {
  readonly #random: () => number;
  /** Readable names of integers, and those that may be assigned, with their types. */
  readonly #names: string[] = [
    "a",
    "b",
    "low",
    "mid",
    "byte",
    "signed",
    "half",
    "wide",
    "moduleByte",
    "moduleWord",
    "moduleSigned",
    "record.count",
    "record.total",
  ];
  readonly #targets = new Map<string, string>([
    ["moduleByte", "u8"],
    ["moduleWord", "u16"],
    ["moduleSigned", "i16"],
    ["record.count", "u8"],
    ["record.total", "u32"],
  ]);
  #locals = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)];
  }

  #constant(): string {
    return String(this.#pick(CONSTANTS));
  }

  /** An integer of any range. */
  expression(depth: number): string {
    if (depth === 0) return this.#random() < 0.25 ? this.#constant() : this.#pick(this.#names);
    const inner = () => this.expression(depth - 1);
    switch (Math.floor(this.#random() * 19)) {
      case 0:
      case 1:
        return `(${inner()} + ${inner()})`;
      case 2:
      case 3:
        return `(${inner()} - ${inner()})`;
      case 4:
        return `(${inner()} * ${inner()})`;
      case 5:
        return `(${inner()} & ${this.#random() < 0.5 ? this.#constant() : inner()})`;
      case 6:
        return `(${inner()} | ${inner()})`;
      case 7:
        return `(${inner()} ^ ${inner()})`;
      case 8:
        return `(${inner()} << ${this.#count(depth)})`;
      case 9:
        return `(i32(${inner()}) >> ${this.#count(depth)})`;
      case 10:
        return `(u32(${inner()}) >>> ${this.#count(depth)})`;
      case 11:
        return `${this.#pick(CASTS)}(u32(${inner()}) / (u16(${inner()}) + 1))`;
      case 12:
        return `(u16(${inner()}) % (u8(${inner()}) + 1))`;
      case 13:
        return this.#random() < 0.5 ? `(~${inner()})` : `(-${inner()})`;
      case 14:
        return `(${this.condition(depth - 1)} ? ${inner()} : ${inner()})`;
      case 15:
        return `bytes[${inner()} & 15]`;
      case 16:
        return this.#random() < 0.5 ? `TABLE[${inner()} & 7]` : `words[${inner()} & 3]`;
      case 17:
        return `${this.#pick(["bump", "twist", "pure"])}(u8(${inner()}), u16(${inner()}))`;
      default:
        return `${this.#pick(CASTS)}(${inner()})`;
    }
  }

  #count(depth: number): string {
    return this.#random() < 0.6
      ? String(Math.floor(this.#random() * 32))
      : `(${this.expression(depth - 1)} & ${this.#pick([7, 15, 31])})`;
  }

  condition(depth: number): string {
    const compare = () => {
      const cast = this.#pick(CASTS);
      const operator = this.#pick(["<", "<=", ">", ">=", "===", "!=="]);
      return this.#random() < 0.8
        ? `${cast}(${this.expression(depth)}) ${operator} ${cast}(${this.expression(depth)})`
        : `${this.expression(depth)} ${operator} ${this.expression(depth)}`;
    };
    switch (Math.floor(this.#random() * 5)) {
      case 0:
        return `(${compare()} && ${compare()})`;
      case 1:
        return `(${compare()} || ${compare()})`;
      case 2:
        return `!(${compare()})`;
      default:
        return compare();
    }
  }

  /** Statements at one level; names that they declare end with it. */
  block(depth: number, indent: string): string {
    const names = this.#names.length;
    const targets = new Map(this.#targets);
    const count = 1 + Math.floor(this.#random() * 3);
    let text = "";
    for (let i = 0; i < count; i++) text += this.#statement(depth, indent);
    this.#names.length = names;
    for (const name of this.#targets.keys()) if (!targets.has(name)) this.#targets.delete(name);
    return text;
  }

  #statement(depth: number, indent: string): string {
    const inner = `${indent}  `;
    const kind = Math.floor(this.#random() * (depth > 0 ? 11 : 7));
    switch (kind) {
      case 0: {
        const name = `v${this.#locals++}`;
        const type = this.#pick(CASTS);
        const text = `${indent}let ${name}: ${type.toUpperCase()} = ${type}(${this.expression(2)});\n`;
        this.#names.push(name);
        this.#targets.set(name, type);
        return text;
      }
      case 1: {
        const name = `c${this.#locals++}`;
        const text = `${indent}const ${name} = ${this.expression(2)};\n`;
        this.#names.push(name);
        return text;
      }
      case 2:
      case 3: {
        const [name, type] = this.#pick([...this.#targets]);
        return `${indent}${name} = ${type}(${this.expression(3)});\n`;
      }
      case 4:
        return `${indent}bytes[${this.expression(1)} & 15] = u8(${this.expression(2)});\n`;
      case 5: {
        const [name, type] = this.#pick([...this.#targets]);
        const limit = { u8: 255, u16: 65535, u32: 4294967295, i8: 127, i16: 32767, i32: 2147483647 }[type];
        return `${indent}if (${name} < ${limit}) bytes[${name}++ & 15] ^= ${name} & 255;\n`;
      }
      case 6:
        return `${indent}words[${this.expression(1)} & 3] = u16(words[${this.expression(1)} & 3] + ${this.expression(2)});\n`;
      case 7:
      case 8: {
        const condition = this.condition(1);
        const yes = this.block(depth - 1, inner);
        const no = this.#random() < 0.5 ? ` else {\n${this.block(depth - 1, inner)}${indent}}` : "";
        return `${indent}if (${condition}) {\n${yes}${indent}}${no}\n`;
      }
      case 9: {
        const name = `i${this.#locals++}`;
        const step = this.#pick([1, 1, 2, 5]);
        this.#names.push(name);
        const body = this.block(depth - 1, inner);
        this.#names.pop();
        const stop =
          this.#random() < 0.3
            ? `${inner}if (${this.condition(1)}) ${this.#pick(["break", "continue"])};\n`
            : "";
        const end = Math.floor(this.#random() * 9);
        return `${indent}for (let ${name} = 0; ${name} < ${end}; ${name} += ${step}) {\n${stop}${body}${indent}}\n`;
      }
      default: {
        const labels = [0, 1, 2, 3].filter(() => this.#random() < 0.7);
        const clauses = labels.map((label) => {
          return `${inner}case ${label}: {\n${this.block(depth - 1, `${inner}  `)}${inner}  break;\n${inner}}\n`;
        });
        return `${indent}switch (${this.expression(1)} & 3) {\n${clauses.join("")}${indent}}\n`;
      }
    }
  }
}

/** The module of one random `run(a, b)`. */
export function randomModule(seed: number): string {
  const random = randomFrom(seed);
  const writer = new Writer(random);
  const body = writer.block(3, "  ");
  const result = writer.expression(4);
  return `const TABLE = table8([3, 1, 4, 1, 5, 9, 2, 255]);
class Record {
  count: U8 = 7;
  total: U32 = 0;
}
const record = new Record();
const bytes = new Uint8Array(16);
const words = new Uint16Array(4);
let moduleByte: U8 = 5;
let moduleWord: U16 = 600;
let moduleSigned: I16 = -7;
function bump(x: U8, y: U16): U16 {
  moduleByte = u8(moduleByte + x);
  moduleWord = u16(moduleWord ^ y);
  record.count = u8(record.count + 1);
  return u16(moduleByte * y);
}
function twist(x: U8, y: U16): I16 {
  bytes[x & 15] = u8(y + record.count);
  record.total = u32(record.total * 31 + x);
  return i16(y - moduleSigned);
}
function pure(x: U8, y: U16): U32 {
  return u32(mul32(x, 0x01000193) ^ y);
}
export function run(a: U32, b: U32): U32 {
  moduleByte = 5;
  moduleWord = 600;
  moduleSigned = i16(a);
  record.count = 7;
  record.total = b;
  fill(bytes, 0, 16, 0xa5);
  words[0] = u16(a);
  const low = u8(a);
  const mid = u16(a >>> 8);
  const byte = i8(b);
  const signed = i16(b >>> 4);
  const half = a >>> 20;
  const wide = i32(b);
${body}  const result = u32(${result});
  return u32(result ^ load32le(bytes, 0) ^ load32be(bytes, 7) ^ moduleByte ^ moduleWord ^ moduleSigned ^ record.count ^ record.total ^ words[0] ^ words[3]);
}
`;
}
