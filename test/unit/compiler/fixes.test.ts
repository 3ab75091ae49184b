import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createCompiler, type Fix, fixesOf, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { refused } from "./refused.ts";
import { LANGUAGE, LANGUAGE_IMPORTS } from "./targets.ts";

const { compile } = createCompiler();

const ENTRY = fileURLToPath(new URL("./fixed-main.ts", import.meta.url));

const PORT = `/** @extern use */
function use(value: U32): void {}
/** @extern input */
function input(): U32 { return 0; }
`;

function diagnosticsOf(text: string) {
  return compile({ entry: ENTRY, sources: { [ENTRY]: text } }).diagnostics;
}

function applied(text: string, { changes }: Fix): string {
  return [...changes]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, length, text }) => now.slice(0, start) + text + now.slice(start + length), text);
}

describe("fixes", () => {
  const castable = refused.filter(
    ({ says, code }) =>
      [2001, 2004, 2005, 2010].includes(code) && !/own|value of|-128\.\.4294967295/.test(says),
  );

  for (const { why, code, source } of castable) {
    it(`make DEV${code} go away: ${why}`, () => {
      const text = LANGUAGE_IMPORTS + PORT + source.replaceAll(/[«»]/g, "");
      const [diagnostic] = diagnosticsOf(text);
      const fixes = fixesOf(diagnostic);
      assert.ok(fixes.length > 0, formatDiagnostics([diagnostic], { colour: false }));
      for (const fix of fixes) {
        // What the cast gives may need one more, of its own number.
        let fixed = applied(text, fix);
        const [next] = diagnosticsOf(fixed);
        if (next && next.code !== code) fixed = applied(fixed, fixesOf(next)[0]);
        assert.equal(formatDiagnostics(diagnosticsOf(fixed), { colour: false }), "", fix.title);
      }
    });
  }

  const program = "let x: u8 = 0;\nexport function main(): void { x += 1; }\n";
  const imports: readonly [what: string, before: string, after: string][] = [
    ["is there as a value", "{ u8 }", "{ u8 }"],
    ["is there as a type", "{ type u8, u16 }", "{ u8, u16 }"],
  ];
  for (const [what, before, after] of imports) {
    it(`import the cast, where it ${what}`, () => {
      const text = `import ${before} from ${JSON.stringify(LANGUAGE)};\n${program}`;
      const [diagnostic] = diagnosticsOf(text);
      const [fix] = fixesOf(diagnostic);
      const fixed = applied(text, fix);
      assert.equal(
        fixed,
        `import ${after} from ${JSON.stringify(LANGUAGE)};\n${program.replace("x += 1", "x = u8(x + 1)")}`,
      );
      assert.equal(formatDiagnostics(diagnosticsOf(fixed), { colour: false }), "");
      assert.equal(fix.title, "Write x = u8(x + 1)");
    });
  }

  it("import a cast of which not even the type is there", () => {
    const text = `import { load32le, u8 } from ${JSON.stringify(LANGUAGE)};\nconst a = new Uint8Array(4);\nlet x: u8 = 0;\nexport function main(): void { x = u8(load32le(a, 0) >> 24); }\n`;
    const [diagnostic] = diagnosticsOf(text);
    const fixed = applied(text, fixesOf(diagnostic)[0]);
    assert.match(fixed, /^import \{ load32le, u8, i32 \} from /);
    assert.match(fixed, /u8\(i32\(load32le\(a, 0\)\) >> 24\)/);
    assert.equal(formatDiagnostics(diagnosticsOf(fixed), { colour: false }), "");
  });

  it("are not offered where the step is part of an expression", () => {
    const text = `${LANGUAGE_IMPORTS}${PORT}let x: U8 = 0;\nexport function main(): void { use(x++); }\n`;
    assert.deepEqual(fixesOf(diagnosticsOf(text)[0]), []);
  });
});
