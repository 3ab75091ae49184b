/** Folders for temporary files, which go when they have served, at the latest with the process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./at-exit.ts";

/** The variable of the environment by which a command tells a process that it starts, and may have to kill, where to. */
export const TEMPORARY_VARIABLE = "JOINERY_TMPDIR";

export interface TemporaryFolder {
  readonly path: string;
  /** Takes it away with all that is in it. */
  remove(): void;
}

/** A new folder, which is named after what it is for. */
export function temporaryFolder(purpose: string): TemporaryFolder {
  const path = mkdtempSync(join(process.env[TEMPORARY_VARIABLE] ?? tmpdir(), `joinery-${purpose}-`));
  const removeNow = () => rmSync(path, { recursive: true, force: true });
  const forget = atExit(removeNow);
  return {
    path,
    remove: () => {
      forget();
      removeNow();
    },
  };
}
