/** Where the figures of the options are kept: exact, for the tests, and as tables of docs/benchmarks.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { compilerOf, type OptionFigures, optionTable } from "./options.ts";
import { PEER_STACKS, stackTable } from "./stacks.ts";
import { markdown, type Table } from "./table.ts";

export const OPTIONS_FILE = "test/data/footprint-options.json";
const DOCUMENT = "docs/benchmarks.md";
/** The tables stand between these lines of the document. */
const BEGIN = "<!-- options: npm run bench -- device --write -->";
const END = "<!-- end of options -->";

interface KeptOptions {
  /** The figures depend on the compiler: the version of each. */
  readonly compilers: Readonly<Record<string, string>>;
  readonly boards: OptionFigures;
}

export function readOptions(): KeptOptions {
  return JSON.parse(readFileSync(pathOf(OPTIONS_FILE), "utf8"));
}

/** The document as it is, and as the figures have it. */
export function documentOf(boards: OptionFigures): { readonly is: string; readonly shouldBe: string } {
  const is = readFileSync(pathOf(DOCUMENT), "utf8");
  const [before, after] = [is.indexOf(BEGIN), is.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${DOCUMENT} has no lines ${BEGIN} and ${END}`);
  const tables = optionTables(boards).map(markdown).join("\n\n");
  return { is, shouldBe: `${is.slice(0, before)}${BEGIN}\n${tables}\n\n${is.slice(after)}` };
}

export function optionTables(boards: OptionFigures): Table[] {
  const stacks = PEER_STACKS.filter(({ board }) => boards[board] !== undefined);
  return [
    ...stacks.map((peers) => stackTable(peers, boards)),
    ...Object.entries(boards).map(([board, figures]) => optionTable(board, figures)),
  ];
}

export function writeOptions(boards: OptionFigures): void {
  const compilers = Object.fromEntries(
    Object.keys(boards).map((board) => {
      const { name, version } = compilerOf(board);
      return [name, version];
    }),
  );
  const text = Object.entries(boards).map(([board, figures]) => {
    const rows = Object.entries(figures).map(
      ([name, row]) => `      ${JSON.stringify(name)}: ${JSON.stringify(row)}`,
    );
    return `    ${JSON.stringify(board)}: {\n${rows.join(",\n")}\n    }`;
  });
  writeFileSync(
    pathOf(OPTIONS_FILE),
    `{\n  "compilers": ${JSON.stringify(compilers)},\n  "boards": {\n${text.join(",\n")}\n  }\n}\n`,
  );
  writeFileSync(pathOf(DOCUMENT), documentOf(boards).shouldBe);
}

function pathOf(file: string): URL {
  return new URL(`../../${file}`, import.meta.url);
}
