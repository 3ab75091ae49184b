/**
 * Zone signing (RFC 4035 section 2): DNSKEY at the origin, an NSEC chain over the authoritative names, an RRSIG
 * over every authoritative RRset. Delegation NS records and glue are the child's and stay unsigned.
 */
import { labelCount } from "./domain-name.ts";
import {
  canonicalRecord,
  type RecordData,
  type RecordType,
  type ResourceRecord,
  recordToWire,
} from "./record.ts";
import { createRRset, type RRset, soaData, Zone } from "./zone.ts";
import { signOctets, type ZoneKey, type ZoneKeys } from "./zone-key.ts";

/** When signatures are valid. Both instants count in whole seconds. */
export interface SignatureValidity {
  readonly inception: Date;
  readonly expiration: Date;
}

function epochSeconds(what: string, instant: Date): number {
  const seconds = Math.floor(instant.getTime() / 1000);
  if (!(seconds >= 0 && seconds <= 0xffff_ffff)) {
    throw new Error(`signature ${what}: must lie between 1970 and 2106 (RFC 4034, 3.1.5)`);
  }
  return seconds;
}

/** RFC 4034 section 3.1: the signature covers the RRSIG's own data up to the signer's name, then the RRset. */
function createSignature(
  rrset: RRset,
  origin: string,
  key: ZoneKey,
  validity: SignatureValidity,
): ResourceRecord {
  const data: RecordData["RRSIG"] = {
    typeCovered: rrset.type,
    algorithm: key.dnskey.algorithm,
    labels: labelCount(rrset.name),
    originalTTL: rrset.ttl,
    expiration: epochSeconds("expiration", validity.expiration),
    inception: epochSeconds("inception", validity.inception),
    keyTag: key.keyTag,
    signersName: origin,
    signature: new Uint8Array(0),
  };
  const record = { name: rrset.name, type: "RRSIG", ttl: rrset.ttl } as const;
  const unsigned = canonicalRecord({ ...record, data }, rrset.ttl);
  const octets = Buffer.concat([unsigned.rdata, ...rrset.records.map((member) => recordToWire(member))]);
  return canonicalRecord({ ...record, data: { ...data, signature: signOctets(key, octets) } }, rrset.ttl);
}

/** Negative answers live no longer than the SOA says (RFC 9077). */
function negativeTtl(zone: Zone): number {
  return Math.min(zone.soa.ttl, soaData(zone).minimum);
}

/** One NSEC for each authoritative name, the last pointing back to the origin (RFC 4034 section 4). */
function nsecChain(zone: Zone): RRset[] {
  const names = zone.names.filter((name) => zone.isAuthoritativeFor(name));
  return names.map((name, i) => {
    const present = [...zone.node(name)!.keys()];
    const isDelegation = zone.delegationAbove(name) === name;
    // At a delegation only NS and DS are the parent's; glue at the same name is not listed (RFC 4035 section 2.3).
    const listed = isDelegation ? present.filter((type) => type === "NS" || type === "DS") : present;
    const rrtypes: RecordType[] = [...listed, "RRSIG", "NSEC"];
    const nextDomain = names[(i + 1) % names.length];
    return createRRset([
      canonicalRecord({ name, type: "NSEC", data: { nextDomain, rrtypes } }, negativeTtl(zone)),
    ]);
  });
}

function isSigned(zone: Zone, rrset: RRset): boolean {
  const delegation = zone.delegationAbove(rrset.name);
  if (delegation === undefined) return true;
  return delegation === rrset.name && (rrset.type === "DS" || rrset.type === "NSEC");
}

/**
 * Signs a zone: the DNSKEY RRset with the key-signing key, all else with the zone-signing key.
 * @returns a new zone; the one given stays unsigned.
 * @throws Error if the zone is signed already or the validity cannot be written into an RRSIG.
 */
export function signZone(unsigned: Zone, keys: ZoneKeys, validity: SignatureValidity): Zone {
  const { origin } = unsigned;
  if (unsigned.signed) throw new Error(`zone ${origin}: is signed already; sign the zone it was made from`);
  const dnskeys = createRRset(
    [keys.ksk, keys.zsk].map((key) =>
      canonicalRecord({ name: origin, type: "DNSKEY", data: key.dnskey }, unsigned.soa.ttl),
    ),
  );
  const keyed = new Zone(origin, [...unsigned.rrsets(), dnskeys]);
  const chained = [...keyed.rrsets(), ...nsecChain(keyed)];
  return new Zone(
    origin,
    chained.map((rrset) => {
      if (!isSigned(keyed, rrset)) return rrset;
      const key = rrset.type === "DNSKEY" ? keys.ksk : keys.zsk;
      return { ...rrset, signatures: [createSignature(rrset, origin, key, validity)] };
    }),
  );
}
