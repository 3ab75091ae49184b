import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  compileToLua,
  type LuaDialect,
  type LuaResult,
  traceToSource,
} from "../../../toolchain/lua/index.ts";
import { inFolder, LANGUAGE } from "../compiler/targets.ts";
import { bundleOf, LUAS, type Lua, runScript } from "./luas.ts";

const PORT = `/** @extern test_input */
export function input(): U32 { return 0; }
/** @extern test_output */
export function output(value: U32): void {}
`;

const IMPORTS = `import { assert, dispatch, u8, u32, Volatile8 } from ${JSON.stringify(LANGUAGE)};
import type { u8 as U8, u32 as U32 } from ${JSON.stringify(LANGUAGE)};
`;

/** Loads bundle.lua, as `program`, and prints its error instead where it has one. */
const LOAD = `
local ok, program = pcall(assert(loadfile("bundle.lua")))
if not ok then io.write(program) return end
`;

/** Compiles the modules, runs the script beside the bundle, and gives what it prints. */
function run(
  lua: Lua,
  modules: Readonly<Record<string, string>>,
  script: string,
  change: (bundle: string) => string = (bundle) => bundle,
): string {
  return inFolder(Object.entries(modules), (folder) => {
    writeFileSync(join(folder, "bundle.lua"), change(bundleOf(folder, lua.dialect).bundle));
    return runScript(lua, folder, script);
  });
}

function compiled(modules: Readonly<Record<string, string>>, dialect: LuaDialect, debug = false): LuaResult {
  return inFolder(Object.entries(modules), (folder) => bundleOf(folder, dialect, debug));
}

/** One of each dialect. */
const FAMILIES = LUAS.filter(({ name }) => ["lua5.1 with neither", "lua5.3"].includes(name));

describe("bundles for Lua", function () {
  this.timeout(60000);

  const counting = {
    "main.ts": `${IMPORTS}import { limit, unused } from "./other.ts";
${PORT}
/** @extern test_never */
export function never(): void {}
/** @config */
const VERBOSE: boolean = false;
let counted: U32 = 5;
const row = new Uint8Array(3);
const dropped = new Uint8Array(99);
export function main(): void {
  if (VERBOSE) unused(dropped);
  counted = u32(counted + input());
  row[1] = u8(counted);
  output(limit(counted));
}
`,
    "other.ts": `import type { u32 } from ${JSON.stringify(LANGUAGE)};
const LIMIT = 7;
export function limit(value: u32): u32 { return value > LIMIT ? LIMIT : value; }
export function unused(octets: Uint8Array): void { octets[0] = 1; }
`,
  };

  for (const lua of LUAS) {
    it(`name every function of the board that is missing in ${lua.name}, and no other`, () => {
      assert.equal(run(lua, counting, LOAD), "the board does not provide test_input, test_output");
    });
  }

  for (const lua of FAMILIES) {
    it(`start nothing by themselves and show what the program keeps, in ${lua.name}`, () => {
      const script = `
local written = 0
function test_input() return 3 end
function test_output(value) written = value end
${LOAD}
local shown = {}
for name in pairs(program.variables) do shown[#shown + 1] = name end
table.sort(shown)
io.write(written, " ", table.concat(shown, " "), " ", program.variables["main.ts:counted"](), " ")
program.main()
io.write(written, " ", program.variables["main.ts:counted"](), " ", program.variables["main.ts:row"]()[1])`;
      assert.equal(run(lua, counting, script), "0 main.ts:counted main.ts:row 5 7 8 8");
    });

    it(`show the variables that are asked for, in ${lua.name}`, () => {
      const { bundle } = inFolder(Object.entries(counting), (folder) =>
        compileToLua({
          entry: join(folder, "main.ts"),
          dialect: lua.dialect,
          variables: (name) => name.endsWith(":row"),
        }),
      );
      const script = `
test_input, test_output = print, print
${LOAD}
for name in pairs(program.variables) do io.write(name) end`;
      assert.equal(
        run(lua, counting, script, () => bundle),
        "main.ts:row",
      );
    });

    it(`show variables under names that the bundle itself uses, in ${lua.name}`, () => {
      const modules = {
        "main.ts": `${IMPORTS}${PORT}
const always = new Uint8Array(2);
let missing: U32 = 4;
export function main(): void { always[1] = 7; missing = input(); output(missing); }
`,
      };
      const script = `
function test_input() return 3 end
function test_output() end
${LOAD}
program.main()
io.write(program.variables["main.ts:always"]()[1], program.variables["main.ts:missing"]())`;
      assert.equal(run(lua, modules, script), "73");
    });

    it(`tell the place in TypeScript of an error in ${lua.name}`, () => {
      const modules = {
        "main.ts": `${IMPORTS}import { deep } from "./other.ts";
${PORT}
export function main(): void {
  for (let i = 0; i < 3; i++) {
    deep(i);
  }
}
`,
        "other.ts": `import type { u32 } from ${JSON.stringify(LANGUAGE)};
import { output } from "./main.ts";
/** Written in place of its only call. */
export function deep(value: u32): void {
  if (value > 1) {
    output(value);
  }
}
`,
      };
      const { bundle, origins } = compiled(modules, lua.dialect);
      const script = `
function test_input() return 0 end
function test_output(value) error("no more") end
${LOAD}
io.write(select(2, xpcall(program.main, debug.traceback)))`;
      const text = run(lua, modules, script, () => bundle);
      assert.match(traceToSource(text, "bundle.lua", origins), /\tother\.ts:6: in function/);
    });

    it(`stop where an assertion fails in a debug build, in ${lua.name}`, () => {
      const modules = {
        "main.ts": `${IMPORTS}${PORT}
export function main(): void {
  const value = input();
  assert(value < 5);
  output(value);
}
`,
      };
      const script = (given: number) => `
function test_input() return ${given} end
function test_output(value) io.write("value ", value) end
${LOAD}
local ok, message = pcall(program.main)
if not ok then io.write(message) end`;
      const debug = compiled(modules, lua.dialect, true).bundle;
      assert.equal(
        run(lua, modules, script(4), () => debug),
        "value 4",
      );
      assert.equal(
        run(lua, modules, script(5), () => debug),
        "assertion failed: main.ts:10",
      );
      assert.equal(run(lua, modules, script(5)), "value 5");
    });

    it(`allocate nothing while they run, in ${lua.name}`, () => {
      const crypto = JSON.stringify(join(LANGUAGE, "..", "..", "crypto", "index.ts"));
      const modules = {
        "main.ts": `${IMPORTS}import { cmac } from ${crypto};
${PORT}
const message = new Uint8Array(80);
export function main(): void {
  for (let rounds = input(); rounds > 0; rounds--) {
    const key = new Uint8Array(16);
    const tag = new Uint8Array(16);
    key[3] = u8(rounds);
    cmac(key, message, 1, 60, tag);
    output(tag[0]);
  }
}
`,
      };
      const script = `
local before, rounds = 0, 20
function test_input() return rounds end
function test_output(value) rounds = rounds - 1 if rounds == 10 then before = collectgarbage("count") end end
${LOAD}
collectgarbage()
collectgarbage("stop")
program.main()
io.write(collectgarbage("count") - before)`;
      assert.equal(Number(run(lua, modules, script)), 0);
    });

    it(`have handlers and tables of functions in ${lua.name}`, () => {
      const modules = {
        "main.ts": `${IMPORTS}${PORT}
const events = new Volatile8();
function double(value: U8): U32 { return value * 2; }
function square(value: U8): U32 { return value * value; }
const ACTIONS = dispatch([double, square]);
/** @isr DIO0_vect */
export function onEdge(): void { events.write(u8(events.read() + 1)); }
export function main(): void {
  const value = input();
  output(ACTIONS[value & 1](u8(value)));
  output(events.read());
}
`,
      };
      const script = `
local program
function test_input() program.interrupts.DIO0_vect() return 9 end
function test_output(value) io.write(value, " ") end
program = assert(loadfile("bundle.lua"))()
program.main()`;
      assert.equal(run(lua, modules, script), "81 1 ");
    });

    it(`take a board's function called "missing" and a vector called "end": ${lua.name}`, () => {
      const modules = {
        "main.ts": `/** @extern missing */
function absent(): void {}
/** @isr end */
export function onEnd(): void {}
export function main(): void { absent(); }
`,
      };
      const script = `
function missing() io.write("called ") end
local program = assert(loadfile("bundle.lua"))()
program.interrupts["end"]()
program.main()`;
      assert.equal(run(lua, modules, script), "called ");
    });
  }

  for (const name of ["end", "copy", "table"]) {
    it(`refuse a board's function called "${name}", which Lua or the runtime has for itself`, () => {
      const text = `/** @extern ${name} */\nexport function f(): void {}\nexport function main(): void { f(); }\n`;
      const entry = join(process.cwd(), "taken-in-lua.ts");
      const { diagnostics, bundle } = compileToLua({ entry, sources: { [entry]: text }, dialect: "5.1" });
      assert.deepEqual([diagnostics.map(({ code }) => code), bundle], [[6002], ""]);
    });
  }

  describe("refuse to run on numbers that do not hold theirs", () => {
    const script = `test_input, test_output = print, print ${LOAD} io.write("runs")`;
    const [lua51, lua53] = FAMILIES;

    it("of 32 bits and no fraction, or of 24 bits, as 5.1 may be built", () => {
      assert.equal(run(lua51, counting, script), "runs");
      // What such a Lua makes of the numbers in the check.
      const float = (bundle: string) => bundle.replace("9007199254740991", "9007199254740992");
      const integer = (bundle: string) => bundle.replace("1 / 2 == 0", "math.floor(1 / 2) == 0");
      const wrapped = (bundle: string) => bundle.replace("9007199254740991", "-1");
      for (const change of [float, integer, wrapped]) {
        assert.match(run(lua51, counting, script, change), /^this Lua cannot run the program: its numbers/);
      }
    });

    it("of 32 bits, as 5.3 may be built", () => {
      assert.equal(run(lua53, counting, script), "runs");
      const narrow = `local type = math.type
function math.type(value) return value == 4294967296 and "float" or type(value) end
${script}`;
      assert.match(run(lua53, counting, narrow), /^this Lua cannot run the program: its integers/);
    });
  });
});
