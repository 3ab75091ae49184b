/** The process of the `joinery` command. */
import { runCommand } from "./command.ts";
import { EXIT } from "./exit.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.failed); // the reader has gone, as with `| head`: nobody is left to tell
});

await runCommand(process.argv.slice(2));
