/**
 * Ping slots (TS001-1.0.4, 10 and 11; TS001-1.1, 12 and 13): of the 4096 slots of 30 ms between two beacons, a device or
 * multicast group has one in each ping period, from an offset on that changes with every beacon.
 */
import { encryptBlock, forgetKey } from "../crypto/index.ts";
import { type Bytes, copy, type Int, store32le, type u32 } from "../lang/index.ts";

/** Slots between two beacons; as the number of a slot: none any more. */
export const SLOT_COUNT = 4096;

export type Slot = Int<0, 4096>;

/** Microseconds of a slot, and from the begin of the beacon to the first. */
export const SLOT_US = 30000;
export const BEACON_RESERVED_US = 2120000;

/** Slots from 2^(5 + 0) to 2^(5 + 7). */
export type Periodicity = Int<0, 7>;

/** The number of its first slot behind the beacon with this time. */
export function pingOffset(beaconTime: u32, address: Bytes<4>, periodicity: Periodicity): Int<0, 4095> {
  const key = new Uint8Array(16); // of zeros, and so no secret; but with KEY_SCHEDULE the next key would be taken for it
  const block = new Uint8Array(16);
  store32le(block, 0, beaconTime);
  copy(block, 4, address, 0, 4);
  encryptBlock(key, block);
  forgetKey();
  return (block[0] + 256 * block[1]) & ((32 << periodicity) - 1);
}

/** Its first slot from the slot `from` on. */
export function nextSlot(offset: Int<0, 4095>, periodicity: Periodicity, from: Slot): Slot {
  if (from <= offset) return offset;
  const period = 32 << periodicity;
  // The periods are powers of two.
  const slot = offset + ((from - offset + period - 1) & ~(period - 1));
  return slot < SLOT_COUNT ? slot : SLOT_COUNT;
}
