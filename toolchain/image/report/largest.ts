/** What takes most of a memory, in lines for a person. */
import { bytesIn, type Memory } from "./compare.ts";
import { byText, labelOf, modulesOf, type SizeReport } from "./size-report.ts";

/** How many are named. */
const NAMED = 5;

export function largestParts(report: SizeReport, memory: Memory): string[] {
  const named = report.parts.map((part) => ({ name: labelOf(part), bytes: bytesIn(part, memory) }));
  return largest(named);
}

export function largestModules(report: SizeReport, memory: Memory): string[] {
  return largest(
    modulesOf(report.parts).map((module) => ({ name: module.module, bytes: bytesIn(module, memory) })),
  );
}

function largest(rows: readonly { readonly name: string; readonly bytes: number }[]): string[] {
  return rows
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || byText(a.name, b.name))
    .slice(0, NAMED)
    .map(({ name, bytes }) => `      ${String(bytes).padStart(6)}  ${name}`);
}
