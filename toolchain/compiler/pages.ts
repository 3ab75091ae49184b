/** The pages of docs/messages: what a number means, why the rule exists, and what to write instead. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package-root.ts";

export interface MessagePage {
  readonly code: number;
  /** "DEV2001". */
  readonly number: string;
  /** What the number is about, in one line. */
  readonly title: string;
  /** The whole page, in Markdown. */
  readonly text: string;
  /** The examples, refused before accepted. */
  readonly examples: readonly { readonly verdict: "refused" | "accepted"; readonly source: string }[];
  /** The file of the page, absolute. */
  readonly path: string;
}

const folder = join(packageRoot, "docs", "messages");

let known: ReadonlyMap<number, MessagePage> | undefined;

/** All pages, in the order of their numbers. */
export function messagePages(): readonly MessagePage[] {
  return [...pages().values()];
}

/** The page of a number; undefined where no message has it. */
export function messagePage(code: number): MessagePage | undefined {
  return pages().get(code);
}

function pages(): ReadonlyMap<number, MessagePage> {
  known ??= new Map(
    readdirSync(folder)
      .filter((name) => /^DEV\d{4}\.md$/.test(name))
      .map((name) => Number(name.slice(3, 7)))
      .sort((a, b) => a - b)
      .map((code) => [code, readPage(code)]),
  );
  return known;
}

function readPage(code: number): MessagePage {
  const path = join(folder, `DEV${code}.md`);
  const text = readFileSync(path, "utf8");
  const [, title] = /^# DEV\d{4}: (.+)$/m.exec(text) ?? [];
  if (title === undefined) throw new Error(`${path} does not begin with its number and title`);
  const examples = [...text.matchAll(/^(Refused|Accepted):\n\n```ts\n([\s\S]*?)```$/gm)].map(
    ([, verdict, source]) => ({
      verdict: verdict === "Refused" ? ("refused" as const) : ("accepted" as const),
      source,
    }),
  );
  return { code, number: `DEV${code}`, title, text, examples, path };
}
