/** The files of a new board: those of the board that it is to be like, under its name, and a README of its own. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Board } from "../image/index.ts";
import { boardReadme } from "./board-readme.ts";

const README = "README.md";

/**
 * Whether a board can have a name: it is that of a folder, of an environment of PlatformIO, and a part of file names.
 */
export function canNameBoard(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);
}

/**
 * Path from its folder to contents of each file that a board of that name begins with. Its C shares that of its
 * processor. The name is put where it is that of the board, and nowhere else: it may be any word of the C.
 */
export function boardFiles(name: string, like: Board): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const said = new RegExp(`("name"\\s*:\\s*"|\\bboard )${like.name}(?=[":])`, "g");
  for (const path of readdirSync(like.dir, { recursive: true, encoding: "utf8" })) {
    if (path === README || !statSync(join(like.dir, path), { throwIfNoEntry: false })?.isFile()) continue;
    const contents = readFileSync(join(like.dir, path));
    const text = contents.toString("utf8");
    const isText = Buffer.from(text).equals(contents);
    files.set(path, isText ? text.replace(said, (_, before: string) => before + name) : contents);
  }
  return files.set(README, boardReadme(name, like));
}
