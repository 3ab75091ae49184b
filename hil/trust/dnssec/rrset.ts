/**
 * RRsets and their canonical form (RFC 4034 section 6, RFC 6840 section 5.1) on top of dns-packet's record codec.
 *
 * Signatures are checked over what dns-packet decoded, encoded again: what the caller is given is therefore exactly
 * what was signed, however an answer was compressed or spelt.
 */
import { type Answer, encode, type NsecData, type RecordType, type RrsigData } from "dns-packet";
import { canonicalName, isWithin, labelsOf, nameToWire, ROOT, rightmost, wildcardOf } from "./names.ts";

/** Decoded RDATA as dns-packet gives it: an object or string by record type. */
export type RecordData = unknown;

export interface Rrset {
  /** Canonical. */
  readonly name: string;
  readonly type: string;
  /** The lowest TTL of the set. */
  readonly ttl: number;
  readonly records: readonly RecordData[];
  readonly signatures: readonly RrsigData[];
}

/**
 * A DNS message as far as validation needs it: with response code NOERROR or NXDOMAIN. Which of the two plays no part,
 * because it is not signed; the NSEC records tell.
 */
export interface DnsMessage {
  readonly answers: readonly Rrset[];
  readonly authorities: readonly Rrset[];
}

/** Groups the records of a message section; class IN only, the EDNS pseudo-record left out. */
export function groupRrsets(section: readonly Answer[]): Rrset[] {
  type Growing = { ttl: number; records: RecordData[]; signatures: RrsigData[] } & Pick<
    Rrset,
    "name" | "type"
  >;
  const sets = new Map<string, Growing>();
  const setOf = (name: string, type: string) => {
    const key = `${name} ${type}`;
    let set = sets.get(key);
    if (!set) {
      set = { name, type, ttl: 0xffffffff, records: [], signatures: [] };
      sets.set(key, set);
    }
    return set;
  };
  for (const answer of section) {
    if (answer.type === "OPT" || answer.class !== "IN" || answer.flush) continue;
    const name = canonicalName(answer.name);
    if (answer.type === "RRSIG") {
      const set = setOf(name, answer.data.typeCovered);
      set.signatures.push(answer.data);
    } else {
      const set = setOf(name, answer.type);
      set.ttl = Math.min(set.ttl, answer.ttl ?? 0);
      set.records.push(answer.data);
    }
  }
  return [...sets.values()].filter(({ records }) => records.length > 0);
}

/**
 * An empty label, or an octet that ends a line: dns-packet drops the dots beside them when it writes, not when it
 * reads.
 */
const UNWRITABLE = /^\.(?!$)|\.\.|[\n\r\u2028\u2029]/;

/** @throws RangeError for a name that would be written, and so bear the signature, as another than was read */
function writable(name: string): string {
  if (UNWRITABLE.test(name)) throw new RangeError(`domain name ${JSON.stringify(name)}: cannot be written`);
  return name;
}

/** Names inside RDATA that are lower-cased for signing: the types of RFC 4034 section 6.2 that dns-packet decodes. */
function canonicalData(type: string, data: RecordData): RecordData {
  const lowered = (fields: readonly string[]): RecordData => {
    const copy = { ...(data as Record<string, unknown>) };
    for (const field of fields) copy[field] = canonicalName(writable(copy[field] as string));
    return copy;
  };
  switch (type) {
    case "NS":
    case "CNAME":
    case "DNAME":
    case "PTR":
      return canonicalName(writable(data as string));
    case "MX":
      return lowered(["exchange"]);
    case "SOA":
      return lowered(["mname", "rname"]);
    case "SRV":
      return lowered(["target"]);
    case "NAPTR":
      return lowered(["replacement"]);
    case "RP":
      return lowered(["mbox", "txt"]);
    case "NSEC":
      writable((data as NsecData).nextDomain); // not lower-cased (RFC 6840 section 5.1)
      return data;
    default:
      return data;
  }
}

const HEADER_OCTETS = 12;
/** Root owner name 1, type 2, class 2, TTL 4, RDLENGTH 2. */
const RECORD_PREFIX_OCTETS = 11;

/** Type code and canonical RDATA, by letting dns-packet encode a message of one record. */
export function recordToWire(type: string, data: RecordData): { typeCode: number; rdata: Buffer } {
  const answer = {
    name: ROOT,
    type: type as RecordType,
    ttl: 0,
    class: "IN",
    data: canonicalData(type, data),
  };
  const message = encode({ type: "response", answers: [answer as Answer] });
  return {
    typeCode: message.readUInt16BE(HEADER_OCTETS + 1),
    rdata: message.subarray(HEADER_OCTETS + RECORD_PREFIX_OCTETS),
  };
}

/** Whether the signature's Labels field says that `owner` was synthesised from a wildcard. */
export const isExpanded = (owner: string, labels: number): boolean =>
  labels < labelsOf(owner).filter((label, i) => i > 0 || label !== "*").length;

/**
 * The octets that an RRSIG signs: its own RDATA without the signature, then the records in canonical order with
 * the original owner (RFC 4034 section 3.1.8.1, RFC 4035 section 5.3.2).
 */
export function signedData(rrset: Rrset, rrsig: RrsigData): Buffer {
  const { rdata: rrsigRdata } = recordToWire("RRSIG", {
    ...rrsig,
    signersName: canonicalName(rrsig.signersName),
    signature: Buffer.alloc(0),
  });
  const owner = isExpanded(rrset.name, rrsig.labels)
    ? wildcardOf(rightmost(rrset.name, rrsig.labels))
    : rrset.name;
  const encoded = rrset.records.map((data) => recordToWire(rrset.type, data));
  const sorted = encoded.sort((a, b) => Buffer.compare(a.rdata, b.rdata));
  const distinct = sorted.filter(({ rdata }, i) => i === 0 || !rdata.equals(sorted[i - 1].rdata));
  const parts: Buffer[] = [rrsigRdata];
  for (const { typeCode, rdata } of distinct) {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(typeCode, 0);
    fixed.writeUInt16BE(1, 2); // class IN
    fixed.writeUInt32BE(rrsig.originalTTL, 4);
    fixed.writeUInt16BE(rdata.length, 8);
    parts.push(nameToWire(owner), fixed, rdata);
  }
  return Buffer.concat(parts);
}

/** The set of `name` and `type` in a section. */
export const findRrset = (section: readonly Rrset[], name: string, type: string): Rrset | undefined =>
  section.find((set) => set.name === name && set.type === type);

/** Whether `signer` may sign records at `owner`: its zone's apex lies at or above it; a DS belongs to the parent. */
export const maySign = (signer: string, owner: string, type: string): boolean =>
  isWithin(owner, signer) && (type !== "DS" || signer !== owner);
