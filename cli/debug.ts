/** `joinery debug`: an emulated board by itself, behind gdb's remote protocol. */
import type { Command } from "commander";
import { RigError, runLoneBoard } from "../hil/rig/index.ts";
import { addChoice, type ChoiceOptions, choiceOf, sayExample } from "./choice.ts";
import { EXIT, refusalOf } from "./exit.ts";
import { GDB_PORT, gdbPort, sayWhereToDebug } from "./gdb-port.ts";

interface DebugOptions extends ChoiceOptions {
  port: number;
}

const NOTES = [
  "No gateway hears the board: it never gets to what follows its join, such as sample and onDownlink of an application.",
  "joinery hil run join --gdb gets there. quit, detach and kill end the board.",
];

export function addDebug(program: Command): void {
  const command = program
    .command("debug")
    .description("boot the firmware on an emulated board that waits for gdb, and that no gateway hears")
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
  addChoice(command, "images")
    .option("--port <n>", "where it waits: a port of 127.0.0.1, 0 being any that is free", gdbPort, GDB_PORT)
    .addHelpText(
      "after",
      `
Prints the command that starts the debugger of the board's processor, avr-gdb or gdb-multiarch, with the image and the
folders of the sources. The console of the board goes to stdout. Ends when the debugger has gone, or with Ctrl-C.
joinery hil run join --gdb does the same in the middle of a join.

Examples:
  $ joinery debug
  $ joinery debug my-sensor.ts --board nucleo-l073rz-sx1276 --port 3333`,
    )
    .action(debug);
}

async function debug(application: string | undefined, options: DebugOptions): Promise<void> {
  const choice = choiceOf(application, options);
  sayExample(choice);
  const end = new AbortController();
  process.once("SIGINT", () => end.abort());
  const ended = await runLoneBoard({
    ...{ ...choice, realTime: false, seed: 1, end: end.signal },
    debugging: {
      port: options.port,
      onReady: (start) => sayWhereToDebug(start, NOTES),
    },
    onConsoleLine: (line) => process.stdout.write(`${line}\n`),
    onNotice: (text) => process.stderr.write(`joinery: ${text}\n`),
  }).catch((error: unknown) => {
    if (!(error instanceof RigError)) throw error;
    throw refusalOf(error);
  });
  process.exitCode = ended === "failed" ? EXIT.failed : EXIT.done;
}
