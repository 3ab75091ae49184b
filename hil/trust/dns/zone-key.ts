/**
 * DNSSEC keys of a zone: algorithms 13 (ECDSAP256SHA256, RFC 6605) and 15 (ED25519, RFC 8080), their
 * DNSKEY form and key tag (RFC 4034 sections 2 and appendix B), and the DS of a key (RFC 4034 section 5.1.4,
 * digest SHA-256 by RFC 4509).
 */
import { createHash, type KeyObject, sign } from "node:crypto";
import { createKeyPair, type SecretSource } from "../keys/index.ts";
import { nameToWire } from "./domain-name.ts";
import { canonicalRecord, type RecordData, type ResourceRecord } from "./record.ts";

/** Signing algorithms that zones here may use, by their DNSSEC number. */
export const ALGORITHM = { ECDSAP256SHA256: 13, ED25519: 15 } as const;

export type AlgorithmNumber = (typeof ALGORITHM)[keyof typeof ALGORITHM];

/** Zone Key flag: the key signs records of its zone. */
const ZONE_KEY_FLAG = 0x0100;
/** Secure Entry Point flag: the key is meant for the parent's DS or for a trust anchor (RFC 4034 section 2.1.1). */
const SECURE_ENTRY_POINT_FLAG = 0x0001;
const DIGEST_SHA256 = 2;

/** A signing key. `signer` is secret and never leaves the process. */
export interface ZoneKey {
  readonly dnskey: RecordData["DNSKEY"];
  readonly keyTag: number;
  readonly signer: KeyObject;
}

/** The two keys of a zone: the key-signing key vouches for the zone-signing key, which signs the rest. */
export interface ZoneKeys {
  readonly ksk: ZoneKey;
  readonly zsk: ZoneKey;
}

/** Data of a DNSKEY record on the wire. */
function dnskeyRdata(dnskey: RecordData["DNSKEY"]): Buffer {
  return canonicalRecord({ name: ".", type: "DNSKEY", data: dnskey }, 0).rdata;
}

/** RFC 4034 appendix B: a checksum of the DNSKEY data that narrows down which key signed. */
export function keyTag(dnskey: RecordData["DNSKEY"]): number {
  let sum = 0;
  for (const [i, octet] of dnskeyRdata(dnskey).entries()) sum += i % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** Public key as DNSKEY holds it: x and y of the point (RFC 6605 section 4), or the 32 octets of Ed25519. */
function publicKeyOctets(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: "jwk" });
  return Buffer.concat([x!, y ?? ""].map((coordinate) => Buffer.from(coordinate, "base64url")));
}

function generateKey(
  algorithm: AlgorithmNumber,
  flags: number,
  label: string,
  secrets: SecretSource | undefined,
): ZoneKey {
  const kind = algorithm === ALGORITHM.ED25519 ? "ed25519" : "p256";
  const { publicKey, privateKey } = createKeyPair(kind, label, secrets);
  const dnskey = { flags, algorithm, key: publicKeyOctets(publicKey) };
  return { dnskey, keyTag: keyTag(dnskey), signer: privateKey };
}

/** Keys of the zone `origin`: fresh ones, unless they are to follow from `secrets`. */
export function generateZoneKeys(
  algorithm: AlgorithmNumber = ALGORITHM.ECDSAP256SHA256,
  { origin = ".", secrets }: { readonly origin?: string; readonly secrets?: SecretSource } = {},
): ZoneKeys {
  return {
    ksk: generateKey(algorithm, ZONE_KEY_FLAG | SECURE_ENTRY_POINT_FLAG, `zone ${origin} ksk`, secrets),
    zsk: generateKey(algorithm, ZONE_KEY_FLAG, `zone ${origin} zsk`, secrets),
  };
}

/** Whether a DNSKEY is a secure entry point. */
export function isSecureEntryPoint(record: ResourceRecord): boolean {
  return record.type === "DNSKEY" && (record.data.flags & SECURE_ENTRY_POINT_FLAG) !== 0;
}

/** Signs octets as an RRSIG holds the signature: r and s in fixed length, or the 64 octets of Ed25519. */
export function signOctets(key: ZoneKey, octets: Uint8Array): Buffer {
  return key.dnskey.algorithm === ALGORITHM.ED25519
    ? sign(null, octets, key.signer)
    : sign("sha256", octets, { key: key.signer, dsaEncoding: "ieee-p1363" });
}

/** The DS that a parent publishes for a key of the zone `origin` (RFC 4034 section 5.1.4). */
export function delegationSigner(origin: string, dnskey: RecordData["DNSKEY"]): RecordData["DS"] {
  const digest = createHash("sha256").update(nameToWire(origin)).update(dnskeyRdata(dnskey)).digest();
  return { keyTag: keyTag(dnskey), algorithm: dnskey.algorithm, digestType: DIGEST_SHA256, digest };
}
