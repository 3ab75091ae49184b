/** Records in rows, records inside records, references to them: what must be the same on every target. */
import { same } from "./same-cases.ts";
import type { Case } from "./targets.ts";

export const dataCases: readonly Case[] = [
  same(
    "records in rows by index and by reference",
    `
class Slot { hz: U32 = 868100000; used = false; rate: Int<0, 15> = 5; level: I16 = -7; readonly key = new Uint8Array(4); }
const slots = records(Slot, 5);
function reset(all: Records<Slot, 1>): void {
  for (let i = 0; i < lengthOf(all); i++) {
    const s = all[i];
    s.hz = 868100000; s.used = false; s.rate = 5; s.level = -7; fill(s.key, 0, 4, u8(i));
  }
}
function mix(s: Slot): U32 { return u32(s.hz * 3 + (s.used ? 1 : 0) + s.rate * 16 + s.level * 256 + load32le(s.key, 0)); }
export function run(a: U32, b: U32): U32 {
  reset(slots);
  const i = a % 5;
  const slot = slots[i];
  slots[i].hz = u32(slots[i].hz + b);
  slot.hz = u32(slot.hz ^ a);
  slots[b % 5].rate = b & 15;
  slots[b % 5].used = !slots[i].used;
  slot.level = i16(slots[b % 5].level - slot.level * 5);
  slots[i].key[b & 3] ^= u8(a >>> 8);
  slot.key[a & 3] |= u8(b);
  let r: U32 = 0;
  for (let k = 0; k < slots.length; k++) r = u32(r * 31 + mix(slots[k]));
  return r;
}`,
  ),
  same(
    "two references to one element, a slot and the whole",
    `
class Slot { n: U16 = 0; readonly items = new Uint16Array(2); }
const slots = records(Slot, 3);
function cross(x: Slot, y: Slot, all: Records<Slot, 3>, at: Int<0, 2>): U32 {
  x.n = 1; y.n = u16(x.n + 4); all[at].n = u16(y.n + x.n * 3); x.n = u16(x.n + all[at].n + y.n);
  x.items[0] = x.n; y.items[0] = u16(x.items[0] + 1); all[at].items[1] = u16(y.items[0] + x.items[0]);
  return u32(x.n + y.n * 16 + all[at].n * 256 + x.items[1] * 4096 + y.items[1]);
}
export function run(a: U32, b: U32): U32 {
  for (let i = 0; i < 3; i++) { slots[i].n = i; slots[i].items[0] = 7; slots[i].items[1] = 9; }
  const one = slots[a % 3];
  const two = slots[b % 3];
  const r = cross(one, two, slots, (a % 3) & 1);
  return u32(r + cross(slots[0], slots[0], slots, 0) * 7 + one.n + two.n * 3 + slots[2].n * 5);
}`,
  ),
  same(
    "an index that changes beside its element",
    `
class Slot { n: U16 = 3; m: U8 = 1; readonly in = new Uint8Array(4); }
const slots = records(Slot, 4);
let at: Int<0, 3> = 0;
function move(x: U16): U16 { at = (at + 1) & 3; slots[at].n = u16(slots[at].n * 3 + x); return u16(x + at); }
function which(): Int<0, 3> { at = (at + 3) & 3; return at; }
export function run(a: U32, b: U32): U32 {
  at = a & 3;
  for (let i = 0; i < 4; i++) { slots[i].n = u16(a >>> i); slots[i].m = u8(b >>> i); store32le(slots[i].in, 0, b); }
  slots[at].n = move(u16(b));
  slots[at].n = u16(slots[at].n + move(5));
  slots[which()].n ^= move(7);
  slots[which()].n &= 0x7fff;
  slots[which()].in[which()] ^= u8(move(1));
  const here = slots[at];
  at = (at + 1) & 3;
  here.m = u8(here.m + slots[at].m + which());
  slots[at].in[here.m & 3] |= u8(which() + here.in[at]);
  let r: U32 = at;
  for (let i = 0; i < 4; i++) r = u32(r * 33 + slots[i].n + slots[i].m * 65536 + load32be(slots[i].in, 0));
  return r;
}`,
  ),
  same(
    "records inside records inside rows",
    `
class Window { opens: U32 = 1000; readonly symbols = Uint8Array.of(8, 12, 255); open = true; }
class Channel { hz: U32 = 5; readonly windows = records(Window, 2); readonly first = new Window(); offset: I8 = -1; }
class Plan { readonly channels = records(Channel, 3); readonly spare = new Channel(); count: Int<0, 3> = 3; }
const plans = records(Plan, 2);
function shift(w: Window, by: U8): U32 { w.opens = u32(w.opens + by); w.symbols[by % 3] ^= by; w.open = !w.open; return w.open ? w.opens : w.symbols[2]; }
function all(w: Records<Window, 2>): U32 { return u32(w[0].opens * 5 + w[1].opens + w[1].symbols[1] + lengthOf(w)); }
function clear(p: Plan): void {
  for (let c = 0; c < 3; c++) {
    const channel = p.channels[c];
    channel.hz = 5; channel.offset = -1;
    for (let w = 0; w < 2; w++) { const window = channel.windows[w]; window.opens = 1000; window.open = true; window.symbols[0] = 8; window.symbols[1] = 12; window.symbols[2] = 255; }
  }
}
export function run(a: U32, b: U32): U32 {
  clear(plans[0]); clear(plans[1]);
  const local = new Plan();
  const plan = plans[a & 1];
  const c = b % 3;
  let r = shift(plan.channels[c].windows[a & 1], u8(b));
  r = u32(r + shift(plan.channels[c].windows[1], u8(a)) * 3);
  r = u32(r ^ shift(local.channels[2].first, u8(a)));
  plan.channels[c].offset = i8(plan.channels[c].offset - u8(a));
  local.spare.windows[1].symbols[2] = u8(b);
  for (let i = 0; i < local.count; i++) r = u32(r * 7 + all(plan.channels[i].windows) + plan.channels[i].offset);
  return u32(r + all(local.spare.windows) + local.spare.windows[1].symbols[2] + local.channels[2].first.opens + all(plans[0].channels[1].windows));
}`,
  ),
  same(
    "local rows are new at each call and each round",
    `
class Cell { x: U8 = 9; readonly y = new Uint16Array([3, 0xfffe]); z: I32 = -70000; }
function once(a: U8): U32 {
  const cells = records(Cell, 3);
  const bytes = Uint8Array.of(1, 2, 3);
  const r = u32(cells[0].x + cells[1].y[1] + cells[2].z + bytes[a % 3] * 1000);
  cells[a % 3].x = a; cells[a % 3].y[1] = 7; cells[2].z = 5; bytes[0] = 200;
  return u32(r * 3 + cells[a % 3].x + cells[1].y[1] + bytes[0]);
}
export function run(a: U32, b: U32): U32 {
  let r = once(u8(a));
  for (let i = 0; i < 3; i++) {
    const cell = new Cell();
    const row = records(Cell, 2);
    row[i & 1].y[0] = u16(row[i & 1].y[0] + b);
    cell.x = u8(cell.x + i); cell.z = i32(cell.z + row[0].y[0] - row[1].y[0]);
    r = u32(r * 5 + once(cell.x) + cell.z + row[1].x);
  }
  return r;
}`,
  ),
  same(
    "arrays of each width with first values, views of them, and known lengths",
    `
const signed = new Int16Array([-120, 0, 7, -32768, 32767]);
const bytes = Int8Array.of(-128, 127, -1);
const longs = new Uint32Array([0xffffffff, 868100000]);
const words = Uint16Array.of(1, 0xffff, 0x8000, 4, 5, 6, 7, 8);
const wide = Int32Array.of(-2147483648, 2147483647, -1);
function least(x: AtLeast<Int16Array, 2>, y: AtLeast<Int16Array, 2>): AtLeast<Int16Array, 2> { return x[0] < y[0] ? x : y; }
function total(x: AtLeast<Uint16Array, 3>): U32 { let t: U32 = 0; for (let i = 0; i < x.length; i++) t = u32(t * 3 + x[i]); return t; }
function any(x: Int8Array): I16 { return lengthOf(x) > 2 ? x[2] : 500; }
export function run(a: U32, b: U32): U32 {
  const at = a % 4;
  const v = view(words, at, 4);
  const before = words[at];
  v[1] = u16(b);
  const w = view(signed, b % 4, 2);
  const r = u32(total(v) + total(words) * 5 + least(w, signed)[1] + any(bytes) + longs[a & 1] + wide[a % 3]);
  const back = u16(words[at] + v[0] - before);
  words[at + 1] = u16(at + 2);
  return u32(r + back * 7 + load(v) + least(view(signed, 3, 2), w)[0]);
}
function load(x: Uint16Array): U32 { return lengthOf(x) === 4 ? 11 : 13; }`,
  ),
  same(
    "constant tables of records",
    `
const enum Kind { A = 3, B = 200 }
class Row { hz: U32 = 868100000; kind: Kind = Kind.A; on = true; a: I8 = -5; b: I16 = -300; c: I32 = -70000; d: U16 = 65535; e: Int<0, 7> = 1; }
const ROWS = tableOf(Row, [{}, { hz: 0xffffffff, kind: Kind.B, on: false, a: 127, b: 32767, c: 2147483647, d: 0, e: 7 }, { a: -128, b: -32768, c: -2147483648, on: 3 > 4 }, { e: 0 }]);
const ONE = tableOf(Row, [{ d: 7 }]);
const ram = records(Row, 2);
const small = new Uint8Array(8);
function weigh(t: TableOf<Row, 1>, i: Int<0, 3>): U32 {
  if (i >= lengthOf(t)) return 1;
  const row = t[i];
  return u32(row.hz + row.kind * 3 + (row.on ? 1000 : 0) + row.a * 5 + row.b * 7 + row.c * 11 + row.d * 13 + t[i].e);
}
export function run(a: U32, b: U32): U32 {
  const i = a & 3;
  const row = ROWS[i];
  const other = (b & 1) === 0 ? ROWS[b % 4] : row;
  const mine = ram[i & 1];
  mine.hz = row.hz; mine.kind = row.kind; mine.on = !other.on; mine.a = other.a; mine.c = ROWS[b & 3].c; mine.d = ROWS[3].d;
  small[row.e] = u8(small[ROWS[b & 3].e] + 1);
  let t = ROWS[2].on === row.on ? 1 : 2;
  if (ROWS[i].b < other.b) t += 4;
  const r = u32(weigh(ROWS, i) + weigh(ONE, i) * 3 + mine.hz + mine.kind + (mine.on ? 5 : 6) + mine.a + mine.c + mine.d + t + small[row.e] + other.e);
  fill(small, 0, 8, 0);
  return r;
}`,
  ),
  same(
    "references that change",
    `
class Slot { level: I16 = 0; n: Int<0, 4> = 0; readonly items = new Uint8Array(4); }
const slots = records(Slot, 4);
const spare = new Slot();
const a8 = new Uint8Array(8); const b8 = new Uint8Array(8);
const TABLE = table16([5, 6, 7]); const OTHER = table16([50, 60, 70]);
class Row { hz: U32 = 1; on = false; }
const ROWS = tableOf(Row, [{ hz: 7 }, { hz: 9, on: true }, { hz: 3 }]);
function best(all: Records<Slot, 4>): Slot { let found = all[0]; for (let i = 1; i < 4; i++) if (all[i].level > found.level) found = all[i]; return found; }
function highest(): U32 { let row = ROWS[0]; for (let i = 1; i < 3; i++) if (ROWS[i].hz > row.hz || ROWS[i].on) row = ROWS[i]; return row.hz; }
function push(s: Slot, x: U8): boolean { if (s.n > 3) return false; s.items[s.n] = x; s.n++; return true; }
export function run(a: U32, b: U32): U32 {
  for (let i = 0; i < 4; i++) { slots[i].level = i16(a >>> (i * 3)); slots[i].n = 0; store32le(slots[i].items, 0, 0); }
  spare.level = i16(b); spare.n = 0; fill(spare.items, 0, 4, 0);
  fill(a8, 0, 8, 1); fill(b8, 0, 8, 2);
  let slot = best(slots);
  const first = slot;
  push(slot, 1);
  slot.level = -32768;
  slot = best(slots);
  if (slot.level < spare.level) slot = spare;
  push(slot, 2); push(slot, u8(b));
  if (slots[1].n < 4) { slots[1].items[slots[1].n] = 77; slots[1].n++; }
  const k = b & 3;
  if (slots[k].n > 0) slots[k].items[slots[k].n - 1] ^= 0x80;
  let from = a8; let to = b8;
  for (let i = 0; i < 5; i++) {
    from[i] = u8(from[i] + to[i + 1] + i);
    const t = from; from = to; to = t;
    if ((a & 1) === 1 && i === 3) to = view(from, 0, 8);
    copy(to, 1, from, 0, 3);
  }
  let table = TABLE;
  if (a > b) table = OTHER;
  let r: U32 = u32(table[a % 3] + highest());
  const own = records(Slot, 2);
  let mine = own[a & 1];
  mine.level = 5;
  mine = own[b & 1];
  mine.level = i16(mine.level + 3);
  for (let i = 0; i < 4; i++) r = u32(r * 31 + slots[i].level + slots[i].n + load32le(slots[i].items, 0));
  return u32(r + first.level + load32be(spare.items, 0) + load32le(a8, 0) * 3 + load32le(b8, 2) * 5 + own[0].level * 7 + own[1].level);
}`,
  ),
  same(
    "choices of references whose branches do something",
    `
class Slot { n: U16 = 3; readonly items = new Uint8Array(8); }
const slots = records(Slot, 3);
let at: U8 = 0;
function next(x: U8): Slot { at = u8(at + x); return slots[at % 3]; }
function pick(p: boolean, x: U8): Bytes<4> { let i: Int<0, 4> = x & 3; return p ? view(slots[i++ % 3].items, i & 3, 4) : view(slots[0].items, x & 1, 4); }
export function run(a: U32, b: U32): U32 {
  at = u8(a);
  for (let i = 0; i < 3; i++) { slots[i].n = u16(b >>> i); store32le(slots[i].items, 0, a); store32be(slots[i].items, 4, b); }
  let i: Int<0, 5> = 0;
  const v = a > b ? view(slots[1].items, i++ & 3, 2) : slots[2].items;
  v[0] = i;
  const w = b > 7 ? (a > 9 ? next(1) : next(2)) : slots[at % 3];
  w.n = u16(w.n + at);
  (a > 5 ? slots[i++ % 3] : slots[i++ & 1]).n ^= 0x55;
  (b > 5 ? next(u8(b)) : next(3)).items[i & 7] = at;
  pick(a > 3, u8(b))[1] ^= 0x33;
  pick(b > 3, u8(a))[3] |= pick(false, 1)[2];
  let r: U32 = u32(at + i * 256);
  for (let k = 0; k < 3; k++) r = u32(r * 33 + slots[k].n + load32le(slots[k].items, 0) * 3 + load32be(slots[k].items, 4));
  return r;
}`,
  ),
];
