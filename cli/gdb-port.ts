/** Where an emulated board waits for its debugger, and how people are told. */
import { InvalidArgumentError } from "commander";
import type { DebuggerStart } from "../toolchain/image/index.ts";

/** Where gdbserver's documents listen too. */
export const GDB_PORT = 1234;

export function gdbPort(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) {
    throw new InvalidArgumentError("It must be a port from 0 to 65535, 0 being any that is free.");
  }
  return value;
}

/**
 * What to type first: by a function of the stack, since it is in every image, keeps its name where lines move, and is
 * called for each join-request, on a board that nobody hears too.
 */
const EXAMPLE = [
  "break join_frames_writeJoinRequest",
  "continue",
  "backtrace",
  "print/x frame_frame",
  "detach",
];

/**
 * On stderr, since stdout may be for what the command gives out. `notes`: what can be reached, what quit and kill do.
 */
export function sayWhereToDebug({ command, debianPackage }: DebuggerStart, notes: readonly string[]): void {
  process.stderr.write(`
The board waits, and time with it. In another terminal (apt-get install ${debianPackage}):

  ${command}

then for example: ${EXAMPLE.join(", ")}.
${notes.join("\n")}

`);
}
