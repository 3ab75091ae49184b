/**
 * The nonces, which must survive every power cut: a journal of records in a ring, so that a record is
 * never overwritten by its successor and a cut in the middle of a write loses nothing.
 *
 * A record, 8 octets: DevNonce of the next join-request (2), JoinNonce of the last accepted join-accept
 * (3, FFFFFF for none), 1 where all DevNonces are used up and 0 otherwise, CRC-16 of these (2); least
 * significant octet first. A torn record has a wrong CRC and is skipped.
 *
 * A CRC of 16 bits alone would take one of 65536 torn records for whole, and with it a JoinNonce that no accept follows, or
 * that all DevNonces are used up. So octet 5, whose value tells that no record counts, is written first, and what belongs
 * there last: nothing in between can count, and of the last octet alone the CRC misses no error.
 *
 * RJcount1 counts with DevNonce: of both it is demanded that they grow and never repeat, of neither that it has no gaps
 * (TS001-1.1, 6.2.4.4). So one number in the store does for both.
 *
 * DevNonces only grow, so the newest record is the one with the highest. Of two with the same DevNonce the
 * one written later is the newer: it follows in the ring, perhaps after a torn one.
 */
import { storeRead, storeWrite } from "../hal/index.ts";
import { type Bytes, type Int, load16le, store16le, u16, type u32 } from "../lang/index.ts";
import { CRC_START, crc16 } from "./crc16.ts";

/** First octet of the ring, and the number of its records: up to the end of 1 KiB. */
const JOURNAL = 64;
const SLOT_COUNT = 120;
const RECORD_LENGTH = 8;
const BODY_LENGTH = 6;
/** Where a record says that all DevNonces are used up, and what stands there while it is written. */
const USED_UP = 5;
const IN_WRITING = 0xff;

/** DevNonces that exist: 0 to 65535. */
const DEV_NONCE_COUNT = 0x10000;

/** What `joinNonce` is before the first join. No Join Server gives it: its successor would not fit. */
export const NO_JOIN_NONCE = 0xffffff;

/** 24 bits. */
export type JoinNonce = Int<0, 0xffffff>;

/** The newest record, and the DevNonce in use. */
export class Nonces {
  /**
   * DevNonce of the next join-request, or RJcount1 of the next rejoin-request of type 1; `DEV_NONCE_COUNT` where all
   * are used up.
   */
  nextDevNonce: Int<0, 0x10000> = 0;
  /** DevNonce of the join-request under way; RJcount0 or RJcount1 where it is a rejoin-request. */
  devNonce: u16 = 0;
  /** JoinNonce of the last accepted join-accept, or `NO_JOIN_NONCE`. */
  joinNonce: JoinNonce = 0xffffff;
}

export const nonces = new Nonces();

/** Where the newest record stands. */
let newestSlot: Int<0, 119> = 119;

function slotAddress(slot: Int<0, 119>): Int<64, 1016> {
  return JOURNAL + RECORD_LENGTH * slot;
}

function bodyCrc(record: Bytes<8>): u16 {
  let crc: u16 = CRC_START;
  for (let i = 0; i < BODY_LENGTH; i++) crc = crc16(crc, record[i]);
  return crc;
}

/** Reads the record of a slot and tells whether it is whole. */
function readRecord(slot: Int<0, 119>, record: Bytes<8>): boolean {
  const address = slotAddress(slot);
  for (let i = 0; i < RECORD_LENGTH; i++) record[i] = storeRead(address + i);
  return bodyCrc(record) === load16le(record, BODY_LENGTH);
}

/** Finds the newest record and takes `nonces` from it. Before the first record: DevNonce 0, no JoinNonce. */
export function openJournal(): void {
  const record = new Uint8Array(8);
  nonces.nextDevNonce = 0;
  nonces.joinNonce = NO_JOIN_NONCE;
  newestSlot = SLOT_COUNT - 1;
  let found = false;
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    if (!readRecord(slot, record)) continue;
    const nextDevNonce: u32 = load16le(record, 0) + record[USED_UP] * DEV_NONCE_COUNT;
    if (nextDevNonce > DEV_NONCE_COUNT) continue;
    const follows = slot - newestSlot < SLOT_COUNT / 2;
    if (!found || nextDevNonce > nonces.nextDevNonce || (nextDevNonce === nonces.nextDevNonce && follows)) {
      found = true;
      newestSlot = slot;
      nonces.nextDevNonce = nextDevNonce;
      nonces.joinNonce = load16le(record, 2) + record[4] * 0x10000;
    }
  }
}

/**
 * Writes `nonces` into the next slot that reads back what was written. False where none does: then nothing may be
 * transmitted that relies on it. The newest record is never written over, so that it outlasts a failing store.
 */
function writeRecord(): boolean {
  const record = new Uint8Array(8);
  store16le(record, 0, u16(nonces.nextDevNonce));
  store16le(record, 2, u16(nonces.joinNonce));
  record[4] = nonces.joinNonce >> 16;
  record[USED_UP] = nonces.nextDevNonce === DEV_NONCE_COUNT ? 1 : 0;
  store16le(record, BODY_LENGTH, bodyCrc(record));
  let slot: Int<0, 119> = newestSlot;
  for (let attempt = 1; attempt < SLOT_COUNT; attempt++) {
    slot = slot < SLOT_COUNT - 1 ? slot + 1 : 0;
    const address = slotAddress(slot);
    storeWrite(address + USED_UP, IN_WRITING);
    let intact = true;
    for (let i = 1; i <= RECORD_LENGTH; i++) {
      const at = (USED_UP + i) & (RECORD_LENGTH - 1);
      storeWrite(address + at, record[at]);
      if (storeRead(address + at) !== record[at]) intact = false;
    }
    if (intact) {
      newestSlot = slot;
      return true;
    }
  }
  return false;
}

/** Whether a DevNonce is left. */
export function hasDevNonce(): boolean {
  return nonces.nextDevNonce < DEV_NONCE_COUNT;
}

/**
 * Takes the next DevNonce as `nonces.devNonce`. When it returns true, no power cut can bring that DevNonce
 * back: only then may the join-request be transmitted (TS001-1.0.4, 6.2).
 */
export function takeDevNonce(): boolean {
  const devNonce = nonces.nextDevNonce;
  if (devNonce >= DEV_NONCE_COUNT) return false;
  nonces.devNonce = devNonce;
  nonces.nextDevNonce = devNonce + 1;
  return writeRecord();
}

/**
 * Leaves a DevNonce out, in the record that is written next: the newest is known by it, also where sessions follow one
 * another by rejoin-requests that take none. Call it only if `hasDevNonce`.
 */
export function skipDevNonce(): void {
  if (nonces.nextDevNonce < DEV_NONCE_COUNT) nonces.nextDevNonce++;
}

/** Keeps the JoinNonce of an accepted join-accept. False where the store failed. */
export function keepJoinNonce(joinNonce: JoinNonce): boolean {
  nonces.joinNonce = joinNonce;
  return writeRecord();
}
