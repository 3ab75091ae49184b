/** The debugger of a board's processor, and where it finds the sources that an image's debug information names. */
import { dirname, join } from "node:path";
import { packageRoot } from "../package-root.ts";
import { shellLine } from "../shell-words.ts";
import { type ProcessorBoard, processorOf } from "./board.ts";
import type { FamilyName } from "./processors.ts";

export interface DebuggerStart {
  /** For a POSIX shell. */
  readonly command: string;
  /** The Debian package that the debugger is in. */
  readonly debianPackage: string;
}

/**
 * Has `step` pass over what gcc calls by itself, copying and clearing memory and arithmetic: a newlib that was compiled
 * with debug information would be stepped into, though no one has its sources.
 */
const SKIP_LIBRARIES = "skip -rfu ^(mem(cpy|move|set)|__.*)$";

/**
 * GDB's own build for AVR knows the memories of these; the one for all architectures takes the others from the ELF
 * file.
 */
const DEBUGGERS: Readonly<Record<FamilyName, { readonly gdb: string; readonly debianPackage: string }>> = {
  avr: { gdb: "avr-gdb", debianPackage: "gdb-avr" },
  "cortex-m0plus": { gdb: "gdb-multiarch", debianPackage: "gdb-multiarch" },
};

/**
 * How to debug an image that waits behind a port of the loopback interface. `app`: the file of an application of its
 * own.
 */
export function debuggerStart(
  board: Pick<ProcessorBoard, "processor">,
  { elfPath, app, port }: { readonly elfPath: string; readonly app?: string; readonly port: number },
): DebuggerStart {
  const { gdb, debianPackage } = DEBUGGERS[processorOf(board).family];
  const commands = [
    SKIP_LIBRARIES,
    ...sourceFolders(app, elfPath).map(
      (folder) => `directory ${folder.includes(" ") ? `"${folder}"` : folder}`,
    ),
    `target remote 127.0.0.1:${port}`,
  ];
  return { command: shellLine([gdb, elfPath, ...commands.flatMap((each) => ["-ex", each])]), debianPackage };
}

/** The folder of an application of its own, that of the package, and that of the generated C with its helpers. */
function sourceFolders(app: string | undefined, elfPath: string): string[] {
  const own = app === undefined ? [] : [dirname(app)];
  return [...own, packageRoot, join(dirname(elfPath), "c")];
}
