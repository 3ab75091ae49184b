/**
 * Key pairs of certificates and zones: fresh ones by OpenSSL, or, for name spaces that are to be the same again, those that
 * follow from secret octets: P-256 by FIPS 186-5 appendix A.2.1, Ed25519 by RFC 8032 section 5.1.5.
 */
import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";

export type KeyKind = "p256" | "ed25519";

/** Both halves; the private one is secret. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * So many secret octets for what the label names: they look random to whoever does not know the secret behind them, differ
 * from label to label, and may be the same ones for the same label.
 */
export type SecretSource = (label: string, octets: number) => Uint8Array;

/** 64 bits more than the order has: by so many the remainder is as good as uniform (FIPS 186-5 A.2.1). */
const P256_SECRET_OCTETS = 40;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_OCTETS = 32;
const ED25519_SECRET_OCTETS = 32;
/** A PrivateKeyInfo up to the 32 octets of the key (RFC 8410 section 7). */
const ED25519_PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** A fresh key pair; with a source of secrets, the one that follows from the octets of `label`. */
export function createKeyPair(kind: KeyKind, label: string, secrets?: SecretSource): KeyPair {
  if (secrets === undefined) {
    return kind === "ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  }
  const privateKey =
    kind === "ed25519"
      ? ed25519Key(secrets(label, ED25519_SECRET_OCTETS))
      : p256Key(secrets(label, P256_SECRET_OCTETS));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function ed25519Key(octets: Uint8Array): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8_HEAD, octets]),
    format: "der",
    type: "pkcs8",
  });
}

function p256Key(octets: Uint8Array): KeyObject {
  const drawn = BigInt(`0x${Buffer.from(octets).toString("hex")}`);
  const scalar = (drawn % (P256_ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(2 * P256_OCTETS, "0"), "hex");
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  return createPrivateKey({
    key: {
      kty: "EC",
      crv: "P-256",
      d: d.toString("base64url"),
      x: point.toString("base64url", 1, 1 + P256_OCTETS),
      y: point.toString("base64url", 1 + P256_OCTETS),
    },
    format: "jwk",
  });
}
