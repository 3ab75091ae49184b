import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import {
  type CompileResult,
  createCompiler,
  formatDiagnostics,
  isInternal,
  numberOf,
} from "../../../toolchain/compiler/index.ts";
import {
  type Construct,
  declarations,
  expressions,
  files,
  members,
  statements,
  types,
} from "./syntax-corpus.ts";
import { LANGUAGE, LANGUAGE_IMPORTS } from "./targets.ts";

const folder = fileURLToPath(new URL("./syntax-corpus/", import.meta.url));
const ENTRY = `${folder}main.ts`;

const GIVEN = `${LANGUAGE_IMPORTS}
export const b = new Uint8Array(8);
export class R { x: U8 = 0; }
export const r = new R();
export class C { y: U8 = 0; }
export const enum E { A, B }
export enum P { A, B }
export enum S { A = "a" }
export type Alias = U8;
export type Generic<T> = T;
export function f(x: U8): U8 { return x; }
`;
const HEAD = `${LANGUAGE_IMPORTS}
import { b, r, R, E, P, S, C, f, type Alias, type Generic } from "./given.ts";
let u: U8 = 0;
let flag = false;
`;

/** Where a construct stands; each place has a function run() that the program reaches. */
type Position = (text: string) => string;

const inFunction: Position = (text) => `export function run(): void {\n${text}\n}`;
const asValue: Position = (text) => `export function run(): void { const value = (\n${text}\n); }`;
const asResult: Position = (text) =>
  `function g(): \n${text}\n { for (;;) {} }\nexport function run(): void { g(); }`;
const asMember: Position = (text) =>
  `class K { k: U8 = 0; \n${text}\n }\nconst k = new K();\nexport function run(): void { k.k = 1; }`;
const asModule: Position = (text) => text;

const sections: readonly [what: string, constructs: readonly Construct[], position: Position][] = [
  ["statements", statements, inFunction],
  ["expressions", expressions, asValue],
  ["types", types, asResult],
  ["members of classes", members, asMember],
  ["declarations", declarations, asModule],
];

const plain = (text: string) => text.replaceAll(/[«»]/g, "").replaceAll("@language", LANGUAGE);

const compiler = createCompiler();

/** Compiles modules of one function run() each, and a main that calls them all. */
function compileModules(modules: readonly string[], reached = true): CompileResult {
  const sources: Record<string, string> = { [`${folder}given.ts`]: GIVEN };
  modules.forEach((text, i) => {
    sources[`${folder}c${i}.ts`] = HEAD + text;
  });
  const imports = modules.map((_, i) => `import { run as run${i} } from "./c${i}.ts";\n`);
  const calls = modules.map((_, i) => `run${i}();`);
  sources[ENTRY] = `${imports.join("")}export function main(): void { ${reached ? calls.join(" ") : ""} }\n`;
  return compiler.compile({ entry: ENTRY, sources });
}

/** The numbers and marked pieces of the diagnostics in one of those modules. */
function foundIn({ diagnostics }: CompileResult, i: number): { number: string; piece: string | undefined }[] {
  return diagnostics
    .filter(({ file }) => file?.fileName === `${folder}c${i}.ts`)
    .sort((a, b) => a.start! - b.start!)
    .map((diagnostic) => {
      const { file, start, length } = diagnostic;
      return { number: numberOf(diagnostic), piece: file!.text.slice(start, start! + length!) };
    });
}

function wantedOf({ text, verdict }: Construct): { number: string; piece: string | undefined }[] {
  if (verdict === "fine") return [];
  const pieces = [...text.matchAll(/«([^»]*)»/g)].map(([, piece]) => plain(piece));
  return verdict.split(",").map((number, i) => ({ number, piece: pieces[i] }));
}

/** What TypeScript finds, also where nothing reaches it, and names that are one in C, which are looked for last. */
const alone = ({ verdict, text }: Construct) =>
  /TS|DEV1029|DEV1036/.test(verdict) ||
  /«(console|process|require)»|import\(«"x"»|«import L = require/.test(text);
const show = ({ diagnostics }: CompileResult) => formatDiagnostics(diagnostics, { colour: false });

describe("the syntax of TypeScript", function () {
  this.timeout(60_000);

  for (const [what, constructs, position] of sections) {
    const own = constructs.filter((construct) => !alone(construct));

    it(`${what}: each supported, or refused by number at its place`, () => {
      const result = compileModules(own.map(({ text }) => position(plain(text))));
      own.forEach((construct, i) => {
        assert.deepEqual(foundIn(result, i), wantedOf(construct), construct.text);
      });
    });

    it(`${what}: what is supported becomes C`, () => {
      const fine = own.filter(({ verdict }) => verdict === "fine");
      const result = compileModules(fine.map(({ text }) => position(plain(text))));
      assert.equal(show(result), "");
      assert.ok(result.files.has("main.c"));
    });

    it(`${what}: what TypeScript refuses, or C, has its number and place`, () => {
      for (const construct of constructs.filter(alone)) {
        const result = compileModules([position(plain(construct.text))]);
        assert.deepEqual(foundIn(result, 0), wantedOf(construct), construct.text);
      }
    });

    it(`${what}: nothing is said of what nothing reaches`, () => {
      const modules = own.map(({ text }) => position(plain(text)));
      // No code runs while a module is loaded, reached or not; and what an asynchronous function or a generator may
      // give back is TypeScript's own matter, too.
      const others = show(compileModules(modules, false))
        .split("\n")
        .filter(
          (line) =>
            / error /.test(line) && !/DEV1017|DEV1001.*import|TS1064|TS2505|Type 'Generator</.test(line),
        );
      assert.deepEqual(others, []);
    });
  }

  const nested: Position = (text) =>
    `export function run(): void { for (let turn = 0; turn < 3; turn++) { switch (b[0]) { case 1: { if (flag) {\n${text}\n} break; } } } }`;
  it("statements: the same inside loops and cases", () => {
    const own = statements.filter((construct) => !alone(construct));
    const result = compileModules(own.map(({ text }) => nested(plain(text))));
    own.forEach((construct, i) => {
      assert.deepEqual(foundIn(result, i), wantedOf(construct), construct.text);
    });
  });

  const others: readonly [what: string, position: Position][] = [
    ["a statement", (text) => `export function run(): void {\n(\n${text}\n);\n}`],
    ["a condition", (text) => `export function run(): void { if (\n(\n${text}\n)\n) u = 1; }`],
    ["the condition of a loop", (text) => `export function run(): void { while (\n(\n${text}\n)\n) u = 1; }`],
    [
      "what is switched",
      (text) => `export function run(): void { switch (\n(\n${text}\n)\n) { case 1: u = 1; } }`,
    ],
    ["a label", (text) => `export function run(): void { switch (u) { case\n(\n${text}\n)\n: u = 1; } }`],
    ["an argument", (text) => `export function run(): void { f(\n(\n${text}\n)\n); }`],
    ["an argument of the language", (text) => `export function run(): void { u = u8(\n(\n${text}\n)\n); }`],
    ["an index", (text) => `export function run(): void { u = b[\n(\n${text}\n)\n]; }`],
    ["what is indexed", (text) => `export function run(): void { u = (\n${text}\n)[0]; }`],
    ["what has a member", (text) => `export function run(): void { u = (\n${text}\n).x; }`],
    ["what is called", (text) => `export function run(): void { (\n${text}\n)(); }`],
    ["a target", (text) => `export function run(): void { (\n${text}\n) = 1; }`],
    [
      "a result",
      (text) => `function g(): U8 { return (\n${text}\n); }\nexport function run(): void { u = g(); }`,
    ],
    ["an operand", (text) => `export function run(): void { u = u8(1 + (\n${text}\n)); }`],
    ["one of two", (text) => `export function run(): void { u = flag ? (\n${text}\n) : 1; }`],
    ["a constant", (text) => `const X = (\n${text}\n);\nexport function run(): void { u = X; }`],
    ["a first value", (text) => `let x: U8 = (\n${text}\n);\nexport function run(): void { u = x; x = 1; }`],
    [
      "a field's first value",
      (text) =>
        `class K { k: U8 = (\n${text}\n); }\nconst k = new K();\nexport function run(): void { k.k = 1; }`,
    ],
    [
      "a value of a table",
      (text) => `const T = table8([(\n${text}\n)]);\nexport function run(): void { u = T[0]; }`,
    ],
    [
      "the size of an array",
      (text) => `const a = new Uint8Array((\n${text}\n));\nexport function run(): void { a[0] = 1; }`,
    ],
    [
      "a member of an enum",
      (text) => `const enum M { A = (\n${text}\n) }\nexport function run(): void { u = M.A; }`,
    ],
    ["what is asserted", (text) => `export function run(): void { assert((\n${text}\n)); }`],
    ["a default", (text) => `function g(x = (\n${text}\n)): void {}\nexport function run(): void { g(); }`],
  ];
  for (const [what, position] of others) {
    it(`expressions as ${what}: what is refused as a value is refused, and nothing breaks down`, () => {
      const own = expressions.filter((construct) => !alone(construct));
      const result = compileModules(own.map(({ text }) => position(plain(text))));
      assert.deepEqual(result.diagnostics.filter(isInternal), [], show(result));
      own.forEach(({ verdict, text }, i) => {
        // Of a step or an array only this place or another is wrong.
        if (/DEV1001|DEV1003|DEV1004/.test(verdict) && !/\+\+|--|\bnew\b|=/.test(text)) {
          assert.notDeepEqual(foundIn(result, i), [], text);
        }
      });
    });
  }

  it("statements at the top level of a module are refused, unless they declare", () => {
    const declares =
      /^«?(?:let|const|var|using|class|abstract|function|async function|type|interface|enum|;|\/\/)/;
    const own = statements.filter((construct) => !alone(construct) && !/\breturn\b/.test(construct.text));
    const others = own.filter(({ text }) => !declares.test(text));
    const result = compileModules(others.map(({ text }) => `${plain(text)}\nexport function run(): void {}`));
    others.forEach(({ text }, i) => {
      const [{ number }] = foundIn(result, i);
      assert.match(number, /^(DEV1017|TS\d+)$/, text);
    });
  });
});

describe("whole files", function () {
  this.timeout(60_000);

  for (const { what, text, verdict, extension } of files) {
    it(`${what}: ${verdict}`, () => {
      const entry = extension ? ENTRY.replace(".ts", extension) : ENTRY;
      const result = compiler.compile({ entry, sources: { [entry]: text } });
      const [first] = [...result.diagnostics].sort((a, b) => a.start! - b.start!);
      assert.equal(first ? `${numberOf(first)}@${first.start}` : "fine", verdict);
      for (const diagnostic of result.diagnostics) assert.ok(!isInternal(diagnostic) && diagnostic.file);
      assert.equal(result.files.size > 0, verdict === "fine");
    });
  }
});

describe("the corpus of syntax", () => {
  /** Kinds that no source has. */
  const WITHOUT_SOURCE: Readonly<Record<string, string>> = {
    JsxTextAllWhiteSpaces: "the scanner's word for JsxText of spaces",
    BacktickToken: "only inside documentation comments",
    HashToken: "only inside documentation comments",
    SyntheticExpression: "made by the checker",
    NotEmittedStatement: "made by transformations",
    NotEmittedTypeElement: "made by transformations",
    PartiallyEmittedExpression: "made by transformations",
    CommaListExpression: "made by transformations",
    SyntheticReferenceExpression: "made by transformations",
    Bundle: "made by the emitter",
    ImportTypeAssertionContainer: "of an earlier syntax, no longer made",
    Count: "the number of kinds",
  };
  /** Kinds of nodes inside documentation comments, which the compiler reads by their text. */
  const isOfComments = (name: string) => name.startsWith("JSDoc");

  it("has every kind of syntax that a source can have", () => {
    const seen = new Set<ts.SyntaxKind>();
    const read = (text: string, extension: string) => {
      const file = ts.createSourceFile(`corpus${extension}`, text, ts.ScriptTarget.Latest, true);
      const visit = (node: ts.Node) => {
        seen.add(node.kind);
        for (const child of node.getChildren(file)) visit(child);
      };
      visit(file);
      const variant = extension === ".tsx" ? ts.LanguageVariant.JSX : ts.LanguageVariant.Standard;
      const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, variant, text);
      for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan())
        seen.add(kind);
    };
    for (const [, constructs, position] of sections) {
      for (const { text } of constructs) read(HEAD + position(plain(text)), ".ts");
    }
    const short = files.filter(({ text }) => text.length < 1000);
    for (const { text, extension } of short) read(text, extension ?? ".ts");
    const names = new Map<ts.SyntaxKind, string>();
    for (const [name, kind] of Object.entries(ts.SyntaxKind)) {
      if (typeof kind === "number" && !/^(First|Last)[A-Z]/.test(name) && !names.has(kind))
        names.set(kind, name);
    }
    const unseen = [...names]
      .filter(([kind, name]) => !seen.has(kind) && !isOfComments(name))
      .map(([, name]) => name);
    assert.deepEqual(unseen.sort(), Object.keys(WITHOUT_SOURCE).sort());
  });
});
