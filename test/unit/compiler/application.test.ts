import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createCompiler, formatDiagnostics } from "../../../toolchain/compiler/index.ts";
import { LANGUAGE } from "./targets.ts";

const { compile } = createCompiler();

const APP = fileURLToPath(new URL("./some-application.ts", import.meta.url));

const WHOLE = `import { type Bytes, type Int, type u8 } from ${JSON.stringify(LANGUAGE)};
export const PERIOD_S: Int<1, 500000> = 60;
export const UPLINK_PORT = 2;
export const MAX_PAYLOAD = 49;
export function setup(): void {}
export function sample(payload: Bytes<49>): Int<0, 49> {
  payload[0] = 1;
  return 1;
}
export function onDownlink(port: u8, payload: Bytes<51>, length: Int<0, 51>): void {}
`;

/** Compiles the firmware with WHOLE, in which one piece is another. */
function compileWith(piece: string, other: string) {
  assert.ok(WHOLE.includes(piece));
  const text = WHOLE.replace(piece, other);
  const { diagnostics } = compile({ app: APP, sources: { [APP]: text } });
  const shown = formatDiagnostics(diagnostics, { colour: false });
  const places = diagnostics.map(({ file, start, length }) => [
    file?.fileName,
    text.slice(start, start! + length!),
  ]);
  return { codes: diagnostics.map(({ code }) => code), places, diagnostics, shown };
}

describe("errors that an application makes in the stack", () => {
  it("are none where it has what the stack imports", () => {
    assert.equal(compileWith("60", "61").shown, "");
  });

  it("name what it lacks, at its beginning, and where that is imported", () => {
    const { codes, places, diagnostics, shown } = compileWith("export const UPLINK_PORT = 2;", "");
    assert.deepEqual([codes, places], [[1051], [[APP, WHOLE.split("\n")[0]]]], shown);
    assert.equal(diagnostics[0].start, 0);
    assert.match(
      shown,
      /must export 'UPLINK_PORT', which the stack imports: write export const UPLINK_PORT = 2;/,
    );
    assert.match(shown, /firmware\/main\.ts:\d+:\d+\n.*UPLINK_PORT \} from "#app"/);
  });

  it("say that a hook is there, but not exported", () => {
    const { codes, places, shown } = compileWith("export function setup", "function setup");
    assert.deepEqual([codes, places], [[1051], [[APP, "setup"]]], shown);
    assert.match(shown, /must export 'setup', which the stack imports: write export before it\n/);
  });

  it("say which name is perhaps a misspelling of the one that is lacking", () => {
    const { codes, places, shown } = compileWith("function onDownlink", "function onDownLnik");
    assert.deepEqual([codes, places], [[1051], [[APP, "onDownLnik"]]], shown);
    assert.match(shown, /must export 'onDownlink', .*, is this it: write export function onDownlink\(port/);
  });

  it("have a place where the first line is empty, and where there is none", () => {
    for (const [text, place] of [
      ["\n\n// Nothing\n", "// Nothing"],
      ["", ""],
    ]) {
      const { diagnostics } = compile({ app: APP, sources: { [APP]: text } });
      const [{ file, start, length }] = diagnostics;
      assert.deepEqual([file?.fileName, text.slice(start, start! + length!)], [APP, place]);
    }
  });

  it("are told in the file that a hook is exported from", () => {
    const other = APP.replace("some-application", "some-hooks");
    const told = (piece: string, instead: string) => {
      const text = WHOLE.replace("setup()", "begin()").replace(piece, instead);
      const { diagnostics } = compile({
        app: APP,
        sources: {
          [APP]:
            'export { PERIOD_S, UPLINK_PORT, MAX_PAYLOAD, begin as setup, sample, onDownlink } from "./some-hooks.ts";\n',
          [other]: text,
        },
      });
      const shown = formatDiagnostics(diagnostics, { colour: false });
      const [{ code, file, start, length }] = diagnostics;
      assert.deepEqual([diagnostics.length, code, file?.fileName], [1, 1052, other], shown);
      return [text.slice(start, start! + length!), shown];
    };
    const [name, called] = told("begin()", "begin(again: u8)");
    assert.equal(name, "begin");
    assert.match(called, /the stack uses 'setup' otherwise .*write export function setup\(\): void\n/);
    assert.equal(told("Bytes<51>", "Bytes<60>")[0], "payload: Bytes<60>");
  });

  // biome-ignore format: one case a line
  const unfit: readonly [what: string, piece: string, other: string, part: string, says: RegExp][] = [
    ["has fewer parameters", "sample(payload: Bytes<49>): Int<0, 49> {\n  payload[0] = 1;", "sample(): Int<0, 49> {", "sample", /Expected 0 arguments, but got 1\)/],
    ["wants a longer payload", "payload: Bytes<49>", "payload: Bytes<60>", "payload: Bytes<60>", /write export function sample\(payload: Bytes<4>\): Int<0, 4>\n/],
    ["wants a payload of another kind", "payload: Bytes<51>", "payload: u8", "payload: u8", /write export function onDownlink\(port: u8, payload: Bytes<51>, length: Int<0, 51>\): void\n/],
    ["gives no result", "Int<0, 49> {\n  payload[0] = 1;\n  return 1;", "void {\n  payload[0] = 1;", "void", /void/],
    ["gives too large a result", "Int<0, 49>", "Int<0, 50>", "Int<0, 50>", /\(value 0\.\.50 may leave Int<0, 49>\): write export function sample\(/],
    ["gives a result of a wider type", "Int<0, 49>", "u8", "u8", /\(value 0\.\.255 may leave Int<0, 49>\): write export function sample\(/],
    ["is a value that does not fit", "UPLINK_PORT = 2", "UPLINK_PORT = 300", "UPLINK_PORT", /\(value 300 may leave .*\): it must be 1\.\.223, as in export const UPLINK_PORT = 2;/],
    ["is a payload longer than a frame holds", "MAX_PAYLOAD = 49", "MAX_PAYLOAD = 52", "MAX_PAYLOAD", /\(value 52 may leave Int<1, 51>\): it must be 1\.\.51, as in export const MAX_PAYLOAD = 4;/],
    ["is a port that is no application's", "UPLINK_PORT = 2", "UPLINK_PORT = 0", "UPLINK_PORT", /\(value 0 may leave .*\): it must be 1\.\.223, as in export const UPLINK_PORT = 2;/],
  ];
  for (const [what, piece, other, part, says] of unfit) {
    it(`are told at the export that ${what}`, () => {
      const { codes, places, shown } = compileWith(piece, other);
      assert.deepEqual([codes, places], [[1052], [[APP, part]]], shown);
      assert.match(shown, says);
      assert.match(
        shown,
        /firmware\/(main|lorawan\/uplink)\.ts:\d+:\d+\n[^\n]*\n[^\n]*\n {4}it is used here/,
      );
    });
  }

  it("come beside what is wrong in the application itself", () => {
    const { codes, shown } = compileWith("payload[0] = 1;\n  return 1;", "payload[49] = 1;\n  return 1;");
    assert.deepEqual(codes, [3001], shown);
  });
});
