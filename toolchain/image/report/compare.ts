/** What has changed between two reports. */
import { byText, labelOf, type Part, type SizeReport } from "./size-report.ts";

/**
 * Whether what differs between two reports is what the sources have changed: they are of one board, one version of
 * LoRaWAN and the same regions. A report that does not say its version is like no other.
 */
export function isSameTarget(before: SizeReport, now: SizeReport): boolean {
  return (
    before.board === now.board &&
    before.lorawan !== undefined &&
    before.lorawan === now.lorawan &&
    before.region?.join() === now.region?.join()
  );
}

/** A memory that parts take. */
export type Memory = "flash" | "ram";

/** A part or a module that takes more or less than before; 0 where it was not there, or is gone. */
export interface Change {
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

export type Grouping = "module" | "function" | "variable";

/** What differs in a memory, the most grown first, the most shrunk last; by module, or of one kind of part. */
export function changesOf(
  before: SizeReport,
  now: SizeReport,
  memory: Memory,
  grouping: Grouping | "part",
): Change[] {
  const [old, new_] = [before, now].map((report) => totals(report.parts, memory, grouping));
  return [...new Set([...old.keys(), ...new_.keys()])]
    .map((name) => ({ name, before: old.get(name) ?? 0, now: new_.get(name) ?? 0 }))
    .filter((change) => change.now !== change.before)
    .sort((a, b) => b.now - b.before - (a.now - a.before) || byText(a.name, b.name));
}

/** What a part takes of a memory. */
export function bytesIn(
  part: { readonly flashBytes: number; readonly ramBytes: number },
  memory: Memory,
): number {
  return memory === "flash" ? part.flashBytes : part.ramBytes;
}

function totals(parts: readonly Part[], memory: Memory, grouping: Grouping | "part"): Map<string, number> {
  const sums = new Map<string, number>();
  for (const part of parts) {
    if (grouping !== "module" && grouping !== "part" && part.kind !== grouping) continue;
    const name = grouping === "module" ? part.module : labelOf(part);
    sums.set(name, (sums.get(name) ?? 0) + bytesIn(part, memory));
  }
  return sums;
}
