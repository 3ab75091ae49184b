/** What a run of many boards ends with. */
import type { RunReport } from "../report/run-report.ts";

/** One board of a fleet. Times are those of its site, in virtual milliseconds. */
export interface BoardReport {
  /** Of the fleet, from 1 on. */
  readonly number: number;
  readonly devEui: string;
  readonly board: string;
  /** Of the site that it was on, from 1 on. */
  readonly site: number;
  readonly verdict: "passed" | "failed";
  readonly reason: string | null;
  readonly devAddr: string | null;
  readonly poweredMs: number;
  readonly joinedMs: number | null;
  readonly joinRequests: number;
  readonly uplinksSent: number;
  /** FCntUp of each, as the Application Server decrypted them. */
  readonly uplinksDecrypted: readonly number[];
  readonly airtimeMs: number;
  /** Its airtime against the time that it has had power. */
  readonly dutyPercent: number;
  /** The last lines that it printed, where it failed. */
  readonly console: readonly string[];
}

/** How one server judged another by its certificate. */
export interface SiteTrust {
  readonly name: string | null;
  readonly tlsa: string | null;
  readonly dnssec: string | null;
  readonly accepted: boolean | null;
}

/** One air with a gateway, servers of two organisations, and its share of the boards. */
export interface SiteReport {
  /** From 1 on. */
  readonly site: number;
  readonly virtualMs: number;
  /** Packets of the boards on the air; of them, those that another one broke at the gateway, and that came while it sent. */
  readonly packets: number;
  readonly collided: number;
  readonly unheard: number;
  readonly trust: { readonly server: SiteTrust; readonly client: SiteTrust };
  /** What ended the site's run before its boards had come to their ends. */
  readonly troubles: readonly string[];
  readonly boards: readonly BoardReport[];
}

/** Sums over all boards and sites. */
export interface FleetTotals {
  readonly boards: number;
  readonly passed: number;
  readonly joined: number;
  readonly joinRequests: number;
  /** Join-requests that were not the first of their board. */
  readonly joinRetries: number;
  readonly uplinksSent: number;
  readonly uplinksDecrypted: number;
  readonly packets: number;
  readonly collided: number;
  readonly unheard: number;
  readonly airtimeMs: number;
  /** Of the board that was on the air for the greatest share of its time. */
  readonly highestDutyPercent: number;
  /** Of the site that took longest. */
  readonly virtualMs: number;
}

/** What the run took of this computer: another each time, as `wallMs` is. */
export interface FleetCost {
  readonly workers: number;
  /** Of the whole process since the run began. */
  readonly processorMs: number;
  /** Octets of memory that a board takes, servers' and air's records of it included: mean over the sites. */
  readonly boardOctets: number;
  /**
   * From Network to Join Servers, each by a mutual handshake by DANE: one a site where no join comes so late that the server
   * has closed it.
   */
  readonly joinServerConnections: number;
}

export interface FleetReport extends RunReport {
  readonly totals: FleetTotals;
  readonly sites: readonly Omit<SiteReport, "boards">[];
  readonly boards: readonly BoardReport[];
  readonly cost: FleetCost;
}
