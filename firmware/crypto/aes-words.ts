/**
 * AES-128, encryption only, for processors of 32 bits: the device never needs the inverse cipher (FIPS 197; LoRaWAN
 * applies the inverse on the network's side of the join-accept).
 *
 * A column of the state, or of a round key, is a word, its first row the lowest octet: MixColumns works on four octets at
 * once, and ShiftRows is only a matter of which word an octet is taken from. Each round key is made where it is used, from
 * the one before: 16 octets of stack instead of 176 of RAM. `KEY_SCHEDULE` keeps them all.
 *
 * The S-box is the only table; its look-ups depend on secrets, which is safe on cores without a data cache. Nothing else
 * depends on them: no branch, no other index.
 */
import { type Bytes, type Int, load32le, rotl32, store32le, u8, u32, wipe } from "../lang/index.ts";
import { KEY_SCHEDULE } from "./key-schedule.ts";
import { S_BOX } from "./s-box.ts";

/** With `KEY_SCHEDULE`: the columns of all round keys (FIPS 197, 5.2), and whether they are there. */
const schedule = new Uint32Array(44);
let isScheduled: boolean = false;

/** The constant of the last round key (FIPS 197, 5.2). */
const LAST_ROUND = 0x36;

/**
 * SubBytes and ShiftRows of one column, or SubWord: the S-box of one octet of each word, the first of `a`, the second of
 * `b`, and so on (FIPS 197, 5.1.1, 5.1.2 and 5.2). @inline
 */
function substitute(a: u32, b: u32, c: u32, d: u32): u32 {
  return u32(
    S_BOX[a & 0xff] |
      (S_BOX[(b >>> 8) & 0xff] << 8) |
      (S_BOX[(c >>> 16) & 0xff] << 16) |
      (S_BOX[d >>> 24] << 24),
  );
}

/**
 * MixColumns of one column (FIPS 197, 5.1.3). Octet by octet 2a + 3b + c + d is 2(a + b) + b + c + d. Doubling moves the
 * highest bit of an octet into the next one: it is taken out there, and 0x1b added to its own (4.2.1). @inline
 */
function mixColumn(column: u32): u32 {
  const next = rotl32(column, 24);
  const pair = u32(column ^ next);
  const high = (pair >>> 7) & 0x01010101;
  return u32((pair << 1) ^ (high << 8) ^ (high * 0x1b) ^ next ^ rotl32(pair, 16));
}

/** The constant of the round key after the one with this constant, without a branch (FIPS 197, 5.2). @inline */
function nextConstant(roundConstant: u8): u8 {
  return u8(roundConstant << 1) ^ ((roundConstant >> 7) * 0x1b);
}

/**
 * What the first column of a round key is, but for that of the one before, whose last one is `last` (FIPS 197, 5.2).
 * @inline
 */
function turnKey(last: u32, roundConstant: u8): u32 {
  const turned = rotl32(last, 24);
  return u32(substitute(turned, turned, turned, turned) ^ roundConstant);
}

/** Makes all round keys, the first of which is the key (FIPS 197, 5.2). */
function makeSchedule(key: Bytes<16>): void {
  let k0 = load32le(key, 0);
  let k1 = load32le(key, 4);
  let k2 = load32le(key, 8);
  let k3 = load32le(key, 12);
  let roundConstant: u8 = 1;
  for (let i = 0; i < 44; i += 4) {
    schedule[i] = k0;
    schedule[i + 1] = k1;
    schedule[i + 2] = k2;
    schedule[i + 3] = k3;
    k0 = u32(k0 ^ turnKey(k3, roundConstant));
    k1 = u32(k1 ^ k0);
    k2 = u32(k2 ^ k1);
    k3 = u32(k3 ^ k2);
    roundConstant = nextConstant(roundConstant);
  }
  isScheduled = true;
}

/** Encrypts 16 octets in place with round keys that are there (FIPS 197, 5.1). */
function encryptScheduled(block: Bytes<16>): void {
  let s0 = u32(load32le(block, 0) ^ schedule[0]);
  let s1 = u32(load32le(block, 4) ^ schedule[1]);
  let s2 = u32(load32le(block, 8) ^ schedule[2]);
  let s3 = u32(load32le(block, 12) ^ schedule[3]);
  for (let i: Int<4, 44> = 4; ; i += 4) {
    const t3 = substitute(s3, s0, s1, s2);
    const t2 = substitute(s2, s3, s0, s1);
    const t1 = substitute(s1, s2, s3, s0);
    const t0 = substitute(s0, s1, s2, s3);
    if (i >= 40) {
      store32le(block, 0, u32(t0 ^ schedule[40]));
      store32le(block, 4, u32(t1 ^ schedule[41]));
      store32le(block, 8, u32(t2 ^ schedule[42]));
      store32le(block, 12, u32(t3 ^ schedule[43]));
      return;
    }
    s0 = u32(mixColumn(t0) ^ schedule[i]);
    s1 = u32(mixColumn(t1) ^ schedule[i + 1]);
    s2 = u32(mixColumn(t2) ^ schedule[i + 2]);
    s3 = u32(mixColumn(t3) ^ schedule[i + 3]);
  }
}

/** Encrypts 16 octets in place (FIPS 197, 5.1), each round key made from the one before. */
function encryptOnTheWay(key: Bytes<16>, block: Bytes<16>): void {
  let k0 = load32le(key, 0);
  let k1 = load32le(key, 4);
  let k2 = load32le(key, 8);
  let k3 = load32le(key, 12);
  let s0 = u32(load32le(block, 0) ^ k0);
  let s1 = u32(load32le(block, 4) ^ k1);
  let s2 = u32(load32le(block, 8) ^ k2);
  let s3 = u32(load32le(block, 12) ^ k3);
  let roundConstant: u8 = 1;
  for (;;) {
    k0 = u32(k0 ^ turnKey(k3, roundConstant));
    k1 = u32(k1 ^ k0);
    k2 = u32(k2 ^ k1);
    k3 = u32(k3 ^ k2);
    const t3 = substitute(s3, s0, s1, s2);
    const t2 = substitute(s2, s3, s0, s1);
    const t1 = substitute(s1, s2, s3, s0);
    const t0 = substitute(s0, s1, s2, s3);
    if (roundConstant === LAST_ROUND) {
      store32le(block, 0, u32(t0 ^ k0));
      store32le(block, 4, u32(t1 ^ k1));
      store32le(block, 8, u32(t2 ^ k2));
      store32le(block, 12, u32(t3 ^ k3));
      return;
    }
    s0 = u32(mixColumn(t0) ^ k0);
    s1 = u32(mixColumn(t1) ^ k1);
    s2 = u32(mixColumn(t2) ^ k2);
    s3 = u32(mixColumn(t3) ^ k3);
    roundConstant = nextConstant(roundConstant);
  }
}

/** Encrypts 16 octets in place (FIPS 197, 5.1). `forgetKey` comes after the last block under a key. */
export function encryptBlock(key: Bytes<16>, block: Bytes<16>): void {
  if (!KEY_SCHEDULE) {
    encryptOnTheWay(key, block);
    return;
  }
  if (!isScheduled) makeSchedule(key);
  encryptScheduled(block);
}

/** Octets of stack on which `encryptBlock` keeps columns that do not fit the registers. */
const KEPT = 56;

/**
 * Overwrites what `encryptBlock` has left on the stack: round keys among it, each of which would give the key away. To be
 * called by its caller, where the stack is as deep.
 */
export function forgetKey(): void {
  const over = new Uint8Array(KEPT);
  wipe(over, 0, KEPT);
  if (!KEY_SCHEDULE) return;
  for (let i = 0; i < 44; i++) schedule[i] = 0;
  isScheduled = false;
}
