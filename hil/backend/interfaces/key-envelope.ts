/**
 * KeyEnvelope (TS002-1.0 section 21): a session key, wrapped with a KEK that both ends know under a label, or in
 * clear when there is no label. Who sends the key decides; labels and KEKs are exchanged out of band.
 */
import { hex, isObject, type Problem, type Reader, text } from "./fields.ts";
import { KeyWrapError, unwrapKey, wrapKey } from "./key-wrap.ts";

export interface KeyEnvelope {
  readonly KEKLabel?: string;
  readonly AESKey: string;
}

/** A key-encryption key, under the name that both ends know it by. */
export interface Kek {
  readonly label: string;
  /** 16, 24 or 32 octets. */
  readonly key: Uint8Array;
}

const KEY_OCTETS = 16;
const WRAPPED_KEY_OCTETS = 24;

const label = text("a KEKLabel");
const clearKey = hex("an AES-128 key in clear (there is no KEKLabel)", KEY_OCTETS);
const wrappedKey = hex("a wrapped AES-128 key (there is a KEKLabel)", WRAPPED_KEY_OCTETS);

/** An empty label means the same as none. */
export const keyEnvelope: Reader<KeyEnvelope> = (value, member, problems: Problem[]) => {
  if (!isObject(value)) {
    problems.push({
      member,
      found: value === undefined ? "nothing" : "no object",
      expected: "a KeyEnvelope object",
    });
    return undefined;
  }
  const { KEKLabel: givenLabel = "", AESKey } = value;
  if (givenLabel === "" || givenLabel === null) {
    const key = clearKey(AESKey, `${member}.AESKey`, problems);
    return key === undefined ? undefined : { AESKey: key };
  }
  const KEKLabel = label(givenLabel, `${member}.KEKLabel`, problems);
  const key = wrappedKey(AESKey, `${member}.AESKey`, problems);
  return KEKLabel === undefined || key === undefined ? undefined : { KEKLabel, AESKey: key };
};

/** Without `kek` the key travels in clear, protected by TLS alone. */
export function wrapKeyEnvelope(key: Uint8Array, kek?: Kek): KeyEnvelope {
  if (key.length !== KEY_OCTETS) throw new KeyWrapError(`a session key has 16 octets, not ${key.length}`);
  const octets = kek ? wrapKey(kek.key, key) : key;
  const AESKey = Buffer.from(octets).toString("hex").toUpperCase();
  return kek ? { KEKLabel: kek.label, AESKey } : { AESKey };
}

/**
 * The 16 octets of the key.
 * @throws KeyWrapError if the label is unknown here or the key does not unwrap.
 */
export function unwrapKeyEnvelope(envelope: KeyEnvelope, keks: readonly Kek[]): Buffer {
  const octets = Buffer.from(envelope.AESKey, "hex");
  if (!envelope.KEKLabel) return octets;
  const kek = keks.find((known) => known.label === envelope.KEKLabel);
  if (!kek)
    throw new KeyWrapError(
      `no key-encryption key is known here under the label "${envelope.KEKLabel}": exchange it with the sender`,
    );
  try {
    return unwrapKey(kek.key, octets);
  } catch (error) {
    throw new KeyWrapError(`KEKLabel "${kek.label}": ${(error as Error).message}`);
  }
}
