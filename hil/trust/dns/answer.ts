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
  SERVFAIL: 2,
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

/** The RRset of a node that answers a query type. */
function match(zone: Zone, name: string, type: number): RRset | undefined {
  const rrsets = [...(zone.node(name)?.values() ?? [])];
  // One RRset is enough for ANY (RFC 8482 section 4.1); a query for RRSIG gets its signatures the same way.
  if (type === TYPE_ANY || type === TYPE_NUMBER.RRSIG) return rrsets[0];
  return rrsets.find((rrset) => TYPE_NUMBER[rrset.type] === type);
}

/** The NSEC that matches a name or covers it; none in an unsigned zone. */
function nsec(zone: Zone, name: string): RRset[] {
  const proof = zone.rrset(predecessor(zone, name), "NSEC");
  return proof === undefined ? [] : [proof];
}

/** SOA of a negative answer, living no longer than the answer may (RFC 2308 section 3), and the proofs without repeats. */
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

/**
 * Answers a question that lies in the zone. CNAMEs are followed as far as the zone reaches.
 * @param name canonical, at or below the zone's origin
 * @param type number of the query type
 */
export function answerFrom(zone: Zone, name: string, type: number): Answer {
  const answers: RRset[] = [];
  const authorities: RRset[] = [];
  const seen = new Set<string>();
  let owner = name;
  for (;;) {
    seen.add(owner);
    const delegation = zone.delegationAbove(owner);
    if (delegation !== undefined && !(delegation === owner && type === TYPE_NUMBER.DS)) {
      const toChild = referral(zone, delegation);
      // At the end of a CNAME chain the answer so far is the zone's own; the asker continues with the child.
      return answers.length === 0
        ? toChild
        : { rcode: RCODE.NOERROR, authoritative: true, answers, authorities, additionals: [] };
    }
    const step = lookUp(zone, owner, type);
    authorities.push(...step.authorities);
    if (step.found !== undefined) answers.push(step.found);
    const next =
      step.found?.type === "CNAME" && type !== TYPE_NUMBER.CNAME ? step.found.records[0].data : undefined;
    if (typeof next !== "string" || type === TYPE_ANY || seen.has(next) || !isWithin(next, zone.origin)) {
      return {
        rcode: step.rcode,
        authoritative: true,
        answers,
        authorities: [...new Set(authorities)],
        additionals: [],
      };
    }
    owner = next;
  }
}
