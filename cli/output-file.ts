/** Files that a command leaves behind because it was asked to. */
import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describeFileError } from "../toolchain/image/index.ts";
import { EXIT, Refusal } from "./exit.ts";

/**
 * Refuses a path that will not take the file, before a run is spent on it. `what` names it: "JUnit". Throws Refusal.
 */
export function checkOutputFile(what: string, path: string): void {
  refusing(what, path, () => {
    if (!existsSync(path)) return accessSync(dirname(path), constants.W_OK);
    if (statSync(path).isDirectory()) throw new Error(`${path} is a folder`);
    accessSync(path, constants.W_OK);
  });
}

/** A file that was asked for: `path` is undefined where it was not. */
export interface OutputFile {
  readonly what: string;
  readonly path: string | undefined;
  readonly content: () => string | Uint8Array;
}

/**
 * Writes all that can be written, and says on stderr what cannot: the folder is gone, the disk is full. Tells whether
 * all are written.
 */
export function writeOutputFiles(files: readonly OutputFile[]): boolean {
  const done = files.map(({ what, path, content }) => {
    if (path === undefined) return true;
    try {
      refusing(what, path, () => writeFileSync(path, content()));
      return true;
    } catch (error) {
      process.stderr.write(`joinery: ${(error as Error).message}\n`);
      return false;
    }
  });
  return !done.includes(false);
}

function refusing(what: string, path: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new Refusal(
      `cannot write the ${what} file: ${describeFileError(error as Error, path)}`,
      EXIT.usage,
    );
  }
}
