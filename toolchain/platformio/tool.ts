/** PlatformIO Core, where it is installed. */
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where its own installer, and that of its editors, puts it. */
const OWN_FOLDER = join(homedir(), ".platformio", "penv", "bin");

/** The path of its command, from the PATH or from where its installer puts it; undefined where there is none. */
export function findPlatformIo(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), OWN_FOLDER];
  return folders.map((folder) => join(folder, "pio")).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, which is what was asked.
    return false;
  }
}
