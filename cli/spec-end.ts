/**
 * Loaded before all else in a process that specs run in: it ends when it is asked to, and where the command is gone that
 * has started it. First what must not be cut short comes to its end, and the rigs are closed.
 */
// By themselves, and light: what a spec imports may load them once more.
import { closeOpenRigs } from "../hil/rig/open-rigs.ts";
import { uncutOver, uncutWork } from "../toolchain/process-exit/index.ts";
import { ENDING_SIGNALS, type EndingSignal, exitCodeOf } from "./ending-signals.ts";

/** Told to the command that has started the process: null when there is nothing to wait for any more. */
export interface WaitMessage {
  readonly waitsFor: string | null;
}

for (const signal of ENDING_SIGNALS) process.on(signal, () => void end(signal));
process.once("disconnect", () => void end("SIGHUP"));
// Waiting for that alone is no reason to stay.
process.channel?.unref();

let isEnding = false;

async function end(signal: EndingSignal): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  if (uncutWork().length > 0) {
    tell({ waitsFor: uncutWork().join(", ") });
    await uncutOver();
    tell({ waitsFor: null });
  }
  await closeOpenRigs();
  process.exit(exitCodeOf(signal));
}

function tell(message: WaitMessage): void {
  if (process.connected) process.send?.(message);
}
