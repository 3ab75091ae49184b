/** A debugger beside a run: the board waits for it, and time stands still wherever it stops the program. */
import { type DebuggerStart, debuggerStart } from "../../toolchain/image/index.ts";
import { checkGdbPort, GdbPortError, GdbServer } from "../emulator/index.ts";
import type { DebuggedImage } from "./device.ts";
import { RigError } from "./rig-error.ts";

export interface Debugging {
  /** Of the loopback interface; 0: any that is free. */
  readonly port: number;
  /** Called when the board waits for the debugger, with how that is started. */
  readonly onReady: (start: DebuggerStart) => void;
}

/** Throws RigError where the port cannot be had: asked before the firmware is built. */
export function checkPort({ port }: Debugging): Promise<void> {
  return refusing(() => checkGdbPort(port));
}

async function refusing<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof GdbPortError ? new RigError("usage", error.message) : error;
  }
}

/**
 * Has the board wait for a debugger. `onKilled`: it has ended the program. Throws RigError where the port cannot
 * be had.
 */
export async function waitForDebugger(
  { board, elfPath, debugPort }: DebuggedImage,
  app: string | undefined,
  { port, onReady }: Debugging,
  onKilled: () => void,
): Promise<GdbServer> {
  const server = new GdbServer(debugPort, onKilled);
  onReady(debuggerStart(board, { elfPath, app, port: await refusing(() => server.listen(port)) }));
  return server;
}
