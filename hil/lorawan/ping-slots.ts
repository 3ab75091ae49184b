/**
 * The ping slots of a class B device or multicast group: 4096 slots of 30 ms between two beacons, of which it listens
 * in one of every ping period, from an offset that changes with every beacon. LoRaWAN L2 1.0.4 and 1.1, sections 12 and
 * 13.
 */
import { AES_BLOCK_OCTETS, aesEncrypt } from "./aes.ts";
import { DEV_ADDR_OCTETS, toAirOrder } from "./identifiers.ts";

/** From the begin of a beacon to the first slot. */
export const BEACON_RESERVED_MS = 2120;
export const SLOT_MS = 30;
const SLOTS = 4096;

/** The longest period, 2^7 s, is that of the beacon. */
export const MAX_PERIODICITY = 7;

/** Slots from one of the device's to the next. */
export function pingPeriodSlots(periodicity: number): number {
  return 2 ** (5 + periodicity);
}

/** The first slot of a device, or of a group, behind the beacon with this time. */
export function pingOffset(beaconTime: number, devAddr: string, periodicity: number): number {
  const block = Buffer.alloc(AES_BLOCK_OCTETS);
  block.writeUInt32LE(beaconTime % 2 ** 32, 0);
  toAirOrder(devAddr, DEV_ADDR_OCTETS).copy(block, 4);
  const random = aesEncrypt(Buffer.alloc(AES_BLOCK_OCTETS), block);
  return (random[0] + 256 * random[1]) % pingPeriodSlots(periodicity);
}

/** When its slots begin, in milliseconds behind the begin of the beacon. */
export function pingSlotsMs(beaconTime: number, devAddr: string, periodicity: number): number[] {
  const offset = pingOffset(beaconTime, devAddr, periodicity);
  const period = pingPeriodSlots(periodicity);
  return Array.from(
    { length: SLOTS / period },
    (_, index) => BEACON_RESERVED_MS + (offset + index * period) * SLOT_MS,
  );
}
