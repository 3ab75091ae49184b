/** Where the figures of the options are kept: exact, for the tests, and as tables of documents. */
import { readFileSync, writeFileSync } from "node:fs";
import { chosenTable, compilerOf, type OptionFigures, optionTable } from "./options.ts";
import { PEER_STACKS, stackTable } from "./stacks.ts";
import { markdown, type Table } from "./table.ts";

export const OPTIONS_FILE = "test/data/footprint-options.json";
/** The documents with tables of them. */
const DOCUMENTS: Readonly<Record<string, (boards: OptionFigures) => string>> = {
  "docs/benchmarks.md": (boards) => optionTables(boards).map(markdown).join("\n\n"),
  "docs/class-b.md": chosenText("CLASS_B"),
  "docs/classes.md": chosenText("CLASS_C", "CLASS_C and MULTICAST_SETUP"),
  "docs/configuration.md": chosenText("KEY_SCHEDULE"),
  "docs/personalisation.md": chosenText("ABP"),
};
/** The tables stand between these lines of a document. */
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

interface Document {
  readonly name: string;
  readonly is: string;
  readonly shouldBe: string;
}

/** Each document as it is, and as the figures have it. */
export function documentsOf(boards: OptionFigures): Document[] {
  return Object.entries(DOCUMENTS).map(([name, tables]) => {
    const is = readFileSync(pathOf(name), "utf8");
    const [before, after] = [is.indexOf(BEGIN), is.indexOf(END)];
    if (before < 0 || after < before) throw new Error(`${name} has no lines ${BEGIN} and ${END}`);
    return { name, is, shouldBe: `${is.slice(0, before)}${BEGIN}\n${tables(boards)}\n\n${is.slice(after)}` };
  });
}

function chosenText(...options: readonly string[]) {
  return (boards: OptionFigures) => markdown(chosenTable(boards, options));
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
  for (const { name, shouldBe } of documentsOf(boards)) writeFileSync(pathOf(name), shouldBe);
}

function pathOf(file: string): URL {
  return new URL(`../../${file}`, import.meta.url);
}
