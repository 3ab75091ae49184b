/** The MIC of a data block (TS004-2.0.0, 3.4): AES-CMAC over a header and what the sink holds. */
import { doubleBlock, encryptBlock, forgetKey } from "../../crypto/index.ts";
import {
  type Int,
  load32le,
  store16le,
  store32le,
  type u8,
  type u16,
  type u32,
  wipe,
} from "../../lang/index.ts";
import { LORAWAN_1_1 } from "../../lorawan/version.ts";
import { readAppKey, readNwkKey } from "../../store/index.ts";
import { readBlock } from "./sink.ts";

/** The first octets of the blocks for DataBlockIntKey and for the MIC. */
const KEY_TYPE = 0x30;
const MIC_TYPE = 0x49;

/**
 * The first four octets of the MIC, the first one lowest. DataBlockIntKey is made from the AppKey. A device of 1.0.4 takes
 * the GenAppKey, a root key beside that of the join: the NwkKey of its identity, which 1.0.4 has no other use for.
 */
export function blockMic(sessionCount: u16, index: u8, descriptor: u32, length: u16): u32 {
  const rootKey = new Uint8Array(16);
  const key = new Uint8Array(16);
  const tag = new Uint8Array(16);
  if (LORAWAN_1_1) readAppKey(rootKey);
  else readNwkKey(rootKey);
  key[0] = KEY_TYPE;
  encryptBlock(rootKey, key);
  forgetKey();
  wipe(rootKey, 0, 16);

  tag[0] = MIC_TYPE;
  store16le(tag, 1, sessionCount);
  tag[3] = index;
  store32le(tag, 4, descriptor);
  store32le(tag, 12, length);
  let filled: Int<0, 16> = 16;
  for (let i = 0; i < length; i++) {
    if (filled >= 16) {
      encryptBlock(key, tag);
      filled = 0;
    }
    tag[filled] = tag[filled] ^ readBlock(i);
    filled++;
  }
  const subkey = new Uint8Array(16);
  encryptBlock(key, subkey);
  doubleBlock(subkey);
  if (filled < 16) {
    tag[filled] = tag[filled] ^ 0x80;
    doubleBlock(subkey);
  }
  for (let i = 0; i < 16; i++) tag[i] = tag[i] ^ subkey[i];
  encryptBlock(key, tag);
  wipe(subkey, 0, 16);
  wipe(key, 0, 16);
  forgetKey();
  return load32le(tag, 0);
}
