/**
 * A device that joins: it has to join again and be heard, with no DevNonce and no counter of uplinks that was there
 * before.
 */
import { isDataFrame, parseDataFrame, parseJoinRequest } from "../../../hil/lorawan/index.ts";
import type { Bench, Uplink } from "../../unit/firmware/support/bench.ts";
import { Network } from "../../unit/firmware/support/network.ts";
import type { Witness } from "./campaign.ts";

export class JoinWitness implements Witness {
  readonly missing = "the device does not join again";
  /** A join takes 8 s, and further attempts may be needed. */
  readonly limitNs = 142e9;
  readonly hasYouth = false;
  readonly counts = { joinRequests: 0, uplinks: 0 };
  readonly #network: Network;
  #lastDevNonce = -1;
  #lastFrame = { joinNonce: -1, fCnt: -1 };

  constructor(bench: Bench, lorawan11: boolean) {
    this.#network = new Network(bench, { lorawan11 });
  }

  get signs(): number {
    return this.#network.received.length;
  }

  onPowerUp(): void {}

  onLine(): undefined {}

  onUplink({ transmission: { payload } }: Uplink): string | undefined {
    if (isDataFrame(payload)) {
      this.counts.uplinks++;
      const { fCnt16: fCnt } = parseDataFrame(payload);
      // A join brings keys, and with them counters that begin anew.
      const { joinNonce } = this.#network;
      const last = this.#lastFrame;
      this.#lastFrame = { joinNonce, fCnt };
      if (joinNonce === last.joinNonce && fCnt <= last.fCnt)
        return `FCntUp ${fCnt} follows ${last.fCnt} under the same keys`;
    } else {
      this.counts.joinRequests++;
      const { devNonce } = parseJoinRequest(payload);
      const last = this.#lastDevNonce;
      this.#lastDevNonce = devNonce;
      if (devNonce <= last) return `DevNonce ${devNonce} follows ${last}`;
    }
    return undefined;
  }
}
