/** What checked sources call, and a language whose intrinsics look where they read and write. */
import * as language from "../../../firmware/lang/index.ts";

/** Something happened that the compiler took for proven not to. */
export class Unproven extends Error {}

/** The program asserts what does not hold, or does not end. */
export class Invalid extends Error {}

/** Rounds of all loops of one call; random programs stay far below. */
const MOST_ROUNDS = 20_000;

type Numbers = { [index: number]: number; readonly length: number };

let rounds = 0;

/** Before each call. */
export function restart(): void {
  rounds = 0;
}

function inside(array: { readonly length: number }, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < array.length) return;
  throw new Unproven(`index ${index} of ${array.length} elements`);
}

function put(array: Numbers, index: number, value: number): number {
  inside(array, index);
  array[index] = value;
  if (array[index] !== value + 0)
    throw new Unproven(`value ${value} in an element that keeps ${array[index]}`);
  return value;
}

/** The `$` of checked sources. */
export const checks = {
  at(array: Numbers, index: number): number {
    inside(array, index);
    return array[index];
  },
  put,
  change(array: Numbers, index: number, change: (old: number) => number, postfix: boolean): number {
    inside(array, index);
    const old = array[index];
    const value = put(array, index, change(old));
    return postfix ? old : value;
  },
  changeField(
    record: Record<string, number>,
    field: string,
    change: (old: number) => number,
    postfix: boolean,
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  ): number {
    const old = record[field];
    const value = checks.fit(change(old), min, max);
    record[field] = value;
    return postfix ? old : value;
  },
  fit(value: number, min: number, max: number): number {
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Unproven(`value ${value} outside ${min}..${max}`);
  },
  first<T>(value: T, _written: unknown): T {
    return value;
  },
  round(): void {
    rounds++;
    if (rounds > MOST_ROUNDS) throw new Invalid("a loop that does not end");
  },
};

function range(array: { readonly length: number }, offset: number, count: number): void {
  const whole = Number.isInteger(offset) && Number.isInteger(count);
  if (whole && offset >= 0 && count >= 0 && offset + count <= array.length) return;
  throw new Unproven(`${count} elements from ${offset} on of ${array.length}`);
}

const word = (value: number) => checks.fit(value, 0, 0xffffffff);
const half = (value: number) => checks.fit(value, 0, 0xffff);
const octet = (value: number) => checks.fit(value, 0, 0xff);

function load(octets: number, read: (array: Uint8Array, offset: number) => number): typeof read {
  return (array, offset) => {
    range(array, offset, octets);
    return read(array, offset);
  };
}

function store(
  octets: number,
  write: (array: Uint8Array, offset: number, value: number) => void,
): typeof write {
  return (array, offset, value) => {
    range(array, offset, octets);
    write(array, offset, octets === 2 ? half(value) : word(value));
  };
}

/** firmware/lang, with every range and every access checked. */
export const checkedLanguage: typeof language = {
  ...language,
  assert(condition) {
    if (!condition) throw new Invalid("an assertion that does not hold");
  },
  mul32: (a, b) => language.mul32(word(a), word(b)),
  rotl8: (value, count) => language.rotl8(octet(value), checks.fit(count, 0, 7)),
  rotl16: (value, count) => language.rotl16(half(value), checks.fit(count, 0, 15)),
  rotl32: (value, count) => language.rotl32(word(value), checks.fit(count, 0, 31)),
  view(array, offset, count) {
    range(array, offset, count);
    return language.view(array, offset, count);
  },
  copy(target, targetOffset, source, sourceOffset, count) {
    range(target, targetOffset, count);
    range(source, sourceOffset, count);
    language.copy(target, targetOffset, source, sourceOffset, count);
  },
  copyTable(target, targetOffset, source, sourceOffset, count) {
    range(target, targetOffset, count);
    range(source, sourceOffset, count);
    language.copyTable(target, targetOffset, source, sourceOffset, count);
  },
  fill(target, offset, count, value) {
    range(target, offset, count);
    language.fill(target, offset, count, octet(value));
  },
  wipe(target, offset, count) {
    range(target, offset, count);
    language.wipe(target, offset, count);
  },
  equal(a, aOffset, b, bOffset, count) {
    range(a, aOffset, count);
    range(b, bOffset, count);
    return language.equal(a, aOffset, b, bOffset, count);
  },
  load16le: load(2, language.load16le),
  load16be: load(2, language.load16be),
  load32le: load(4, language.load32le),
  load32be: load(4, language.load32be),
  store16le: store(2, language.store16le),
  store16be: store(2, language.store16be),
  store32le: store(4, language.store32le),
  store32be: store(4, language.store32be),
};
