/**
 * A name space of its own for tests and rigs: a signed root, the zones that are described, each delegated with
 * its DS from the nearest zone above it, all served by one name server, and the one trust anchor above them.
 * Nothing in it touches the public DNS, so any name may be used, `joineuis.lora-alliance.org` too.
 */
import type { SecretSource } from "../keys/index.ts";
import { AuthoritativeServer, type DnsEndpoint } from "./authoritative-server.ts";
import { compareNames, isWithin, parseName, ROOT } from "./domain-name.ts";
import type { RecordType, ZoneRecord } from "./record.ts";
import { type SignatureValidity, signZone } from "./sign-zone.ts";
import { type TrustAnchor, trustAnchor } from "./trust-anchor.ts";
import { createZone, type RRset, Zone } from "./zone.ts";
import { type AlgorithmNumber, generateZoneKeys, type ZoneKeys } from "./zone-key.ts";

const HOUR_MS = 3_600_000;
const DEFAULT_LIFETIME_MS = 30 * 24 * HOUR_MS;
const DEFAULT_TTL_S = 300;
/** The one name server, a name of the root zone. */
const NAME_SERVER = "name-server";

/** A zone of the name space; SOA, NS and the delegations below it are added. */
export interface TestZone {
  readonly origin: string;
  readonly records: readonly ZoneRecord[];
  /** An unsigned zone is delegated without a DS: provably insecure. */
  readonly unsigned?: boolean;
}

export interface TestRootOptions {
  /** The root zone itself may be left out. */
  readonly zones: readonly TestZone[];
  /** Signing algorithm of all zones, default 13 (ECDSAP256SHA256). */
  readonly algorithm?: AlgorithmNumber;
  /** Default: from an hour ago to 30 days ahead. */
  readonly validity?: SignatureValidity;
  /** Seconds, of records without their own, of SOA and negative answers. Default 300. */
  readonly ttl?: number;
  /** What the keys of the zones follow from; fresh ones where not given. */
  readonly secrets?: SecretSource;
}

interface Member {
  readonly keys: ZoneKeys | undefined;
  records: readonly ZoneRecord[];
  serial: number;
  zone: Zone;
}

/** The name space with its keys; serves nothing before `listen`. */
export class TestRoot {
  readonly server: AuthoritativeServer;
  readonly anchor: TrustAnchor;
  readonly #members: Map<string, Member>;
  readonly #validity: SignatureValidity;
  readonly #ttl: number;

  /** @throws Error that names zone and record, if a description is wrong. */
  constructor(options: TestRootOptions) {
    const now = Date.now();
    this.#validity = options.validity ?? {
      inception: new Date(now - HOUR_MS),
      expiration: new Date(now + DEFAULT_LIFETIME_MS),
    };
    this.#ttl = options.ttl ?? DEFAULT_TTL_S;
    const described = new Map(options.zones.map((zone) => [parseName(zone.origin), zone]));
    if (described.size < options.zones.length) {
      throw new Error(
        `name space: a zone is described twice among ${options.zones.map((zone) => zone.origin).join(", ")}`,
      );
    }
    if (!described.has(ROOT)) described.set(ROOT, { origin: ROOT, records: [] });
    this.#members = new Map();
    // Children first: a parent holds the digests of its children's keys.
    for (const origin of [...described.keys()].sort(compareNames).reverse()) {
      const { records, unsigned = false } = described.get(origin)!;
      const { algorithm, secrets } = options;
      const keys = unsigned ? undefined : generateZoneKeys(algorithm, { origin, secrets });
      this.#members.set(origin, { keys, records, serial: 1, zone: this.#build(origin, records, keys, 1) });
    }
    this.anchor = trustAnchor(this.zone(ROOT));
    this.server = new AuthoritativeServer({ zones: [...this.#members.values()].map(({ zone }) => zone) });
  }

  /** Starts the name server on 127.0.0.1, on a free port if none is given. */
  listen(port = 0): Promise<DnsEndpoint> {
    return this.server.listen({ port });
  }

  close(): Promise<void> {
    return this.server.close();
  }

  /** The zone as it is served now. @throws Error if the name space has no such zone. */
  zone(origin: string): Zone {
    return this.#member(origin).zone;
  }

  /** Serves other records in a zone, signed with its keys, from the next query on. */
  replaceRecords(origin: string, records: readonly ZoneRecord[], validity = this.#validity): void {
    const member = this.#member(origin);
    const serial = member.serial + 1;
    this.#serve(this.#build(parseName(origin), records, member.keys, serial, validity));
    member.records = records;
    member.serial = serial;
  }

  /**
   * Changes the last octet of an RRset's data on the wire and leaves its signatures as they are: bogus to every
   * validator. Undone by replaceRecords.
   * @throws Error if the zone has no such RRset.
   */
  tamper(origin: string, name: string, type: RecordType): void {
    const zone = this.zone(origin);
    const owner = parseName(name);
    const target = zone.rrset(owner, type);
    if (target === undefined) throw new Error(`zone ${zone.origin}: has no ${owner} ${type} to tamper with`);
    const records = target.records.map((record) => {
      const rdata = Buffer.from(record.rdata);
      rdata[rdata.length - 1] ^= 1;
      return { ...record, rdata };
    });
    const tampered: RRset = { ...target, records };
    this.#serve(
      new Zone(
        zone.origin,
        [...zone.rrsets()].map((rrset) => (rrset === target ? tampered : rrset)),
      ),
    );
  }

  /** The records of a zone as they were described, to be changed and handed to replaceRecords. */
  records(origin: string): readonly ZoneRecord[] {
    return this.#member(origin).records;
  }

  #member(origin: string): Member {
    const member = this.#members.get(parseName(origin));
    if (member === undefined) {
      throw new Error(`name space: has no zone ${origin}; it has ${[...this.#members.keys()].join(", ")}`);
    }
    return member;
  }

  #serve(zone: Zone): void {
    this.server.replaceZone(zone);
    this.#member(zone.origin).zone = zone;
  }

  #build(
    origin: string,
    records: readonly ZoneRecord[],
    keys: ZoneKeys | undefined,
    serial: number,
    validity = this.#validity,
  ): Zone {
    const zone = createZone({
      origin,
      defaultTtl: this.#ttl,
      records: [...this.#apexRecords(origin, serial), ...this.#delegations(origin), ...records],
    });
    return keys === undefined ? zone : signZone(zone, keys, validity);
  }

  #apexRecords(origin: string, serial: number): ZoneRecord[] {
    const soa: ZoneRecord = {
      name: origin,
      type: "SOA",
      data: {
        mname: NAME_SERVER,
        rname: `hostmaster.${NAME_SERVER}`,
        serial,
        refresh: 3600,
        retry: 600,
        expire: 86_400,
        minimum: this.#ttl,
      },
    };
    const address: ZoneRecord[] =
      origin === ROOT ? [{ name: NAME_SERVER, type: "A", data: "127.0.0.1" }] : [];
    return [soa, { name: origin, type: "NS", data: NAME_SERVER }, ...address];
  }

  /** NS and DS of the zones that have no nearer parent than `origin`; they are built before it. */
  #delegations(origin: string): ZoneRecord[] {
    const below = [...this.#members.keys()].filter((name) => name !== origin && isWithin(name, origin));
    const children = below.filter((name) => !below.some((other) => other !== name && isWithin(name, other)));
    return children.flatMap((name): ZoneRecord[] => {
      const { zone } = this.#member(name);
      const delegation: ZoneRecord = { name, type: "NS", data: NAME_SERVER };
      return zone.signed ? [delegation, { name, type: "DS", data: trustAnchor(zone).ds }] : [delegation];
    });
  }
}
