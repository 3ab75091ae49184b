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
}

/** Collects entries and hands each on as it comes. */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly #startedMs = performance.now();
  readonly #listener: ((entry: TimelineEntry) => void) | undefined;
  #virtualNs: (() => number) | undefined;

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

  add(party: Party, text: string, ok?: boolean, step?: string): void {
    const virtualMs = this.#virtualNs === undefined ? undefined : this.#virtualNs() / 1e6;
    const entry: TimelineEntry = { virtualMs, wallMs: this.wallMs, party, text, ok, step };
    this.entries.push(entry);
    this.#listener?.(entry);
  }
}
