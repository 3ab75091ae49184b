/**
 * What goes wrong inside the compiler: an exception becomes a message at the syntax that was being compiled.
 *
 * Each phase compiles a declaration or statement inside `locating`; of several places the innermost stays.
 */
import { relative } from "node:path";
import ts from "typescript";
import { packageRoot, packageVersion } from "../package-root.ts";
import { internalError, placeOf, TooDeep } from "./messages.ts";

/** Lines of the stack that a report needs. */
const STACK_LINES = 6;

class Breakdown extends Error {
  readonly node: ts.Node;

  constructor(node: ts.Node, cause: unknown) {
    super("the compiler breaks down", { cause });
    this.node = node;
  }
}

/** Runs `action`, which compiles `node`: an exception inside takes that place with it. */
export function locating<T>(node: ts.Node, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof Breakdown ? error : new Breakdown(node, error);
  }
}

/** The message for an exception. */
export function breakdownMessage(error: unknown): ts.Diagnostic {
  if (error instanceof TooDeep) return error.diagnostic;
  const [cause, node] = error instanceof Breakdown ? [error.cause, error.node] : [error];
  if (node && isStackOverflow(cause)) return new TooDeep(placeOf(node)).diagnostic;
  return internalError(node, describe(cause));
}

/** Whether the stack of this process ran out: the source nests deeper than recursion can follow. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

/** The exception, where it was thrown, and the versions: what a report needs, without this machine's folders. */
function describe(cause: unknown): string {
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  const frames = (stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, STACK_LINES)
    .map((line) => line.replace(/(?:file:\/\/)?(\/[^\s():]+)/, (path) => shortened(path)));
  const versions = `joinery ${packageVersion}, Node.js ${process.versions.node}, TypeScript ${ts.version}`;
  return [`${name}: ${message}`, ...frames, `    with ${versions}`].join("\n");
}

function shortened(path: string): string {
  const short = relative(packageRoot, path.replace(/^file:\/\//, ""));
  return short.startsWith("..") ? path.slice(path.lastIndexOf("/") + 1) : short;
}
