/** Small C programs, linked as images are, and their reports. */
import { readFileSync } from "node:fs";
import { type SizeReport, sizeReport } from "../../../../toolchain/image/report/index.ts";
import type { CompilerNames } from "../../../../toolchain/image/report/source-names.ts";
import { Bench, buildBare, type Program } from "../../emulator/support/programs.ts";

/** Names as the compiler gives them: from the source's to the symbol in C. */
export function namesOf(
  functions: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): CompilerNames {
  const map = (names: Readonly<Record<string, string>>) =>
    new Map(Object.entries(names).map(([name, symbol]) => [name, { symbol }]));
  return { functions: map(functions), symbols: map(variables), dispatches: new Map() };
}

export function reportOf(program: Program, names: CompilerNames = namesOf({})): SizeReport {
  const board = { name: "bench", flashBytes: 32768, ramBytes: 2048 };
  return sizeReport({ ...program, board, elf: readFileSync(program.elfPath), names, ownC: [] });
}

/** The report of a program with a `main`, and the most stack that it took in the emulator. */
export async function measured(source: string): Promise<{ report: SizeReport; peakBytes: number }> {
  const program = await buildBare(source);
  const bench = new Bench(program);
  bench.runUntilDone();
  return { report: reportOf(program), peakBytes: bench.machine.stackPeakBytes };
}
