/** The `joinery` command of this checkout, as a process. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The folder of this checkout. */
export const ROOT = join(import.meta.dirname, "../../..");

/** For a working folder from which Node does not find it by its name. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const MAIN = join(ROOT, "cli/main.ts");

/** What Node is called with. */
export function joineryArguments(...args: readonly string[]): string[] {
  return ["--import", LOADER, MAIN, ...args];
}
