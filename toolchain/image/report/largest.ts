/** What takes most of a memory, in lines for a person. */
import { bytesIn, type Memory } from "./compare.ts";
import { byText, labelOf, modulesOf, type Part, type SizeReport } from "./size-report.ts";

/** How many are named. */
const NAMED = 5;

/** Those of some parts that take most, the largest first. */
export function largestOf(parts: readonly Part[], memory: Memory): readonly Part[] {
  return parts
    .filter((part) => bytesIn(part, memory) > 0)
    .sort((a, b) => bytesIn(b, memory) - bytesIn(a, memory) || byText(labelOf(a), labelOf(b)))
    .slice(0, NAMED);
}

export function largestParts(report: SizeReport, memory: Memory): string[] {
  return largestOf(report.parts, memory).map((part) => lineOf(bytesIn(part, memory), labelOf(part)));
}

export function largestModules(report: SizeReport, memory: Memory): string[] {
  return modulesOf(report.parts)
    .map((module) => ({ name: module.module, bytes: bytesIn(module, memory) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || byText(a.name, b.name))
    .slice(0, NAMED)
    .map(({ name, bytes }) => lineOf(bytes, name));
}

function lineOf(bytes: number, name: string): string {
  return `      ${String(bytes).padStart(6)}  ${name}`;
}
