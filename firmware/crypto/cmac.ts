/** AES-CMAC (RFC 4493) over a part of the frame buffer. */
import { type Bytes, fill, type Int, u8, wipe } from "../lang/index.ts";
import { encryptBlock, forgetKey, useKey } from "./aes.ts";

/** L, then K1 or K2 (RFC 4493, 2.3). Zero between two uses, for L is the block of zeros, encrypted. */
const subkey = new Uint8Array(16);

/**
 * Doubles a block in GF(2^128), without a branch: subkey K1 from L, K2 from K1 (RFC 4493, 2.3).
 * The first octet is the most significant.
 */
export function doubleBlock(block: Bytes<16>): void {
  const reduction = u8(-(block[0] >> 7)) & 0x87;
  for (let i = 0; i < 15; i++) block[i] = u8(block[i] << 1) | (block[i + 1] >> 7);
  block[15] = u8(block[15] << 1) ^ reduction;
}

/**
 * The CMAC of `message[start..end)` under `key`, all 16 octets of it into `tag`. `start` after `end`
 * counts as an empty message. `tag` must not overlap the message.
 */
export function cmac(
  key: Bytes<16>,
  message: Bytes<80>,
  start: Int<0, 80>,
  end: Int<0, 80>,
  tag: Bytes<16>,
): void {
  useKey(key);
  fill(tag, 0, 16, 0);
  let filled: Int<0, 16> = 0;
  for (let i = start; i < end; i++) {
    if (filled >= 16) {
      encryptBlock(tag);
      filled = 0;
    }
    tag[filled] = tag[filled] ^ message[i];
    filled++;
  }

  encryptBlock(subkey);
  doubleBlock(subkey);
  if (filled < 16) {
    tag[filled] = tag[filled] ^ 0x80;
    doubleBlock(subkey);
  }
  for (let i = 0; i < 16; i++) tag[i] = tag[i] ^ subkey[i];
  encryptBlock(tag);
  wipe(subkey, 0, 16);
  forgetKey();
}
