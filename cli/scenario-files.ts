/** The ready scenarios and specs of users: where they are, and what their heading comments say of them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Board, isLuaBoard, loadBoard, sourceFoldersOf } from "../toolchain/image/index.ts";

/** In the sources TypeScript, in the package what is compiled of it. */
const SPEC = `.spec${extname(import.meta.filename)}`;
const FOLDER = fileURLToPath(new URL("../hil/scenarios/", import.meta.url));

/** Of the join, which is a run of its own in lockstep. */
const JOIN = "join";

/** What a spec is to be run on. */
interface Target {
  readonly board: string;
  readonly boards?: string;
  readonly lorawan: "1.0.4" | "1.1";
}

/** The scenarios by their names: the join first. */
export function knownScenarios(): string[] {
  const specs = readdirSync(FOLDER).filter((name) => name.endsWith(SPEC));
  const names = specs.map((name) => basename(name, SPEC)).sort();
  return [JOIN, ...names.filter((name) => name !== JOIN)];
}

/** The file of a scenario: of a ready one, or the path that stands for one. */
export function scenarioFile(scenario: string): string {
  const ready = join(FOLDER, scenario + SPEC);
  return existsSync(ready) ? ready : resolve(scenario);
}

/** One line a ready scenario: its name, and the first sentence of its file. */
export function scenarioList(): string[] {
  const names = knownScenarios();
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => {
    const { summary, lorawan, language, hal } = headingOf(name);
    const conditions = [
      lorawan && `LoRaWAN ${lorawan}`,
      language && `not in Lua`,
      hal && `boards with ${hal}`,
    ].filter(Boolean);
    const forWhat = conditions.length > 0 ? ` (${conditions.join("; ")})` : "";
    return `${name.padEnd(width)}  ${summary}${forWhat}`;
  });
}

/** Why a scenario is not for what it would be run on; undefined where it is. */
export function whyNotFor(scenario: string, { board, boards, lorawan }: Target): string | undefined {
  const heading = headingOf(scenario);
  if (heading.lorawan !== undefined && heading.lorawan !== lorawan)
    return `it is for LoRaWAN ${heading.lorawan}`;
  if (heading.language === "C" && isLuaBoard(loadBoard(board, boards)))
    return `it needs an application with C, and ${board} runs Lua`;
  if (heading.hal !== undefined && !hasHal(loadBoard(board, boards), heading.hal))
    return `it needs ${heading.hal}, which ${board} does not have`;
  return undefined;
}

/** Whether a function of the HAL is in the C of a board. */
function hasHal(board: Board, name: string): boolean {
  if (isLuaBoard(board)) return false;
  const files = sourceFoldersOf(board).flatMap((folder) =>
    readdirSync(folder).map((file) => join(folder, file)),
  );
  return files.some((file) => file.endsWith(".c") && readFileSync(file, "utf8").includes(name));
}

/**
 * The comment that a spec begins with. By tags in it the spec says what it is for: `@lorawan 1.1`, `@language C` where
 * its application has files in C, and `@hal NAME` where it needs a function that not every board implements.
 */
function headingOf(scenario: string): {
  readonly summary: string;
  readonly lorawan: string | undefined;
  readonly language: string | undefined;
  readonly hal: string | undefined;
} {
  const [, comment = ""] = /^\s*\/\*\*(.*?)\*\//s.exec(readFileSync(scenarioFile(scenario), "utf8")) ?? [];
  const text = comment.replace(/^\s*\* ?/gm, "");
  const tag = (name: string) => new RegExp(`@${name} (\\S+)`).exec(text)?.[1];
  const [summary] = text
    .replace(/@.*/s, "")
    .replace(/\s+/g, " ")
    .trim()
    .split(/(?<=\.) /);
  return { summary, lorawan: tag("lorawan"), language: tag("language"), hal: tag("hal") };
}
