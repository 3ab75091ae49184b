/**
 * AES-128, encryption only, for processors of eight bits: the device never needs the inverse cipher (FIPS 197;
 * LoRaWAN applies the inverse on the network's side of the join-accept).
 *
 * Each round key is made where it is used, from the one before: 16 octets of RAM instead of 176. `KEY_SCHEDULE` keeps all.
 *
 * A round is one pass over the columns. ShiftRows costs next to nothing: an octet of row r is written r columns before
 * its own, where the next round reads it. Before the first column lie the last ones, so the state begins three columns
 * into its memory, and at the end of a round six octets move behind. Nothing is overwritten before it is read.
 *
 * The S-box is the only table; its look-ups depend on secrets, which is safe on cores without a data cache. Nothing else
 * depends on them: no branch, no other index.
 */
import { type Bytes, copy, type Int, i8, u8, view, wipe } from "../lang/index.ts";
import { KEY_SCHEDULE } from "./key-schedule.ts";
import { S_BOX } from "./s-box.ts";

/**
 * Three columns of room, the state, the round key, column by column: 12, 16 and 16 octets. In one memory, one pointer
 * reaches all that belongs to a column; at a fixed address, the pointer costs nothing to have.
 */
const work = new Uint8Array(KEY_SCHEDULE ? 28 : 44);

/** With `KEY_SCHEDULE`: all round keys (FIPS 197, 5.2), and whether they are there. */
const schedule = new Uint8Array(176);
let isScheduled: boolean = false;

/** The constant of the last round key (FIPS 197, 5.2). */
const LAST_ROUND = 0x36;

/** The product by x in GF(2^8), without a branch (FIPS 197, 4.2.1). */
function xtime(value: u8): u8 {
  return u8(value << 1) ^ ((i8(value) >> 7) & 0x1b);
}

/** The first AddRoundKey (FIPS 197, 5.1.4), with the key as the first round key. */
function begin(key: Bytes<16>, block: Bytes<16>): void {
  for (let i = 0; i < 16; i += 4) {
    const column = view(work, i, 16);
    const from = view(block, i, 4);
    const keyColumn = view(key, i, 4);
    if (!KEY_SCHEDULE) {
      const roundKey = view(work, i, 32);
      roundKey[28] = keyColumn[0];
      roundKey[29] = keyColumn[1];
      roundKey[30] = keyColumn[2];
      roundKey[31] = keyColumn[3];
    }
    column[12] = from[0] ^ keyColumn[0];
    column[9] = from[1] ^ keyColumn[1];
    column[6] = from[2] ^ keyColumn[2];
    column[3] = from[3] ^ keyColumn[3];
  }
}

/** Moves what was written before the first column behind, to the last ones: the rest of ShiftRows (FIPS 197, 5.1.2). */
function wrapRows(): void {
  work[25] = work[9];
  work[22] = work[6];
  work[26] = work[10];
  work[19] = work[3];
  work[23] = work[7];
  work[27] = work[11];
}

/**
 * SubBytes, MixColumns and AddRoundKey of a column (FIPS 197, 5.1.1, 5.1.3 and 5.1.4): the products of a^b, b^c and c^d
 * give that of d^a. @inline
 */
function turnColumn(column: Bytes<16>, k0: u8, k1: u8, k2: u8, k3: u8): void {
  const a = S_BOX[column[12]];
  const b = S_BOX[column[13]];
  const c = S_BOX[column[14]];
  const d = S_BOX[column[15]];
  const all = a ^ b ^ c ^ d;
  const ab = xtime(a ^ b);
  const bc = xtime(b ^ c);
  const cd = xtime(c ^ d);
  column[12] = a ^ all ^ ab ^ k0;
  column[9] = b ^ all ^ bc ^ k1;
  column[6] = c ^ all ^ cd ^ k2;
  column[3] = d ^ all ^ ab ^ bc ^ cd ^ k3;
}

/** The last round of a column, without MixColumns. @inline */
function endColumn(column: Bytes<16>, to: Bytes<4>, k0: u8, k1: u8, k2: u8, k3: u8): void {
  to[0] = S_BOX[column[12]] ^ k0;
  to[1] = S_BOX[column[13]] ^ k1;
  to[2] = S_BOX[column[14]] ^ k2;
  to[3] = S_BOX[column[15]] ^ k3;
}

/** Makes all round keys, the first of which is the key (FIPS 197, 5.2). */
function makeSchedule(key: Bytes<16>): void {
  copy(schedule, 0, key, 0, 16);
  let roundConstant: u8 = 1;
  for (let round: Int<0, 160> = 0; round < 160; round += 16) {
    const last = view(schedule, round + 12, 4);
    let k0 = S_BOX[last[1]] ^ roundConstant;
    let k1 = S_BOX[last[2]];
    let k2 = S_BOX[last[3]];
    let k3 = S_BOX[last[0]];
    for (let i = 0; i < 16; i += 4) {
      const column = view(schedule, round + i, 20);
      k0 ^= column[0];
      k1 ^= column[1];
      k2 ^= column[2];
      k3 ^= column[3];
      column[16] = k0;
      column[17] = k1;
      column[18] = k2;
      column[19] = k3;
    }
    roundConstant = xtime(roundConstant);
  }
  isScheduled = true;
}

/** All rounds, with round keys that are there. */
function runScheduled(block: Bytes<16>): void {
  for (let round: Int<16, 160> = 16; round < 160; round += 16) {
    wrapRows();
    for (let i = 0; i < 16; i += 4) {
      const k = view(schedule, round + i, 4);
      turnColumn(view(work, i, 16), k[0], k[1], k[2], k[3]);
    }
  }
  wrapRows();
  for (let i = 0; i < 16; i += 4) {
    const k = view(schedule, 160 + i, 4);
    endColumn(view(work, i, 16), view(block, i, 4), k[0], k[1], k[2], k[3]);
  }
}

/** All rounds but the first AddRoundKey, each of which makes its key from the one before. */
function runOnTheWay(block: Bytes<16>): void {
  let roundConstant: u8 = 1;
  for (;;) {
    wrapRows();
    // The column before the first one of the next round key (FIPS 197, 5.2).
    let k0 = S_BOX[work[41]] ^ roundConstant;
    let k1 = S_BOX[work[42]];
    let k2 = S_BOX[work[43]];
    let k3 = S_BOX[work[40]];
    if (roundConstant === LAST_ROUND) {
      for (let i = 0; i < 16; i += 4) {
        const column = view(work, i, 32);
        k0 ^= column[28];
        k1 ^= column[29];
        k2 ^= column[30];
        k3 ^= column[31];
        endColumn(view(work, i, 16), view(block, i, 4), k0, k1, k2, k3);
      }
      return;
    }
    for (let i = 0; i < 16; i += 4) {
      const column = view(work, i, 32);
      k0 ^= column[28];
      k1 ^= column[29];
      k2 ^= column[30];
      k3 ^= column[31];
      column[28] = k0;
      column[29] = k1;
      column[30] = k2;
      column[31] = k3;
      turnColumn(view(work, i, 16), k0, k1, k2, k3);
    }
    roundConstant = xtime(roundConstant);
  }
}

/** Encrypts 16 octets in place (FIPS 197, 5.1). `forgetKey` comes after the last block under a key. */
export function encryptBlock(key: Bytes<16>, block: Bytes<16>): void {
  begin(key, block);
  if (!KEY_SCHEDULE) {
    runOnTheWay(block);
    return;
  }
  if (!isScheduled) makeSchedule(key);
  runScheduled(block);
}

/** Overwrites the round keys and the state of the last round, either of which would give the key away. */
export function forgetKey(): void {
  wipe(work, 0, KEY_SCHEDULE ? 28 : 44);
  if (!KEY_SCHEDULE) return;
  wipe(schedule, 0, 176);
  isScheduled = false;
}
