/** Keys at rest: wrapped with the key-encryption key that the operator keeps apart from the database (RFC 3394). */
import { KeyWrapError, unwrapKey, wrapKey } from "../interfaces/index.ts";

const KNOWN_TEXT = Buffer.from("Joinery at rest.");
const SEMIBLOCK_OCTETS = 8;

export class AtRest {
  readonly #kek: Uint8Array;

  /** `kek`: 16, 24 or 32 octets. */
  constructor(kek: Uint8Array) {
    this.#kek = kek;
    wrapKey(kek, KNOWN_TEXT); // refuses a KEK of another length now rather than at the first join
  }

  /** What `fits` recognises later. */
  check(): Buffer {
    return this.wrap(KNOWN_TEXT);
  }

  /** Whether this KEK made the check. */
  fits(check: Uint8Array): boolean {
    try {
      return this.unwrap(check).equals(KNOWN_TEXT);
    } catch (error) {
      if (error instanceof KeyWrapError) return false;
      throw error;
    }
  }

  /** The same key always wraps to the same octets. */
  wrap(key: Uint8Array): Buffer {
    return wrapKey(this.#kek, key);
  }

  unwrap(wrapped: Uint8Array): Buffer {
    return unwrapKey(this.#kek, wrapped);
  }

  wrapJson(value: object): Buffer {
    const octets = Buffer.from(JSON.stringify(value));
    const length = Math.max(
      2 * SEMIBLOCK_OCTETS,
      Math.ceil(octets.length / SEMIBLOCK_OCTETS) * SEMIBLOCK_OCTETS,
    );
    return this.wrap(Buffer.concat([octets, Buffer.alloc(length - octets.length, " ")]));
  }

  unwrapJson(wrapped: Uint8Array): object {
    return JSON.parse(this.unwrap(wrapped).toString());
  }
}
