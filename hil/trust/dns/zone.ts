/**
 * A zone: its RRsets by name, its delegations and its names in canonical order (RFC 1034 section 4.2,
 * RFC 2181 section 5). A zone never changes; a new one takes its place.
 */
import { compareNames, isWithin, namesUpTo, parentName, parseName } from "./domain-name.ts";
import {
  canonicalRecord,
  type RecordData,
  type RecordType,
  type ResourceRecord,
  type ZoneRecord,
} from "./record.ts";

/** The records of one name and type, in canonical order, and the signatures over them. */
export interface RRset {
  readonly name: string;
  readonly type: RecordType;
  /** Seconds. */
  readonly ttl: number;
  readonly records: readonly ResourceRecord[];
  /** RRSIG records; empty in an unsigned zone, for delegations and for glue. */
  readonly signatures: readonly ResourceRecord[];
}

/** A zone as its author writes it. */
export interface ZoneDescription {
  /** Name of the zone, e.g. `net-a.example` or `.`. */
  readonly origin: string;
  /** Exactly one SOA and at least one NS at the origin among them. */
  readonly records: readonly ZoneRecord[];
  /** Seconds, for records without their own TTL. Default 300. */
  readonly defaultTtl?: number;
}

const DEFAULT_TTL_S = 300;

/** Looked up by the server, signed by the signer. */
export class Zone {
  readonly origin: string;
  /** Every name that has records, in canonical order, the origin first. */
  readonly names: readonly string[];
  readonly soa: RRset;
  readonly #nodes: ReadonlyMap<string, ReadonlyMap<RecordType, RRset>>;
  /** Names without records of their own above names that have some (RFC 4592 section 2.2.2). */
  readonly #emptyNonTerminals = new Set<string>();

  /** @throws Error if the origin has no SOA. The other rules are createZone's. */
  constructor(origin: string, rrsets: Iterable<RRset>) {
    const nodes = new Map<string, Map<RecordType, RRset>>();
    for (const rrset of rrsets) {
      const node = nodes.get(rrset.name) ?? new Map<RecordType, RRset>();
      nodes.set(rrset.name, node.set(rrset.type, rrset));
    }
    const soa = nodes.get(origin)?.get("SOA");
    if (soa === undefined) throw new Error(`zone ${origin}: has no SOA record`);
    this.origin = origin;
    this.soa = soa;
    this.#nodes = nodes;
    this.names = [...nodes.keys()].sort(compareNames);
    for (const name of this.names) {
      for (const ancestor of namesUpTo(name, origin)) {
        if (!nodes.has(ancestor)) this.#emptyNonTerminals.add(ancestor);
      }
    }
  }

  /** Whether the zone carries its keys. */
  get signed(): boolean {
    return this.rrset(this.origin, "DNSKEY") !== undefined;
  }

  /** The RRsets of a name; undefined if it has none. */
  node(name: string): ReadonlyMap<RecordType, RRset> | undefined {
    return this.#nodes.get(name);
  }

  rrset(name: string, type: RecordType): RRset | undefined {
    return this.#nodes.get(name)?.get(type);
  }

  /** Every RRset, names in canonical order. */
  *rrsets(): Generator<RRset> {
    for (const name of this.names) yield* this.#nodes.get(name)!.values();
  }

  /** Whether the name exists: it has records, or a name below it has. */
  exists(name: string): boolean {
    return this.#nodes.has(name) || this.#emptyNonTerminals.has(name);
  }

  /** The delegation at or above `name`, the one nearest to the origin; undefined if the zone answers for it. */
  delegationAbove(name: string): string | undefined {
    return namesUpTo(name, this.origin)
      .slice(0, -1)
      .findLast((ancestor) => this.rrset(ancestor, "NS") !== undefined);
  }

  /** Whether the zone is the authority for a name's records: a delegation is, names below it are not. */
  isAuthoritativeFor(name: string): boolean {
    const delegation = this.delegationAbove(name);
    return delegation === undefined || delegation === name;
  }
}

/**
 * Makes an unsigned RRset of canonical records: sorts them (RFC 4034 section 6.3). @throws Error on unequal TTLs or
 * repeated data.
 */
export function createRRset(records: readonly ResourceRecord[]): RRset {
  const { name, type, ttl } = records[0];
  const sorted = records.toSorted((left, right) => Buffer.compare(left.rdata, right.rdata));
  for (const [i, record] of sorted.entries()) {
    if (record.ttl !== ttl) {
      throw new Error(
        `records ${name} ${type}: have TTLs ${ttl} and ${record.ttl}; an RRset has one (RFC 2181, 5.2)`,
      );
    }
    if (i > 0 && record.rdata.equals(sorted[i - 1].rdata))
      throw new Error(`record ${name} ${type}: is there twice`);
  }
  return { name, type, ttl, records: sorted, signatures: [] };
}

function checkNode(zone: Zone, name: string): void {
  const node = zone.node(name)!;
  const types = [...node.keys()];
  if (node.has("CNAME") && (types.length > 1 || node.get("CNAME")!.records.length > 1)) {
    throw new Error(
      `zone ${zone.origin}: ${name} has a CNAME and must have nothing else, but has ${types.join(", ")}`,
    );
  }
  if (node.has("SOA") && name !== zone.origin) {
    throw new Error(`zone ${zone.origin}: ${name} has an SOA, which belongs at the origin only`);
  }
  if (name.startsWith("*.") && (node.has("NS") || node.has("DS"))) {
    throw new Error(
      `zone ${zone.origin}: ${name} delegates by a wildcard, which is undefined (RFC 4592, 4.2)`,
    );
  }
  if (node.has("DS") && (name === zone.origin || !node.has("NS"))) {
    throw new Error(
      `zone ${zone.origin}: ${name} has a DS but is no delegation; add its NS or remove the DS`,
    );
  }
  const delegation = zone.delegationAbove(name);
  if (delegation === undefined) return;
  const allowed: readonly RecordType[] = name === delegation ? ["NS", "DS", "A", "AAAA"] : ["A", "AAAA"];
  const stray = types.find((type) => !allowed.includes(type));
  if (stray !== undefined) {
    throw new Error(
      `zone ${zone.origin}: ${name} ${stray} belongs into the zone delegated at ${delegation}; only glue may stand here`,
    );
  }
}

/**
 * Builds an unsigned zone from its description.
 * @throws Error that names zone and record, if a record is outside the zone, beneath a delegation, beside a
 * CNAME, doubled, or not fit for the wire, or if SOA or NS are missing at the origin.
 */
export function createZone(description: ZoneDescription): Zone {
  const origin = parseName(description.origin);
  const byNameAndType = new Map<string, ResourceRecord[]>();
  for (const written of description.records) {
    const record = canonicalRecord(written, description.defaultTtl ?? DEFAULT_TTL_S);
    if (!isWithin(record.name, origin)) {
      throw new Error(`zone ${origin}: record ${record.name} ${record.type} lies outside; write whole names`);
    }
    const key = `${record.name} ${record.type}`;
    byNameAndType.set(key, [...(byNameAndType.get(key) ?? []), record]);
  }
  const zone = new Zone(
    origin,
    [...byNameAndType.values()].map((records) => createRRset(records)),
  );
  if (zone.soa.records.length > 1) throw new Error(`zone ${origin}: has more than one SOA record`);
  if (zone.rrset(origin, "NS") === undefined)
    throw new Error(`zone ${origin}: has no NS record at its origin`);
  for (const name of zone.names) checkNode(zone, name);
  return zone;
}

/** The fields of a zone's SOA. */
export function soaData(zone: Zone): RecordData["SOA"] {
  return zone.soa.records[0].data as RecordData["SOA"];
}

/** The name in a zone that stands last before `name` in canonical order and may own an NSEC record. */
export function predecessor(zone: Zone, name: string): string {
  let low = 0;
  let high = zone.names.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (compareNames(zone.names[middle], name) <= 0) low = middle;
    else high = middle;
  }
  while (!zone.isAuthoritativeFor(zone.names[low])) low -= 1;
  return zone.names[low];
}

/** The nearest ancestor of a name that exists in the zone (RFC 4592 section 3.3.1). */
export function closestEncloser(zone: Zone, name: string): string {
  let encloser = parentName(name);
  while (!zone.exists(encloser)) encloser = parentName(encloser);
  return encloser;
}
