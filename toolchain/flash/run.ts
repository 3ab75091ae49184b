/** Runs the commands of a plan. */
import { spawn } from "node:child_process";
import { uncut } from "../process-exit/index.ts";
import { FlashError } from "./errors.ts";
import type { FlashStep } from "./plan.ts";
import { requireTool } from "./tools.ts";

/** Our standard error: what tools say is for people, and standard output is the caller's. */
const STDERR = 2;

/**
 * Runs one step after the other; what the tools say goes to stderr. A step that has begun is not cut short, as a board that
 * is half written does not start. Throws FlashError where one fails.
 */
export async function runSteps(steps: readonly FlashStep[]): Promise<void> {
  for (const step of steps) await uncut(step.words[0], () => runStep(step));
}

function runStep({ words, ifFails }: FlashStep): Promise<void> {
  const [tool, ...args] = words;
  requireTool(tool);
  return new Promise((resolve, reject) => {
    // Ctrl-C reaches the tool too: it ends by itself, and it is waited for.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    const child = spawn(tool, args, { stdio: ["inherit", STDERR, STDERR] });
    child.on("error", ({ message }) =>
      reject(new FlashError("failed", `${tool} does not start: ${message}`)),
    );
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      if (code === 0) resolve();
      else
        reject(new FlashError("failed", `${tool} ended with ${signal ?? `exit code ${code}`}: ${ifFails}`));
    });
  });
}
