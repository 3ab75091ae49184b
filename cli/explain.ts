/** `joinery explain`: the page of a message, or what messages there are. */
import type { Command } from "commander";
import pc from "picocolors";
import { type MessagePage, messagePage, messagePages } from "../toolchain/compiler/index.ts";
import { EXIT, Refusal } from "./exit.ts";
import { type TypeScriptError, typeScriptError } from "./typescript-errors.ts";

/** As wide as text is easy to read. */
const WIDTH = 100;

export function addExplain(program: Command): void {
  program
    .command("explain")
    .description("say what a message of the compiler means and what to write instead")
    .argument(
      "[number]",
      "the number of the message, as in DEV2001 or 2001, or TS2322 of TypeScript's own; all of ours if none is given",
    )
    .option("--json", "print one JSON document on stdout and nothing else")
    .addHelpText("after", "\nExamples:\n  $ joinery explain DEV2001\n  $ joinery explain")
    .action(explain);
}

function explain(number: string | undefined, options: { json?: boolean }): void {
  const pages = number === undefined ? messagePages() : [pageOf(number)];
  if (options.json) {
    const document = number === undefined ? pages.map(({ number, title }) => ({ number, title })) : pages[0];
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  const width = Math.min(process.stdout.columns ?? WIDTH, WIDTH);
  process.stdout.write(number === undefined ? list(pages, palette) : page(pages[0], palette, width));
}

/** The page that `number` asks for, or the numbers that were perhaps meant. */
function pageOf(number: string): MessagePage | TypeScriptError {
  const foreign = /^ts(\d{4,5})$/i.exec(number.trim())?.[1];
  if (foreign !== undefined) return typeScriptError(Number(foreign));
  const code = /^(?:dev)?(\d{1,5})$/i.exec(number.trim())?.[1];
  const found = code === undefined ? undefined : messagePage(Number(code));
  if (found) return found;
  if (code === undefined) {
    throw new Refusal(`'${number}' is no number of a message: write it as in DEV2001`, EXIT.usage);
  }
  const near = [...messagePages()]
    .sort((a, b) => Math.abs(a.code - Number(code)) - Math.abs(b.code - Number(code)))
    .slice(0, 3)
    .sort((a, b) => a.code - b.code);
  const lines = near.map((candidate) => `  ${candidate.number}  ${candidate.title}`);
  throw new Refusal(
    `no message has the number DEV${code}; near it are\n${lines.join("\n")}\njoinery explain lists all of them`,
    EXIT.usage,
  );
}

type Palette = ReturnType<typeof pc.createColors>;

function list(pages: readonly (MessagePage | TypeScriptError)[], palette: Palette): string {
  return pages.map(({ number, title }) => `${palette.bold(number)}  ${title}\n`).join("");
}

/** A page for a terminal: its Markdown is headings, paragraphs, lists, `code` and fenced examples. */
function page({ text }: Pick<MessagePage, "text">, palette: Palette, width: number): string {
  let fenced = false;
  const lines = text
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      if (line.startsWith("```")) {
        fenced = !fenced;
        return [];
      }
      if (fenced) return [`    ${line}`.trimEnd()];
      if (line.startsWith("#")) return [palette.bold(line.replace(/^#+ /, ""))];
      if (line === "Refused:") return [palette.red(line)];
      if (line === "Accepted:") return [palette.green(line)];
      return wrapped(line, width).map((part) => part.replace(/`([^`]+)`/g, (_, code) => palette.cyan(code)));
    });
  return `${lines.join("\n")}\n`;
}

function wrapped(line: string, width: number): string[] {
  const indent = /^(?:[*-] )?/.exec(line)![0].length;
  const lines: string[] = [];
  let current = "";
  // Code between backquotes stays on one line.
  for (const word of line.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (longer.length > width && current.trim() !== "") {
      lines.push(current);
      current = " ".repeat(indent) + word;
    } else current = longer;
  }
  return [...lines, current];
}
