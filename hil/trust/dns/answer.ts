/**
 * The authoritative answer to one question from one zone (RFC 1034 section 4.3.2, with wildcards by RFC 4592
 * and DNSSEC proofs by RFC 4035 section 3.1).
 */
import { childName, isWithin } from "./domain-name.ts";
import { TYPE_NUMBER } from "./record.ts";
import { closestEncloser, predecessor, type RRset, soaData, type Zone } from "./zone.ts";

/** Response codes (RFC 1035 section 4.1.1; BADVERS is RFC 6891 section 6.1.3). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

export type Rcode = (typeof RCODE)[keyof typeof RCODE];

/** An answer before it becomes a message. Signatures travel with their RRset. */
export interface Answer {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly RRset[];
  readonly authorities: readonly RRset[];
  readonly additionals: readonly RRset[];
}

const TYPE_ANY = 255;

/** Refusal without any record. */
export function emptyAnswer(rcode: Rcode): Answer {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [] };
}

/** The signatures of an RRset as an answer of their own; undefined if it has none. */
function signaturesOf({ name, ttl, signatures }: RRset): RRset | undefined {
  return signatures.length === 0
    ? undefined
    : { name, type: "RRSIG", ttl, records: signatures, signatures: [] };
}

/** The RRset of a node that answers a query type. One RRset is enough for ANY and for RRSIG (RFC 8482 section 4.1). */
function match(zone: Zone, name: string, type: number): RRset | undefined {
  const rrsets = [...(zone.node(name)?.values() ?? [])];
  if (type === TYPE_ANY) return rrsets[0];
  if (type === TYPE_NUMBER.RRSIG) return rrsets[0] && signaturesOf(rrsets[0]);
  return rrsets.find((rrset) => TYPE_NUMBER[rrset.type] === type);
}

/** The NSEC that matches a name or covers it; none in an unsigned zone. */
function nsec(zone: Zone, name: string): RRset[] {
  const proof = zone.rrset(predecessor(zone, name), "NSEC");
  return proof === undefined ? [] : [proof];
}

/**
 * SOA of a negative answer, living no longer than the answer may (RFC 2308 section 3), and the proofs without repeats.
 */
function denial(zone: Zone, ...proofs: RRset[]): RRset[] {
  const ttl = Math.min(zone.soa.ttl, soaData(zone).minimum);
  const withTtl = <T extends { ttl: number }>(record: T): T => ({ ...record, ttl });
  const soa = {
    ...zone.soa,
    ttl,
    records: zone.soa.records.map(withTtl),
    signatures: zone.soa.signatures.map(withTtl),
  };
  return [soa, ...new Set(proofs)];
}

/** What a zone says of a name below one of its delegations, or of the delegation itself (RFC 4035 section 3.1.4). */
function referral(zone: Zone, delegation: string): Answer {
  const nameServers = zone.rrset(delegation, "NS")!;
  const signer = zone.rrset(delegation, "DS");
  const glue = nameServers.records.flatMap((record) => {
    const target = record.data as string;
    return [zone.rrset(target, "A"), zone.rrset(target, "AAAA")].filter((rrset) => rrset !== undefined);
  });
  return {
    rcode: RCODE.NOERROR,
    authoritative: false,
    answers: [],
    authorities: [nameServers, ...(signer === undefined ? nsec(zone, delegation) : [signer])],
    additionals: glue,
  };
}

/** A wildcard's RRset under the name that was asked for; its signatures are the wildcard's own. */
function expand(rrset: RRset, name: string): RRset {
  const rename = <T extends { name: string }>(record: T): T => ({ ...record, name });
  return { ...rrset, name, records: rrset.records.map(rename), signatures: rrset.signatures.map(rename) };
}

interface Step {
  readonly rcode: Rcode;
  readonly found?: RRset;
  readonly authorities: readonly RRset[];
}

/** One name of a CNAME chain: what is there, and the proof of what is not. */
function lookUp(zone: Zone, name: string, type: number): Step {
  if (zone.exists(name)) {
    const found = match(zone, name, type) ?? zone.rrset(name, "CNAME");
    if (found !== undefined) return { rcode: RCODE.NOERROR, found, authorities: [] };
    return { rcode: RCODE.NOERROR, authorities: denial(zone, ...nsec(zone, name)) };
  }
  const encloser = closestEncloser(zone, name);
  const wildcard = childName("*", encloser);
  const nameProof = nsec(zone, name);
  if (!zone.exists(wildcard)) {
    return { rcode: RCODE.NXDOMAIN, authorities: denial(zone, ...nameProof, ...nsec(zone, wildcard)) };
  }
  const found = match(zone, wildcard, type) ?? zone.rrset(wildcard, "CNAME");
  if (found !== undefined)
    return { rcode: RCODE.NOERROR, found: expand(found, name), authorities: nameProof };
  return { rcode: RCODE.NOERROR, authorities: denial(zone, ...nameProof, ...nsec(zone, wildcard)) };
}

/** Where a CNAME leads, if the question follows it and the zone reaches there. */
function nextOwner(zone: Zone, found: RRset | undefined, type: number): string | undefined {
  if (found?.type !== "CNAME" || type === TYPE_NUMBER.CNAME || type === TYPE_ANY) return undefined;
  const target = found.records[0].data as string;
  return isWithin(target, zone.origin) ? target : undefined;
}

/**
 * Answers a question that lies in the zone. CNAMEs are followed as far as the zone reaches.
 * @param name canonical, at or below the zone's origin
 * @param type number of the query type
 */
export function answerFrom(zone: Zone, name: string, type: number): Answer {
  const answers: RRset[] = [];
  const authorities = new Set<RRset>();
  const seen = new Set<string>();
  let rcode: Rcode = RCODE.NOERROR;
  let owner: string | undefined = name;
  while (owner !== undefined && !seen.has(owner)) {
    seen.add(owner);
    const delegation = zone.delegationAbove(owner);
    if (delegation !== undefined && !(delegation === owner && type === TYPE_NUMBER.DS)) {
      if (answers.length === 0) return referral(zone, delegation);
      // The CNAMEs so far are the zone's own answer; the asker continues with the child.
      break;
    }
    const step = lookUp(zone, owner, type);
    rcode = step.rcode;
    for (const rrset of step.authorities) authorities.add(rrset);
    if (step.found !== undefined) answers.push(step.found);
    owner = nextOwner(zone, step.found, type);
  }
  return { rcode, authoritative: true, answers, authorities: [...authorities], additionals: [] };
}
