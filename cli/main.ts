/** The process of the `joinery` command. */
import { runCommand } from "./command.ts";
import { EXIT } from "./exit.ts";

/** Exit codes above it are those of signals. */
const SIGNALLED = 128;

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.failed); // the reader has gone, as with `| head`: nobody is left to tell
});

await runCommand(process.argv.slice(2));
// What a signal has ended goes on, if nothing ends it: servers listen, boards run.
if (Number(process.exitCode) > SIGNALLED) process.exit();
