/**
 * Several gateways hear one frame. The copies that arrive within the window become one uplink, so that a
 * join-request reaches the Join Server once. Copies are equal if their PHYPayloads are.
 */
import type { Clock } from "../../clock/index.ts";
import type { Reception, Uplink } from "./reception.ts";

const WINDOW_NS = 200_000_000;

export class Deduplication {
  readonly #clock: Clock;
  readonly #onUplink: (uplink: Uplink) => void;
  readonly #open = new Map<string, Reception[]>();

  constructor(clock: Clock, onUplink: (uplink: Uplink) => void) {
    this.#clock = clock;
    this.#onUplink = onUplink;
  }

  /** The first copy opens the window; when it closes, `onUplink` gets all that came. */
  add(reception: Reception): void {
    const key = Buffer.from(reception.phyPayload).toString("hex");
    const collected = this.#open.get(key);
    if (collected) {
      collected.push(reception);
      return;
    }
    const receptions = [reception];
    this.#open.set(key, receptions);
    this.#clock.at(this.#clock.nowNs() + WINDOW_NS, () => {
      this.#open.delete(key);
      const best = receptions.reduce((a, b) => (b.snrDb > a.snrDb ? b : a));
      this.#onUplink({ receptions, best });
    });
  }
}
