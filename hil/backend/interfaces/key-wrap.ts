/**
 * AES key wrap, RFC 3394, with the default initial value A6A6A6A6A6A6A6A6 (TS002-1.0 section 21).
 * KEKs of 128, 192 or 256 bits.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const INITIAL_VALUE = Buffer.alloc(8, 0xa6);
const SEMIBLOCK_OCTETS = 8;

export class KeyWrapError extends Error {
  override readonly name = "KeyWrapError";
}

function algorithm(kek: Uint8Array): string {
  if (![16, 24, 32].includes(kek.length))
    throw new KeyWrapError(`a key-encryption key has 16, 24 or 32 octets, not ${kek.length}`);
  return `id-aes${8 * kek.length}-wrap`;
}

/** `plain`: at least 16 octets, a multiple of 8. The result is 8 octets longer. */
export function wrapKey(kek: Uint8Array, plain: Uint8Array): Buffer {
  const name = algorithm(kek);
  if (plain.length < 2 * SEMIBLOCK_OCTETS || plain.length % SEMIBLOCK_OCTETS !== 0)
    throw new KeyWrapError(`${plain.length} octets cannot be wrapped: 16 or more, a multiple of 8`);
  const cipher = createCipheriv(name, kek, INITIAL_VALUE);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

/** @throws KeyWrapError if the integrity check fails: another KEK wrapped it, or octets changed. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Buffer {
  const name = algorithm(kek);
  if (wrapped.length < 3 * SEMIBLOCK_OCTETS || wrapped.length % SEMIBLOCK_OCTETS !== 0)
    throw new KeyWrapError(`${wrapped.length} octets are no wrapped key: 24 or more, a multiple of 8`);
  const decipher = createDecipheriv(name, kek, INITIAL_VALUE);
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    throw new KeyWrapError(
      "the integrity check of the wrapped key fails: another key-encryption key, or damaged",
    );
  }
}
