/** What an image may take, and what is to blame where it takes more. */
import { bytesIn, changesOf, isSameTarget, type Memory } from "./compare.ts";
import { largestParts } from "./largest.ts";
import { roomIn } from "./remedies.ts";
import type { SizeReport } from "./size-report.ts";
import { stackLines } from "./text.ts";

/** Octets. What is left out is not limited. `stack` is the worst case, with one interrupt. */
export interface Budget {
  readonly flash?: number;
  readonly ram?: number;
  readonly stack?: number;
}

/** How many of those that grew are named. */
const NAMED = 5;

/** A limit that an image passes. */
export interface Excess {
  /** That of the budget; "board": what the variables leave of the board's RAM to the stack. */
  readonly limit: keyof Budget | "board";
  /** What is too much, and why. */
  readonly lines: readonly string[];
}

/**
 * What of an image is more than its budget, or than its board has for the variables and the stack, with the parts and
 * modules that grew most since the report of a build before; without one for the same board and version of LoRaWAN, the
 * largest. Empty where the image keeps all limits.
 */
export function checkBudget(report: SizeReport, budget: Budget, kept?: SizeReport): readonly Excess[] {
  const previous = kept !== undefined && isSameTarget(kept, report) ? kept : undefined;
  const excesses: readonly Excess[] = [
    { limit: "flash", lines: memoryExcess(report, "flash", budget.flash, previous) },
    { limit: "ram", lines: memoryExcess(report, "ram", budget.ram, previous) },
    stackExcess(report, budget.stack, previous),
  ];
  return excesses.filter(({ lines }) => lines.length > 0);
}

/** The refusal of an image that passes some limits. */
export function excessText(excesses: readonly Excess[]): string {
  return ["the image takes more than it may:", ...excesses.flatMap(({ lines }) => lines)].join("\n");
}

const NAMES: Readonly<Record<Memory, string>> = { flash: "flash", ram: "RAM" };

function memoryExcess(
  report: SizeReport,
  memory: Memory,
  limit: number | undefined,
  previous: SizeReport | undefined,
): string[] {
  const bytes = bytesIn(report, memory);
  if (limit === undefined || bytes <= limit) return [];
  const head = `  ${NAMES[memory]}: ${bytes} B, ${bytes - limit} more than the ${limit} allowed`;
  const before = previous === undefined ? undefined : bytesIn(previous, memory);
  if (previous === undefined || before === undefined || before >= bytes) {
    return [head, "    the largest:", ...largestParts(report, memory)];
  }
  const grown = (grouping: "part" | "module") =>
    changesOf(previous, report, memory, grouping)
      .filter((change) => change.now > change.before)
      .slice(0, NAMED)
      .map(
        ({ name, before, now }) =>
          `      ${`+${now - before}`.padStart(6)}  ${name} (${before === 0 ? "new" : `${before} before`})`,
      );
  return [
    head,
    `    grown by ${bytes - before} since the last build that was kept (${before} B):`,
    ...grown("part"),
    "    by module:",
    ...grown("module"),
  ];
}

function stackExcess(
  report: SizeReport,
  limit: number | undefined,
  previous: SizeReport | undefined,
): Excess {
  const { stackBytes, ramBytes, capacity } = report;
  const left = capacity.ramBytes - ramBytes;
  const isOfBoard = limit === undefined || left < limit;
  const most = isOfBoard ? left : limit;
  const whose = isOfBoard ? `${left} that the variables leave` : `${limit} allowed`;
  const excess = (lines: string[]): Excess => ({ limit: isOfBoard ? "board" : "stack", lines });
  if (stackBytes === null ? limit === undefined : stackBytes <= most) return excess([]);
  const known = previous?.stackBytes ?? undefined;
  const head =
    stackBytes === null
      ? `  stack: not known, so it cannot be held against the ${whose}`
      : `  stack: ${stackBytes} B at worst, ${stackBytes - most} more than the ${whose}`;
  const grown =
    stackBytes !== null && known !== undefined && known < stackBytes
      ? [`    grown by ${stackBytes - known} since the last build that was kept (${known} B); now:`]
      : [];
  const room = isOfBoard
    ? [
        `    the variables take ${ramBytes} of ${capacity.ramBytes} B; the largest:`,
        ...largestParts(report, "ram"),
        `    to make room: ${roomIn("ram", report)}`,
      ]
    : [];
  return excess([head, ...grown, ...stackLines(report.stack).map((line) => `    ${line}`), ...room]);
}
