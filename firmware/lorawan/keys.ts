/**
 * Key derivation: TS001-1.0.4, 6.2, and TS001-1.1, 6.1.1.4 and 6.2. Every key is one AES block of
 * a type octet and of what the join exchanged, in the octet order of the air.
 */
import { encryptBlock, forgetKey } from "../crypto/index.ts";
import { type Bytes, copy, fill, store16le, type u8, type u16 } from "../lang/index.ts";

/** The first octet of the derivation block. */
export const enum KeyType {
  /** NwkSKey (1.0) and FNwkSIntKey (1.1). */
  FNwkSInt = 1,
  AppS = 2,
  SNwkSInt = 3,
  NwkSEnc = 4,
  JSEnc = 5,
  JSInt = 6,
}

function derive(rootKey: Bytes<16>, block: Bytes<16>): void {
  encryptBlock(rootKey, block);
  forgetKey();
}

/**
 * A session key of 1.0, into `key`. `joinNonceAndNetId` are the six octets that follow MHDR in the
 * join-accept. The root key is the AppKey; a 1.1 device on a 1.0 network takes the NwkKey for all.
 */
export function deriveSessionKey10(
  rootKey: Bytes<16>,
  type: u8,
  joinNonceAndNetId: Bytes<6>,
  devNonce: u16,
  key: Bytes<16>,
): void {
  fill(key, 0, 16, 0);
  key[0] = type;
  copy(key, 1, joinNonceAndNetId, 0, 6);
  store16le(key, 7, devNonce);
  derive(rootKey, key);
}

/** A session key of 1.1 with OptNeg = 1, into `key`: AppSKey from the AppKey, the others from the NwkKey. */
export function deriveSessionKey11(
  rootKey: Bytes<16>,
  type: u8,
  joinNonce: Bytes<3>,
  joinEui: Bytes<8>,
  devNonce: u16,
  key: Bytes<16>,
): void {
  fill(key, 0, 16, 0);
  key[0] = type;
  copy(key, 1, joinNonce, 0, 3);
  copy(key, 4, joinEui, 0, 8);
  store16le(key, 12, devNonce);
  derive(rootKey, key);
}

/** JSIntKey or JSEncKey of 1.1, which live as long as the NwkKey, into `key`. */
export function deriveJoinServerKey(nwkKey: Bytes<16>, type: u8, devEui: Bytes<8>, key: Bytes<16>): void {
  fill(key, 0, 16, 0);
  key[0] = type;
  copy(key, 1, devEui, 0, 8);
  derive(nwkKey, key);
}
