/** From what came of each site to the document of a fleet. */
import { regionsOf } from "../../../toolchain/regions/index.ts";
import type { Check } from "../report/join-report.ts";
import type { FleetOptions } from "./fleet.ts";
import type { BoardReport, FleetCost, FleetReport, FleetTotals, SiteReport } from "./fleet-report.ts";
import type { SitePlan } from "./fleet-site.ts";

const NO_TRUST = { name: null, tlsa: null, dnssec: null, accepted: null };

/** The result of a run, from the sites in their order. */
export function composeFleetReport(
  { kinds, lorawan, region, seed }: FleetOptions,
  sites: readonly SiteReport[],
  took: { readonly wallMs: number } & FleetCost,
): FleetReport {
  const boards = sites.flatMap((site) => site.boards).sort((a, b) => a.number - b.number);
  const checks = [...sites.flatMap(siteChecks), ...boards.map(boardCheck)];
  const failed = checks.find(({ ok }) => !ok);
  const { wallMs, ...cost } = took;
  return {
    scenario: "fleet",
    verdict: failed === undefined ? "passed" : "failed",
    reason: failed === undefined ? null : `${failed.name}: ${failed.detail.split("\n")[0]}`,
    board: kinds.join(" "),
    lorawan,
    region: regionsOf(region),
    seed,
    totals: totalsOf(sites, boards),
    sites: sites.map(({ boards: _, ...site }) => site),
    boards,
    checks,
    cost,
    wallMs,
  };
}

/** A site whose thread has ended, for that reason. */
export function lostSite(plan: SitePlan, kindOf: (firmware: number) => string, why: string): SiteReport {
  const reason = `the thread of its site has ended: ${why}`;
  return {
    site: plan.number,
    virtualMs: 0,
    packets: 0,
    collided: 0,
    unheard: 0,
    trust: { server: NO_TRUST, client: NO_TRUST },
    troubles: [reason],
    boards: plan.boards.map(({ number, devEui, firmware, powerOnNs }) => ({
      number,
      devEui,
      board: kindOf(firmware),
      site: plan.number,
      verdict: "failed",
      reason,
      devAddr: null,
      poweredMs: powerOnNs / 1e6,
      joinedMs: null,
      joinRequests: 0,
      uplinksSent: 0,
      uplinksDecrypted: [],
      airtimeMs: 0,
      dutyPercent: 0,
      console: [],
    })),
  };
}

function siteChecks({ site, trust, troubles }: SiteReport): Check[] {
  const { server, client } = trust;
  return [
    {
      name: `site ${site}: Network Server and Join Server accept each other by DANE`,
      ok: server.accepted === true && client.accepted === true,
      detail: [server, client]
        .map(({ name, tlsa }) => `${name ?? "nobody"} TLSA ${tlsa ?? "none"}`)
        .join(", "),
    },
    {
      name: `site ${site}: goes on to the end of its boards`,
      ok: troubles.length === 0,
      detail: troubles.join("; "),
    },
  ];
}

function boardCheck(board: BoardReport): Check {
  const { devEui, reason, joinRequests, uplinksDecrypted, console } = board;
  const story = `${joinRequests} join-requests; decrypted uplinks ${uplinksDecrypted.join(", ")}`;
  return {
    name: `${board.board} ${devEui}: joins, and its uplinks are decrypted`,
    ok: board.verdict === "passed",
    detail: reason === null ? story : [reason, ...console].join("\n"),
  };
}

function totalsOf(sites: readonly SiteReport[], boards: readonly BoardReport[]): FleetTotals {
  const ofBoards = (of: (board: BoardReport) => number) => boards.reduce((sum, board) => sum + of(board), 0);
  const ofSites = (of: (site: SiteReport) => number) => sites.reduce((sum, site) => sum + of(site), 0);
  const joinRequests = ofBoards((board) => board.joinRequests);
  return {
    boards: boards.length,
    passed: boards.filter(({ verdict }) => verdict === "passed").length,
    joined: boards.filter(({ joinedMs }) => joinedMs !== null).length,
    joinRequests,
    joinRetries: joinRequests - boards.filter((board) => board.joinRequests > 0).length,
    uplinksSent: ofBoards(({ uplinksSent }) => uplinksSent),
    uplinksDecrypted: ofBoards(({ uplinksDecrypted }) => uplinksDecrypted.length),
    packets: ofSites(({ packets }) => packets),
    collided: ofSites(({ collided }) => collided),
    unheard: ofSites(({ unheard }) => unheard),
    airtimeMs: ofBoards(({ airtimeMs }) => airtimeMs),
    highestDutyPercent: Math.max(0, ...boards.map(({ dutyPercent }) => dutyPercent)),
    virtualMs: Math.max(0, ...sites.map(({ virtualMs }) => virtualMs)),
  };
}
