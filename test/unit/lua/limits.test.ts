import assert from "node:assert/strict";
import { join } from "node:path";
import { compileToLua } from "../../../toolchain/lua/index.ts";
import { type Case, inFolder, programOf } from "../compiler/targets.ts";
import { compareResults, runInAll } from "./agreement.ts";
import { bundleOf, mostLocals } from "./luas.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const lines = (count: number, line: (i: number) => string) => numbers(count).map(line).join("\n");

const inputs = numbers(12).map((i) => [(i * 0x9e3779b1) >>> 0, (i * 0x85ebca6b + 7) >>> 0] as const);

function program(name: string, source: string): Case {
  return { name, source, inputs };
}

/** Each passes a limit of Lua where it is translated word by word. */
const cases: readonly Case[] = [
  program(
    "300 variables and 300 functions, all of which one function uses",
    `
${lines(300, (i) => `let v${i}: U32 = ${i};`)}
${lines(300, (i) => `function f${i}(x: U32): U32 { v${i} = u32(v${i} + x); return u32(v${i} ^ v${(i * 7) % 300}); }`)}
function all(x: U32): U32 {
  let r: U32 = x;
${lines(300, (i) => `  r = u32(r + f${i}(r));`)}
  return r;
}
export function run(a: U32, b: U32): U32 {
${lines(300, (i) => `  v${i} = ${i};`)}
  return u32(all(a) ^ all(b));
}`,
  ),
  program(
    "260 local variables at once",
    `
export function run(a: U32, b: U32): U32 {
${lines(260, (i) => `  let x${i} = u32(a + ${i * i}); const t${i} = u8(b >>> ${i % 25});`)}
${lines(260, (i) => `  x${i} = u32(x${i} + x${(i * 3 + 1) % 260} + t${i});`)}
  for (let i = 0; i < 3; i++) { x0 = u32(x0 + i); }
  let r: U32 = 0;
${lines(260, (i) => `  r = u32(r * 3 + x${i});`)}
  return r;
}`,
  ),
  program(
    "references that calls and choices give, beside 180 local variables",
    `
const x = new Uint8Array(8), y = new Uint8Array(8);
function part(n: U32): Bytes<4> { return n % 2 === 1 ? view(x, 2, 4) : view(y, n & 4, 4); }
function whole(n: U32): Bytes<8> { return n % 2 === 1 ? x : y; }
export function run(a: U32, b: U32): U32 {
  for (let i = 0; i < 8; i++) { x[i] = u8(a + i); y[i] = u8(b * 3 + i); }
  const p = part(a), q = whole(b), s = a > b ? x : y, t = view(q, 2, 3);
${lines(180, (i) => `  let x${i} = u32(a + ${i * i});`)}
${lines(180, (i) => `  x${i} = u32(x${i} + x${(i * 3 + 1) % 180} + p[1] + q[2] + s[1] + t[1]);`)}
  let r: U32 = 0;
${lines(180, (i) => `  r = u32(r * 3 + x${i});`)}
  return r;
}`,
  ),
  program(
    "200 statements that need variables of the compiler's own",
    `
let on = false;
function flip(x: U32): boolean { on = !on; return on && x > 7; }
export function run(a: U32, b: U32): U32 {
  on = false;
  let i: U16 = a & 7;
  let r: U32 = b;
${lines(200, (n) => `  const x${n} = flip(r) ? flip(u32(r + ${n})) : r < 5;\n  if (x${n} !== (i++ > 100)) { r = u32(r * 3 + i); }\n  i = i & 7;`)}
  return u32(r + i);
}`,
  ),
  program(
    "a switch of 300 cases",
    `
export function run(a: U32, b: U32): U32 {
  let r: U32 = 0;
  for (let i = 0; i < 16; i++) {
    switch (u32(a + b * i) % 310) {
${lines(300, (i) => `      case ${i}: if (r > ${i}) break; r = u32(r * 31 + ${i + 5}); break;`)}
      default: r = u32(r + 9); break;
    }
  }
  return r;
}`,
  ),
  program(
    "expressions 90 deep",
    `
export function run(a: U32, b: U32): U32 {
  const c = u8(a);
  return u32(${numbers(90)
    .map((i) => `(${["a", "b", "c"][i % 3]} ${["^", "+", "-", "|", "&"][i % 5]} `)
    .join("")}b${")".repeat(90)});
}`,
  ),
  program(
    "60 guards that go on with the next round",
    `
export function run(a: U32, b: U32): U32 {
  let r: U32 = b;
  for (let i = 0; i < 40; i++) {
${lines(60, (i) => `    if (u32(r + i * 77) % 61 === ${i}) { r = u32(r + ${i * 3 + 1}); continue; }`)}
    if (r > a) break;
    r = u32(r * 5 + 3);
  }
  return r;
}`,
  ),
  program(
    "80 blocks inside each other",
    `
export function run(a: U32, b: U32): U32 {
  let r: U32 = 0;
${lines(80, (i) => `  if (u32(a + b * ${i}) % 89 !== ${i}) {`)}
  r = u32(a + b);
${lines(80, (i) => `  } else r = ${80 - i};`)}
  return r;
}`,
  ),
];

describe("large programs in Lua", function () {
  this.timeout(60000);

  for (const each of cases) {
    it(`stay inside Lua's limits and give what they give under Node: ${each.name}`, async () => {
      compareResults([each], await runInAll([each]), 0);
    });
  }

  for (const each of cases) {
    it(`have no function with more than the 50 local variables of NodeMCU's 5.1: ${each.name}`, () => {
      inFolder(Object.entries(programOf([each])), (folder) => {
        const most = mostLocals(folder, bundleOf(folder, "5.1").bundle);
        assert.ok(most > 2 && most <= 50, `${most} local variables`);
      });
    });
  }

  it("are refused by number where they cannot", () => {
    const source = `
export function run(a: U32, b: U32): U32 {
  let i = u16(a) + 0;
  ${numbers(125)
    .map((n) => `if ((i++ & 0xff) === ${n + 9}) { i = ${n}; }`)
    .join(" else ")}
  return u32(i + b);
}`;
    const { diagnostics, bundle } = inFolder(Object.entries(programOf([program("deep", source)])), (folder) =>
      compileToLua({ entry: join(folder, "main.ts"), dialect: "5.3" }),
    );
    assert.deepEqual(
      diagnostics.map(({ code, messageText }) => [code, messageText]),
      [
        [
          6001,
          "'run' is too large for Lua: it has 125 blocks inside each other, 120 at most. Split it into several functions",
        ],
      ],
    );
    assert.equal(bundle, "");
  });
});
