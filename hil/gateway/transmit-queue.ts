/**
 * When a gateway can send: the just-in-time queue of the reference packet forwarder
 * (lora_pkt_fwd/src/jitqueue.c), with its margins. One transmitter, one packet at a time.
 */
import type { TxAckError } from "./udp/txpk.ts";

/** The concentrator must have a packet so long before it goes out, and packets must be as far apart: start delay and margin. */
export const LEAD_NS = 2_500_000;
/** A packet further ahead has a wrong timestamp: four beacon periods of 128 s. */
const MAX_ADVANCE_NS = 512_000_000_000;
/** Nothing may begin shorter before a beacon, whatever its end: BEACON_GUARD. */
const BEACON_GUARD_NS = 3_000_000_000;
/** Packets waiting at most. */
const CAPACITY = 32;

interface Slot {
  readonly startNs: number;
  readonly endNs: number;
  readonly isBeacon: boolean;
}

export class TransmitQueue {
  #slots: Slot[] = [];

  /** Reserves the time of a packet from `startNs` on, or says why not. */
  reserve(startNs: number, airtimeNs: number, nowNs: number): TxAckError {
    this.#forgetBefore(nowNs);
    if (startNs - nowNs <= LEAD_NS) return "TOO_LATE";
    if (startNs - nowNs > MAX_ADVANCE_NS) return "TOO_EARLY";
    return this.#insert({ startNs, endNs: startNs + airtimeNs, isBeacon: false });
  }

  /** The same of a beacon, with the time before it that is its own. */
  reserveBeacon(startNs: number, airtimeNs: number, nowNs: number): TxAckError {
    this.#forgetBefore(nowNs);
    return this.#insert({ startNs: startNs - BEACON_GUARD_NS, endNs: startNs + airtimeNs, isBeacon: true });
  }

  #insert(slot: Slot): TxAckError {
    const rival = this.#slots.find((other) => collide(slot, other));
    if (rival?.isBeacon) return "COLLISION_BEACON";
    if (rival !== undefined || this.#slots.length >= CAPACITY) return "COLLISION_PACKET";
    this.#slots.push(slot);
    return "NONE";
  }

  /** The first instant at which a packet without a timestamp would fit. */
  earliestNs(airtimeNs: number, nowNs: number): number {
    this.#forgetBefore(nowNs);
    let startNs = nowNs + LEAD_NS + 1000;
    for (const other of [...this.#slots].sort((a, b) => a.startNs - b.startNs)) {
      if (collide({ startNs, endNs: startNs + airtimeNs, isBeacon: false }, other))
        startNs = other.endNs + LEAD_NS + 1000;
    }
    return startNs;
  }

  #forgetBefore(nowNs: number): void {
    this.#slots = this.#slots.filter((slot) => slot.endNs + LEAD_NS > nowNs);
  }
}

function collide(a: Slot, b: Slot): boolean {
  return a.startNs <= b.endNs + LEAD_NS && b.startNs <= a.endNs + LEAD_NS;
}
