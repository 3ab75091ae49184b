/**
 * The frame counters of a personalised device, which count as long as its keys live: a ring of records, all of which
 * provisioning has written with zeros.
 *
 * A record, 12 octets: the bound below which FCntUp is that uplinks may have had (4), the least FCntDown that the next
 * downlink may have (4; under 1.1 NFCntDown), the same of AFCntDown, or under 1.0.4 ADRACKCnt (4), least significant octet
 * first.
 */
import { type Int, u8, u32 } from "../lang/index.ts";
import {
  beginRecord,
  endRecord,
  hasRecord,
  openRing,
  putOctet,
  RECORD_SLOTS,
  Ring,
  readOctet,
} from "./record-ring.ts";

/** How many uplinks one record is written for; after a power cut as many FCntUp may be left out. @config */
export const F_CNT_UP_STEP: Int<1, 1024> = 16;

const MOST = 0xffffffff;

/** The newest record. */
export class Counters {
  /** No uplink had an FCntUp from here on. */
  fCntUpBound: u32 = 0;
  nextFCntDown: u32 = 0;
  /** Of AFCntDown (1.1); ADRACKCnt (1.0.4). */
  third: u32 = 0;
}

export const counters = new Counters();

function read32(at: Int<0, 8>): u32 {
  let value: u32 = 0;
  for (let i = 0; i < 4; i++) value = u32((value << 8) | readOctet(Ring.Counters, at + 3 - i));
  return value;
}

function put32(value: u32): void {
  let rest = value;
  for (let i = 0; i < 4; i++) {
    putOctet(u8(rest));
    rest = rest >>> 8;
  }
}

/** `value` and `steps` steps more, as far as there are numbers. */
function stepUp(value: u32, steps: Int<0, 26>): u32 {
  const more = steps * F_CNT_UP_STEP;
  return value < MOST - more ? value + more : MOST;
}

/**
 * Finds the newest record. False where there is none: then nothing tells which FCntUp were used, and nothing may be
 * transmitted.
 *
 * A slot that holds no whole record may be one whose writing was cut off, or one whose record has been damaged since and
 * was the newest. Uplinks may have gone by the latter, so each such slot counts as a step of FCntUp. FCntDown goes on from
 * the record that is there: the network leaves none out, so downlinks that came since would be accepted again.
 */
export function openCounters(): boolean {
  const unreadable = openRing(Ring.Counters);
  if (!hasRecord(Ring.Counters)) return false;
  counters.fCntUpBound = stepUp(read32(0), unreadable);
  counters.nextFCntDown = read32(4);
  counters.third = read32(8);
  return true;
}

/**
 * Keeps the counters: uplinks from `fCntUp` on may then have those below `counters.fCntUpBound`. False where the store
 * failed: then nothing may be transmitted, nor a downlink accepted, that relies on it.
 */
export function keepCounters(fCntUp: u32, nextFCntDown: u32, third: u32): boolean {
  const bound = stepUp(fCntUp, 1);
  for (let attempt = 1; attempt < RECORD_SLOTS; attempt++) {
    if (!beginRecord(Ring.Counters, attempt)) return false;
    put32(bound);
    put32(nextFCntDown);
    put32(third);
    if (endRecord(Ring.Counters)) {
      counters.fCntUpBound = bound;
      counters.nextFCntDown = nextFCntDown;
      counters.third = third;
      return true;
    }
  }
  return false;
}
