/**
 * Authenticated denial of existence with NSEC3 (RFC 5155 section 8, iterations by RFC 9276 section 3.2).
 * The records given here are already validated; this file only reads what they say.
 */
import { createHash } from "node:crypto";
import type { Nsec3Data } from "dns-packet";
import { type Absence, type Denial, deniesType, isDelegation } from "./denial.ts";
import { isWithin, labelsOf, nameToWire, rightmost, wildcardOf } from "./names.ts";

/** The one hash algorithm that there is (RFC 5155 section 11). */
const SHA1 = 1;
const OPT_OUT = 0x01;
/**
 * More are not computed, and what such records deny is insecure (RFC 9276 section 3.2 leaves the bound open; 50 is what
 * current validators use).
 */
const MAX_ITERATIONS = 50;

export interface Nsec3 {
  /** First label of the owner: the hash in base32hex, lower case. */
  readonly hash: string;
  /** In the same form. */
  readonly next: string;
  readonly optOut: boolean;
  readonly types: ReadonlySet<string>;
  readonly salt: Buffer;
  readonly iterations: number;
}

type Insecure = Extract<Absence, { kind: "insecure" }>;

const OPTED_OUT: Insecure = {
  kind: "insecure",
  reason: "the zone opts unsigned delegations out of its proofs (NSEC3 opt-out)",
};

const BASE32HEX = "0123456789abcdefghijklmnopqrstuv";

/** RFC 4648 section 7, without padding; keeps the order of the octets. */
export function base32hex(octets: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32HEX[(held >>> (bits - 5)) & 31];
  }
  return bits > 0 ? text + BASE32HEX[(held << (5 - bits)) & 31] : text;
}

/** RFC 5155 section 5. @param name canonical */
export function nsec3Hash(name: string, salt: Uint8Array, iterations: number): Buffer {
  let digest = nameToWire(name);
  for (let i = 0; i <= iterations; i++) digest = createHash("sha1").update(digest).update(salt).digest();
  return digest;
}

/**
 * A validated record as it is read here.
 * @returns undefined for one that must be ignored: another hash or flag (RFC 5155 sections 8.1 and 8.2), or no label of
 * the zone itself
 */
export function readNsec3(owner: string, zone: string, data: Nsec3Data): Nsec3 | undefined {
  const { algorithm, flags, iterations, salt, nextDomain, rrtypes } = data;
  if (algorithm !== SHA1 || (flags & ~OPT_OUT) !== 0) return undefined;
  if (labelsOf(owner).length !== labelsOf(zone).length + 1 || !isWithin(owner, zone)) return undefined;
  return {
    hash: labelsOf(owner)[0],
    next: base32hex(nextDomain),
    optOut: (flags & OPT_OUT) !== 0,
    types: new Set(rrtypes),
    salt,
    iterations,
  };
}

/** What NSEC3 records of one zone prove; only those count that are hashed as the first is (RFC 5155 section 8.2). */
export class Nsec3Denial implements Denial {
  readonly zone: string;
  readonly #records: readonly Nsec3[];
  readonly #spendHash: (iterations: number) => void;
  readonly #hashes = new Map<string, string>();

  /** @param spendHash is told of every name that is about to be hashed, and may throw */
  constructor(zone: string, records: readonly Nsec3[], spendHash: (iterations: number) => void) {
    const [{ salt, iterations }] = records;
    this.zone = zone;
    this.#records = records.filter((one) => one.iterations === iterations && one.salt.equals(salt));
    this.#spendHash = spendHash;
  }

  absence(name: string, type: string): Absence | undefined {
    if (!isWithin(name, this.zone)) return undefined;
    if (this.#tooManyIterations) return this.#tooManyIterations;
    const atName = this.#matching(name);
    if (atName)
      return deniesType(atName.types, type, name)
        ? { kind: "no-data", delegation: isDelegation(atName.types) }
        : undefined;
    const proof = this.#closestEncloser(name);
    if (!proof) return undefined;
    const wildcard = wildcardOf(proof.encloser);
    const atWildcard = this.#matching(wildcard);
    if (atWildcard ? !deniesType(atWildcard.types, type, wildcard) : !this.#covering(wildcard))
      // An unsigned delegation has no record of its own in an opt-out zone (RFC 5155 section 8.6).
      return type === "DS" && !atWildcard && proof.gap.optOut ? OPTED_OUT : undefined;
    if (proof.gap.optOut) return OPTED_OUT; // an unsigned delegation may be there (RFC 5155 section 9.2)
    return atWildcard ? { kind: "no-data", delegation: false } : { kind: "no-such-name" };
  }

  /** RFC 5155 section 8.8: the answer has shown the closest encloser; the next name towards `name` must not exist. */
  wildcardAnswer(name: string, encloser: string): "proven" | Insecure | undefined {
    if (!isWithin(encloser, this.zone)) return undefined;
    if (this.#tooManyIterations) return this.#tooManyIterations;
    const gap = this.#covering(rightmost(name, labelsOf(encloser).length + 1));
    return gap && (gap.optOut ? OPTED_OUT : "proven");
  }

  get #tooManyIterations(): Insecure | undefined {
    const [{ iterations }] = this.#records;
    if (iterations <= MAX_ITERATIONS) return undefined;
    return {
      kind: "insecure",
      reason: `its NSEC3 records take ${iterations} iterations; at most ${MAX_ITERATIONS} are computed`,
    };
  }

  /** RFC 5155 section 8.3: the nearest ancestor that exists, and the gap in which the next name towards `name` lies. */
  #closestEncloser(name: string): { encloser: string; gap: Nsec3 } | undefined {
    for (let depth = labelsOf(name).length - 1; depth >= labelsOf(this.zone).length; depth--) {
      const encloser = rightmost(name, depth);
      const record = this.#matching(encloser);
      if (!record) continue;
      // Below a cut or a DNAME this zone has no say.
      if (isDelegation(record.types) || record.types.has("DNAME")) return undefined;
      const gap = this.#covering(rightmost(name, depth + 1));
      return gap && { encloser, gap };
    }
    return undefined;
  }

  #hash(name: string): string {
    let hash = this.#hashes.get(name);
    if (hash === undefined) {
      const [{ salt, iterations }] = this.#records;
      this.#spendHash(iterations);
      hash = base32hex(nsec3Hash(name, salt, iterations));
      this.#hashes.set(name, hash);
    }
    return hash;
  }

  #matching(name: string): Nsec3 | undefined {
    const hash = this.#hash(name);
    return this.#records.find((one) => one.hash === hash);
  }

  #covering(name: string): Nsec3 | undefined {
    const hash = this.#hash(name);
    return this.#records.find(
      (one) =>
        one.hash < one.next
          ? one.hash < hash && hash < one.next
          : one.hash !== hash && (hash > one.hash || hash < one.next), // the last one points back to the first
    );
  }
}
