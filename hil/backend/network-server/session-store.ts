/**
 * Sessions by device and by address, in memory. After a join both contexts are valid until the first uplink
 * in the new one: the device may not have heard the join-accept. LoRaWAN L2 1.0.3 section 6.2.4.
 */
import { devAddrOf, nwkAddrBits } from "../../lorawan/index.ts";
import type { NetworkSession } from "./session.ts";

interface Contexts {
  /** The one that an uplink has been heard in. */
  readonly current?: NetworkSession;
  /** Joined, nothing heard yet. */
  readonly next?: NetworkSession;
}

export class SessionStore {
  readonly #byDevEui = new Map<string, Contexts>();
  readonly #byDevAddr = new Map<string, NetworkSession[]>();

  current(devEui: string): NetworkSession | undefined {
    return this.#byDevEui.get(devEui)?.current;
  }

  next(devEui: string): NetworkSession | undefined {
    return this.#byDevEui.get(devEui)?.next;
  }

  /** Keeps a new activation beside the running one; an earlier one that was never used goes. */
  add(session: NetworkSession): void {
    const { current, next } = this.#byDevEui.get(session.devEui) ?? {};
    this.#forget(next);
    this.#byDevEui.set(session.devEui, { current, next: session });
    this.#byDevAddr.set(session.devAddr, [...this.byDevAddr(session.devAddr), session]);
  }

  /** The first uplink came in `session`: it is the only one from now on. Returns the one that ended. */
  activate(session: NetworkSession): NetworkSession | undefined {
    const ended = this.current(session.devEui);
    this.#forget(ended);
    this.#byDevEui.set(session.devEui, { current: session });
    return ended;
  }

  /** Every session that a frame with this DevAddr may belong to. */
  byDevAddr(devAddr: string): readonly NetworkSession[] {
    return this.#byDevAddr.get(devAddr) ?? [];
  }

  /**
   * A DevAddr of the network that no session has; undefined if there is none left.
   * @param random in [0, 1).
   */
  freeDevAddr(netId: string, random: () => number): string | undefined {
    const addresses = 2 ** nwkAddrBits(netId);
    if (this.#byDevAddr.size >= addresses) return undefined;
    let nwkAddr = Math.floor(random() * addresses);
    while (this.#byDevAddr.has(devAddrOf(netId, nwkAddr))) nwkAddr = (nwkAddr + 1) % addresses;
    return devAddrOf(netId, nwkAddr);
  }

  #forget(session: NetworkSession | undefined): void {
    if (!session) return;
    const others = this.byDevAddr(session.devAddr).filter((other) => other !== session);
    if (others.length > 0) this.#byDevAddr.set(session.devAddr, others);
    else this.#byDevAddr.delete(session.devAddr);
  }
}
