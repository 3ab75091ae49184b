import type { CompileResult } from "../toolchain/compiler/index.ts";

/** What the process tells its caller. */
export const EXIT = { done: 0, failed: 1, usage: 2, missing: 3, fault: 4 } as const;

/** An end that is nobody's fault but the input's: the message says what, where and what to do. */
export class Refusal extends Error {
  readonly exitCode: number;
  /** Diagnostics of the compiler, which the message is then the text of; empty where something else refuses. */
  readonly diagnostics: CompileResult["diagnostics"];

  constructor(message: string, exitCode: number, diagnostics: Refusal["diagnostics"] = []) {
    super(message);
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
  }
}
