/** AES-CMAC (RFC 4493) over a part of the frame buffer. */
import { encryptBlock, forgetKey } from "#aes";
import { type Bytes, fill, type Int, u8, wipe } from "../lang/index.ts";

/**
 * Doubles a block in GF(2^128), without a branch: subkey K1 from L, K2 from K1 (RFC 4493, 2.3).
 * The first octet is the most significant.
 */
export function doubleBlock(block: Bytes<16>): void {
  let carry: Int<0, 1> = 0;
  for (let i = 16; i > 0; i--) {
    const octet = block[i - 1];
    block[i - 1] = u8(octet << 1) | carry;
    carry = octet >> 7;
  }
  block[15] = block[15] ^ (u8(-carry) & 0x87);
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
  fill(tag, 0, 16, 0);
  let filled: Int<0, 16> = 0;
  for (let i = start; i < end; i++) {
    if (filled >= 16) {
      encryptBlock(key, tag);
      filled = 0;
    }
    tag[filled] = tag[filled] ^ message[i];
    filled++;
  }

  // L is the block of zeros, encrypted; then K1, and K2 for a block that is not full (RFC 4493, 2.3).
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
  forgetKey();
}
