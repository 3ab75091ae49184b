/** Local storage that something may read before it is written, hidden as well as may be; and some that nothing does. */
import { same } from "./same-cases.ts";
import type { Case } from "./targets.ts";

export const blankCases: readonly Case[] = [
  same(
    "local arrays that are read where nothing was written",
    `
const frame = new Uint8Array(64);
function stir(): U8 { const noise = new Uint8Array(48); fill(noise, 0, 48, 0xa5); let s: U8 = 0; for (let i = 0; i < 48; i++) s = u8(s + noise[i] * i); return s; }
function skips(x: U32): U32 { const a = new Uint8Array(8); for (let i = 0; i < 8; i++) { if (i === 3) continue; a[i] = u8(x + i); } return u32(load32le(a, 0) + a[3]); }
function stops(x: U32): U32 { const a = new Uint8Array(8); for (let i = 0; i < 8; i++) { if (i > (x & 7)) break; a[i] = u8(x); } return u32(load32le(a, 0) ^ load32be(a, 4)); }
function starts(x: U32): U32 { const a = new Uint8Array(8); for (let i = 1; i < 8; i++) a[i] = u8(x); return load32be(a, 0); }
function halves(x: U32): U32 { const a = new Uint8Array(8); for (let i = 0; i < 8; i += 2) a[i] = u8(x); return load32le(a, 2); }
function short(x: U32, n: Int<0, 8>): U32 { const a = new Uint8Array(8); for (let i = 0; i < n; i++) a[i] = u8(x); return load32le(a, 3); }
function one(x: U32): U32 { const a = new Uint8Array(4); if ((x & 1) === 0) store32le(a, 0, x); else a[1] = 7; return load32le(a, 0); }
function chooses(x: U32): U32 { const a = new Uint8Array(4); switch (x & 3) { case 0: fill(a, 0, 4, 1); break; case 1: fill(a, 0, 3, 2); break; case 2: a[3] = 9; break; default: fill(a, 0, 4, 3); } return load32le(a, 0); }
function before(x: U32): U32 { const a = new Uint8Array(4); a[0] = u8(a[1] + 5); a[1] = u8(x); a[2] = a[0]; a[3] = a[3] | 1; return load32le(a, 0); }
function twice(out: Bytes<4>, other: Bytes<4>): void { out[0] = other[3]; out[1] = other[2]; out[2] = other[1]; out[3] = other[0]; }
function both(): U32 { const a = new Uint8Array(4); twice(a, a); return load32le(a, 0); }
function late(out: Bytes<4>, x: U32): boolean { if (x > 7) return false; store32le(out, 0, x); return true; }
function given(x: U32): U32 { const a = new Uint8Array(4); return late(a, x & 15) ? 1 : load32le(a, 0); }
function maybe(x: U32): U32 { const a = new Uint8Array(4); if (x > 3 && late(a, 2)) frame[0] = 1; return load32be(a, 0); }
function through(x: U32): U32 { const a = new Uint8Array(8); const v = view(a, 4, 4); store32le(v, 0, x); return u32(load32le(a, 2) + v[1]); }
function moved(x: U32): U32 { const a = new Uint8Array(8); for (let i = 0; i < 4; i++) a[i + 4] = a[i] ^ u8(x); return load32le(a, 3); }
function rounds(x: U32): U32 {
  let s: U32 = 0;
  for (let i = 0; i < 4; i++) { const a = new Uint8Array(4); if (i === 1) { a[2] = 5; continue; } s = u32(s * 3 + a[2]); fill(a, 0, 4, u8(x)); if (s > 100) break; }
  return s;
}
function never(x: U32): U32 { const a = new Uint8Array(4); while (x > 0xffff) { fill(a, 0, 4, 1); if (x > 0xfffff) break; return 5; } return load32le(a, 0); }
function steps(x: U32): U32 { const a = new Uint8Array(6); let s: U32 = 0; for (let i = 0; i < 6; s = u32(s + a[i]), i++) { if ((x & 1) === 1) continue; a[i] = u8(x); } return s; }
function leaps(x: U32): U32 { const a = new Uint8Array(8); for (let i = 0; i < (i < 20 ? 8 + 0 * i++ : 8); i++) { if (i > 7) return 0; a[i] = u8(x); } return load32le(a, 3); }
export function run(a: U32, b: U32): U32 {
  let r: U32 = stir();
  const n = a % 9;
  for (let i = 0; i < 2; i++) {
    r = u32(r * 3 + skips(a)); r = u32(r * 3 + stops(b)); r = u32(r * 3 + starts(a)); r = u32(r * 3 + halves(b)); r = u32(r * 3 + short(b, n));
    r = u32(r * 3 + one(a)); r = u32(r * 3 + chooses(b)); r = u32(r * 3 + before(a)); r = u32(r * 3 + both()); r = u32(r * 3 + given(a)); r = u32(r * 3 + maybe(b));
    r = u32(r * 3 + through(a)); r = u32(r * 3 + moved(b)); r = u32(r * 3 + rounds(a)); r = u32(r * 3 + never(b)); r = u32(r * 3 + steps(a)); r = u32(r * 3 + leaps(b)); r = u32(r + stir());
  }
  return r;
}`,
  ),
  same(
    "local storage that is written in loops which may not run",
    `
class Pair { x: U16 = 77; y: U8 = 3; }
function stir(): U8 { const noise = new Uint8Array(48); fill(noise, 0, 48, 0xa5); let s: U8 = 0; for (let i = 0; i < 48; i++) s = u8(s + noise[i] * i); return s; }
function filled(n: U8): U32 { const a = new Uint8Array(4); for (let i = 0; i < n; i++) fill(a, 0, 4, 7); return load32le(a, 0); }
function each(n: U8): U32 { const a = new Uint8Array(4); for (let i = 2; i < n; i += 2) { a[0] = 1; a[1] = 2; a[2] = 3; a[3] = 9; } return load32le(a, 0); }
function record(n: U8): U32 { const p = new Pair(); for (let i = 0; i < n; i++) { p.x = 1; p.y = 2; } return u32(p.x + p.y); }
function put(a: Bytes<4>, n: U8): void { for (let i = 0; i < n; i++) store32le(a, 0, 0x01020304); }
function given(n: U8): U32 { const a = new Uint8Array(4); put(a, n); return load32le(a, 0); }
function inner(n: U8): U32 { const a = new Uint8Array(4); for (let i = 0; i < 4; i++) for (let j = 0; j < n; j++) a[i] = 5; return load32le(a, 0); }
export function run(a: U32, b: U32): U32 {
  let r: U32 = stir();
  for (let i = 0; i < 2; i++) {
    const n = i === 0 ? u8(a & 3) : u8(b & 1);
    r = u32(r * 3 + filled(n)); r = u32(r * 3 + each(n) + stir()); r = u32(r * 3 + record(n) + stir()); r = u32(r * 3 + given(n) + stir()); r = u32(r * 3 + inner(n) + stir());
  }
  return r;
}`,
  ),
  same(
    "local records and rows that are read where nothing was written",
    `
class Cell { x: U8 = 9; readonly y = new Uint16Array([3, 0xfffe]); z: I32 = -70000; on = true; }
class Pair { readonly left = new Cell(); readonly cells = records(Cell, 2); n: U8 = 4; }
function all(c: Cell, x: U32): void { c.x = u8(x); c.y[0] = 1; c.y[1] = 2; c.z = 3; c.on = false; }
function some(c: Cell, x: U32): void { c.x = u8(x); c.y[0] = 1; c.z = 3; c.on = false; }
function sum(c: Cell): U32 { return u32(c.x + c.y[0] * 3 + c.y[1] * 5 + c.z + (c.on ? 7 : 0)); }
function whole(x: U32): U32 { const c = new Cell(); all(c, x); return sum(c); }
function partly(x: U32): U32 { const c = new Cell(); some(c, x); return sum(c); }
function inner(x: U32): U32 { const p = new Pair(); all(p.left, x); all(p.cells[0], x); p.n = 1; return u32(sum(p.left) + sum(p.cells[0]) * 3 + p.n); }
function other(x: U32): U32 { const p = new Pair(); all(p.left, x); return u32(sum(p.left) + sum(p.cells[x & 1])); }
function row(x: U32): U32 { const r = records(Cell, 3); for (let i = 0; i < 3; i++) all(r[i], i > 1 ? 1 : x); return u32(sum(r[0]) + sum(r[2])); }
function gap(x: U32): U32 { const r = records(Cell, 3); for (let i = 0; i < 2; i++) all(r[i], x); r[2].x = 1; return sum(r[2]); }
function alias(x: U32): U32 { const c = new Cell(); const d = c; all(c, x); return sum(d); }
function early(x: U32): U32 { const c = new Cell(); const d = c; const z = d.z; all(c, x); return u32(z + sum(d)); }
function field(x: U32): U32 { const c = new Cell(); c.x = u8(x); c.z = i32(x); return u32(c.x + c.z); }
function flag(x: U32): U32 { const c = new Cell(); if (x > 7) c.on = false; c.y[x & 1] = 5; return u32((c.on ? 3 : 4) + c.y[0] + c.y[1]); }
function stir(): U8 { const noise = new Uint8Array(60); fill(noise, 0, 60, 0x5a); let s: U8 = 0; for (let i = 0; i < 60; i++) s = u8(s + noise[i] * i); return s; }
export function run(a: U32, b: U32): U32 {
  let r: U32 = stir();
  r = u32(r * 3 + whole(a)); r = u32(r * 3 + partly(b) + stir()); r = u32(r * 3 + inner(a)); r = u32(r * 3 + other(b) + stir()); r = u32(r * 3 + row(a));
  r = u32(r * 3 + gap(b)); r = u32(r * 3 + alias(a) + stir()); r = u32(r * 3 + early(b)); r = u32(r * 3 + field(a)); r = u32(r * 3 + flag(b));
  return r;
}`,
  ),
];
