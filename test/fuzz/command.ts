/** What the commands of the fuzz have in common: refusals of their options, and a folder for what they build. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Says in a line what is wrong with the options, and ends. */
export function refuseUsage(error: Error): never {
  const [line] = error.message.split("\n");
  process.stderr.write(`${line}; see --help\n`);
  process.exit(2);
}

/** The value of an option that is a whole number. Throws Error where it is none. */
export function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} wants an integer from ${least} on, not '${text}'`);
}

/** A folder that is gone when the process is, be it ended by a signal. */
export function ownFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `joinery-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(1));
  return folder;
}
