/** Signals that ask a command to end, and what it does then. */
import { ENDING_SIGNALS, type EndingSignal, exitCodeOf } from "./ending-signals.ts";
import { Refusal } from "./exit.ts";

/** So long whatever is asked to end has for freeing what it holds. */
export const GRACE_MS = 5_000;

/** A signal has ended the command; the exit code is what a shell gives for it. */
export class Interrupted extends Refusal {
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super(`ended by ${signal}`, exitCodeOf(signal));
    this.signal = signal;
  }
}

/**
 * Does `action`, which is told by `end` when a signal asks for the end, and then ends what it has started. Throws
 * Interrupted where a signal came. A second signal ends the process at once.
 */
export async function interruptible<T>(action: (end: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  const onSignal = (signal: EndingSignal) => {
    if (end.signal.aborted) process.exit(exitCodeOf(signal));
    end.abort(new Interrupted(signal));
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  try {
    const result = await action(end.signal);
    end.signal.throwIfAborted();
    return result;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
  }
}

/** What `running`, which ends at `end`, comes to. Throws the reason of `end` where it takes longer than a few seconds. */
export async function endingSoon<T>(running: Promise<T>, end: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onEnd = () => {};
  const late = new Promise<never>((_, reject) => {
    onEnd = () => {
      timer = setTimeout(() => reject(end.reason), GRACE_MS);
    };
    end.addEventListener("abort", onEnd);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
    end.removeEventListener("abort", onEnd);
  }
}
