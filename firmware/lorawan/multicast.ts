/** Multicast groups: what an application package has set up (TS005), and how their keys are made. */
import { encryptBlock, forgetKey } from "../crypto/index.ts";
import { type Bytes, copy, fill, type Int, records, type u8, type u32, wipe } from "../lang/index.ts";
import { MAX_GROUPS } from "../packages/selection.ts";
import type { DataRate } from "../regions/index.ts";
import { readAppKey, readNwkKey } from "../store/index.ts";
import { LORAWAN_1_1 } from "./version.ts";

/** The number of a group; `NO_GROUP` of none. */
export type GroupId = Int<0, 4>;
export const NO_GROUP = 4;

export class MulticastGroup {
  isDefined: boolean = false;
  /** In the octet order of the air. */
  readonly mcAddr = new Uint8Array(4);
  readonly mcNwkSKey = new Uint8Array(16);
  readonly mcAppSKey = new Uint8Array(16);
  /** The least McFCount that the next frame may have: at first minMcFCount. All are below the second. */
  nextFCnt: u32 = 0;
  maxFCnt: u32 = 0;
  /** A session of class C is to come, or under way. */
  hasSession: boolean = false;
  /** Seconds of GPS time, and how many seconds it lasts at most. */
  sessionTime: u32 = 0;
  timeOutS: Int<1, 32768> = 1;
  /** In units of 100 Hz. */
  frequency: u32 = 0;
  dataRate: DataRate = 0;
}

export const multicastGroups = records(MulticastGroup, MAX_GROUPS);

/** Of the block that McRootKey is made from, under 1.1. */
const ROOT_KEY_TYPE = 0x20;

/** Of the blocks that the session keys are made from. */
const APP_S_KEY_TYPE = 1;
const NWK_S_KEY_TYPE = 2;

/**
 * McKEKey, into `key` (TS005-2.0.0, 4). McRootKey is made from the AppKey. A device of 1.0.4 takes the GenAppKey, a root key
 * beside that of the join: the NwkKey of its identity, which 1.0.4 has no other use for.
 */
export function deriveMcKeKey(key: Bytes<16>): void {
  const rootKey = new Uint8Array(16);
  const mcRootKey = new Uint8Array(16);
  if (LORAWAN_1_1) {
    readAppKey(rootKey);
    mcRootKey[0] = ROOT_KEY_TYPE;
  } else {
    readNwkKey(rootKey);
  }
  encryptBlock(rootKey, mcRootKey);
  forgetKey();
  fill(key, 0, 16, 0);
  encryptBlock(mcRootKey, key);
  wipe(rootKey, 0, 16);
  wipe(mcRootKey, 0, 16);
  forgetKey();
}

/** A session key of a group, into `key`. */
function deriveSessionKey(mcKey: Bytes<16>, type: u8, mcAddr: Bytes<4>, key: Bytes<16>): void {
  fill(key, 0, 16, 0);
  key[0] = type;
  copy(key, 1, mcAddr, 0, 4);
  encryptBlock(mcKey, key);
}

/** McAppSKey and McNwkSKey of a group, from its McKey and its McAddr. */
export function deriveGroupKeys(group: MulticastGroup, mcKey: Bytes<16>): void {
  deriveSessionKey(mcKey, APP_S_KEY_TYPE, group.mcAddr, group.mcAppSKey);
  deriveSessionKey(mcKey, NWK_S_KEY_TYPE, group.mcAddr, group.mcNwkSKey);
  forgetKey();
}

/** The keys of a group are gone, and its session. */
export function removeGroup(group: MulticastGroup): void {
  group.isDefined = false;
  group.hasSession = false;
  wipe(group.mcNwkSKey, 0, 16);
  wipe(group.mcAppSKey, 0, 16);
}
