/** The timeline and the verdict as a person reads them in a terminal. */

import { PARTY_NAMES } from "../narration.ts";
import type { TimelineEntry } from "../timeline.ts";
import type { JoinReport, MemoryFigures } from "./join-report.ts";

/** What colours do to a text; every member returns it unchanged where there are no colours. */
export interface Palette {
  dim(text: string): string;
  bold(text: string): string;
  green(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}

const unchanged = (text: string) => text;

/** No colours. */
export const PLAIN: Palette = {
  dim: unchanged,
  bold: unchanged,
  green: unchanged,
  red: unchanged,
  cyan: unchanged,
};

const PARTY_WIDTH = Math.max(...Object.values(PARTY_NAMES).map((name) => name.length));
const INDENT = " ".repeat(2);

/** The head of the table that `timelineLine` fills. */
export function timelineHead(palette: Palette): string {
  return palette.dim(`${"virtual".padStart(11)} ${"wall".padStart(9)}  who`);
}

/** One line of the timeline: virtual time, wall time, who, and what. */
export function timelineLine(entry: TimelineEntry, palette: Palette): string {
  const virtual = entry.virtualMs === undefined ? "" : `${(entry.virtualMs / 1000).toFixed(4)} s`;
  const wall = `${(entry.wallMs / 1000).toFixed(2)} s`;
  const mark = entry.ok === undefined ? " " : entry.ok ? palette.green("✓") : palette.red("✗");
  const who = palette.cyan(PARTY_NAMES[entry.party].padEnd(PARTY_WIDTH));
  return `${palette.dim(`${virtual.padStart(11)} ${wall.padStart(9)}`)}  ${who} ${mark} ${entry.text}`;
}

/** The closing lines: what the image takes, what failed, and the verdict. */
export function summary(report: JoinReport, palette: Palette): string {
  const { join } = report;
  const lines = [
    "",
    describeMemory(report.image),
    `${INDENT}join      DevEUI ${join.devEui}, DevNonce ${join.devNonce ?? "none"}, JoinNonce ${join.joinNonce ?? "none"}, DevAddr ${join.devAddr ?? "none"}`,
    `${INDENT}RX1       ${join.rx1OffsetUs === null ? "not opened" : `${join.rx1OffsetUs} µs against nominal`}`,
    ...describeServers(report),
    `${INDENT}checks    ${describeChecks(report)}`,
  ];
  for (const check of report.checks) {
    if (!check.ok) lines.push(`${INDENT}${palette.red("✗")} ${check.name}: ${check.detail}`);
  }
  lines.push(
    "",
    report.verdict === "passed"
      ? `${INDENT}${palette.green(palette.bold("passed"))} in ${(report.wallMs / 1000).toFixed(1)} s (${(report.virtualMs / 1000).toFixed(1)} s of the board's time)`
      : `${INDENT}${palette.red(palette.bold("failed"))}: ${report.reason}`,
  );
  return lines.join("\n");
}

function describeServers({ networkServer, trust, uplinks, downlinks }: JoinReport): string[] {
  if (networkServer !== null)
    return [`${INDENT}server    ${networkServer}; what happens behind it is not seen`];
  return [
    `${INDENT}trust     server ${describeTrust(trust.server)}; client ${describeTrust(trust.client)}`,
    `${INDENT}data      ${count(uplinks.length, "uplink")} decrypted, ${count(downlinks.length, "downlink")} received`,
  ];
}

/** A refusal fails a run though all its checks hold: then it is said beside them. */
function describeChecks({ checks, verdict }: JoinReport): string {
  const held = checks.filter((check) => check.ok).length;
  const refused = verdict === "failed" && held === checks.length;
  return `${held} of ${checks.length} hold${refused ? ", but something was refused besides" : ""}`;
}

function describeMemory(memory: MemoryFigures): string {
  if ("lua" in memory) {
    const { lua, bundleBytes, codeBytes, heapPeakBytes, heapLimitBytes } = memory;
    return `${INDENT}program   Lua ${lua}, ${bundleBytes} B of source, ${codeBytes} B of code with its lines in flash, ${heapPeakBytes} of ${heapLimitBytes} B heap at its peak`;
  }
  const { flashBytes, ramBytes, stackPeakBytes } = memory;
  return `${INDENT}image     ${flashBytes} B flash, ${ramBytes} B RAM, ${stackPeakBytes} B stack at its deepest`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function describeTrust(trust: JoinReport["trust"]["server"]): string {
  return `${trust.name ?? "unnamed"} (TLSA ${trust.tlsa ?? "none"}, DNSSEC ${trust.dnssec ?? "not reached"})`;
}
