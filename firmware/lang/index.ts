/**
 * The integer types and intrinsics of the device language.
 *
 * Under Node these are ordinary functions; the compiler replaces each by the C that computes the same
 * value. An expression means what JavaScript computes; a value that is stored must provably fit the
 * declared type, or a cast (`u8(x)`, ...) says that it wraps.
 *
 * The brands are weak on purpose: literals and results of arithmetic are assignable, widening is
 * allowed, narrowing and changes of sign are errors of TypeScript already.
 */

export type u8 = number & { readonly __w?: "u8" };
export type u16 = number & { readonly __w?: "u8" | "u16" };
export type u32 = number & { readonly __w?: "u8" | "u16" | "u32" };
export type i8 = number & { readonly __w?: "i8" };
export type i16 = number & { readonly __w?: "u8" | "i8" | "i16" };
export type i32 = number & { readonly __w?: "u8" | "u16" | "i8" | "i16" | "i32" };

/*
 * The bounds of the following types are the compiler's: it proves every store and every argument. To
 * TypeScript they are all alike, so that a narrower range or a longer array fits a wider parameter.
 */

/** `unknown` for every bound. */
type Bound<N extends number> = N extends number ? unknown : never;

/** An integer from Min to Max, both inclusive. Every store and every argument must provably lie inside. */
export type Int<Min extends number, Max extends number> = number & { readonly __range?: Bound<Min | Max> };

/** The arrays of the device. */
type AnyArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;

/** An array of at least N elements in RAM: what a parameter asks for, and every argument must provably have. */
export type AtLeast<A extends AnyArray, N extends number> = A & { readonly __atLeast?: Bound<N> };
/** At least N octets of RAM. */
export type Bytes<N extends number> = AtLeast<Uint8Array, N>;

/** N records of one class in RAM, in a row: what `records` makes. As a parameter: at least N. */
export type Records<R extends object, N extends number> = readonly R[] & { readonly __records?: Bound<N> };

/** At least N octets of constant data in flash. Read by index only; never written, never copied to RAM whole. */
export type Table8<N extends number> = readonly number[] & { readonly __table8?: Bound<N> };
/** At least N 16-bit values of constant data in flash. */
export type Table16<N extends number> = readonly number[] & { readonly __table16?: Bound<N> };
/** At least N 32-bit values of constant data in flash. */
export type Table32<N extends number> = readonly number[] & { readonly __table32?: Bound<N> };
/** At least N constant records of one class in flash: what `tableOf` makes. Read field by field. */
export type TableOf<R extends object, N extends number> = readonly Readonly<R>[] & {
  readonly __tableOf?: Bound<N>;
};

/** The low 8 bits of an integer, 0..255. */
export function u8(value: number): u8 {
  return value & 0xff;
}

/** The low 16 bits of an integer, 0..65535. */
export function u16(value: number): u16 {
  return value & 0xffff;
}

/** The low 32 bits of an integer, 0..4294967295. Exact for every integer below 2^53. */
export function u32(value: number): u32 {
  return value >>> 0;
}

/** The low 8 bits of an integer, read as two's complement, -128..127. */
export function i8(value: number): i8 {
  return (value << 24) >> 24;
}

/** The low 16 bits of an integer, read as two's complement. */
export function i16(value: number): i16 {
  return (value << 16) >> 16;
}

/** The low 32 bits of an integer, read as two's complement. */
export function i32(value: number): i32 {
  return value | 0;
}

/** The low 32 bits of a product, for factors whose product may pass 2^53. */
export function mul32(a: u32, b: u32): u32 {
  return Math.imul(a, b) >>> 0;
}

/** The constant table of octets in flash with the given values. Module level only. */
export function table8<const T extends readonly number[]>(values: T): Table8<T["length"]> {
  return values as unknown as Table8<T["length"]>;
}

/** The constant table of 16-bit values in flash with the given values. Module level only. */
export function table16<const T extends readonly number[]>(values: T): Table16<T["length"]> {
  return values as unknown as Table16<T["length"]>;
}

/** The constant table of 32-bit values in flash with the given values. Module level only. */
export function table32<const T extends readonly number[]>(values: T): Table32<T["length"]> {
  return values as unknown as Table32<T["length"]>;
}

/**
 * The constant table of records in flash with the given values. Module level only; the class has fields of numbers
 * and booleans. A field that is left out has the first value that the class gives it.
 */
export function tableOf<R extends object, const T extends readonly Partial<R>[]>(
  type: new () => R,
  values: T,
): TableOf<R, T["length"]> {
  return values.map((value) => Object.freeze(Object.assign(new type(), value)));
}

/**
 * `count` new records, each with its class's first values. The first value of a module-level or local `const`, or of
 * a record's field; `count` is a constant.
 */
export function records<R extends object, const N extends number>(
  type: new () => R,
  count: N,
): Records<R, N> {
  return Array.from({ length: count }, () => new type());
}

/** The ASCII octets of a literal as a constant table in flash. The literal is at least one octet long. */
export function ascii(text: string): Table8<1> {
  return Array.from(text, (c) => c.charCodeAt(0)) as unknown as Table8<1>;
}

/** The number of elements of an array, a view or a table: a constant of the compiler. */
export function lengthOf(array: ArrayLike<unknown>): u16 {
  return array.length;
}

/** N elements of `array` from `offset` on, sharing its memory. `offset + count` must lie inside. */
export function view<A extends AnyArray, const N extends number>(
  array: A,
  offset: u16,
  count: N,
): AtLeast<A, N> {
  return array.subarray(offset, offset + count) as AtLeast<A, N>;
}

/** Copies `count` octets; the two ranges may overlap. */
export function copy(
  target: Uint8Array,
  targetOffset: u16,
  source: Uint8Array,
  sourceOffset: u16,
  count: u16,
): void {
  target.set(source.subarray(sourceOffset, sourceOffset + count), targetOffset);
}

/** Copies `count` octets of a constant table in flash into RAM. */
export function copyTable(
  target: Uint8Array,
  targetOffset: u16,
  source: Table8<number>,
  sourceOffset: u16,
  count: u16,
): void {
  for (let i = 0; i < count; i++) target[targetOffset + i] = source[sourceOffset + i];
}

/**
 * Sets `count` octets from `offset` on to `value`. Not for secrets: the C compiler may leave out a write to what nothing
 * reads any more, see `wipe`.
 */
export function fill(target: Uint8Array, offset: u16, count: u16, value: u8): void {
  target.fill(value, offset, offset + count);
}

/** Whether `count` octets are equal, in a time that does not depend on their values. */
export function equal(a: Uint8Array, aOffset: u16, b: Uint8Array, bOffset: u16, count: u16): boolean {
  let difference = 0;
  for (let i = 0; i < count; i++) difference |= a[aOffset + i] ^ b[bOffset + i];
  return difference === 0;
}

/** The 16-bit value at `offset`, least significant octet first. */
export function load16le(array: Uint8Array, offset: u16): u16 {
  return array[offset] | (array[offset + 1] << 8);
}

/** The 32-bit value at `offset`, least significant octet first. */
export function load32le(array: Uint8Array, offset: u16): u32 {
  return (load16le(array, offset) | (load16le(array, offset + 2) << 16)) >>> 0;
}

/** The 16-bit value at `offset`, most significant octet first. */
export function load16be(array: Uint8Array, offset: u16): u16 {
  return (array[offset] << 8) | array[offset + 1];
}

/** The 32-bit value at `offset`, most significant octet first. */
export function load32be(array: Uint8Array, offset: u16): u32 {
  return ((load16be(array, offset) << 16) | load16be(array, offset + 2)) >>> 0;
}

/** Writes a 16-bit value at `offset`, least significant octet first. */
export function store16le(array: Uint8Array, offset: u16, value: u16): void {
  array[offset] = value & 0xff;
  array[offset + 1] = value >>> 8;
}

/** Writes a 32-bit value at `offset`, least significant octet first. */
export function store32le(array: Uint8Array, offset: u16, value: u32): void {
  store16le(array, offset, value & 0xffff);
  store16le(array, offset + 2, value >>> 16);
}

/** Writes a 16-bit value at `offset`, most significant octet first. */
export function store16be(array: Uint8Array, offset: u16, value: u16): void {
  array[offset] = value >>> 8;
  array[offset + 1] = value & 0xff;
}

/** Writes a 32-bit value at `offset`, most significant octet first. */
export function store32be(array: Uint8Array, offset: u16, value: u32): void {
  store16be(array, offset, value >>> 16);
  store16be(array, offset + 2, value & 0xffff);
}

/** Ends a debug build with a trap where `condition` does not hold; costs nothing in a release build. */
export function assert(condition: boolean): asserts condition {
  if (!condition) throw new Error("assertion failed");
}

/**
 * A constant table in flash of functions of one signature: `HANDLERS[i](...)` calls the one at `i`, which is
 * proven to be inside. Module level only.
 */
export type Dispatch<F extends (...values: never[]) => unknown, N extends number> = readonly F[] & {
  readonly __dispatch?: Bound<N>;
};

/** The constant table in flash of the given functions. */
export function dispatch<const T extends readonly ((...values: never[]) => unknown)[]>(
  functions: T,
): Dispatch<T[number], T["length"]> {
  return functions as unknown as Dispatch<T[number], T["length"]>;
}

/** The 8 bits of `value`, rotated left by `count`, which is 0..7. */
export function rotl8(value: u8, count: Int<0, 7>): u8 {
  return ((value << count) | (value >> (8 - count))) & 0xff;
}

/** The 16 bits of `value`, rotated left by `count`, which is 0..15. */
export function rotl16(value: u16, count: Int<0, 15>): u16 {
  return ((value << count) | (value >> (16 - count))) & 0xffff;
}

/** The 32 bits of `value`, rotated left by `count`, which is 0..31. */
export function rotl32(value: u32, count: Int<0, 31>): u32 {
  return ((value << count) | (value >>> ((32 - count) % 32))) >>> 0;
}

/** Sets `count` octets from `offset` on to zero. Unlike `fill`, no C compiler may leave it out: for secrets. */
export function wipe(target: Uint8Array, offset: u16, count: u16): void {
  target.fill(0, offset, offset + count);
}

/**
 * Runs `action` while no interrupt can occur. The arrow function is written in place: nothing leaves it by return,
 * break or continue.
 */
export function critical(action: () => void): void {
  action();
}

/** Eight bits that an interrupt handler shares with the main program: each read and write is one access. */
export class Volatile8 {
  #value: u8 = 0;

  read(): u8 {
    return this.#value;
  }

  write(value: u8): void {
    this.#value = value;
  }
}

/** Sixteen bits shared with an interrupt handler; the main program touches them in `critical` only. */
export class Volatile16 {
  #value: u16 = 0;

  read(): u16 {
    return this.#value;
  }

  write(value: u16): void {
    this.#value = value;
  }
}

/** 32 bits shared with an interrupt handler; the main program touches them in `critical` only. */
export class Volatile32 {
  #value: u32 = 0;

  read(): u32 {
    return this.#value;
  }

  write(value: u32): void {
    this.#value = value;
  }
}

/** A flag that an interrupt handler shares with the main program. */
export class VolatileFlag {
  #value = false;

  read(): boolean {
    return this.#value;
  }

  write(value: boolean): void {
    this.#value = value;
  }
}
