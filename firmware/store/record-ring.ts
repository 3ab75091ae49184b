/**
 * Rings of records, for what a personalised device must not lose: a record is never overwritten by its successor, and a
 * power cut at any instant leaves the newest whole one, or the one before it where the newest was not complete.
 *
 * A record: its body, a multiple of four octets; CRC-16 of the body and of the serial number, least significant octet
 * first; the serial number, 1 to 255 and 1 again; the complement of that. It begins at a multiple of four, so that also
 * where the memory writes four octets at once the last four hold nothing of the body.
 *
 * A CRC of 16 bits alone would take one of 65536 torn records for whole. So the complement is written first, with a value
 * that belongs to no serial number, and what belongs there last. Nothing in between counts; and once that octet is being
 * written the body is there, so whatever is taken for whole then has the right one.
 *
 * Every octet is written anew, also one that reads right: a write that was cut off may leave cells that read otherwise the
 * next time.
 *
 * The serial numbers tell which record is the newest as long as all are of the last 26. A slot that no longer takes any
 * write keeps the record that it has, and as the numbers go round, that comes to look like the newest. No such record may
 * bring an FCntUp back: counters only grow, so there the newest is the highest.
 */
import { storeRead, storeWrite } from "../hal/index.ts";
import { type Int, i8, records, tableOf, u8, u16 } from "../lang/index.ts";
import { CRC_START, crc16 } from "./crc16.ts";

export const enum Ring {
  /**
   * Three numbers of four octets, least significant octet first. From record to record the first of them that changes is
   * higher than it was: ADRACKCnt (1.0.4), which falls, never changes alone.
   */
  Counters,
  /** What the network has set: of 1.0.4 only. */
  Parameters,
}

class Place {
  address: Int<0, 1024> = 0;
  slots: Int<2, 26> = 2;
  bodyLength: Int<0, 124> = 0;
}

const COUNTERS_LENGTH = 12;

/** Up to the end of 1 KiB. */
const PLACES = tableOf(Place, [
  { address: 96, slots: 26, bodyLength: COUNTERS_LENGTH },
  { address: 512, slots: 4, bodyLength: 124 },
]);

/** Records in the larger of them. */
export const RECORD_SLOTS = 26;

/** Behind the body: where the CRC, the serial number and its complement are, and what they take. */
const SERIAL = 2;
const COMPLEMENT = 3;
const TAIL = 4;

/** In place of the complement: of no serial number. */
const IN_WRITING = 0xff;

class Newest {
  slot: Int<0, 25> = 0;
  /** 0: there is none. */
  serial: u8 = 0;
}

const newest = records(Newest, 2);

/** The record under way. */
class Writing {
  slot: Int<0, 25> = 0;
  /** Of its next octet. */
  address: u16 = 0;
  crc: u16 = 0;
  /** Whether all that was written reads back. */
  isIntact: boolean = true;
}

const writing = new Writing();

function slotAddress(ring: Ring, slot: Int<0, 25>): u16 {
  return PLACES[ring].address + slot * (PLACES[ring].bodyLength + TAIL);
}

/** The serial number of the record in a slot; 0 where there is no whole one. */
function serialIn(ring: Ring, slot: Int<0, 25>): u8 {
  const start = slotAddress(ring, slot);
  const end = u16(start + PLACES[ring].bodyLength);
  const serial = storeRead(u16(end + SERIAL));
  if (storeRead(u16(end + COMPLEMENT)) !== (serial ^ 0xff)) return 0;
  let crc: u16 = CRC_START;
  for (let i = 0; i < PLACES[ring].bodyLength; i++) crc = crc16(crc, storeRead(u16(start + i)));
  crc = crc16(crc, serial);
  if (storeRead(end) !== (crc & 0xff) || storeRead(u16(end + 1)) !== crc >> 8) return 0;
  return serial;
}

/** Whether the whole record in a slot, with that serial number, is newer than the newest that was found so far. */
function isNewer(ring: Ring, slot: Int<0, 25>, serial: u8): boolean {
  if (newest[ring].serial === 0) return true;
  if (ring === Ring.Counters) {
    const start = slotAddress(Ring.Counters, slot);
    for (let i = 0; i < COUNTERS_LENGTH; i++) {
      // From the most significant octet of each number on.
      const octet = storeRead(u16(start + (i ^ 3)));
      const found = readOctet(Ring.Counters, i ^ 3);
      if (octet !== found) return octet > found;
    }
  }
  return i8(serial - newest[ring].serial) > 0;
}

/** Finds the newest record. Returns how many slots hold no whole one. */
export function openRing(ring: Ring): Int<0, 26> {
  newest[ring].slot = 0;
  newest[ring].serial = 0;
  let unreadable: Int<0, 26> = 0;
  for (let slot = 0; slot < PLACES[ring].slots; slot++) {
    const serial = serialIn(ring, slot);
    if (serial === 0) {
      if (unreadable < 26) unreadable++;
    } else if (isNewer(ring, slot, serial)) {
      newest[ring].slot = slot;
      newest[ring].serial = serial;
    }
  }
  return unreadable;
}

/** Whether there is a record. */
export function hasRecord(ring: Ring): boolean {
  return newest[ring].serial !== 0;
}

/** An octet of the body of the newest record. */
export function readOctet(ring: Ring, index: Int<0, 123>): u8 {
  return storeRead(u16(slotAddress(ring, newest[ring].slot) + index));
}

function write(address: u16, octet: u8): void {
  storeWrite(address, octet);
  if (storeRead(address) !== octet) writing.isIntact = false;
}

/**
 * Begins a record, `attempt` slots behind the newest, 1 at first. Its body follows by `putOctet`, then `endRecord`. False
 * where there is no such slot but the newest one's, which must outlast a failing store.
 */
export function beginRecord(ring: Ring, attempt: Int<1, 26>): boolean {
  const slots = PLACES[ring].slots;
  if (attempt >= slots) return false;
  let slot = newest[ring].slot + attempt;
  if (slot >= slots) slot -= slots;
  writing.slot = slot < RECORD_SLOTS ? slot : 0;
  writing.address = slotAddress(ring, writing.slot);
  writing.crc = CRC_START;
  writing.isIntact = true;
  storeWrite(u16(writing.address + PLACES[ring].bodyLength + COMPLEMENT), IN_WRITING);
  return true;
}

/** The next octet of the body. */
export function putOctet(octet: u8): void {
  write(writing.address, octet);
  writing.crc = crc16(writing.crc, octet);
  writing.address = u16(writing.address + 1);
}

/** Ends the record, which is then the newest. False where the slot did not take it: begin it in another. */
export function endRecord(ring: Ring): boolean {
  let serial: u8 = u8(newest[ring].serial + 1);
  if (serial === 0) serial = 1;
  const crc = crc16(writing.crc, serial);
  write(writing.address, crc & 0xff);
  write(u16(writing.address + 1), crc >> 8);
  write(u16(writing.address + SERIAL), serial);
  write(u16(writing.address + COMPLEMENT), serial ^ 0xff);
  if (!writing.isIntact) return false;
  newest[ring].slot = writing.slot;
  newest[ring].serial = serial;
  return true;
}
