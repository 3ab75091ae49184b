/** What came of a fleet, as a person reads it in a terminal. */
import type { Palette } from "../report/terminal.ts";
import type { BoardReport, FleetReport } from "./fleet-report.ts";

/** The totals, what failed with its last words, and the verdict. */
export function fleetSummary(report: FleetReport, palette: Palette): string {
  const { totals, sites, boards, cost, checks, wallMs } = report;
  const { joinRetries, joinRequests, packets, collided, unheard, virtualMs } = totals;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const lines = [
    `${totals.boards} boards (${report.board}) on ${sites.length} sites, LoRaWAN ${report.lorawan}, ${report.region.join(" ")}`,
    `  joins     ${totals.joined} by ${joinRequests} join-requests, ${joinRetries} of them retries`,
    `  uplinks   ${totals.uplinksDecrypted} decrypted of ${totals.uplinksSent} sent`,
    `  air       ${packets} packets, ${collided} broken by another, ${unheard} while the gateway sent; ${seconds(totals.airtimeMs)} on the air, duty of a board at most ${totals.highestDutyPercent.toFixed(2)} %`,
    `  trust     ${cost.joinServerConnections} connections to Join Servers by DANE mutual TLS`,
    `  time      ${seconds(virtualMs)} virtual, ${seconds(wallMs)} wall, ${seconds(cost.processorMs)} of processor on ${cost.workers} threads`,
    `  memory    ${Math.round(cost.boardOctets / 1000)} kB a board`,
  ];
  for (const { name, ok, detail } of checks) {
    if (!ok && name.startsWith("site ")) lines.push(`  ${palette.red("✗")} ${name}: ${detail}`);
  }
  for (const board of boards) if (board.reason !== null) lines.push(...lastWords(board, palette));
  lines.push(
    "",
    report.verdict === "passed"
      ? palette.green("passed")
      : `${palette.red("failed")}: ${totals.boards - totals.passed} of ${totals.boards} boards; ${report.reason}`,
  );
  return lines.join("\n");
}

function lastWords({ devEui, board, site, reason, console }: BoardReport, palette: Palette): string[] {
  return [
    `  ${palette.red("✗")} ${devEui} (${board}, site ${site}): ${reason}`,
    ...console.map((line) => `      ${palette.dim(line)}`),
  ];
}
