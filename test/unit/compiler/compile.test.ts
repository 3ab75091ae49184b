import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CompileOptions,
  type CompileResult,
  compile,
  formatDiagnostics,
} from "../../../toolchain/compiler/index.ts";
import { LANGUAGE } from "./targets.ts";

const FOLDER = fileURLToPath(new URL("./virtual/", import.meta.url));
const LANG = `import { u8, u16 } from ${JSON.stringify(LANGUAGE)};\n`;

/** Compiles texts by file name; the entry is main.ts. */
function compileTexts(texts: Record<string, string>, options: CompileOptions = {}): CompileResult {
  const sources = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [resolve(FOLDER, name), text]),
  );
  const result = compile({ entry: resolve(FOLDER, "main.ts"), sources, ...options });
  assert.equal(formatDiagnostics(result.diagnostics, { colour: false }), "");
  return result;
}

const VERSIONS = `${LANG}
/** Which keys there are. @config */
export const LORAWAN_1_1: boolean = true;
/** @config */
export const PPM: u8 = 30;
const secondKey = new Uint8Array(16);
let drift: u16 = 0;
function more(): void { secondKey[0] = 1; }
export function main(): void { drift = PPM * 2; if (LORAWAN_1_1) more(); if (drift > 3) drift = 0; }
`;

describe("compile", () => {
  it("takes the source's value where the configuration says nothing", () => {
    const c = compileTexts({ "main.ts": VERSIONS }).files.get("main.c")!;
    assert.match(c, /main_drift = 60/);
    assert.match(c, /main_secondKey\[16\]/);
  });

  it("removes the code and the data that the configuration does not choose", () => {
    const { files, symbols } = compileTexts(
      { "main.ts": VERSIONS },
      { config: { LORAWAN_1_1: false, PPM: 50 } },
    );
    const c = files.get("main.c")!;
    assert.match(c, /main_drift = 100/);
    assert.doesNotMatch(c, /secondKey|main_more/);
    assert.deepEqual([...symbols.keys()], ["main.ts:drift"]);
  });

  it("takes what the board gives where the program asks for it and nothing else was chosen", () => {
    const c = (options: CompileOptions) =>
      compileTexts({ "main.ts": VERSIONS }, options).files.get("main.c")!;
    assert.match(c({ boardConfig: { PPM: 20, OTHER: 1 } }), /main_drift = 40/);
    assert.match(c({ boardConfig: { PPM: 20 }, config: { PPM: 50 } }), /main_drift = 100/);
  });

  it("traps where an assertion fails in a debug build, and spends nothing on it in a release build", () => {
    const text = `import { assert, u8 } from ${JSON.stringify(LANGUAGE)};
let n: u8 = 0;
const t = new Uint8Array(8);
function odd(): boolean { n = u8(n + 1); return n > 1; }
export function main(): void {
  n = u8(n * 3);
  assert(n < 8);
  assert(t[n] < 256);
  t[n] = 1;
  assert(odd());
  if (n > 200) assert(false);
}`;
    const c = (debug: boolean) => compileTexts({ "main.ts": text }, { debug }).files.get("main.c")!;
    assert.deepEqual(c(true).match(/JOINERY_\w+\(.*\)/g), [
      "JOINERY_ASSERT(main_n < 8u)",
      "JOINERY_ASSERT(main_odd())",
      "JOINERY_TRAP()",
    ]);
    assert.deepEqual(c(false).match(/JOINERY_\w+\(.*\)/g), ["JOINERY_UNREACHABLE()"]);
    assert.match(c(false), /^ {2}\(void\)main_odd\(\);$/m);
  });

  it("names the C symbol of every module-level variable in use, and where its name stands", () => {
    const { symbols } = compileTexts({
      "main.ts": `import { key } from "./session/keys.ts";\nexport function main(): void { key[0] = 1; }`,
      "session/keys.ts": "export const key = new Uint8Array(16);\nexport const unused = new Uint8Array(9);",
    });
    assert.deepEqual(
      [...symbols].map(([name, { symbol, node }]) => [name, symbol, node.getText(), node.getStart()]),
      [["session/keys.ts:key", "keys_key", "key", 13]],
    );
  });

  it("names the interrupt handlers, and what is called through dispatch tables", () => {
    const { interrupts, dispatches } = compileTexts({
      "main.ts": `import { dispatch, u8, Volatile8 } from ${JSON.stringify(LANGUAGE)};
const edges = new Volatile8();
/** @isr INT0_vect */
export function onEdge(): void { edges.write(1); }
function idle(): void { edges.write(2); }
function send(): void { edges.write(3); }
const STEPS = dispatch([idle, send]);
const UNUSED = dispatch([main]);
function turn(): void { STEPS[edges.read() & 1](); }
export function main(): void { turn(); }`,
    });
    assert.deepEqual(interrupts, ["INT0_vect"]);
    assert.deepEqual([...dispatches], [["main_turn", ["main_idle", "main_send"]]]);
  });

  it("puts the chosen application behind #app", () => {
    const texts = {
      "main.ts": `import { setup } from "#app";\nexport function main(): void { setup(); }`,
      "apps/one.ts": "let one = false;\nexport function setup(): void { one = true; if (one) one = false; }",
      "apps/two.ts": "let two = false;\nexport function setup(): void { two = true; if (two) two = false; }",
    };
    const { files } = compileTexts(texts, { app: resolve(FOLDER, "apps/two.ts") });
    assert.deepEqual([...files.keys()].sort(), ["joinery.h", "main.c", "two.c", "two.h"]);
  });

  it("gives modules of the same name different files, and keeps clear of C's headers", () => {
    const body = "let n = false;\nexport function poke(): void { n = !n; if (n) n = false; }";
    const { files } = compileTexts({
      "main.ts": `import { poke as a } from "./a/index.ts"; import { poke as b } from "./b/a.ts"; import { poke as c } from "./b/time.ts"; import { poke as d } from "./b/Main.ts";
export function main(): void { a(); b(); c(); d(); }`,
      "a/index.ts": body,
      "b/a.ts": body,
      "b/time.ts": body,
      "b/Main.ts": body,
    });
    // Guards of headers and some file systems know no case.
    const names = [...files.keys()].filter((name) => name.endsWith(".c")).map((name) => name.toLowerCase());
    assert.equal(new Set(names).size, 5);
    assert.ok(!files.has("time.h"), names.join());
  });

  it("leaves the firmware's modules their names, whatever the application has", () => {
    const app = resolve(FOLDER, "app.ts");
    const sensor = readFileSync(new URL("../../../firmware/apps/sensor.ts", import.meta.url), "utf8");
    const sources = {
      [app]: `import { plus } from "./hal.ts";\n${sensor.replaceAll('"../', '"joinery/').replaceAll("/index.ts", "").replace("u16(sampleCount + 1)", "plus(sampleCount)")}`,
      [resolve(FOLDER, "hal.ts")]:
        `import { u16 } from "joinery/lang";\nexport function plus(x: u16): u16 { return u16(x + 1); }\n`,
    };
    const { diagnostics, files } = compile({ app, sources });
    assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
    assert.match(files.get("hal.h") ?? "", /^\/\* Generated from firmware\/hal\/index\.ts\. \*\/$/m);
    assert.ok(!files.has("hal.c"));
  });

  it("reads a volatile cell once where the source does", () => {
    const source = `import { records, type u8, Volatile8 } from ${JSON.stringify(LANGUAGE)};
class Slot { count: u8 = 0; }
const which = new Volatile8();
const seen = new Uint8Array(4);
const slots = records(Slot, 4);
/** @isr INT0_vect */
export function onDio0(): void { which.write(1); }
export function main(): void { seen[which.read() & 3] ^= 5; slots[which.read() & 3].count ^= 6; }
`;
    const c = compileTexts({ "main.ts": source }).files.get("main.c")!;
    assert.equal(c.match(/main_which &/g)?.length, 2);
  });

  it("keeps to its module what no other module uses", () => {
    const { files } = compileTexts({
      "main.ts": `import { f } from "./other.ts";\nexport function main(): void { f(); }`,
      "other.ts": `${LANG}export let shared: u8 = 0;\nlet own: u8 = 0;\nfunction g(): void { own = 1; shared = own; }\nexport function f(): void { g(); }`,
    });
    const c = files.get("other.c")!;
    assert.match(c, /^static uint8_t other_shared;/m);
    assert.match(c, /^static void other_g\(void\)/m);
    assert.match(c, /^void other_f\(void\)/m);
    assert.match(files.get("other.h")!, /void other_f\(void\);/);
    assert.doesNotMatch(files.get("other.h")!, /other_g|shared/);
  });

  it("shares variables, tables and records across modules", () => {
    const { files } = compileTexts({
      "main.ts": `import { device, Device, state, table } from "./state.ts";
const second = new Device();
function count(d: Device): void { d.n = u8(d.n + table[state & 1]); }
${LANG}export function main(): void { count(device); count(second); }`,
      "state.ts": `import { table8, u8 } from ${JSON.stringify(LANGUAGE)};
export class Device { n: u8 = 0; }
export const device = new Device();
export const table = table8([1, 2]);
export let state: u8 = 0;
export function set(x: u8): void { state = x; }`,
    });
    const h = files.get("state.h")!;
    assert.match(h, /\} state_Device;/);
    assert.match(h, /extern state_Device state_device;/);
    assert.match(h, /extern const uint8_t state_table\[2\] FLASH;/);
    assert.match(h, /extern uint8_t state_state;/);
  });

  it("declares every function of the board, called or not, and its constants", () => {
    const { files } = compileTexts({
      "main.ts": `import { now } from "./hal/index.ts";\nexport function main(): void { while (now() < 5) {} }`,
      "hal/index.ts": `import type { u32, u8 } from ${JSON.stringify(LANGUAGE)};
let board: { now(): number };
export function bind(b: { now(): number }): void { board = b; }
export const EVENT = 2;
/** Time. @extern hal_now */
export function now(): u32 { return board.now(); }
/** @extern hal_write */
export function write(octet: u8): void {}`,
    });
    const h = files.get("hal.h")!;
    assert.match(h, /uint32_t hal_now\(void\);/);
    assert.match(h, /void hal_write\(uint8_t octet\);/);
    assert.match(h, /#define hal_EVENT 2/);
    assert.ok(!files.has("hal.c"));
  });

  it("maps C back to the source, by paths that hold on every machine", () => {
    const { files } = compile({});
    assert.match(files.get("cmac.c")!, /^#line \d+ "firmware\/crypto\/cmac\.ts"$/m);
    for (const text of files.values()) assert.doesNotMatch(text, /#line \d+ "(\/|\.\.)/);
  });

  it("gives the same C every time", () => {
    assert.deepEqual([...compile({}).files], [...compile({}).files]);
  });

  it("shows a frame of the source, coloured where that is wanted", () => {
    const text = `${LANG}let x: u8 = 0;\nexport function main(): void {\n  x = x + 1;\n}\n`;
    const entry = resolve(FOLDER, "main.ts");
    const { diagnostics } = compile({ entry, sources: { [entry]: text } });
    const plain = formatDiagnostics(diagnostics, { colour: false });
    assert.match(
      plain,
      /main\.ts:4:7 - error DEV2001: value 1\.\.256 may not fit u8: wrap it with u8\(\)\n\n4 {3}x = x \+ 1;\n {8}~~~~~/,
    );
    const coloured = formatDiagnostics(diagnostics, { colour: true });
    assert.ok(coloured.includes("\u001b[") && coloured.includes("DEV2001"));
  });
});
