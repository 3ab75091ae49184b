/**
 * Where a run has its secrets from: root keys, KEKs, private keys of certificates and zones, names of session keys.
 *
 * A run that keeps nothing takes them from its seed, so that each octet of its report repeats. Whoever knows the seed knows
 * them all, and need not be kept from it: devices, servers and names exist for the length of the run only, on loopback
 * addresses. What lives on takes them from the system.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import type { SecretSource } from "../trust/index.ts";

/** Of AES-128: root keys, session keys, KEKs. */
export const KEY_OCTETS = 16;

/** By HKDF with SHA-256 (RFC 5869) from the seed, apart for each label. */
export function seededSecrets(seed: number): SecretSource {
  return (label, octets) =>
    new Uint8Array(hkdfSync("sha256", `${seed}`, "", `hil/rig/seeded ${label}`, octets));
}

/** By the system's CSPRNG: others at every call, whatever the label. */
export const systemSecrets: SecretSource = (_, octets) => new Uint8Array(randomBytes(octets));

/** The keys of a device, by the names that the documents give them. */
export function deviceKeys(secrets: SecretSource, devEui: string): (name: string) => Uint8Array {
  return (name) => secrets(`device ${devEui} ${name}`, KEY_OCTETS);
}

/** A source of octets that are asked for one after the other: by their number. */
export function numbered(secrets: SecretSource, label: string): (octets: number) => Uint8Array {
  let number = 0;
  return (octets) => secrets(`${label} ${++number}`, octets);
}

/** The same source with labels of its own. */
export function apart(secrets: SecretSource, part: string): SecretSource {
  return (label, octets) => secrets(`${part} ${label}`, octets);
}
