import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";
import { formatDiagnostics } from "../../../toolchain/compiler/index.ts";

const FILE = join(process.cwd(), "some", "source.ts");

/** Message 9999 about the piece of a text that stands between « and », with what TypeScript makes of it. */
function shown(marked: string, colour = false) {
  const start = marked.indexOf("«");
  const length = marked.indexOf("»") - start - 1;
  const file = ts.createSourceFile(FILE, marked.replaceAll(/[«»]/g, ""), ts.ScriptTarget.Latest);
  const other = { category: ts.DiagnosticCategory.Message, code: 9999, messageText: "see this" };
  const relatedInformation = [{ ...other, file, start: 0, length: 1 }];
  const category = ts.DiagnosticCategory.Error;
  const messageText = "it is wrong";
  const diagnostic = { category, code: 9999, file, start, length, messageText, relatedInformation };
  const typescript = ts.formatDiagnosticsWithColorAndContext([diagnostic], {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => "\n",
  });
  return { ours: formatDiagnostics([diagnostic], { colour }), typescript };
}

/** Without the colours. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal begin with one
  return text.replace(/\u001b\[\d+m/g, "");
}

describe("the text of a diagnostic", () => {
  const places: readonly [what: string, marked: string][] = [
    ["a piece of a line", "one\n  two «three»\n"],
    ["a piece behind a tab", "\ttwo «three»;"],
    ["several lines", "«one\n  two\n   three» four\n"],
    ["many lines", "zero «one\ntwo\n three\nfour\nfive\nsix» seven\n"],
    ["lines up to number ten", `${"\n".repeat(8)}  «a\nb»`],
    ["nothing", "one\n tw«»o\n"],
    ["the end of a text", "one«»"],
    ["an empty text", "«»"],
    ["more than the line's text", "  one «two  \n»"],
  ];
  for (const [what, marked] of places) {
    it(`is that of TypeScript for ${what}`, () => {
      const { ours, typescript } = shown(marked);
      const trimmed = (text: string) => text.replace(/[ \t]+$/gm, "");
      assert.equal(trimmed(ours), trimmed(plain(typescript)));
    });
  }

  it("has the same letters in colours", () => {
    const { ours } = shown("one «two»\n", true);
    assert.notEqual(ours, plain(ours));
    assert.equal(plain(ours), shown("one «two»\n").ours);
  });

  it("is made of a place in the spaces behind a long line, too", () => {
    for (const marked of ["   «»", "   «  »", "  « \n  }»"]) {
      assert.match(shown(`${"x".repeat(200)}${marked}`).ours, /it is wrong\n\n1 \.\.\.x+\n/);
    }
  });

  /** The line with the place, and what is underlined of it. */
  function frameOf(marked: string): { line: string; underlined: string } {
    const [, , line, marks] = shown(marked).ours.split("\n");
    return { line, underlined: line.slice(marks.indexOf("~"), marks.lastIndexOf("~") + 1) };
  }

  const digits = "0123456789".repeat(20_000);

  it("shows of a long line the piece around the place", () => {
    const middle = frameOf(`${digits}«here»${digits}`);
    assert.equal(middle.underlined, "here");
    assert.match(middle.line, /^1 \.\.\.\d+here\d+\.\.\.$/);
    assert.ok(middle.line.length < 180);
  });

  it("shows of a long line its beginning or end where the place is there", () => {
    const begin = frameOf(`«here»${digits}`);
    assert.deepEqual([begin.underlined, /^1 here\d+\.\.\.$/.test(begin.line)], ["here", true]);
    const end = frameOf(`${digits}«here»`);
    assert.deepEqual([end.underlined, /^1 \.\.\.\d+here$/.test(end.line)], ["here", true]);
  });

  it("underlines of a long place what is shown of it", () => {
    const { line, underlined } = frameOf(`${digits}«${digits}»${digits}`);
    assert.match(underlined, /^\d{100}$/);
    assert.ok(line.endsWith(`${underlined}...`));
  });
});
