import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { compile, formatDiagnostics, isInternal } from "../../../toolchain/compiler/index.ts";
import { internalError, TooDeep } from "../../../toolchain/compiler/messages.ts";

const ENTRY = fileURLToPath(new URL("./broken-main.ts", import.meta.url));

describe("a breakdown of the compiler", () => {
  const source = `/** @config */
export const PERIOD: number = 5;
export function main(): void { for (let i = 0; i < PERIOD; i++) {} }
`;
  // A configuration that throws when it is read stands for a fault of the compiler.
  const config = {
    get PERIOD(): number {
      throw new TypeError("planted");
    },
  };

  it("is a message at the syntax that was being compiled", () => {
    const { diagnostics, files } = compile({ entry: ENTRY, sources: { [ENTRY]: source }, config });
    assert.deepEqual(
      diagnostics.map(({ code, start, length }) => [code, source.slice(start, start! + length!)]),
      [[internalError.code, "PERIOD: number = 5"]],
    );
    assert.ok(isInternal(diagnostics[0]));
    assert.equal(files.size, 0);
  });

  it("tells the exception, where it was thrown, and the versions, and no folder of this machine", () => {
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: source }, config });
    const text = String(diagnostics[0].messageText);
    assert.match(text, /TypeError: planted\n {4}at .*breakdown\.test\.ts/);
    assert.match(text, /toolchain\/compiler\/check\.ts:\d+/);
    assert.match(text, /with joinery \d.*Node\.js \d.*TypeScript \d/);
    assert.doesNotMatch(text, /\(\/|file:/);
  });
});

describe("sources that nest deeply", () => {
  const N = 10_000;
  const parts: readonly [what: string, before: string, open: string, middle: string, close: string][] = [
    ["parentheses", "x = ", "(", "x", ")"],
    ["blocks", "", "{", "", "}"],
    ["if statements", "", "if (x) ", "x = true;", ""],
    ["else branches", "", "if (x) x = true; else ", ";", ""],
    ["negations", "x = ", "!", "x", ""],
    ["a chain of &&", "x = ", "x && ", "x", ""],
    ["calls", "", "f(", "x", ")"],
    ["calls of calls", "f", "", "", "()"],
    ["conditional expressions", "x = ", "x ? x : ", "x", ""],
    ["array literals", "x = ", "[", "", "]"],
    ["template literals", "x = ", "`${", "x", "}`"],
    ["arrow functions", "x = ", "() => ", "x", ""],
    ["functions in functions", "", "function g() {", "", "}"],
    ["type arguments", "let y: ", "A<", "x", ">"],
    ["properties of properties", "x", "", "", ".a"],
    ["labels", "", "a: ", ";", ""],
  ];
  const program = (count: number, [, before, open, middle, close]: (typeof parts)[number]) =>
    `let x = false;\nfunction f(y: boolean): boolean { return y; }\nexport function main(): void { x = f(x);\n${before}${open.repeat(count)}${middle}${close.repeat(count)}; }\n`;

  for (const part of parts) {
    it(`10,000 ${part[0]}: refused by number, at a place on their line`, () => {
      const text = program(N, part);
      const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        [TooDeep.code],
      );
      const [{ file, start }] = diagnostics;
      assert.equal(file!.getLineAndCharacterOfPosition(start!).line, 3);
      assert.match(
        formatDiagnostics(diagnostics, { colour: false }),
        /broken-main\.ts:4:\d+ - error DEV1050/,
      );
    });
  }

  for (const part of parts.filter(([what]) => /^(paren|blocks|if|else|neg|a chain|calls$|cond)/.test(what))) {
    it(`60 ${part[0]}: no matter`, () => {
      const text = program(60, part);
      const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
      assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
    });
  }

  it("what is long without nesting is compiled", () => {
    const text = `let x = false;\nexport function main(): void {\n${"  x = !x;\n".repeat(1000)}}\n`;
    const { diagnostics } = compile({ entry: ENTRY, sources: { [ENTRY]: text } });
    assert.equal(formatDiagnostics(diagnostics, { colour: false }), "");
  });

  it("a module that nests too deeply is named, be it only imported", () => {
    const other = ENTRY.replace("broken-main", "broken-other");
    const sources = {
      [ENTRY]: 'import { f } from "./broken-other.ts";\nexport function main(): void { f(); }',
      [other]: `export function f(): void { ${"{".repeat(N)}${"}".repeat(N)} }`,
    };
    const { diagnostics } = compile({ entry: ENTRY, sources });
    assert.deepEqual(
      diagnostics.map(({ code, file }) => [code, file?.fileName]),
      [[TooDeep.code, other]],
    );
  });
});
