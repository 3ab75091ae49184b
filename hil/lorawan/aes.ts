/**
 * AES-128 (FIPS 197) on single blocks and AES-CMAC (RFC 4493), both from node:crypto's AES: LoRaWAN uses
 * nothing else. The CMAC is computed from a CBC pass, since node:crypto exposes no CMAC of its own.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

export const AES_BLOCK_OCTETS = 16;
const ZERO_BLOCK = Buffer.alloc(AES_BLOCK_OCTETS);

/** Encrypts whole 16-octet blocks independently (ECB). */
export function aesEncrypt(key: Uint8Array, blocks: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** Decrypts whole 16-octet blocks independently (ECB). */
export function aesDecrypt(key: Uint8Array, blocks: Uint8Array): Buffer {
  const decipher = createDecipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([decipher.update(blocks), decipher.final()]);
}

/** Multiplication by x in GF(2^128), RFC 4493 section 2.3: the step from L to K1 and from K1 to K2. */
function double(block: Uint8Array): Buffer {
  const doubled = Buffer.alloc(AES_BLOCK_OCTETS);
  for (let i = 0; i < AES_BLOCK_OCTETS; i++) doubled[i] = (block[i] << 1) | ((block[i + 1] ?? 0) >>> 7);
  if (block[0] & 0x80) doubled[AES_BLOCK_OCTETS - 1] ^= 0x87;
  return doubled;
}

/** The subkeys K1 (last block complete) and K2 (last block padded). */
export function cmacSubkeys(key: Uint8Array): { k1: Buffer; k2: Buffer } {
  const k1 = double(aesEncrypt(key, ZERO_BLOCK));
  return { k1, k2: double(k1) };
}

/** AES-CMAC of `message`, all 16 octets. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const { k1, k2 } = cmacSubkeys(key);
  const blocks = Math.max(1, Math.ceil(message.length / AES_BLOCK_OCTETS));
  const padded = Buffer.alloc(blocks * AES_BLOCK_OCTETS);
  padded.set(message);
  const complete = message.length === padded.length;
  if (!complete) padded[message.length] = 0x80;
  const subkey = complete ? k1 : k2;
  const last = padded.subarray(-AES_BLOCK_OCTETS);
  for (let i = 0; i < AES_BLOCK_OCTETS; i++) last[i] ^= subkey[i];
  const cbc = createCipheriv("aes-128-cbc", key, ZERO_BLOCK).setAutoPadding(false);
  return Buffer.concat([cbc.update(padded), cbc.final()]).subarray(-AES_BLOCK_OCTETS);
}
