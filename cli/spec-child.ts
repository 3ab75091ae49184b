/** The process that specs run in: whatever it has started goes with it, and it goes with this command. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { atExit, TEMPORARY_VARIABLE, temporaryFolder } from "../toolchain/process-exit/index.ts";
import { GRACE_MS } from "./interruption.ts";
import type { WaitMessage } from "./spec-end.ts";

/** For specs that lie where Node does not find it by its name. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** So often it is looked whether it is to be given up. */
const LOOK_EVERY_MS = 500;

export interface SpecChildOptions {
  readonly stdio: readonly ["ignore", "ignore" | "inherit", "inherit"];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** It is ended when this is aborted. */
  readonly end: AbortSignal;
  /** So long it has for that, where it does not say that it has to wait: a few seconds where not given. */
  readonly graceMs?: number;
  /** Why it is given up, and killed; undefined as long as it is not. */
  readonly givenUp?: () => string | undefined;
}

export interface SpecChildEnd {
  /** Null where a signal has ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly givenUp: string | undefined;
}

/** A module of this folder, in the sources TypeScript, in the package what is compiled of it. */
export function moduleBeside(name: string): string {
  return fileURLToPath(new URL(`${name}${extname(import.meta.filename)}`, import.meta.url));
}

/**
 * Runs Node with these arguments, and with tsx and what has it end when it is asked to. Its temporary files are in a
 * folder that goes with it, and so do the processes that it has started. Throws the reason of `end`.
 */
export async function runSpecChild(
  args: readonly string[],
  { stdio, cwd, env = process.env, end, graceMs = GRACE_MS, givenUp }: SpecChildOptions,
): Promise<SpecChildEnd> {
  end.throwIfAborted();
  const temporary = temporaryFolder("hil");
  const child = spawn(process.execPath, ["--import", LOADER, "--import", moduleBeside("spec-end"), ...args], {
    // A channel, so that it sees where this process has been killed.
    stdio: [...stdio, "ipc"] satisfies StdioOptions,
    cwd,
    env: { ...env, [TEMPORARY_VARIABLE]: temporary.path },
    // A process group of its own: all that is in it can be ended, and Ctrl-C comes by this command alone.
    detached: true,
  });
  const forget = atExit(() => killGroup(child));
  let reason: string | undefined;
  const giveUp = () => {
    reason ??= givenUp?.();
    if (reason !== undefined) killGroup(child);
  };
  const looking = setInterval(giveUp, LOOK_EVERY_MS);
  let killing: NodeJS.Timeout | undefined;
  const giveGrace = () => {
    killing = setTimeout(() => killGroup(child), graceMs);
  };
  const onEnd = () => {
    child.kill((end.reason as { signal?: NodeJS.Signals }).signal ?? "SIGTERM");
    giveGrace();
  };
  child.on("message", (message) => {
    const { waitsFor } = (message ?? {}) as Partial<WaitMessage>;
    if (waitsFor === undefined) return;
    clearTimeout(killing);
    if (waitsFor === null) giveGrace();
    else process.stderr.write(waiting(waitsFor));
  });
  end.addEventListener("abort", onEnd);
  try {
    const [status, signal] = await exitOf(child);
    end.throwIfAborted();
    return { status, signal, givenUp: reason };
  } finally {
    end.removeEventListener("abort", onEnd);
    clearTimeout(killing);
    clearInterval(looking);
    killGroup(child);
    forget();
    temporary.remove();
  }
}

function waiting(tool: string): string {
  return `joinery: waits for ${tool}: a board that is half written does not start. Once more, and it is ended at once\n`;
}

function exitOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, signal) => resolve([status, signal]));
  });
}

/** What is left of it, which may be nothing. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
