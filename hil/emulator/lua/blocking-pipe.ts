/**
 * Pipes to and from a child that block this process, as lockstep needs it: the pipes of node:child_process do
 * not. A pipe is a named one whose name is taken away as soon as both ends are open, so that nothing is left
 * behind however the process ends; where the other side ends, reading and writing end too.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** File descriptors of the two ends. */
export interface BlockingPipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Two pipes. Throws where the system gives none. */
export function openPipes(): [BlockingPipe, BlockingPipe] {
  const dir = mkdtempSync(join(tmpdir(), "joinery-pipes-"));
  try {
    const paths = [join(dir, "a"), join(dir, "b")];
    execFileSync("mkfifo", paths, { stdio: "pipe" });
    const [one, other] = paths.map(openBothEnds);
    return [one, other];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Opening one end of a named pipe waits for the other; with a third descriptor that is both, neither does. */
function openBothEnds(path: string): BlockingPipe {
  const both = openSync(path, constants.O_RDWR);
  try {
    return {
      readEnd: openSync(path, constants.O_RDONLY),
      writeEnd: openSync(path, constants.O_WRONLY),
    };
  } finally {
    closeSync(both);
  }
}
