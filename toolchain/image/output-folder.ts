/** The folder that a build is written to, and what may be wrong with it. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";

/** A folder, or a file in it, that cannot be read or written: the message names it and says why. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "is not there",
  EISDIR: "is a folder",
  ERR_FS_EISDIR: "is a folder",
  ENOTDIR: "lies in a file, which is no folder",
  EEXIST: "is a file, not a folder",
  EACCES: "may not be written by this user",
  EPERM: "may not be written by this user",
  EROFS: "lies on a file system that is read-only",
  ENOSPC: "has no space left on its file system",
  EDQUOT: "is beyond this user's quota",
  ENAMETOOLONG: "has too long a name",
};

/** What is wrong with a file or folder, in a sentence. `place`: what is named where the error names nothing. */
export function describeFileError(error: NodeJS.ErrnoException & { dest?: string }, place: string): string {
  if (isTakingNone(error)) return `${dirname(error.path!)} is no ordinary folder: no other can be made in it`;
  const reason = REASONS[error.code ?? ""];
  return reason === undefined ? error.message : `${error.dest ?? error.path ?? place} ${reason}`;
}

/** Whether a folder could not be made in one that is there, as in /proc. */
function isTakingNone({ syscall, code, path }: NodeJS.ErrnoException): boolean {
  if (syscall !== "mkdir" || code !== "ENOENT" || path === undefined) return false;
  return isFolder(dirname(path));
}

/**
 * Makes a folder, and those above it that are missing, one by one: Node's own way to make several does not return where
 * one of them is there but takes no others, as /proc. Throws what the file system says.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !isFolder(path); path = dirname(path)) {
    missing.unshift(path);
    if (path === dirname(path)) break;
  }
  for (const path of missing) {
    try {
      mkdirSync(path);
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!isFolder(path)) throw error;
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Makes a folder and does the work that writes to it. Throws OutputError for what the folder or its files are to blame
 * for.
 */
export async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    makeFolder(folder);
    return await work();
  } catch (error) {
    throw isOf(folder, error as NodeJS.ErrnoException)
      ? new OutputError(`cannot write the build: ${describeFileError(error as Error, folder)}`)
      : error;
  }
}

/** A full disk has no path. The folder itself may lie in a file. */
function isOf(folder: string, { syscall, path }: NodeJS.ErrnoException): boolean {
  if (syscall === undefined) return false;
  return (
    path === undefined ||
    `${resolve(path)}${sep}`.startsWith(folder + sep) ||
    folder.startsWith(resolve(path) + sep)
  );
}
