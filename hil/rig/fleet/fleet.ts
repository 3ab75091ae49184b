/**
 * Many boards in one run. They are spread over sites: each has an air, a gateway and the servers of two organisations of
 * its own, and runs by itself in lockstep. Which boards are on a site, and what happens there, follows from the seed; threads
 * take the sites one after the other, so that their number changes nothing but the time that it takes.
 */
import { availableParallelism } from "node:os";
import { type RegionName, regionsOf } from "../../../toolchain/regions/index.ts";
import { buildData, type FirmwareChoice } from "../build-firmware.ts";
import type { BootableData } from "../built-firmware.ts";
import type { GatewayProtocol } from "../gateway-link.ts";
import { DEV_EUI_PREFIX } from "../names.ts";
import { randomHex, seededRandom } from "../random.ts";
import { runnableBoard } from "../runnable-board.ts";
import { Timeline } from "../timeline.ts";
import { composeFleetReport, lostSite } from "./compose-fleet-report.ts";
import type { FleetReport } from "./fleet-report.ts";
import type { SiteOutcome, SitePlan, SiteProgress } from "./fleet-site.ts";
import { FleetThread, ThreadEnded } from "./fleet-thread.ts";

export interface FleetOptions extends Omit<FirmwareChoice, "exactLines"> {
  /** The kinds of boards, which take turns. */
  readonly kinds: readonly string[];
  /** How many boards. */
  readonly boards: number;
  /** The folder of the boards that are the project's own, as `readProject` gives it. */
  readonly ownBoards?: string;
  /** The region of the network; the first of the device's where not given. */
  readonly networkRegion?: RegionName;
  readonly gateway?: GatewayProtocol;
  /** Everything random follows from it, keys too. */
  readonly seed: number;
  /** Of each board, decrypted; 3 where not given. */
  readonly uplinks?: number;
  /** How many boards share a site at most; 25 where not given. */
  readonly siteBoards?: number;
  /** Boards get power within so many virtual seconds; 60 where not given. */
  readonly powerOnWithinS?: number;
  /** Threads; as many as there are processors where not given. */
  readonly workers?: number;
  /** Ends the run. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FleetProgress) => void;
}

/** How far the boards of a fleet are. */
export interface FleetProgress extends SiteProgress {
  readonly boards: number;
  readonly uplinksWanted: number;
  readonly wallMs: number;
}

/** The run was ended by its signal. */
export class FleetAborted extends Error {
  override readonly name = "FleetAborted";
}

const UPLINKS = 3;
const SITE_BOARDS = 25;
const POWER_ON_WITHIN_S = 60;
/** For a board to join, or to have a further uplink decrypted, collisions and all, in virtual time. */
const STEP_LIMIT_NS = 3600e9;

/**
 * Runs the fleet. Throws RigError where it cannot begin, FleetAborted; whatever goes wrong later is in the report, also where
 * a thread ends before its site. `startThread`: what the sites run on.
 */
export async function runFleet(
  options: FleetOptions,
  startThread: () => FleetThread = () => new FleetThread(),
): Promise<FleetReport> {
  const boards = options.kinds.map((board) =>
    runnableBoard({ board, boards: options.ownBoards, config: options.config }),
  );
  const plans = sitePlans(options);
  const fleet = new Fleet(options, plans.length, startThread);
  try {
    // The threads load their modules while this one compiles.
    const firmwares: BootableData[] = [];
    for (const board of boards) firmwares.push(await buildData(board, options, new Timeline()));
    return await fleet.run(plans, firmwares);
  } finally {
    await fleet.close();
  }
}

/** Each site with its boards: as even as may be. */
export function sitePlans(options: FleetOptions): SitePlan[] {
  const { boards, kinds, seed, lorawan, region, uplinks = UPLINKS } = options;
  const { siteBoards = SITE_BOARDS, powerOnWithinS = POWER_ON_WITHIN_S } = options;
  const random = seededRandom(seed);
  const devEuis = new Set<string>();
  while (devEuis.size < boards) devEuis.add(DEV_EUI_PREFIX + randomHex(random, 16 - DEV_EUI_PREFIX.length));
  const all = [...devEuis].map((devEui, index) => ({
    ...{ number: index + 1, devEui, firmware: index % kinds.length },
    powerOnNs: Math.floor(random() * powerOnWithinS * 1e9),
  }));
  const sites = Math.ceil(boards / siteBoards);
  return Array.from({ length: sites }, (_, index) => ({
    number: index + 1,
    seed: Math.floor(random() * 2 ** 32),
    lorawan,
    networkRegion: options.networkRegion ?? regionsOf(region)[0],
    gatewayProtocol: options.gateway,
    uplinksWanted: uplinks,
    stepLimitNs: STEP_LIMIT_NS,
    boards: all.slice((index * boards) / sites, ((index + 1) * boards) / sites),
  }));
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}

/** The threads of a run, and what they have come to. */
class Fleet {
  readonly #options: FleetOptions;
  readonly #startThread: () => FleetThread;
  readonly #threads: FleetThread[] = [];
  readonly #progress = new Map<number, SiteProgress>();
  readonly #startedMs = performance.now();
  readonly #processorBefore = process.cpuUsage();
  readonly #abort = () => void this.close();
  #isClosed = false;

  constructor(options: FleetOptions, sites: number, startThread: () => FleetThread) {
    this.#options = options;
    this.#startThread = startThread;
    const { workers = availableParallelism(), signal } = options;
    for (let count = 0; count < Math.min(workers, sites); count++) this.#start();
    signal?.addEventListener("abort", this.#abort);
  }

  async run(plans: readonly SitePlan[], firmwares: readonly BootableData[]): Promise<FleetReport> {
    const waiting = [...plans];
    const outcomes: SiteOutcome[] = [];
    const workers = this.#threads.length;
    const work = async (first: FleetThread) => {
      let thread = first;
      thread.load(firmwares);
      for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
        const { number } = plan;
        try {
          outcomes.push(await thread.run(plan, (progress) => this.#progressed(number, progress)));
        } catch (error) {
          if (this.#options.signal?.aborted) throw new FleetAborted(this.#account());
          if (this.#isClosed || !(error instanceof ThreadEnded)) throw error;
          outcomes.push({
            report: lostSite(plan, this.#kindOf, error.message),
            boardOctets: 0,
            joinServerConnections: 0,
          });
          thread = this.#start();
          thread.load(firmwares);
        }
      }
    };
    if (this.#options.signal?.aborted) throw new FleetAborted(this.#account());
    await Promise.all(this.#threads.map(work));
    const { user, system } = process.cpuUsage(this.#processorBefore);
    return composeFleetReport(
      this.#options,
      outcomes.map(({ report }) => report).sort((a, b) => a.site - b.site),
      {
        workers,
        processorMs: (user + system) / 1000,
        boardOctets: sumOf(outcomes, ({ boardOctets }) => boardOctets) / outcomes.length,
        joinServerConnections: sumOf(outcomes, ({ joinServerConnections }) => joinServerConnections),
        wallMs: performance.now() - this.#startedMs,
      },
    );
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.signal?.removeEventListener("abort", this.#abort);
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #start(): FleetThread {
    const thread = this.#startThread();
    this.#threads.push(thread);
    return thread;
  }

  readonly #kindOf = (firmware: number) => this.#options.kinds[firmware];

  #progressed(site: number, progress: SiteProgress): void {
    this.#progress.set(site, progress);
    this.#options.onProgress?.(this.#total());
  }

  #total(): FleetProgress {
    const sum = (of: (progress: SiteProgress) => number) => sumOf([...this.#progress.values()], of);
    return {
      boards: this.#options.boards,
      uplinksWanted: this.#options.boards * (this.#options.uplinks ?? UPLINKS),
      joined: sum(({ joined }) => joined),
      uplinks: sum(({ uplinks }) => uplinks),
      ended: sum(({ ended }) => ended),
      wallMs: performance.now() - this.#startedMs,
    };
  }

  #account(): string {
    const { ended, boards, joined } = this.#total();
    return `the run was ended from outside: ${joined} of ${boards} boards had joined, ${ended} were done`;
  }
}
