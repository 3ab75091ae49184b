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

/** Throws Refusal where it cannot be written. */
export function writeOutputFile(what: string, path: string, content: string | Uint8Array): void {
  refusing(what, path, () => writeFileSync(path, content));
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
