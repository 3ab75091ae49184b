import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createCompiler, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE_IMPORTS } from "./targets.ts";

const { compile } = createCompiler();

const ENTRY = fileURLToPath(new URL("./accepted-main.ts", import.meta.url));

const PRELUDE = `${LANGUAGE_IMPORTS}
/** @extern use */
function use(value: U32): void {}
/** @extern input */
function input(): U32 { return 0; }
const frame = new Uint8Array(64);
`;

/** `t1` to `t<count>`. */
function chainOfTests(count: number): string {
  const tests = Array.from({ length: count }, (_, n) => `const t${n + 1} = t${n} && (t${n} || i > ${n});`);
  return tests.join(" ");
}

/** What a reader sees to be safe, the compiler must see, too: reason, declarations, body of main. */
// biome-ignore format: one case a line
const accepted: readonly (readonly [why: string, declarations: string, body: string])[] = [
  ["a loop up to a ranged parameter", "function f(n: Int<0, 64>): void { for (let i = 0; i < n; i++) frame[i] = 1; }", "f(3);"],
  ["kept tests that name kept tests", "", "const i = u8(input()); const fits = i < 64; const isRight = fits && i > 3; const isWanted = isRight && i !== 9; if (isWanted) frame[i - 4] = 1;"],
  ["a long chain of kept tests that each name the one before twice", "", `let i = u8(input()); const t0 = i > 3; ${chainOfTests(40)} if (t40) use(i);`],
  ["a mask", "", "frame[u8(input()) & 15] = u8(input());"],
  ["an early return", "function f(length: U8): U8 { if (length < 12 || length > 64) return 0; return frame[length - 12] ^ frame[length - 1]; }", "use(f(3));"],
  ["a guard with &&", "", "const i = u8(input()); if (i > 3 && frame[i & 63] !== 0 && i < 64) frame[i - 4] = 1;"],
  ["a while loop with a counter", "", "let i = 0; while (i < 60) { frame[i] = frame[i + 4]; i += 1; }"],
  ["a loop downwards", "", "for (let i = 63; i > 0; i--) frame[i] = frame[i - 1];"],
  ["a loop in steps", "", "for (let i = 0; i < 64; i += 16) { const v = view(frame, i, 16); v[15] = 1; }"],
  ["a loop that ends with !==", "", "for (let i = 0; i !== 64; i++) frame[i] = 1;"],
  ["a module-level variable in its declared range", "let length: Int<0, 64> = 0;\nfunction f(): void { for (let i = 0; i < length; i++) frame[i] = 1; }", "length = 9; f();"],
  ["a module-level variable tested before it is counted", "let length: Int<0, 64> = 0;\nfunction push(x: U8): boolean { if (length >= 64) return false; frame[length] = x; length++; return true; }", "if (push(4)) use(1);"],
  ["a call that changes something else", "let length: U8 = 0; let other: U8 = 0;\nfunction g(): void { other = 3; }", "length = u8(input()); if (length < 64) { g(); frame[length] = other; }"],
  ["a field tested before it is counted", "class Queue { count: Int<0, 8> = 0; readonly items = new Uint8Array(8); }\nconst queue = new Queue();\nfunction push(q: Queue, x: U8): void { if (q.count < 8) { q.items[q.count] = x; q.count++; } }", "push(queue, 1);"],
  ["a sum tested as a whole", "function f(offset: U8, count: U8): void { if (offset + count > 64) return; for (let i = 0; i < count; i++) frame[offset + i] = 1; }", "f(1, 2);"],
  ["a copy of what is left", "function f(offset: Int<0, 64>, count: U8): void { const room = 64 - offset; if (count > room) return; copy(frame, offset, frame, 0, count); }", "f(1, 2);"],
  ["an end that was computed before the test", "function f(offset: U8, count: U8): U8 { const end = offset + count; if (end > 64 || count === 0) return 0; return frame[end - 1]; }", "use(f(1, 2));"],
  ["the length of a parameter", "function f(a: Uint8Array): void { for (let i = 0; i + 1 < lengthOf(a); i++) a[i] = a[i + 1]; }", "f(frame); f(view(frame, 3, 5));"],
  ["a table read within its own values", "const SIZES = table8([16, 32, 63]);", "frame[SIZES[u8(input()) % 3]] = 1;"],
  ["two tables of one size", "const A = table8([1, 2, 3]);\nconst B = table16([1, 2, 3]);", "for (let i = 0; i < lengthOf(A); i++) use(A[i] * B[i]);"],
  ["a state machine", "const enum S { Idle, Busy, Done }\nlet s: S = S.Idle;\nfunction step(): U8 { switch (s) { case S.Idle: s = S.Busy; return 1; case S.Busy: s = S.Done; return 2; case S.Done: s = S.Idle; return 3; } }", "use(step());"],
  ["a case that narrows", "function f(x: U8): U8 { switch (x) { case 9: return frame[x]; case 63: return frame[x]; default: return 0; } }", "use(f(2));"],
  ["a switch that narrows", "function f(x: Int<0, 3>): U8 { switch (x) { case 0: return 0; default: return frame[x - 1]; } }", "use(f(2));"],
  ["instants compared by the sign of their difference", "", "const now = input(); const deadline = input(); if (i32(u32(now - deadline)) >= 0) use(now);"],
  ["a value clamped by a conditional", "", "const n = u8(input()); const m = n < 64 ? n : 63; frame[m] = 1;"],
  ["a flag that stops a loop", "", "let done = false; let n = 0; while (!done) { frame[n] = 1; n++; if (n === 64) done = true; if (n >= 64) break; }"],
  ["a nested loop in a triangle", "", "for (let i = 0; i < 8; i++) for (let j = 0; j <= i; j++) frame[i * 8 + j] = 1;"],
  ["a difference of ordered values", "function f(from: Int<0, 63>, to: Int<0, 63>): void { if (from >= to) return; for (let i = from; i < to; i++) frame[i - from] = frame[i]; }", "f(1, 2);"],
  ["octets put together", "let x: U32 = 0; let y: U16 = 0;", "x = u32(frame[0] | (frame[1] << 8) | (frame[2] << 16) | (frame[3] << 24)); y = frame[0] | (frame[1] << 8); use(x > 5 ? y : 0);"],
  ["code for Node that nothing reaches", "let bound: Map<string, number>;\nfunction bind(m: Map<string, number>): void { bound = m; }", ""],
  ["a branch that the configuration removes", "const DEBUG = false;\nfunction node(): void { new Map().set(`x`, () => {}); }", "if (DEBUG) node();"],
  ["an exact division of constants", "const HZ = 8000000 / 1000;\nconst BAUD: U16 = u16(HZ / 7);", "use(HZ + BAUD);"],
  ["a choice between arrays", "const spare = new Uint8Array(16);", "const a = input() > 5 ? frame : spare; a[15] = 1;"],
  ["what an assertion says", "", "const i = u8(input()); const n = u8(input()); assert(i + n <= 64 && n > 0); frame[i] = 1; fill(frame, i, n, 2);"],
  ["a case that an assertion rules out", "function f(x: U8): U8 { switch (x) { case 1: return 4; default: assert(false); } }", "use(f(1));"],
  ["a module-level view", "const key = view(frame, 48, 16);", "key[15] = 1; copy(key, 0, frame, 0, 16);"],
];

describe("compiler accepts", () => {
  for (const [why, declarations, body] of accepted) {
    it(why, () => {
      const text = `${PRELUDE}${declarations}\nexport function main(): void {\n${body}\n}\n`;
      const { diagnostics, files } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
      assert.ok(files.has("accepted_main.c"));
    });
  }
});
