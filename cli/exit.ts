import { type CompileResult, formatReport } from "../toolchain/compiler/index.ts";

/** What the process tells its caller. */
export const EXIT = { done: 0, failed: 1, usage: 2, missing: 3, fault: 4 } as const;

/** An end that is nobody's fault but the input's: the message says what, where and what to do. */
export class Refusal extends Error {
  readonly exitCode: number;
  /** Diagnostics, which the message is then the text of; empty where a refusal has no number. */
  readonly diagnostics: CompileResult["diagnostics"];

  constructor(message: string, exitCode: number, diagnostics: Refusal["diagnostics"] = []) {
    super(message);
    this.exitCode = exitCode;
    this.diagnostics = diagnostics;
  }
}

/** Says on stderr what nobody but Joinery is to blame for. */
export function sayFault({ stack, message }: Error): void {
  process.stderr.write(`joinery: this should not happen, please report it:\n${stack ?? message}\n`);
}

/** What a part of the toolchain or the rig refuses, with its diagnostics as a terminal shows them. */
export function refusalOf({
  message,
  kind,
  diagnostics,
}: {
  readonly message: string;
  readonly kind: Exclude<keyof typeof EXIT, "done">;
  readonly diagnostics: Refusal["diagnostics"];
}): Refusal {
  const colour = process.stderr.isTTY === true;
  const text = diagnostics.length === 0 ? message : formatReport(diagnostics, { colour }).trimEnd();
  return new Refusal(text, EXIT[kind], diagnostics);
}
