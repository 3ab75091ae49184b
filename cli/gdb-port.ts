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

/** On stderr, since stdout may be for what the command gives out. `whenGone`: what quit and kill do. */
export function sayWhereToDebug({ command, debianPackage }: DebuggerStart, whenGone: string): void {
  process.stderr.write(`
The board waits, and time with it. In another terminal (apt-get install ${debianPackage}):

  ${command}

then for example: break app.ts:21, continue, print app_sampleCount, detach. ${whenGone}

`);
}
