import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createCompiler, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE_IMPORTS } from "./targets.ts";

const { compile } = createCompiler();

const ENTRY = fileURLToPath(new URL("./related-main.ts", import.meta.url));

/** What is refused, and the other places that the message shows: «...» marks each, in the order of the source. */
interface Case {
  readonly what: string;
  readonly source: string;
  readonly says: readonly string[];
}

// biome-ignore format: one case a line
const cases: readonly Case[] = [
  { what: "the variable whose type does not hold the value", source: "let «count»: U8 = 0;\nexport function main(): void { count = count + 1; }", says: ["'count' is declared as u8 here"] },
  { what: "the parameter", source: "function f(«x»: U8): void { g = x; }\nlet g: U8 = 0;\nexport function main(): void { f(g + 1); }", says: ["'x' is declared as u8 here"] },
  { what: "the field", source: "class R { «x»: U8 = 0; }\nconst r = new R();\nexport function main(): void { r.x = r.x + 1; }", says: ["'x' is declared as u8 here"] },
  { what: "the result's type", source: "function f(x: U8): «U8» { return x + 1; }\nexport function main(): void { f(1); }", says: ["the result is declared as u8 here"] },
  { what: "the range that is left", source: "let «n»: Int<0, 9> = 0;\nexport function main(): void { n = n + 1; }", says: ["'n' is declared as Int<0, 9> here"] },
  { what: "the array that an index leaves", source: "const «a» = new Uint8Array(8);\nexport function main(): void { a[8] = 1; }", says: ["'a' has 8 elements, declared here"] },
  { what: "the array behind a name for it", source: "const «a» = new Uint8Array(8);\nexport function main(): void { const b = a; b[8] = 1; }", says: ["'a' has 8 elements"] },
  { what: "the parameter that asks for too little", source: "const a = new Uint8Array(8);\nfunction f(«b»: Bytes<2>): void { b[2] = 1; }\nexport function main(): void { f(a); }", says: ["'b' asks for at least 2 elements"] },
  { what: "the array that a copy leaves", source: "const a = new Uint8Array(8);\nconst «b» = new Uint8Array(4);\nexport function main(): void { copy(a, 0, b, 0, 5); }", says: ["'b' has 4 elements"] },
  { what: "the contract and the array that is too short", source: "const «a» = new Uint8Array(8);\nfunction f(«b»: Bytes<16>): void { b[0] = 1; }\nexport function main(): void { f(a); }", says: ["'a' has 8 elements", "'b' is declared as Bytes<16> here"] },
  { what: "the calls of a circle", source: "function f(): void { «g()»; }\nfunction g(): void { «h()»; }\nfunction h(): void { f(); }\nexport function main(): void { f(); }", says: ["'f' calls 'g' here", "'g' calls 'h' here"] },
  { what: "the first label of the same value", source: "export function main(): void { switch (g) { case «1»: g = 2; break; case 1: g = 3; break; } }\nlet g: U8 = 0;", says: ["the first label with the value 1"] },
  { what: "the name that is the same in C", source: "class R { «int: U8 = 0;» int_: U8 = 0; }\nconst r = new R();\nexport function main(): void { r.int = 1; r.int_ = 2; }", says: ["this becomes 'int_' too"] },
  { what: "the array that ends with its function", source: "function f(): Bytes<4> { const «a» = new Uint8Array(4); return a; }\nexport function main(): void { f(); }", says: ["'a' has 4 elements, declared here"] },
  { what: "the type of a result that may be missing", source: "const enum R { A = 1, B = 4 }\nfunction f(x: R): «U8» { switch (x) { case R.A: return 1; case R.B: return 2; } }\nexport function main(): void { f(R.A); }", says: ["the result is declared as u8 here"] },
  { what: "the variable that grows", source: "export function main(): void { let «n» = 0; while (g > 0) n++; }\nlet g: U8 = 1;", says: ["'n' has no written type"] },
];

describe("related places", () => {
  for (const { what, source, says } of cases) {
    it(`show ${what}`, () => {
      const marked = LANGUAGE_IMPORTS + source;
      const text = marked.replaceAll(/[«»]/g, "");
      const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      const shown = formatDiagnostics(diagnostics, { colour: false });
      const own = diagnostics.filter(({ source }) => source === "joinery");
      assert.equal(own.length, 1, shown);
      const related = [...(own[0].relatedInformation ?? [])].sort((a, b) => a.start! - b.start!);
      const places = [...marked.matchAll(/«([^»]*)»/g)];
      assert.deepEqual(
        related.map(({ start, length }) => text.slice(start, start! + length!)),
        places.map(([, place]) => place),
        shown,
      );
      related.forEach(({ start, messageText }, i) => {
        assert.equal(start, places[i].index - 2 * i, shown);
        assert.ok(String(messageText).includes(says[i]), shown);
        assert.ok(shown.includes(String(messageText)));
      });
    });
  }

  it("is no place twice: not the own one again", () => {
    const text = `${LANGUAGE_IMPORTS}let x: U8 = 300;\nexport function main(): void { x = 1; }`;
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    assert.deepEqual(
      diagnostics.map(({ code, relatedInformation }) => [code, relatedInformation]),
      [[2001, undefined]],
    );
  });
});
