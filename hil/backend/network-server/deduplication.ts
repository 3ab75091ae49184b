/**
 * Several gateways hear one frame. The copies that arrive within the window become one uplink, so that a
 * join-request reaches the Join Server once. Copies are equal if their PHYPayloads are. A copy that comes after the
 * window over a slow link is dropped: taken for a repetition by the device, it would be answered a second time.
 */
import type { Clock } from "../../clock/index.ts";
import type { Reception, Uplink } from "./reception.ts";

/** How long the copies of a frame are waited for. */
export const WINDOW_NS = 200_000_000;

/** The same where partners' gateways hear it too: they wait for their own copies, then hand the frame on. */
export const ROAMING_WINDOW_NS = 350_000_000;

/** No device repeats a frame sooner: RX2, which it waits for, opens two seconds after the frame's end at the earliest. */
const LATE_NS = 2_000_000_000;

interface Collected {
  readonly sinceNs: number;
  readonly receptions: Reception[];
  closed: boolean;
}

export class Deduplication {
  readonly #clock: Clock;
  readonly #onUplink: (uplink: Uplink) => void;
  readonly #onLate: (reception: Reception, afterNs: number) => void;
  readonly #windowNs: (phyPayload: Uint8Array) => number;
  readonly #collected = new Map<string, Collected>();

  /** `onLate` hears of each copy that is dropped, and how long after the first one it came. */
  constructor(
    clock: Clock,
    onUplink: (uplink: Uplink) => void,
    onLate: (reception: Reception, afterNs: number) => void,
    windowNs: (phyPayload: Uint8Array) => number = () => WINDOW_NS,
  ) {
    this.#windowNs = windowNs;
    this.#clock = clock;
    this.#onUplink = onUplink;
    this.#onLate = onLate;
  }

  /** The first copy opens the window; when it closes, `onUplink` gets all that came. */
  add(reception: Reception): void {
    const key = keyOf(reception.phyPayload);
    const known = this.#collected.get(key);
    const nowNs = this.#clock.nowNs();
    if (known?.closed) {
      this.#onLate(reception, nowNs - known.sinceNs);
      return;
    }
    if (known) {
      known.receptions.push(reception);
      return;
    }
    const receptions = [reception];
    const collected: Collected = { sinceNs: nowNs, receptions, closed: false };
    this.#keep(key, collected);
    const closesNs = reception.receivedNs + this.#windowNs(reception.phyPayload);
    this.#clock.at(Math.max(closesNs, nowNs), () => {
      collected.closed = true;
      const best = receptions.reduce((a, b) => (isBetter(b, a) ? b : a));
      this.#onUplink({ receptions, best });
    });
  }

  /** Whether copies of the frame come too late by now. */
  isServed(phyPayload: Uint8Array): boolean {
    return this.#collected.get(keyOf(phyPayload))?.closed === true;
  }

  /** The frame is served otherwise: further copies come too late. False where others are being collected. */
  claim(phyPayload: Uint8Array): boolean {
    const key = keyOf(phyPayload);
    if (this.#collected.has(key)) return false;
    this.#keep(key, { sinceNs: this.#clock.nowNs(), receptions: [], closed: true });
    return true;
  }

  #keep(key: string, collected: Collected): void {
    this.#collected.set(key, collected);
    this.#clock.at(collected.sinceNs + LATE_NS, () => this.#collected.delete(key));
  }
}

function keyOf(phyPayload: Uint8Array): string {
  return Buffer.from(phyPayload).toString("hex");
}

/** Concentrators say no more of strong signals than that their SNR is some 12 dB. */
function isBetter(a: Reception, b: Reception): boolean {
  return a.snrDb === b.snrDb ? a.rssiDbm > b.rssiDbm : a.snrDb > b.snrDb;
}
