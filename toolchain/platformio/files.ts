/** Files that are taken into a project for PlatformIO: texts by path in its folder, with "/". */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** What is compiled, and what is read by the linker only. */
const SOURCE = /\.[ch]$/;
export const LINKER_SCRIPT = /\.ld$/;

/**
 * The C and the linker scripts of a board: those of its own folder, and those of each that it shares with other boards.
 */
export function boardSources([own, ...shared]: readonly string[]): Map<string, string> {
  return new Map([
    ...folderOf("src/board", filesIn(own, SOURCE)),
    ...shared.flatMap((folder) => folderOf(`src/${basename(folder)}`, filesIn(folder, SOURCE))),
    ...[own, ...shared].flatMap((folder) => folderOf("ld", filesIn(folder, LINKER_SCRIPT))),
  ]);
}

export function folderOf(folder: string, files: ReadonlyMap<string, string>): [string, string][] {
  return [...files].map(([name, text]) => [`${folder}/${name}`, text]);
}

export function filesIn(folder: string, names: RegExp): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const found = readdirSync(folder)
    .filter((name) => names.test(name))
    .sort();
  return new Map(found.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
