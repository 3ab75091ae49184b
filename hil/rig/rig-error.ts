import type { BuildError } from "../../toolchain/image/index.ts";

/**
 * A run cannot begin: the caller's choice does not work ("usage"), the firmware does not build ("failed"), a
 * tool is not installed ("missing"), or the compiler itself broke down ("fault").
 */
export class RigError extends Error {
  override readonly name = "RigError";
  readonly kind: "usage" | "failed" | "missing" | "fault";
  /** What the compiler said, which the message is then the text of; empty where it is not to blame. */
  readonly diagnostics: BuildError["diagnostics"];

  constructor(kind: RigError["kind"], message: string, diagnostics: RigError["diagnostics"] = []) {
    super(message);
    this.kind = kind;
    this.diagnostics = diagnostics;
  }
}

/** Turns an error that was to be expected into a RigError of that kind, and lets all others pass. */
export async function refusing<T>(
  kind: RigError["kind"],
  expected: readonly (new (...args: never[]) => Error)[],
  action: () => T | Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isExpected = expected.some((type) => error instanceof type);
    throw isExpected ? new RigError(kind, (error as Error).message) : error;
  }
}
