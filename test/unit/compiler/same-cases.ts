/** Small programs with the value that JavaScript gives: what must be the same on every target. */

import { randomFrom, randomInput } from "../../fuzz/compiler/random.ts";
import type { Case } from "./targets.ts";

/** Inputs at the ends of widths, and seeded others. */
function inputs(seed: number): [number, number][] {
  const random = randomFrom(seed);
  const ends = [0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff];
  const pairs = ends.map((end): [number, number] => [end, randomInput(random)]);
  return [
    ...pairs,
    ...Array.from({ length: 12 }, (): [number, number] => [randomInput(random), randomInput(random)]),
  ];
}

export function same(name: string, source: string): Case {
  return { name, source, inputs: inputs(name.length) };
}

/** `run(a, b)` that only returns an expression. */
function expression(name: string, text: string): Case {
  return same(name, `export function run(a: U32, b: U32): U32 { return u32(${text}); }`);
}

/** Faults of width that earlier random programs have found, each with the form that showed it. */
export const widthCases: readonly Case[] = [
  same(
    "a sum and a difference with a choice, and a test that is kept",
    `const array = new Uint8Array(8);
export function run(a: U32, b: U32): U32 {
  let n: U8 = u8(a);
  n += n < 250 ? 5 : 0;
  n -= n > 9 ? u8(b) % 10 : 0;
  const i = u8(b >>> 8);
  const fits = i < 8 && n !== 3;
  if (fits) array[i] = n;
  if (!fits || i < 2) return u32(n * 256 + array[0]);
  return u32(n * 256 + array[i - 1]);
}`,
  ),
  same(
    "a test kept in a field that it reads by another name",
    `class Flag { set: boolean = false; }
const one = new Flag();
function toggled(x: Flag, y: Flag): U8 {
  x.set = !y.set;
  if (x.set) return y.set ? 1 : 2;
  return y.set ? 3 : 4;
}
export function run(a: U32, b: U32): U32 {
  one.set = (a & 1) === 1;
  return u32(toggled(one, one) * 256 + u8(b));
}`,
  ),
  same(
    "a kept test that is known before what it tested",
    `export function run(a: U32, b: U32): U32 {
  const i = u8(a);
  const isLow = i < 8;
  if (isLow === true && i >= 8) return u32((isLow ? 1 : 2) + i);
  return u32(i + (isLow ? 3 : 4) + u8(b));
}`,
  ),
  expression("left shift of a negative value", "(i8(a) << 4) + (i16(b) << (a & 7))"),
  expression("sums inside mul32", "mul32(u32(a + 1), u32(b - 3)) ^ mul32(u16(a) + 7, u16(b) + 9)"),
  expression(
    "right shift by 16 and more of a negative value",
    "(i32(a) >> 20) ^ (i32(b) >> (16 + (a & 15)))",
  ),
  expression("an intermediate wider than its result", "u8(i16(a) * i16(b)) + i8(u16(a) * 3 - u16(b) * 5)"),
  expression(
    "constants of 32 bits",
    "u32(a + 0xffffffff) ^ (u32(b - 0x80000000) >>> 3) ^ u16(a + 0xfffffff0)",
  ),
  expression("16-bit factors whose product passes 31 bits", "u32(u16(a) * u16(b)) ^ u16(u16(a) * u16(b))"),
  expression(
    "a cast to 16 bits under an unsigned division",
    "u16(u32(a << 24)) % (u8(b) + 1) + u16(a + b) % 7",
  ),
  expression(
    "a constant of 16 bits beside octets",
    "u8(u8(a) + 32767) + ((u8(b) + 32767) & 3) + u8(u8(a) - 32768)",
  ),
  ...["(W ^ b)", "(W | 1)", "(W & b)", "~W", "i16(W) * 3", "i8(-W)"].map((text) =>
    expression(
      `${text} where W has 53 bits`,
      // Odd and at the upper end: half of 32 bits more would pass what a double holds.
      text.replace("W", "(u32(a | 0xfffffff0) * 2097152 + (b & 0x1fffff))"),
    ),
  ),
  expression(
    "bits that are all set, and none",
    "u32((i16(a) | 4294967295) + 1 >> 1) + ((i8(b) | -16) & 255) + (i8(a) & 0)",
  ),
  expression(
    "a cast choice of constants beyond the cast",
    "(i16(a > 5 ? 65536 : b > 5 ? 40000 : 2) >> 3) + (i8(a > 4 ? 300 : -1) >> 1)",
  ),
  expression("a mask of bits above an octet", "u8(i8(a & -200) >> 11) + u8(i8(b | -2000) >> 9)"),
  expression("a comparison with what is one more", "i16(a) + 1 < (a > b ? i16(a) : i16(b)) ? 1 : 0"),
  same(
    "a product of 64 bits of known factors",
    `const part = new Uint8Array(1);
export function run(a: U32, b: U32): U32 { return u32(mul32(u32(-1 * lengthOf(part)), 2654435761) ^ a ^ b); }`,
  ),
  same(
    "the complement of a length, shifted",
    `const part = new Uint8Array(16);
export function run(a: U32, b: U32): U32 { return u8(~lengthOf(part) << (a & 1)) + u8(-lengthOf(part) << (b & 1)); }`,
  ),
  same(
    "a switch whose value is known",
    `let kind: U8 = 0;
function chosen(): U8 {
  kind &= 0;
  switch (kind) {
    case 0:
    case 1:
      return 7;
    default:
      assert(false);
  }
}
export function run(a: U32, b: U32): U32 { return chosen() + u8(a ^ b); }`,
  ),
  same(
    "no octets to copy and to fill",
    `const from = new Uint8Array(4);
const to = new Uint8Array(4);
let calls: U8 = 0;
function next(): U8 { calls = u8(calls + 1); return calls; }
export function run(a: U32, b: U32): U32 {
  fill(to, 0, 0, next());
  fill(to, 1, a & 0, 1);
  copy(to, next() & 3, from, 0, 0);
  wipe(to, 0, 0);
  return u32(to[0] + to[1] + calls + b);
}`,
  ),
  expression(
    "differences from all ones, compared",
    "(u8(a) >= 255 - u8(b) ? 1 : 0) + (u16(a) >= 65535 - u16(b) ? 2 : 0) + (u8(b) === 255 - u8(a) ? 4 : 0)",
  ),
  same(
    "the offset of a view that is written to comes before the value",
    `const octets = new Uint8Array(8);
let at: U8 = 0;
function next(): U8 { at = u8((at + 1) & 3); return at; }
export function run(a: U32, b: U32): U32 {
  view(octets, at & 3, 2)[1] = next();
  let small: I8 = i8(a & 3);
  view(octets, u8(small) & 3, 4)[b & 3] = u8(small < 3 ? ++small : 0);
  return u32(octets[0] + octets[1] * 3 + octets[2] * 7 + octets[3] * 31 + octets[4] * 127 + at);
}`,
  ),
  same(
    "the lowest bit of a sum of 16 bits that were cut out of 32",
    `let calls: U8 = 0;
export function run(a: U32, b: U32): U32 {
  switch (u16(a + b) % 2) {
    case 0: break;
    default: calls = u8(calls + 1);
  }
  return calls + u16(a + b) % 16 + u32(a - b) % 65536 + (u8(a) % 1);
}`,
  ),
  same(
    "the lowest bit of a sum of 16 bits, tested where the sum is known by name",
    `function odd(sum: U16): boolean {
  return (sum & 1) !== 0;
}
export function run(a: U32, b: U32): U32 {
  const sum = u16(a + b);
  const high = u16((a >>> 16) + (b >>> 16));
  let ways: U8 = 0;
  if ((sum & 1) !== 0) ways |= 1;
  if (odd(high)) ways |= 2;
  const lowest = u16((a + b) & 1);
  return ways + lowest * 4;
}`,
  ),
  same(
    "the sign of 16 bits that are cut out of 32",
    `function isUp(value: U16, by: I16): boolean {
  return value * by >> 16 > 0;
}
export function run(a: U32, b: U32): U32 {
  return isUp(u16(a), i16(b)) ? 1 : 2;
}`,
  ),
  same(
    "what is below 0 and loses its upper bits, shifted to the left",
    `let set: U8 = 1;
export function run(a: U32, b: U32): U32 {
  return u8((set !== 0 ? 0 : a) - (a & 3) << 0) + u16((set !== 0 ? b : a) - b << 3);
}`,
  ),
  same(
    "a product with a signed octet as the first of many arguments",
    `const octets = new Uint8Array(6);
const signed = new Int8Array(3);
let wide: U16 = 0;
let calls: U16 = 0;
function mix(product: U16, a: Bytes<2>, b: Bytes<2>, c: Bytes<2>, d: Bytes<2>): U16 {
  a[0] = u8(a[0] + 1);
  b[1] ^= u8(product);
  c[0] = u8(product >> 8);
  d[1] = u8(d[1] + c[0]);
  calls = u16(calls + 1);
  return u16(product + calls + a[0] + b[1] + c[0] + d[1]);
}
export function run(a: U32, b: U32): U32 {
  wide = u16(a);
  signed[0] = i8(b);
  signed[1] = i8(b >>> 8);
  octets[5] = u8(a >>> 16);
  const first = mix(u16(wide * signed[0]), octets, view(octets, 1, 2), view(octets, 2, 2), view(octets, 3, 2));
  const second = mix(u16(octets[5] * signed[1]), view(octets, 3, 2), octets, view(octets, 1, 2), view(octets, 2, 2));
  const third = mix(u16(signed[0] * signed[1] - signed[1]), octets, octets, octets, view(octets, 4, 2));
  return u32(first + second * 65536 + third * 3);
}`,
  ),
  same(
    "an array in RAM with the contents of a table",
    `const table = table8([0, 2, 250]);
const octets = new Uint8Array([0, 2, 250]);
export function run(a: U32, b: U32): U32 {
  return table[a % 3] * 256 + octets[b % 3];
}`,
  ),
  expression("a divisor of 65536", "u32(a / (u16(b | 0xffff) + 1))"),
  expression("complements and negations", "u8(~a) + u16(~u8(b)) + i8(-i8(a)) + u32(-u16(b)) + ~u8(a)"),
  same(
    "complements by exclusive or, compared",
    `export function run(a: U32, b: U32): U32 {
  const c = u8(a), d = u8(b), u = u16(a), w = u16(b);
  let r: U32 = (c ^ 255) > d ? 1 : 2;
  if ((u ^ 0xffff) > 9) r = u32(r + 4);
  if ((u ^ 255) < w) r = u32(r + 8);
  return (c ^ 0xffff) > w || u8(c ^ 255) === d ? u32(r + 16) : r;
}`,
  ),
  expression(
    "masks on every width",
    "(a & 15) + (i8(a) & 0x7f) + (u16(b) & 0xff00) + (i32(b) & 0x7fffff00) + u32(a & 0xffff0000)",
  ),
  expression(
    "shifts by all counts",
    "u32(a << (b & 31)) ^ (a >>> (b & 31)) ^ (u8(a) << (b & 15)) ^ (u16(a) >> (b & 15))",
  ),
  expression("a right shift of a negative octet beside 32 bits", "1 + u16(i8(b) >> 2)"),
  expression(
    "an octet shifted right, beside 16 bits",
    "((u8(a) >> 8) === u16(b) ? 1 : 2) + (u8(b) >>> (a & 7) !== u16(a) ? 4 : 8) + ((u8(a) | 1) >> 7 < u16(b) ? 16 : 32)",
  ),
  expression("octets put together", "u8(a) | (u8(a >>> 8) << 8) | (u8(b) << 16) | (u8(b >>> 8) << 24)"),
  expression("differences compared by sign", "i32(u32(a - b)) < 0 ? 1 : i32(a - b) > 1000 ? 2 : 3"),
  expression(
    "comparisons of mixed widths",
    "(u8(a) < i16(b) ? 1 : 0) + (u16(a) >= u8(b) ? 2 : 0) + (i8(a) === u16(b) ? 4 : 0) + (u8(a) + u8(b) > 300 ? 8 : 0)",
  ),
  expression("a complement compared", "u8(~u8(a)) === u8(b) || u16(~u16(a)) < u16(b) ? 1 : 2"),
  expression(
    "divisions and remainders",
    "u8(u8(a) / (u8(b) + 1)) + u16(u16(a) / 10) * 3 + u16(a) % 10 + a % (b | 1 ? u16(b) + 1 : 2) + u32(a / 1000)".replace(
      "b | 1 ?",
      "b > 5 ?",
    ),
  ),
  expression(
    "rotations",
    "rotl8(u8(a), b & 7) + rotl16(u16(a), b & 15) * 3 + rotl32(a, b & 31) + rotl8(u8(b), 3) + rotl16(u16(b), 0) + rotl32(b, 24) + u8(rotl32(a, 9)) + rotl32(0x80000001, 1)",
  ),
  expression("conditional values of two signs", "(a > b ? i8(a) : u16(b)) + (b > 7 ? -1 : 40000)"),
  expression("the ends of int", "(u8(a) === 1 ? -32768 : 32767) + (u8(b) === 1 ? -2147483648 : 2147483647)"),
];

/** Order of evaluation, statements, storage, references. */
export const programCases: readonly Case[] = [
  same(
    "comments whose end would join the next line to them in C",
    `export function run(a: U32, b: U32): U32 {
  let r: U32 = a;
  // What is this??/
  r = u32(r * 3 + b);
  // A backslash: \\
  r = u32(r + 1);
  return r;
}`,
  ),
  same(
    "effects of what is known already",
    `
const t = new Uint8Array(8);
let n: U16 = 0;
function bump(): U8 { n = u16(n + 1); return u8(n); }
export function run(a: U32, b: U32): U32 {
  n = u16(a);
  let r = 0;
  if (t[bump() & 7] < 256) r = 1;
  if (load16le(t, bump() & 3) >= 0) r += 2;
  if (mul32(bump(), b) >= 0) r += 4;
  if (u8(bump() / 2) < 200) r += 8;
  return u32(n * 32 + r);
}`,
  ),
  same(
    "records and arrays that calls and choices give",
    `
class R { x: U8 = 0; readonly items = new Uint8Array(4); }
const r = new R();
const s = new R();
let n: U16 = 0;
function pick(): R { n = u16(n + 1); return (n & 1) === 0 ? r : s; }
function items(): Bytes<4> { n = u16(n + 1); return (n & 1) === 0 ? r.items : s.items; }
function next(): U8 { n = u16(n * 3 + 1); return u8(n); }
export function run(a: U32, b: U32): U32 {
  n = u16(a);
  r.x = u8(b); s.x = u8(b >>> 8); store32le(r.items, 0, b); store32le(s.items, 0, a);
  pick().x = next();
  pick().x = u8(pick().x + next());
  pick().x ^= 5;
  pick().x &= next();
  items()[0] |= 1;
  items()[next() & 3] ^= next();
  pick().items[1] |= 2;
  (n > 300 ? r : s).x = next();
  (n > 300 ? r : s).items[n & 3] = next();
  (n > 3000 ? r.items : s.items)[1] = next();
  return u32(load32le(r.items, 0) ^ load32be(s.items, 0) ^ n ^ (r.x << 8) ^ (s.x << 16));
}`,
  ),
  same(
    "a call changes what stands left of it",
    `
let n: U8 = 0;
function bump(x: U8): U8 { n = u8(n + x); return n; }
export function run(a: U32, b: U32): U32 {
  n = u8(a);
  const first = n + bump(u8(b));
  const second = bump(1) - n * bump(2);
  const third = n + (a > b ? bump(3) : n) + n;
  return u32(first ^ (second << 8) ^ (third << 16));
}`,
  ),
  same(
    "arguments from left to right",
    `
let log: U32 = 0;
function note(x: U8): U8 { log = u32(log * 31 + x); return x; }
function mix(a: U8, b: U8, c: U8): U32 { return u32(a + b * 256 + c * 65536); }
export function run(a: U32, b: U32): U32 {
  log = a;
  let i: U8 = u8(b & 63);
  const r = mix(note(i++), u8(i + note(i)), note(++i));
  return u32(r ^ log ^ i);
}`,
  ),
  same(
    "steps inside indices",
    `
const t = new Uint8Array(16);
export function run(a: U32, b: U32): U32 {
  fill(t, 0, 16, u8(b));
  let n: Int<0, 16> = 0;
  while (n < 14) {
    t[n++] = u8(a + n);
    t[n++ & 15] = u8(t[n & 15] + t[n - 1]);
  }
  t[n & 7] ^= u8(n);
  t[--n & 15] ^= 9;
  return u32(load32le(t, 0) ^ load32be(t, 7) ^ load32le(t, 12) ^ n);
}`,
  ),
  same(
    "a compound assignment whose value changes the index",
    `
const t = new Uint16Array(8);
let i: Int<0, 7> = 0;
function move(x: U16): U16 { i = x & 7; t[i] = u16(t[i] + 100); return u16(x * 3); }
export function run(a: U32, b: U32): U32 {
  for (let k = 0; k < 8; k++) t[k] = u16(a >>> k);
  i = b & 7;
  t[i] = u16(t[i] + move(u16(a)));
  t[i] = move(u16(b));
  return u32(t[0] + t[1] * 3 + t[2] * 5 + t[3] * 7 + t[4] * 11 + t[5] * 13 + t[6] * 17 + t[7] * 19 + i);
}`,
  ),
  same(
    "calls beside stores, fills and loads",
    `
const t = new Uint8Array(16);
let n: Int<0, 12> = 0;
function next(x: U8): U8 { n = (n + 3) % 12; t[n] = x; return u8(x + n); }
export function run(a: U32, b: U32): U32 {
  fill(t, 0, 16, u8(b)); n = a % 12;
  store16le(t, n, next(u8(a)) * 5);
  fill(t, n, 2, next(u8(b)));
  const r = load16be(t, n) + next(7) * u16(load32le(t, n));
  copy(t, n, t, next(1) & 3, next(2) & 3);
  return u32(r ^ (equal(t, n, t, next(3) & 7, next(4) & 3) ? 1 : 2) ^ load32be(t, 0) ^ load32be(t, 8) ^ n);
}`,
  ),
  same(
    "short circuits with effects",
    `
let n: U16 = 0;
function yes(x: U16): boolean { n = u16(n + x); return n > 300; }
export function run(a: U32, b: U32): U32 {
  n = u16(a & 511);
  let r: U32 = 0;
  let left: U8 = u8(b & 15);
  if (yes(1) && (yes(2) || yes(4))) r = 1;
  if (left++ < 7 && yes(8) && left > 3) r = u32(r + 2);
  while (left > 0 && left-- > 2 && !yes(16)) r = u32(r + n);
  for (let i = 0; i < 5 && (yes(32) || i < left); i++) { if (i === 3) continue; r = u32(r + 64); }
  const flag = left > 0 && n > 100 && yes(128) ? n - left-- : left++ + n;
  return u32(r ^ n ^ (left << 20) ^ flag);
}`,
  ),
  same(
    "do, break, continue and nested loops",
    `
export function run(a: U32, b: U32): U32 {
  let r: U32 = a;
  let n: U8 = u8(b & 31);
  do {
    n = u8(n + 3);
    if (n > 40) continue;
    r = u32(r ^ (n << 4));
    for (let i = n; i > 2; i -= 2) {
      if ((r & 1) !== 0) { r = r >>> 1; continue; }
      if (i === 9) break;
      r = u32(r + i);
    }
  } while (n < 60);
  let outer = 0;
  for (;;) {
    outer += 1;
    let inner = 0;
    while (true) { inner++; if (inner > outer) break; r = u32(r + inner * outer); }
    if (outer >= 6) break;
  }
  for (let i = 0, j = 9; i < j; i++, j--) r = u32(r * 3 + i - j);
  return r;
}`,
  ),
  same(
    "expressions for what they do, and steps inside comparisons",
    `
enum Plain { First = 3, Second = First << 2, Third }
let n: U16 = 0;
function up(x: U8): void { n = u16(n + x); }
function flip(): boolean { n = n ^ 5; return (n & 4) !== 0; }
export function run(a: U32, b: U32): U32 {
  n = u16(a);
  a > b ? up(1) : up(2);
  flip() && up(3);
  flip() || flip() || up(u8(b));
  up(1), flip(), up(2);
  let i = 9; let r: U32 = 0;
  const t = new Uint8Array(10);
  while (i-- > 0) { t[i] = i; r = u32(r * 3 + t[i]); }
  let k: Int<-1, 7> = u8(b & 7);
  if (k-- > 2 && 0 < k) r = u32(r + t[k + 1]);
  while (0 <= --i && i < 3) r = u32(r + i);
  for (let j = 8; j-- > 3; ) r = u32(r ^ (j << 4));
  return u32(r + n * 65536 + k + Plain.Second + Plain["Third"]);
}`,
  ),
  same(
    "switches",
    `
const enum Kind { Join = 1, Data = 2, Proprietary = 7 }
function weight(kind: Kind): U16 {
  switch (kind) {
    case Kind.Join: return 10;
    case Kind.Data:
    case Kind.Proprietary: return 20;
    default: return 30;
  }
}
function exhaustive(x: Int<0, 2>): U8 {
  switch (x) { case 0: return 5; case 1: return 6; case 2: return 7; }
  return 1;
}
export function run(a: U32, b: U32): U32 {
  let r: U32 = 0;
  for (let i = 0; i < 4; i++) {
    switch ((a >>> i) & 7) {
      case 1: r = u32(r + 1); break;
      case 2: { const x = b & 7; if (x === 2) break; r = u32(r + x); break; }
      case 5: continue;
      default: r = u32(r * 2);
    }
    r = u32(r + 1000);
  }
  const kind = (b & 1) === 0 ? Kind.Join : (b & 2) === 0 ? Kind.Data : Kind.Proprietary;
  return u32(r + weight(kind) + exhaustive((a & 1) + (b & 1)));
}`,
  ),
  same(
    "labels that no value meets, and declarations right after a label",
    `
let n: U16 = 0;
function g(): U8 { n = u16(n + 1); return u8(n); }
function h(): U8 { n = u16(n * 2); return u8(n); }
function f(x: U8, y: U8): void { n = u16(n + x * 256 + y); }
export function run(a: U32, b: U32): U32 {
  n = u16(a);
  switch (b & 3) {
    case 1: f(g(), h()); break;
    case 2: n = u16(g() + h()); break;
    default: if (g() > h() && g() + h() > n) f(1, g());
  }
  let r: U32 = 0;
  switch (u8(a)) { case 1: case 300: r = 5; break; case 44: r = 7; break; default: r = 9; }
  switch (a & 3) { case 7: case 9: r = u32(r + 30); break; case 1: r = u32(r + 20); break; case 70000: default: r = u32(r + 10); }
  switch (i8(b)) { case -1: case 255: r = u32(r + 50); break; case -129: case 127: r = u32(r + 60); }
  return u32(r + n * 256);
}`,
  ),
  same(
    "records",
    `
class Channel { frequency: U32 = 868100000; rate: Int<0, 15> = 5; enabled = true; }
class Session { readonly key = new Uint8Array(16); counter: U32 = 7; offset: I16 = -3; readonly channel = new Channel(); }
const session = new Session();
const spare = new Session();
function advance(s: Session, by: U8): U32 { s.counter = u32(s.counter + by); s.key[by & 15] ^= by; return s.counter; }
function tune(c: Channel): U32 { c.enabled = !c.enabled; if (c.rate < 15) c.rate++; return c.enabled ? c.frequency : c.rate; }
export function run(a: U32, b: U32): U32 {
  const local = new Session();
  const other = a > b ? session : spare;
  const before = u32(session.counter + advance(other, u8(a)));
  local.offset = i16(local.offset - u8(b));
  local.channel.rate = b & 7;
  const total = u32(before + tune(local.channel) + tune(other.channel));
  const r = u32(total ^ advance(local, u8(b)) ^ load32le(other.key, 4) ^ local.offset ^ (local.key[b & 15] << 9));
  session.counter = 7; spare.counter = 7;
  session.channel.rate = 5; spare.channel.rate = 5; session.channel.enabled = true; spare.channel.enabled = true;
  fill(session.key, 0, 16, 0); fill(spare.key, 0, 16, 0);
  return r;
}`,
  ),
  same(
    "views, copies and comparisons",
    `
const m = new Uint8Array(40);
const fixed = view(m, 8, 16);
const TABLE = table8([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
function sum(data: Uint8Array): U16 { let s: U16 = 0; for (let i = 0; i < lengthOf(data); i++) s = u16(s * 3 + data[i]); return s; }
function least(x: Bytes<8>, y: Bytes<8>): Bytes<8> { return x[0] < y[0] ? x : y; }
export function run(a: U32, b: U32): U32 {
  for (let i = 0; i < 40; i++) m[i] = u8(a * i + b);
  const at = b & 15;
  const v = view(m, at + 4, 8);
  v[0] = 77;
  copy(m, at, m, at + 3, 20);
  copy(m, at + 5, m, at, 9);
  copyTable(m, at, TABLE, a & 3, 7);
  store32be(m, at + 2, a); store32le(m, at + 9, b); store16be(v, 3, u16(a)); store16le(fixed, 1, u16(b));
  const same = equal(m, at, v, 0, 8) ? 1 : equal(m, 0, m, 0, 40) ? 2 : 3;
  return u32(sum(m) + sum(v) * 7 + sum(fixed) * 11 + load32be(m, at) + load16be(m, 3) + load16le(v, 5) + load32le(fixed, 12) + same + least(v, fixed)[3] + lengthOf(m) + m.length);
}`,
  ),
  same(
    "dispatch tables",
    `
class Session { count: U16 = 3; readonly key = new Uint8Array(4); }
const session = new Session();
let log: U32 = 0;
let turn: Int<0, 3> = 0;
function note(x: U8): U8 { log = u32(log * 31 + x); turn = 2; return x; }
function add(s: Session, data: Bytes<2>, x: U8): U16 { s.count = u16(s.count + x); return data[0]; }
function sum(s: Session, data: Uint8Array, x: U8): U16 { let n: U16 = x; for (let i = 0; i < lengthOf(data); i++) n = u16(n * 3 + data[i]); s.key[1] = u8(n); return n; }
function none(s: Session, data: Uint8Array, x: U8): U16 { return x; }
const STEPS = dispatch([add, sum, none, sum]);
function on(): void { log = u32(log ^ 0x55555555); }
function off(): void { log = u32(log >>> 3); }
const SWITCHES = dispatch([on, off]);
function low(x: Int<0, 40>): Int<-3, 9> { return (x & 7) - 2; }
function high(x: Int<0, 63>): Int<-1, 100> { return x; }
const LEVELS = dispatch([low, high]);
function keyOf(s: Session): Bytes<4> { return s.key; }
function other(s: Session): Bytes<2> { note(9); return s.key; }
const KEYS = dispatch([keyOf, other]);
function positive(x: U32): boolean { return x < 0x80000000; }
function even(x: U32): boolean { return (x & 1) === 0; }
const TESTS = dispatch([positive, even]);
export function run(a: U32, b: U32): U32 {
  log = a; session.count = 3; turn = b & 3; store32le(session.key, 0, b);
  const first = STEPS[turn](session, session.key, note(u8(a)));
  const second = STEPS[turn](session, view(KEYS[a & 1](session), note(1) & 0, 2), u8(turn + note(4)));
  SWITCHES[b & 1](); SWITCHES[1]();
  for (let i = 0; i < lengthOf(SWITCHES); i++) { SWITCHES[i](); }
  const level = LEVELS[a & 1](b & 31);
  const t = new Uint8Array(104); t[level + 3] = u8(a);
  let r = TESTS[b & 1](log) && !TESTS[1](a) ? 1 : 2;
  KEYS[(a >>> 3) & 1](session)[1] ^= 5;
  STEPS[0](session, session.key, 3);
  return u32(log ^ (first << 3) ^ (second << 7) ^ (level << 11) ^ session.count ^ (r << 29) ^ t[b % 104] ^ load32le(session.key, 0) ^ SWITCHES.length);
}`,
  ),
  same(
    "volatile cells and critical sections",
    `
const flag = new VolatileFlag(); const small = new Volatile8(); const middle = new Volatile16(); const large = new Volatile32();
let n: U8 = 0;
function next(): U8 { small.write(u8(small.read() + 1)); return small.read(); }
function count(): U16 { return middle.read(); }
export function run(a: U32, b: U32): U32 {
  flag.write(a > b); small.write(u8(a)); n = u8(b);
  let r: U32 = 0;
  critical(() => {
    middle.write(u16(b)); large.write(a);
    for (let i = 0; i < 3; i++) { if (i === 1) continue; large.write(u32(large.read() * 3 + count())); }
    critical(() => { middle.write(u16(middle.read() + 1)); });
    switch (a & 3) { case 1: r = 7; break; case 2: { const x = count(); r = x; break; } default: r = large.read(); }
  });
  const before = small.read() - next() + small.read() * 3;
  if (flag.read() || next() > 100) n = u8(n + small.read());
  while (small.read() > 3 && !flag.read()) small.write(small.read() >> 1);
  critical(() => small.write(u8(small.read() + n)));
  return u32(r + before + n + small.read());
}`,
  ),
  same(
    "wiped memory",
    `
const m = new Uint8Array(12);
export function run(a: U32, b: U32): U32 {
  const secret = new Uint8Array(8);
  store32le(m, 0, a); store32be(m, 8, b); store32le(secret, 2, b);
  const r = load32be(secret, 3);
  wipe(m, a & 7, b & 3); wipe(secret, 0, 8);
  return u32(load32le(m, 0) + load32be(m, 6) + r + secret[a & 7]);
}`,
  ),
  same(
    "assertions that hold",
    `
const t = new Uint8Array(8);
function pick(x: U8): U8 { switch (x & 1) { case 0: return 3; case 1: return 4; default: assert(false); } }
export function run(a: U32, b: U32): U32 {
  const i = u8(a) % 8;
  assert(i + 1 < 9 && b >= 0);
  t[i] = u8(b);
  return u32(t[i] + pick(u8(b)));
}`,
  ),
  same(
    "arrays of every width",
    `
const w = new Uint16Array(4); const d = new Uint32Array(4); const sb = new Int8Array(4); const sw = new Int16Array(4); const sd = new Int32Array(4);
export function run(a: U32, b: U32): U32 {
  const i = a & 3;
  w[i] = u16(b); d[i] = u32(a - b); sb[i] = i8(a); sw[i] = i16(b); sd[i] = i32(a);
  sb[i] = i8(sb[i] - 100); sd[i] = i32(sd[i] ^ sw[i]); w[i] = u16(w[i] + sb[i]); d[i] = u32(d[i] + sd[i]);
  const local = new Int16Array(3);
  local[i === 3 ? 0 : i] = i16(a);
  return u32(w[i] + d[i] + sb[i] * 3 + sw[i] * 5 + sd[i] + local[0] + local[1] + local[2]);
}`,
  ),
  same(
    "tables and text",
    `
const WORDS = table16([1, 0x1234, 0xffff]);
const LONGS = table32([868100000, 0, 0xffffffff]);
const HELLO = ascii("hello, it's \\\\ me");
function hash(text: Table8<1>): U16 { let h: U16 = 5; for (let i = 0; i < lengthOf(text); i++) h = u16(h * 33 + text[i]); return h; }
function at(table: Table16<3>, i: Int<0, 2>): U16 { return table[i]; }
export function run(a: U32, b: U32): U32 {
  const i = a % 3;
  return u32(hash(HELLO) + hash(ascii("joined")) * 7 + hash(ascii("joined")) + WORDS[i] + at(WORDS, b % 3) + LONGS[i] + LONGS[2] + lengthOf(HELLO));
}`,
  ),
  same(
    "names that C does not have to itself",
    `
let int: U8 = 1;
let register: U16 = 2;
class union { auto: U8 = 3; signed: I8 = -4; }
const volatile = new union();
function memcpy(goto: U8, double: U8): U8 { const t = goto + double; const uint8_t = t & 127; return uint8_t; }
export function run(a: U32, b: U32): U32 {
  const long = u8(a); const $ = u8(b); const case1 = long + $; const main = 5; const FLASH = 2;
  int = memcpy(long, $); register = u16(register + case1); volatile.auto = long; volatile.signed = i8(b);
  const r = u32(int + register * main + volatile.auto * FLASH + volatile.signed);
  int = 1; register = 2;
  return r;
}`,
  ),
  same(
    "names of the runtime",
    `
export function run(a: U32, b: U32): U32 {
  const joinery_bits32 = u8(a); const joinery_u8 = u8(b); const joinery_equal = 5; const memcmp = 4; const memcpy_P = 3;
  const t = new Uint8Array(8);
  fill(t, 0, 8, joinery_bits32);
  const same = equal(t, 0, t, 1, 4) ? joinery_equal : 0;
  return u32(u32(i8(a)) + (u8(~joinery_bits32) === joinery_u8 ? 1 : 2) + same + memcmp + memcpy_P);
}`,
  ),
  same(
    "names that hide others",
    `
const x = 5;
export function run(a: U32, b: U32): U32 {
  let y: U32 = a;
  { const x = u8(b); y = u32(y + x); { const x = 3; y = u32(y * x); } }
  for (let x = 0; x < 3; x++) { const y2 = x; y = u32(y + y2); }
  return u32(y + x);
}`,
  ),
  same(
    "booleans",
    `
let on = true;
function flip(): boolean { on = !on; return on; }
export function run(a: U32, b: U32): U32 {
  on = a > 5;
  const big: boolean = b > 1000;
  const both = on && big;
  const different = on !== big;
  const chosen = different ? flip() : both;
  let n = 0;
  if (on === chosen) n += 1;
  if (!(both || different)) n += 2;
  if (flip() !== flip()) n += 4;
  return u32(n * 2 + (chosen ? 1 : 0));
}`,
  ),
  same(
    "ranges found by guards and loops",
    `
const t = new Uint8Array(64);
function put(offset: Int<0, 64>, count: Int<0, 64>, value: U8): U8 {
  if (offset + count > 64) return 0;
  for (let i = 0; i < count; i++) t[offset + i] = u8(value + i);
  const end = offset + count;
  if (end < 64) t[end] = 99;
  return end === 0 ? 1 : t[end - 1];
}
function scan(length: U8): U16 {
  if (length < 12 || length > 64) return 0;
  let s: U16 = 0;
  let i: U8 = 0;
  while (i < length - 4) { s = u16(s + t[i] * t[i + 4]); i++; }
  for (let k = 0; k + 4 <= length; k += 4) s = u16(s ^ load16le(t, k));
  return u16(s + load32le(t, length - 4));
}
export function run(a: U32, b: U32): U32 {
  for (let i = 0; i < 64; i++) t[i] = i;
  const x = put(a & 63, b & 63, u8(a));
  const y = put(b & 31, (a & 31) + 1, u8(b));
  return u32(x + y * 256 + scan(u8(a)) * 3 + scan(u8(b)));
}`,
  ),
  same(
    "an index whose terms need more than 32 bits each, and less together",
    `
const t = new Uint8Array(8);
function at(x: U32, y: U32): U8 { if (x >= y && x - y < 8) { t[x - y] = 7; return t[x - y]; } return t[x - x]; }
export function run(a: U32, b: U32): U32 {
  t[0] = u8(a);
  return u32(at(a, b) + at(b, a) * 3 + at(a, u32(a - (b & 7))) * 5);
}`,
  ),
  same(
    "a switch that ends with a label",
    `
export function run(a: U32, b: U32): U32 {
  let r: U32 = b;
  switch (a & 3) { case 1: r = u32(r + 5); break; case 2: r = 9; break; default: {} }
  switch (b & 3) { case 0: r = u32(r * 3); break; case 3: case 2: }
  return r;
}`,
  ),
  same(
    "names whose only uses vanish, or only write",
    `
class R { n: U8 = 1; readonly items = new Uint8Array(2); }
function f(x: U8, y: U8): U8 { return x > 300 ? y : 5; }
export function run(a: U32, b: U32): U32 {
  const written = new Uint8Array(4);
  const record = new R();
  written[a & 3] = u8(b);
  record.n = u8(a);
  record.items[b & 1] = 4;
  let count: U8 = 0;
  if (count < 255) count++;
  const small = u8(a);
  const other = u8(b);
  return small > 256 ? other : u32(f(u8(a), u8(b)) + (u8(a) < 400 ? a : other));
}`,
  ),
];
