/** The signals that ask a process to end, and by which exit code it says that they have ended it. */
import { constants } from "node:os";

/** Ctrl-C; what ends a job of a CI; a terminal that is closed. */
export const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndingSignal = (typeof ENDING_SIGNALS)[number];

/** As shells give it. */
export function exitCodeOf(signal: EndingSignal): number {
  return 128 + constants.signals[signal];
}
