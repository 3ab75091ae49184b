/** What happened in a run, in order, as everybody who took part reported it. */

/** Who reported an entry. */
export type Party =
  | "rig"
  | "device"
  | "air"
  | "gateway"
  | "network-server"
  | "join-server"
  | "application-server"
  | "visited-gateway"
  | "visited-network-server";

/** Of a verdict about the other end of a TLS connection: whose it is, and who is at the ends, as far as that is known. */
export interface Handshake {
  readonly judge: "client" | "server";
  readonly client: Party | undefined;
  readonly server: Party | undefined;
}

export interface TimelineEntry {
  /** Virtual time since the board got power, in milliseconds; undefined before that. */
  readonly virtualMs: number | undefined;
  /** Wall time since the run began, in milliseconds. */
  readonly wallMs: number;
  readonly party: Party;
  readonly text: string;
  /** Whether this went as it should; undefined for what just happened. */
  readonly ok: boolean | undefined;
  /** Of a server's work, the step as the server names it; "console" for a line that the device prints. */
  readonly step?: string;
  readonly handshake?: Handshake;
}

/**
 * Collects entries and hands each on as it comes. They stand in the order in which they came, but for verdicts: both ends of
 * a TLS connection judge at the same time, and which is first depends on the machine. The client's stands first, and right
 * behind it the server's.
 */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly #startedMs = performance.now();
  readonly #listener: ((entry: TimelineEntry) => void) | undefined;
  #virtualNs: (() => number) | undefined;
  /** Verdicts that stand beside that of the other end. */
  readonly #paired = new WeakSet<TimelineEntry>();

  constructor(listener?: (entry: TimelineEntry) => void) {
    this.#listener = listener;
  }

  /** From now on entries carry virtual time, read from `nowNs`. */
  startVirtualTime(nowNs: () => number): void {
    this.#virtualNs = nowNs;
  }

  get wallMs(): number {
    return performance.now() - this.#startedMs;
  }

  add(party: Party, text: string, ok?: boolean, step?: string, handshake?: Handshake): void {
    const virtualMs = this.#virtualNs === undefined ? undefined : this.#virtualNs() / 1e6;
    const entry: TimelineEntry = { virtualMs, wallMs: this.wallMs, party, text, ok, step, handshake };
    this.entries.splice(this.#placeOf(entry), 0, entry);
    this.#listener?.(entry);
  }

  #placeOf(entry: TimelineEntry): number {
    const { handshake, virtualMs } = entry;
    if (handshake === undefined) return this.entries.length;
    const other = this.entries.findIndex(
      (earlier) =>
        earlier.virtualMs === virtualMs &&
        areEnds(earlier.handshake, handshake) &&
        !this.#paired.has(earlier),
    );
    if (other < 0) return this.entries.length;
    this.#paired.add(entry).add(this.entries[other]);
    return handshake.judge === "client" ? other : other + 1;
  }
}

/** Whether two verdicts are of the two ends of one connection. A client that did not say its name may be any. */
function areEnds(one: Handshake | undefined, other: Handshake): boolean {
  if (one === undefined || one.judge === other.judge || one.server !== other.server) return false;
  return one.client === other.client || one.client === undefined || other.client === undefined;
}
