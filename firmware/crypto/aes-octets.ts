/**
 * AES-128, encryption only, for processors of eight bits: the device never needs the inverse cipher (FIPS 197;
 * LoRaWAN applies the inverse on the network's side of the join-accept).
 *
 * Each round key is made where it is used, from the one before: 16 octets of RAM instead of 176.
 *
 * A round is one pass over the columns. ShiftRows costs next to nothing: an octet of row r is written r columns before
 * its own, where the next round reads it. Before the first column lie the last ones, so the state begins three columns
 * into its memory, and at the end of a round six octets move behind. Nothing is overwritten before it is read.
 *
 * The S-box is the only table; its look-ups depend on secrets, which is safe on cores without a data cache. Nothing else
 * depends on them: no branch, no other index.
 */
import { type Bytes, i8, u8, view, wipe } from "../lang/index.ts";
import { S_BOX } from "./s-box.ts";

/**
 * Three columns of room, the state, the round key, column by column: 12, 16 and 16 octets. In one memory, one pointer
 * reaches all that belongs to a column; at a fixed address, the pointer costs nothing to have.
 */
const work = new Uint8Array(44);

/** The constant of the last round key (FIPS 197, 5.2). */
const LAST_ROUND = 0x36;

/** The product by x in GF(2^8), without a branch (FIPS 197, 4.2.1). */
function xtime(value: u8): u8 {
  return u8(value << 1) ^ ((i8(value) >> 7) & 0x1b);
}

/** The first AddRoundKey (FIPS 197, 5.1), with the key as the first round key. */
function begin(key: Bytes<16>, block: Bytes<16>): void {
  for (let i = 0; i < 16; i += 4) {
    const column = view(work, i, 32);
    const from = view(block, i, 4);
    const keyColumn = view(key, i, 4);
    column[28] = keyColumn[0];
    column[29] = keyColumn[1];
    column[30] = keyColumn[2];
    column[31] = keyColumn[3];
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

/** Encrypts 16 octets in place (FIPS 197, 5.1). `forgetKey` comes after the last block under a key. */
export function encryptBlock(key: Bytes<16>, block: Bytes<16>): void {
  begin(key, block);
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
        const to = view(block, i, 4);
        k0 ^= column[28];
        k1 ^= column[29];
        k2 ^= column[30];
        k3 ^= column[31];
        to[0] = S_BOX[column[12]] ^ k0;
        to[1] = S_BOX[column[13]] ^ k1;
        to[2] = S_BOX[column[14]] ^ k2;
        to[3] = S_BOX[column[15]] ^ k3;
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
      // SubBytes, then MixColumns (FIPS 197, 5.1.1 and 5.1.3): the products of a^b, b^c and c^d give that of d^a.
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
    roundConstant = xtime(roundConstant);
  }
}

/** Overwrites the round key and the state of the last round, either of which would give the key away. */
export function forgetKey(): void {
  wipe(work, 0, 44);
}
