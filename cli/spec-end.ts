/**
 * Loaded before all else in a process that specs run in: it ends when it is asked to, and where the command is gone that
 * has started it. What it holds besides memory is freed at its exit.
 */
import { ENDING_SIGNALS, exitCodeOf } from "./ending-signals.ts";

for (const signal of ENDING_SIGNALS) process.once(signal, () => process.exit(exitCodeOf(signal)));
process.once("disconnect", () => process.exit(exitCodeOf("SIGHUP")));
// Waiting for that alone is no reason to stay.
process.channel?.unref();
