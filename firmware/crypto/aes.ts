/**
 * AES-128, encryption only: the device never needs the inverse cipher (FIPS 197; LoRaWAN applies the
 * inverse on the network's side of the join-accept).
 *
 * Two passes over the state a round, both in place: S-box with ShiftRows, then MixColumns with
 * AddRoundKey. The S-box is the only table; its look-ups depend on secrets, which is safe on cores
 * without a data cache. Nothing else depends on them: no branch, no other index.
 */
import { type Bytes, copy, fill, table8, u8, view } from "../lang/index.ts";

// biome-ignore format: sixteen octets a row, as in FIPS 197, figure 7
const S_BOX = table8([
  0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
  0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
  0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
  0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
  0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
  0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
  0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
  0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
  0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
  0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
  0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
  0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
  0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
  0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
  0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
  0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
]);

/** The eleven round keys of the key in use. One for all: the device works with one key at a time. */
const schedule = new Uint8Array(176);

/** The state that is being encrypted, column by column. At a fixed address it is cheaper to reach than by a pointer. */
const state = new Uint8Array(16);

/** The product by x in GF(2^8), without a branch (FIPS 197, 4.2.1). */
function xtime(value: u8): u8 {
  return u8(value << 1) ^ (u8(-(value >> 7)) & 0x1b);
}

/** Makes `key` the key of `encryptBlock`, until the next `useKey` or `forgetKey` (FIPS 197, 5.2). */
export function useKey(key: Bytes<16>): void {
  copy(schedule, 0, key, 0, 16);
  let roundConstant: u8 = 1;
  for (let i = 0; i < 160; i += 16) {
    const previous = view(schedule, i, 16);
    const next = view(schedule, i + 16, 16);
    next[0] = previous[0] ^ S_BOX[previous[13]] ^ roundConstant;
    next[1] = previous[1] ^ S_BOX[previous[14]];
    next[2] = previous[2] ^ S_BOX[previous[15]];
    next[3] = previous[3] ^ S_BOX[previous[12]];
    for (let j = 4; j < 16; j++) next[j] = previous[j] ^ next[j - 4];
    roundConstant = xtime(roundConstant);
  }
}

/** SubBytes and ShiftRows (FIPS 197, 5.1.1 and 5.1.2). */
function substituteAndShift(): void {
  state[0] = S_BOX[state[0]];
  state[4] = S_BOX[state[4]];
  state[8] = S_BOX[state[8]];
  state[12] = S_BOX[state[12]];

  let first = S_BOX[state[1]];
  state[1] = S_BOX[state[5]];
  state[5] = S_BOX[state[9]];
  state[9] = S_BOX[state[13]];
  state[13] = first;

  first = S_BOX[state[2]];
  state[2] = S_BOX[state[10]];
  state[10] = first;
  first = S_BOX[state[6]];
  state[6] = S_BOX[state[14]];
  state[14] = first;

  first = S_BOX[state[15]];
  state[15] = S_BOX[state[11]];
  state[11] = S_BOX[state[7]];
  state[7] = S_BOX[state[3]];
  state[3] = first;
}

/** MixColumns and AddRoundKey (FIPS 197, 5.1.3 and 5.1.4). */
function mixAndAddKey(roundKey: Bytes<16>): void {
  for (let i = 0; i < 16; i += 4) {
    const column = view(state, i, 4);
    const key = view(roundKey, i, 4);
    const a = column[0];
    const b = column[1];
    const c = column[2];
    const d = column[3];
    const all = a ^ b ^ c ^ d;
    column[0] = a ^ all ^ xtime(a ^ b) ^ key[0];
    column[1] = b ^ all ^ xtime(b ^ c) ^ key[1];
    column[2] = c ^ all ^ xtime(c ^ d) ^ key[2];
    column[3] = d ^ all ^ xtime(d ^ a) ^ key[3];
  }
}

/** Encrypts 16 octets in place under the key in use (FIPS 197, 5.1). */
export function encryptBlock(block: Bytes<16>): void {
  for (let i = 0; i < 16; i++) state[i] = block[i] ^ schedule[i];
  for (let round = 16; round < 176; round += 16) {
    substituteAndShift();
    if (round === 160) break;
    mixAndAddKey(view(schedule, round, 16));
  }
  for (let i = 0; i < 16; i++) block[i] = state[i] ^ schedule[160 + i];
}

/**
 * Overwrites the round keys, and the state of the last round, which together with the block that came out of it
 * would give the last round key away: no key outlives its use in RAM.
 */
export function forgetKey(): void {
  fill(schedule, 0, 176, 0);
  fill(state, 0, 16, 0);
}
