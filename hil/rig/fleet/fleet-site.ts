/** A site of a fleet: an air, a gateway, and the servers of two organisations for its share of the boards. */
import type { RegionName } from "../../../toolchain/regions/index.ts";
import { ClientIdentityUnavailable } from "../../trust/index.ts";
import type { Firmware } from "../device.ts";
import type { GatewayProtocol } from "../gateway-link.ts";
import { NAMES } from "../name-space.ts";
import { seededRandom } from "../random.ts";
import { refusing } from "../rig-error.ts";
import { seededSecrets } from "../secrets.ts";
import { Site } from "../site.ts";
import { Timeline } from "../timeline.ts";
import { type BoardPlan, FleetBoard } from "./fleet-board.ts";
import type { SiteReport, SiteTrust } from "./fleet-report.ts";
import { heapUse } from "./heap-use.ts";

export interface SitePlan {
  /** From 1 on. */
  readonly number: number;
  readonly seed: number;
  readonly lorawan: "1.0.4" | "1.1";
  readonly networkRegion: RegionName;
  readonly gatewayProtocol?: GatewayProtocol;
  readonly uplinksWanted: number;
  /** Virtual time that a board with power may take to join, and from then on for each of its uplinks. */
  readonly stepLimitNs: number;
  /** With the number of its firmware. */
  readonly boards: readonly (BoardPlan & { readonly firmware: number })[];
}

/** How far the boards of a site are. */
export interface SiteProgress {
  readonly joined: number;
  readonly uplinks: number;
  readonly ended: number;
}

export interface SiteOutcome {
  readonly report: SiteReport;
  /** Octets of memory that each of its boards has taken, with what the servers and the air keep of it; another each time. */
  readonly boardOctets: number;
  /** From the Network to the Join Server: servers count wall time until they close one that nobody uses. */
  readonly joinServerConnections: number;
}

/** Takes all boards of the site to their ends. */
export async function runSite(
  plan: SitePlan,
  firmwares: readonly Firmware[],
  onProgress: (progress: SiteProgress) => void,
): Promise<SiteOutcome> {
  const { seed, networkRegion, gatewayProtocol } = plan;
  const site = await refusing("missing", [ClientIdentityUnavailable], () =>
    Site.open({
      ...{ networkRegion, seed, gatewayProtocol },
      random: seededRandom(seed),
      timeline: new Timeline(),
    }),
  );
  return site.during(() => new FleetSite(plan, site, firmwares, onProgress).run());
}

class FleetSite {
  readonly #plan: SitePlan;
  readonly #site: Site;
  readonly #boards: readonly FleetBoard[];
  readonly #onProgress: (progress: SiteProgress) => void;
  #ended = 0;

  constructor(
    plan: SitePlan,
    site: Site,
    firmwares: readonly Firmware[],
    onProgress: (progress: SiteProgress) => void,
  ) {
    this.#plan = plan;
    this.#site = site;
    this.#onProgress = onProgress;
    const { lorawan, uplinksWanted, stepLimitNs } = plan;
    const secrets = seededSecrets(plan.seed);
    this.#boards = plan.boards.map(
      (board) =>
        new FleetBoard({
          ...{ site, lorawan, uplinksWanted, stepLimitNs, plan: board, secrets },
          siteNumber: plan.number,
          firmware: firmwares[board.firmware],
          onProgress: () => this.#progressed(),
        }),
    );
  }

  async run(): Promise<SiteOutcome> {
    const site = this.#site;
    const octetsBefore = await heapUse();
    for (const board of this.#boards) await board.provision();
    this.#listen();
    // Each board comes to its end by itself.
    await site.run(() => this.#ended === this.#boards.length || site.troubles.length > 0, Infinity);
    const boardOctets = ((await heapUse()) - octetsBefore) / this.#boards.length;
    const joinServerConnections = this.#site.witness.seen.verdicts.filter(
      ({ judge, verdict }) => judge === "network-server" && verdict.name === NAMES.joinServer,
    ).length;
    return { report: this.#report(), boardOctets, joinServerConnections };
  }

  /** Tells each board what concerns it. */
  #listen(): void {
    const byStation = new Map(this.#boards.map((board) => [board.station, board]));
    const byDevEui = new Map(this.#boards.map((board) => [board.identity.devEui, board]));
    this.#site.air.onTransmission((packet) => byStation.get(packet.from)?.transmitted(packet));
    this.#site.witness.onServerEvent((event) => {
      if (event.devEui !== undefined) byDevEui.get(event.devEui)?.serverEvent(event);
    });
  }

  #progressed(): void {
    const boards = this.#boards;
    this.#ended = boards.filter(({ ended }) => ended).length;
    this.#onProgress({
      joined: boards.filter(({ joined }) => joined).length,
      uplinks: boards.reduce((sum, { uplinksDecrypted }) => sum + uplinksDecrypted, 0),
      ended: this.#ended,
    });
  }

  #report(): SiteReport {
    const {
      clock,
      witness,
      troubles,
      gateways: [gateway],
    } = this.#site;
    const stations = new Set(this.#boards.map(({ station }) => station));
    const packets = this.#site.recorder.packets.filter(({ transmission }) => stations.has(transmission.from));
    const atGateway = packets.map(({ arrivals }) =>
      arrivals.find(({ receiver }) => receiver === gateway.eui),
    );
    const collided = atGateway.filter((arrival) => arrival?.intact === false).length;
    const heard = witness.seen.serverEvents.filter(({ step }) => step === "uplink-received").length;
    return {
      site: this.#plan.number,
      virtualMs: clock.nowNs() / 1e6,
      packets: packets.length,
      collided,
      unheard: packets.length - collided - heard,
      trust: {
        server: this.#trust("network-server", "server", NAMES.joinServer),
        client: this.#trust("join-server", "client", NAMES.networkServerAsClient),
      },
      troubles: [...troubles],
      boards: this.#boards.map((board) => board.report()),
    };
  }

  #trust(judge: "network-server" | "join-server", role: "server" | "client", name: string): SiteTrust {
    const verdict = this.#site.witness.seen.lastVerdict(judge, role, name);
    return {
      name: verdict?.name ?? null,
      tlsa: verdict?.tlsa ?? null,
      dnssec: verdict?.dnssec ?? null,
      accepted: verdict?.accepted ?? null,
    };
  }
}
