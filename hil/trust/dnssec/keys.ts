/**
 * DNSKEY, DS and RRSIG arithmetic: RFC 4034 sections 2, 3, 5 and appendix B; algorithms of RFC 5702 (RSA/SHA-256 and
 * SHA-512), RFC 6605 (ECDSA), RFC 8080 (EdDSA); DS digests of RFC 4509 and RFC 6605. Those that rest on SHA-1 are not
 * accepted (RFC 9905).
 */
import { createHash, createPublicKey, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import type { DnskeyData, DsData, RrsigData } from "dns-packet";
import { nameToWire } from "./names.ts";
import { type Rrset, recordToWire, signedData } from "./rrset.ts";

const ZONE_KEY = 0x0100;
const REVOKED = 0x0080;
/** Shorter RSA keys can be factored, longer ones only cost time (RFC 5702 section 2: 512..4096). */
const RSA_MODULUS_BITS = { least: 1024, most: 4096 };

/** Signature algorithms: how to read the key, which digest, how the signature is written. */
interface Algorithm {
  readonly hash: string | null;
  readonly keyOf: (key: Buffer) => KeyObject;
}

const jwk = (key: Record<string, string>): KeyObject => createPublicKey({ key, format: "jwk" });
const base64url = (octets: Buffer): string => octets.toString("base64url");

/** RFC 3110 section 2: exponent length (1 or 3 octets), exponent, modulus. */
function rsaKey(key: Buffer): KeyObject {
  const long = key[0] === 0;
  const exponentStart = long ? 3 : 1;
  const exponentEnd = exponentStart + (long ? key.readUInt16BE(1) : key[0]);
  const modulus = key.subarray(exponentEnd);
  const bits = modulus.length * 8;
  if (bits < RSA_MODULUS_BITS.least || bits > RSA_MODULUS_BITS.most)
    throw new RangeError(`RSA key of ${bits} bits`);
  return jwk({ kty: "RSA", n: base64url(modulus), e: base64url(key.subarray(exponentStart, exponentEnd)) });
}

/** RFC 6605 section 4: the point's two coordinates. */
const ecdsaKey = (crv: string, octets: number) => (key: Buffer) => {
  if (key.length !== 2 * octets) throw new RangeError(`${crv} key of ${key.length} octets`);
  return jwk({ kty: "EC", crv, x: base64url(key.subarray(0, octets)), y: base64url(key.subarray(octets)) });
};

const edwardsKey = (crv: string) => (key: Buffer) => jwk({ kty: "OKP", crv, x: base64url(key) });

const ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  8: { hash: "sha256", keyOf: rsaKey },
  10: { hash: "sha512", keyOf: rsaKey },
  13: { hash: "sha256", keyOf: ecdsaKey("P-256", 32) },
  14: { hash: "sha384", keyOf: ecdsaKey("P-384", 48) },
  15: { hash: null, keyOf: edwardsKey("Ed25519") },
  16: { hash: null, keyOf: edwardsKey("Ed448") },
};

const DS_DIGESTS: Readonly<Record<number, string>> = { 2: "sha256", 4: "sha384" };

/** DS RDATA, also from a trust anchor that did not come over the wire. */
export type DelegationSigner = Omit<DsData, "digest"> & { readonly digest: Uint8Array };

/** Those of a DS set that can be checked; the others are as if they were not there (RFC 4035 section 5.2). */
export const usableDs = <T extends DelegationSigner>(records: readonly T[]): T[] =>
  records.filter((ds) => ds.algorithm in ALGORITHMS && ds.digestType in DS_DIGESTS);

/** RFC 4034 appendix B. */
export function keyTag(key: DnskeyData): number {
  const { rdata } = recordToWire("DNSKEY", key);
  let sum = 0;
  for (const [i, octet] of rdata.entries()) sum += i % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** Whether a key may sign a zone's records at all. */
export const isZoneKey = (key: DnskeyData): boolean =>
  (key.flags & ZONE_KEY) !== 0 && (key.flags & REVOKED) === 0;

/** RFC 4034 section 5.1.4: the digest is over the owner name and the DNSKEY RDATA. */
export function dsMatches(ds: DelegationSigner, zone: string, key: DnskeyData): boolean {
  if (!(ds.digestType in DS_DIGESTS) || ds.algorithm !== key.algorithm || ds.keyTag !== keyTag(key))
    return false;
  const { rdata } = recordToWire("DNSKEY", key);
  const digest = createHash(DS_DIGESTS[ds.digestType]).update(nameToWire(zone)).update(rdata).digest();
  return digest.length === ds.digest.length && timingSafeEqual(digest, ds.digest);
}

/** Serial number arithmetic (RFC 1982): seconds from `now` to `time`, negative when it has passed. */
const secondsUntil = (time: number, nowSeconds: number): number => (time - nowSeconds) | 0;

/** When a signature ends, in milliseconds since 1970. */
export const expirationMs = (rrsig: RrsigData, nowMs: number): number => {
  const nowSeconds = Math.floor(nowMs / 1000);
  return (nowSeconds + secondsUntil(rrsig.expiration, nowSeconds)) * 1000;
};

/** What is wrong with a signature's period, or undefined. Both ends belong to it (RFC 4035 section 5.3.1). */
export function periodFault(rrsig: RrsigData, nowMs: number): string | undefined {
  const nowSeconds = Math.floor(nowMs / 1000);
  const iso = (time: number): string =>
    new Date((nowSeconds + secondsUntil(time, nowSeconds)) * 1000).toISOString().replace(".000Z", "Z");
  if (secondsUntil(rrsig.expiration, nowSeconds) < 0) return `signature expired on ${iso(rrsig.expiration)}`;
  if (secondsUntil(rrsig.inception, nowSeconds) > 0)
    return `signature is not valid before ${iso(rrsig.inception)}`;
  return undefined;
}

/** Whether `key` made `rrsig` over `rrset`. A key that cannot be read verifies nothing. */
export function signatureVerifies(rrset: Rrset, rrsig: RrsigData, key: DnskeyData): boolean {
  const algorithm = ALGORITHMS[rrsig.algorithm];
  if (!algorithm || key.algorithm !== rrsig.algorithm) return false;
  try {
    const publicKey = algorithm.keyOf(key.key);
    return verify(
      algorithm.hash,
      signedData(rrset, rrsig),
      { key: publicKey, dsaEncoding: "ieee-p1363" },
      rrsig.signature,
    );
  } catch {
    return false;
  }
}
