/**
 * Resource records: what a zone may hold, checked and brought to canonical form (RFC 1035 section 3.2,
 * RFC 4034 section 6.2). The record data codecs are dns-packet's; it checks few lengths, so they are checked here.
 */
import { isIPv4, isIPv6 } from "node:net";
import { type Answer, encode } from "dns-packet";
import { nameToWire, parseName } from "./domain-name.ts";

/** Type numbers (IANA DNS parameters) of the record types that zones hold. */
export const TYPE_NUMBER = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  TLSA: 52,
} as const;

export type RecordType = keyof typeof TYPE_NUMBER;

/** Class IN, the only one served (RFC 1035 section 3.2.4). */
export const CLASS_IN = 1;

const MAX_TTL_S = 0x7fff_ffff;

/** Record data by type. Names may be written in any case, with or without the final dot. */
export interface RecordData {
  /** IPv4 address, dotted. */
  A: string;
  /** IPv6 address. */
  AAAA: string;
  /** Canonical name. */
  CNAME: string;
  /** Name of a name server. */
  NS: string;
  PTR: string;
  MX: { preference: number; exchange: string };
  /** RFC 2782. */
  SRV: { priority: number; weight: number; port: number; target: string };
  /** RFC 3403. `replacement` is "." where `regexp` is used. */
  NAPTR: {
    order: number;
    preference: number;
    flags: string;
    services: string;
    regexp: string;
    replacement: string;
  };
  /** RFC 1035 section 3.3.13; times in seconds. */
  SOA: {
    mname: string;
    rname: string;
    serial: number;
    refresh: number;
    retry: number;
    expire: number;
    minimum: number;
  };
  /** Character strings of at most 255 octets each. */
  TXT: readonly string[];
  /** RFC 6698 section 2.1. */
  TLSA: { usage: number; selector: number; matchingType: number; certificate: Uint8Array };
  /** RFC 4034 section 5.1. */
  DS: { keyTag: number; algorithm: number; digestType: number; digest: Uint8Array };
  /** RFC 4034 section 2.1. */
  DNSKEY: { flags: number; algorithm: number; key: Uint8Array };
  /** RFC 4034 section 4.1. */
  NSEC: { nextDomain: string; rrtypes: readonly RecordType[] };
  /** RFC 4034 section 3.1; `expiration` and `inception` in seconds since 1970. */
  RRSIG: {
    typeCovered: RecordType;
    algorithm: number;
    labels: number;
    originalTTL: number;
    expiration: number;
    inception: number;
    keyTag: number;
    signersName: string;
    signature: Uint8Array;
  };
}

type RecordOf<T extends RecordType> = {
  [K in T]: { name: string; ttl?: number; type: K; data: RecordData[K] };
}[T];

/** A record of any type; the signer writes those that ZoneRecord leaves out. */
export type AnyRecord = RecordOf<RecordType>;

/**
 * A record as a zone's author writes it. `name` is the whole name, not one relative to the zone; `ttl` in
 * seconds, the zone's own if not given. DNSKEY, NSEC and RRSIG are the signer's business.
 */
export type ZoneRecord = RecordOf<Exclude<RecordType, "DNSKEY" | "NSEC" | "RRSIG">>;

/** A checked record in canonical form, with its data on the wire (without the RDLENGTH). */
export type ResourceRecord = AnyRecord & { readonly ttl: number; readonly rdata: Buffer };

/** A name in a zone: no octet that needs an escape, which dns-packet could not write. */
function zoneName(text: string): string {
  const name = parseName(text);
  if (name.includes("\\")) {
    throw new Error(`domain name ${JSON.stringify(text)}: zones here hold no names that need escapes`);
  }
  return name;
}

/** dns-packet refuses numbers out of range but cuts off fractions. */
function checkNumbers(data: AnyRecord["data"]): void {
  for (const [field, value] of Object.entries(data)) {
    if (typeof value === "number" && !Number.isInteger(value))
      throw new Error(`${field} ${value} is not an integer`);
  }
}

function checkStrings(strings: readonly string[]): void {
  for (const text of strings) {
    const octets = Buffer.byteLength(text);
    if (octets > 255) {
      throw new Error(`character string of ${octets} octets; at most 255 are allowed`);
    }
  }
}

/** The record with its names in canonical form, after the checks that dns-packet leaves out. */
function checkedRecord(record: AnyRecord): AnyRecord {
  const named = { ...record, name: zoneName(record.name) };
  checkNumbers(named.data);
  switch (named.type) {
    case "A":
      if (!isIPv4(named.data)) throw new Error(`${JSON.stringify(named.data)} is not an IPv4 address`);
      return named;
    case "AAAA":
      if (!isIPv6(named.data) || named.data.includes("%"))
        throw new Error(`${JSON.stringify(named.data)} is not an IPv6 address`);
      return named;
    case "CNAME":
    case "NS":
    case "PTR":
      return { ...named, data: zoneName(named.data) };
    case "MX":
      return { ...named, data: { ...named.data, exchange: zoneName(named.data.exchange) } };
    case "SRV":
      return { ...named, data: { ...named.data, target: zoneName(named.data.target) } };
    case "NAPTR":
      checkStrings([named.data.flags, named.data.services, named.data.regexp]);
      return { ...named, data: { ...named.data, replacement: zoneName(named.data.replacement) } };
    case "SOA": {
      const { mname, rname } = named.data;
      return { ...named, data: { ...named.data, mname: zoneName(mname), rname: zoneName(rname) } };
    }
    case "TXT":
      if (named.data.length === 0) throw new Error("needs at least one character string");
      checkStrings(named.data);
      return named;
    default:
      return named;
  }
}

/**
 * A root-named answer in dns-packet's shape, which takes octets as Buffers only and changes the TXT array it is given.
 */
function packetAnswer(record: AnyRecord): Answer {
  const name = ".";
  switch (record.type) {
    case "TXT":
      return { name, type: record.type, data: record.data.map((text) => Buffer.from(text)) };
    case "TLSA":
      return {
        name,
        type: record.type,
        data: { ...record.data, certificate: Buffer.from(record.data.certificate) },
      };
    case "DS":
      return { name, type: record.type, data: { ...record.data, digest: Buffer.from(record.data.digest) } };
    case "DNSKEY":
      return { name, type: record.type, data: { ...record.data, key: Buffer.from(record.data.key) } };
    case "NSEC":
      return { name, type: record.type, data: { ...record.data, rrtypes: [...record.data.rrtypes] } };
    case "RRSIG":
      return {
        name,
        type: record.type,
        data: { ...record.data, signature: Buffer.from(record.data.signature) },
      };
    default:
      return { ...record, name };
  }
}

/**
 * Octets before the data of the first answer in a message without question: header, root name, type, class, TTL,
 * length.
 */
const RDATA_OFFSET = 12 + 1 + 2 + 2 + 4 + 2;

/**
 * Checks a record and brings it to canonical form.
 * @param defaultTtl seconds, for a record without its own
 * @throws Error that names the record, if a name, address, number or string is not fit for the wire.
 */
export function canonicalRecord(record: AnyRecord, defaultTtl: number): ResourceRecord {
  try {
    const checked = checkedRecord(record);
    const ttl = record.ttl ?? defaultTtl;
    if (!Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL_S) throw new Error(`TTL ${ttl} is out of range`);
    const rdata = encode({ type: "response", answers: [packetAnswer(checked)] }).subarray(RDATA_OFFSET);
    if (rdata.length > 0xffff) throw new Error(`data of ${rdata.length} octets; at most 65535 are allowed`);
    return { ...checked, ttl, rdata };
  } catch (error) {
    throw new Error(`record ${record.name} ${record.type}: ${(error as Error).message}`, { cause: error });
  }
}

/** A record on the wire, its name uncompressed: also the form that is signed (RFC 4034 section 6.2). */
export function recordToWire(
  record: ResourceRecord,
  name: string = record.name,
  ttl: number = record.ttl,
): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPE_NUMBER[record.type], 0);
  fixed.writeUInt16BE(CLASS_IN, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(record.rdata.length, 8);
  return Buffer.concat([nameToWire(name), fixed, record.rdata]);
}
