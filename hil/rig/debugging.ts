/** A debugger beside a run: the board waits for it, and time stands still wherever it stops the program. */
import { sourceFolders } from "../../toolchain/image/index.ts";
import { GdbPortError, GdbServer } from "../emulator/index.ts";
import type { DebuggedImage } from "./device.ts";
import { RigError } from "./rig-error.ts";

export interface Debugging {
  /** Of the loopback interface; 0: any that is free. */
  readonly port: number;
  /** Called when the board waits for the debugger, with the command that starts it. */
  readonly onReady: (command: string) => void;
}

/**
 * Has the board wait for a debugger. `onKilled`: it has ended the program. Throws RigError where the port cannot
 * be had.
 */
export async function waitForDebugger(
  image: DebuggedImage,
  app: string | undefined,
  { port, onReady }: Debugging,
  onKilled: () => void,
): Promise<GdbServer> {
  const server = new GdbServer(image.debugPort, onKilled);
  try {
    onReady(debuggerCommand(image.elfPath, app, await server.listen(port)));
  } catch (error) {
    throw error instanceof GdbPortError ? new RigError("usage", error.message) : error;
  }
  return server;
}

function debuggerCommand(elfPath: string, app: string | undefined, port: number): string {
  const commands = [
    ...sourceFolders(app, elfPath).map(
      (folder) => `directory ${folder.includes(" ") ? `"${folder}"` : folder}`,
    ),
    `target remote 127.0.0.1:${port}`,
  ];
  return ["avr-gdb", quoted(elfPath), ...commands.map((command) => `-ex ${quoted(command)}`)].join(" ");
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
