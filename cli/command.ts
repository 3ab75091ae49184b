/** The `joinery` command: finds out which part is wanted, runs it, and turns what happened into an exit code. */
import { Command, CommanderError } from "commander";
import { packageVersion } from "../toolchain/compiler/index.ts";
import { addBoard } from "./board.ts";
import { addBuild } from "./build.ts";
import { addCheck } from "./check.ts";
import { addDebug } from "./debug.ts";
import { errorJson } from "./errors-json.ts";
import { EXIT, Refusal, sayFault } from "./exit.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export.ts";
import { addFlash } from "./flash.ts";
import { addHil } from "./hil.ts";
import { Interrupted } from "./interruption.ts";
import { addMonitor } from "./monitor.ts";
import { addNew } from "./new.ts";
import { addSize } from "./size.ts";
import { addWatch } from "./watch.ts";

/** Runs the command that the words behind "joinery" ask for. Its exit code is that of the process, when that ends. */
export async function runCommand(words: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(words, { from: "user" });
  } catch (error) {
    process.exitCode = exitCodeOf(error, asksForJson(words));
  }
}

function createProgram(): Command {
  const program = new Command("joinery")
    .description("LoRaWAN end-device firmware written in TypeScript, and the rig that proves it")
    .version(packageVersion, "--version", "print the version and nothing else")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(joinery --help tells more)")
    .addHelpText(
      "after",
      `
Exit codes: 0 done; 1 a check failed or the firmware does not compile; 2 wrong usage, or a
joinery.json, board.json or state that cannot be used; 3 something must be installed first; 4 a fault of Joinery itself;
128 and the number of the signal that ended it: 130 for Ctrl-C.`,
    );
  addNew(program);
  addBoard(program);
  addBuild(program);
  addSize(program);
  addWatch(program);
  addCheck(program);
  addExplain(program);
  addFlash(program);
  addExport(program);
  addMonitor(program);
  addDebug(program);
  addHil(program);
  return program;
}

/** Whether the command was asked for JSON: read off the words, which may be what is refused. */
function asksForJson(words: readonly string[]): boolean {
  const options = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  return options.includes("--json");
}

/**
 * Says on stderr what went wrong, unless commander has, and on stdout where JSON is awaited there; returns the exit
 * code for it.
 */
function exitCodeOf(error: unknown, wantsJson: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  if (wantsJson && !(error instanceof Interrupted)) process.stdout.write(errorJson(error as Error));
  if (error instanceof CommanderError) return EXIT.usage;
  if (error instanceof Refusal) {
    // A diagnostic begins with its file, where editors and CI look for it.
    const speaker = error.diagnostics.length > 0 ? "" : "joinery: ";
    process.stderr.write(`${speaker}${error.message}\n`);
    return error.exitCode;
  }
  sayFault(error as Error);
  return EXIT.fault;
}
