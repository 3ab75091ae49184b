/**
 * How a step of the set-up runs other programs, and what it says. Everything goes to stderr: stdout is the command's.
 */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { constants as osConstants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Exit code of a set-up that cannot go on without help. */
const EXIT_SET_UP = 3;

export function onPath(command) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs one step of the set-up; its output is shown only when it fails. */
export function run(what, command, args, folder = ROOT) {
  const { ok, text } = output(command, args, folder);
  if (!ok) fail(`${text}\nSetting up ${what} failed.`);
}

/** Runs a command to its end: whether it did what it should, and all that it said. */
export function output(command, args, folder = ROOT) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const end = error?.message ?? (signal ? `${command} was ended by ${signal}` : "");
  return { ok: status === 0, text: [stdout, stderr, end].filter(Boolean).join("\n") };
}

/**
 * Runs the command that all the set-up was for, with the terminal as its own: what ends this process ends it, too.
 * Resolves with the exit code, as a shell gives it where a signal was the end.
 */
export function runInPlace(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit" });
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + osConstants.signals[signal]));
  });
}

export function note(text) {
  process.stderr.write(`joinery: ${text}\n`);
}

export function fail(text) {
  process.stderr.write(`joinery: ${text}\n`);
  process.exit(EXIT_SET_UP);
}
