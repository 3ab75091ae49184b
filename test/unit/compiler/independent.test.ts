import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { compile, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE_IMPORTS } from "./targets.ts";

const ENTRY = fileURLToPath(new URL("./independent-main.ts", import.meta.url));

/** The codes found, in the order of the source: «...» marks each place; a number behind it is its code. */
function errors(source: string): { found: [number, string][]; wanted: [number, string][]; shown: string } {
  const marked = `${LANGUAGE_IMPORTS}${source}`;
  const mark = /«(\d+):([^»]*)»/;
  const wanted = [...marked.matchAll(new RegExp(mark, "g"))].map(([, code, place]): [number, string] => [
    Number(code),
    place,
  ]);
  const text = marked.replaceAll(new RegExp(mark, "g"), "$2");
  const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
  const found = [...diagnostics]
    .sort((a, b) => a.start! - b.start!)
    .map(({ code, start, length }): [number, string] => [code, text.slice(start, start! + length!)]);
  return { found, wanted, shown: formatDiagnostics(diagnostics, { colour: false }) };
}

const cases: readonly [what: string, source: string][] = [
  [
    "a type error, a syntax error and a range error in three functions",
    `let x: U8 = 0;
function f(): void { x = «2304:missing»; }
function g(): void { const a = «1001:[1]»; }
function h(): void { x = «2001:x + 1»; }
export function main(): void { f(); g(); h(); }`,
  ],
  [
    "two range errors of one function",
    `let x: U8 = 0;\nexport function main(): void { x = «2001:x + 1»; x = «2001:x * 2»; }`,
  ],
  [
    "a circle of calls beside a range error",
    `let x: U8 = 0;\nfunction f(): void { «4001:f()»; }\nexport function main(): void { f(); x = «2001:x + 1»; }`,
  ],
  [
    "what a function calls in which TypeScript finds an error",
    `let x: U8 = 0;\nfunction f(): void { x = «2001:x + 1»; }\nexport function main(): void { «2304:missing»; f(); }`,
  ],
  [
    "other statements of a function in which TypeScript finds an error",
    `let count: U8 = 0;
export function main(): void {
  «2322:count» = "hello";
  let s: «1006:string» = «1003:"x"»;
  if (count > 1) { const f = «1001:() => 1»; } else «2322:count» = "b";
}`,
  ],
  [
    "no consequence of a variable whose declaration TypeScript refuses",
    `let x: U8 = 0;
export function main(): void { const t = «2304:missing»; x = t; for (let i = 0; i < t; i++) x = u8(t + 1); const a = «1001:[1]»; }`,
  ],
  [
    "no consequence of a name that is declared wrongly",
    `let x: «2304:U9» = 0;\nlet y: U8 = 0;\nfunction f(): void { x = 300; y = x; }\nexport function main(): void { f(); y = «2001:y + 1»; }`,
  ],
  [
    "no range error after a parameter's wrong type",
    `let y: U8 = 0;\nfunction f(a: «1006:string»): U8 { return 1; }\nexport function main(): void { y = f(«1003:"a"»); }\n`,
  ],
  [
    "no consequence of a constant that is none, however far away",
    `let y: U8 = 0;\nfunction c(): U8 { return 3; }\nconst A = «1007:c()»;\nconst B = A + 1;\nconst a = new Uint8Array(4);\nexport function main(): void { y = a[B]; }`,
  ],
  [
    "no range error after a record that is none",
    `class R { x: U8 = 0; «1016:get(): U8 { return 1; }» }\nconst r = new R();\nlet y: U8 = 0;\nexport function main(): void { r.x = 1; y = r.get() + 1; }`,
  ],
  [
    "no consequence inside the function of an error",
    `let y: U8 = 0;\nexport function main(): void { const a = «1001:[1]»; y = y + 1; }`,
  ],
  [
    "an error of the body of a function that others call: their own errors count",
    `let y: U8 = 0;\nfunction f(): U8 { const a = «1001:[1]»; return 2; }\nexport function main(): void { y = «2001:f() + y»; }`,
  ],
  [
    "too few arguments of an intrinsic: TypeScript's error, and no breakdown",
    `const a = new Uint8Array(4);\nconst T = «2554:table8»();\nfunction f(): void { «2554:copy»(a, 0); «2554:u8»(); «2554:load16le»(); }\nexport function main(): void { f(); a[«3001:4»] = 1; }`,
  ],
];

describe("errors that do not depend on each other", () => {
  for (const [what, source] of cases) {
    it(`are told in one run: ${what}`, () => {
      const { found, wanted, shown } = errors(source);
      assert.deepEqual(found, wanted, shown);
    });
  }

  it("are not looked for in a program whose syntax is broken", () => {
    const { found, shown } = errors(
      "let x: U8 = 0;\nfunction f(): void { x = ; }\nexport function main(): void { x = x + 1; }",
    );
    assert.deepEqual(
      found.map(([code]) => code),
      [1109],
      shown,
    );
  });

  it("are not looked for where an import finds nothing", () => {
    const { found, wanted, shown } = errors(
      'import { a } from «2307:"./nowhere.ts"»;\nlet x: U8 = 0;\nexport function main(): void { x = a; x = x + 1; }',
    );
    assert.deepEqual(found, wanted, shown);
  });
});
