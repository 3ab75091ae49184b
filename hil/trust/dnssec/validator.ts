/**
 * A DNSSEC validator (RFC 4035 section 5) that works from the answer upwards: the RRSIG over an RRset names a zone, the
 * zone's DNSKEYs are vouched for by a DS that the zone above signed, and so on to a trust anchor.
 *
 * Its results are secure or a DnsFailure. Denial by NSEC3 (RFC 5155) is not evaluated and therefore refused.
 */
import type { DnskeyData, DsData, NsecData, RrsigData, SoaData } from "dns-packet";
import type { LookupBudget } from "./budget.ts";
import { ExpiringCache } from "./cache.ts";
import {
  isDelegation,
  provenAbsence,
  provesWildcardAnswer,
  type ValidatedNsec,
  validatedNsec,
} from "./denial.ts";
import { DnsFailure } from "./failure.ts";
import {
  type DelegationSigner,
  dsMatches,
  expirationMs,
  isSupportedDs,
  isZoneKey,
  keyTag,
  periodFault,
  signatureVerifies,
} from "./keys.ts";
import { canonicalName, isWithin, labelsOf, rightmost } from "./names.ts";
import { type DnsMessage, findRrset, isExpanded, maySign, type RecordData, type Rrset } from "./rrset.ts";

/** RRsets in the cache; one is a few hundred octets. */
const CACHE_CAPACITY = 2000;
/** Of more than these only the first are looked at: what an answer can make us compute is bounded. */
const MAX_DS = 8;
const MAX_ZONE_KEYS = 32;
const MAX_SIGNATURES_PER_RRSET = 6;
const MAX_KEYS_PER_TAG = 4;
const MAX_NSECS = 6;

/** Where trust begins: a zone by its DS, or by its DNSKEY itself. */
export type TrustAnchor = { readonly origin: string } & (
  | { readonly ds: DelegationSigner }
  | { readonly dnskey: Omit<DnskeyData, "key"> & { readonly key: Uint8Array } }
);

/** One signature on the way from the answer to the trust anchor. */
export interface ChainLink {
  readonly name: string;
  readonly type: string;
  /** Apex of the zone that signed. */
  readonly zone: string;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly expiresAtMs: number;
}

export interface SecureRrset {
  readonly name: string;
  /** The type asked for, or CNAME. */
  readonly type: string;
  readonly records: readonly RecordData[];
  readonly ttlUntilMs: number;
  /** Earliest end of the signatures in `chain`. */
  readonly signedUntilMs: number;
  /** The answer's own signature first. */
  readonly chain: readonly ChainLink[];
}

/** A proven absence is an outcome of its own: `delegation` says that the name is a zone cut all the same. */
type Outcome =
  | { readonly secure: SecureRrset }
  | { readonly absent: DnsFailure; readonly delegation: boolean };

/** Gets one message from a server. Rejects with DnsFailure of kind timeout, server-failure or malformed. */
export type Lookup = (name: string, type: string, budget: LookupBudget) => Promise<DnsMessage>;

export class Validator {
  readonly #anchors: readonly TrustAnchor[];
  readonly #lookup: Lookup;
  readonly #nowMs: () => number;
  readonly #cache = new ExpiringCache<Outcome>(CACHE_CAPACITY);

  constructor(options: { anchors: readonly TrustAnchor[]; lookup: Lookup; nowMs: () => number }) {
    this.#anchors = options.anchors.map((anchor) => ({ ...anchor, origin: canonicalName(anchor.origin) }));
    this.#lookup = options.lookup;
    this.#nowMs = options.nowMs;
  }

  clearCache(): void {
    this.#cache.clear();
  }

  /**
   * The RRset of `name` (canonical) and `type`, or the CNAME found in its place.
   * @throws DnsFailure for everything that is not secure; kinds no-data and no-such-name are proven
   */
  async secure(name: string, type: string, budget: LookupBudget): Promise<SecureRrset> {
    const outcome = await this.#outcome(name, type, budget);
    if ("absent" in outcome) throw outcome.absent;
    return outcome.secure;
  }

  async #outcome(name: string, type: string, budget: LookupBudget): Promise<Outcome> {
    const key = `${name} ${type}`;
    const cached = this.#cache.get(key, this.#nowMs());
    if (cached) return cached;
    if (type === "DNSKEY") return { secure: await this.#zoneKeys(name, budget) };
    const message = await this.#query(name, type, budget);
    const rrset =
      findRrset(message.answers, name, type) ??
      (type === "DS" ? undefined : findRrset(message.answers, name, "CNAME"));
    if (!rrset) return this.#absence(name, type, message, budget);
    const secure = await this.#validate(rrset, message, budget);
    this.#cache.set(key, { secure }, Math.min(secure.ttlUntilMs, secure.signedUntilMs));
    return { secure };
  }

  #query(name: string, type: string, budget: LookupBudget): Promise<DnsMessage> {
    budget.spendQuery(name, type);
    return this.#lookup(name, type, budget);
  }

  /** Tries the signatures of a set that is not a DNSKEY set; one good one is enough (RFC 4035 section 5.3.3). */
  async #validate(rrset: Rrset, message: DnsMessage, budget: LookupBudget): Promise<SecureRrset> {
    if (rrset.signatures.length === 0)
      throw await this.#unsigned(rrset.name, rrset.type, "no signature (RRSIG)", budget);
    let failure: unknown;
    for (const rrsig of rrset.signatures.slice(0, MAX_SIGNATURES_PER_RRSET)) {
      try {
        return await this.#validateSignature(rrset, rrsig, message, budget);
      } catch (error) {
        if (!(error instanceof DnsFailure) || error.kind === "limit") throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  async #validateSignature(
    rrset: Rrset,
    rrsig: RrsigData,
    message: DnsMessage,
    budget: LookupBudget,
  ): Promise<SecureRrset> {
    const { name, type } = rrset;
    const bogus = (detail: string) => new DnsFailure("bogus", name, type, detail);
    const zone = canonicalName(rrsig.signersName);
    if (!maySign(zone, name, type)) throw bogus(`signed by zone ${zone}, which has no say over it`);
    if (rrsig.labels > labelsOf(name).length) throw bogus("the signature is for a longer name");
    const fault = periodFault(rrsig, this.#nowMs());
    if (fault !== undefined) throw bogus(fault);

    const keys = await this.#zoneKeys(zone, budget);
    const candidates = (keys.records as readonly DnskeyData[]).filter(
      (key) => key.algorithm === rrsig.algorithm && keyTag(key) === rrsig.keyTag,
    );
    if (candidates.length === 0)
      throw bogus(`signed with key ${rrsig.keyTag}, which zone ${zone} does not publish`);
    this.#checkWith(candidates, rrset, rrsig, budget);

    const expanded = isExpanded(name, rrsig.labels);
    if (expanded && type === "NSEC") throw bogus("an NSEC cannot come from a wildcard");
    const proofs = expanded ? await this.#validateNsecs(message, budget) : [];
    if (expanded && !provesWildcardAnswer(nsecsOf(proofs), name, rightmost(name, rrsig.labels)))
      throw bogus("the answer comes from a wildcard, but nothing proves that the name itself does not exist");
    return this.#secureRrset(rrset, rrsig, zone, [keys, ...proofs.map(({ secure }) => secure)]);
  }

  /** @throws DnsFailure unless one of the keys made the signature */
  #checkWith(candidates: readonly DnskeyData[], rrset: Rrset, rrsig: RrsigData, budget: LookupBudget): void {
    const { name, type } = rrset;
    for (const key of candidates.slice(0, MAX_KEYS_PER_TAG)) {
      budget.spendSignature(name, type);
      if (signatureVerifies(rrset, rrsig, key)) return;
    }
    const signer = `zone ${canonicalName(rrsig.signersName)}`;
    throw new DnsFailure("bogus", name, type, `the signature by ${signer} does not verify`);
  }

  /** `support`: what the signature rests on, its zone's keys first. */
  #secureRrset(rrset: Rrset, rrsig: RrsigData, zone: string, support: readonly SecureRrset[]): SecureRrset {
    const nowMs = this.#nowMs();
    const expiresAtMs = expirationMs(rrsig, nowMs);
    const { name, type, records } = rrset;
    return {
      name,
      type,
      records,
      ttlUntilMs: nowMs + Math.min(rrset.ttl, rrsig.originalTTL) * 1000,
      signedUntilMs: Math.min(expiresAtMs, ...support.map(({ signedUntilMs }) => signedUntilMs)),
      chain: [
        { name, type, zone, keyTag: rrsig.keyTag, algorithm: rrsig.algorithm, expiresAtMs },
        ...(support[0]?.chain ?? []),
      ],
    };
  }

  /** The keys of a zone, vouched for by a trust anchor or by the zone above (RFC 4035 section 5.2). */
  async #zoneKeys(zone: string, budget: LookupBudget): Promise<SecureRrset> {
    const cacheKey = `${zone} DNSKEY`;
    const cached = this.#cache.get(cacheKey, this.#nowMs());
    if (cached && "secure" in cached) return cached.secure;

    const { vouches, support } = await this.#vouchersOf(zone, budget);
    const bogus = (detail: string) => new DnsFailure("bogus", zone, "DNSKEY", detail);
    const message = await this.#query(zone, "DNSKEY", budget);
    const rrset = findRrset(message.answers, zone, "DNSKEY");
    if (!rrset) throw bogus("the zone is signed, but its keys are not in the answer");
    const keys = (rrset.records as readonly DnskeyData[]).filter(isZoneKey).slice(0, MAX_ZONE_KEYS);
    const entries = keys.filter(vouches);
    if (entries.length === 0)
      throw bogus(
        support
          ? "DS mismatch: none of the zone's keys fits the DS of the zone above"
          : "no key fits the trust anchor",
      );

    let failure: unknown = bogus("not signed by a key that the DS or trust anchor names");
    for (const rrsig of rrset.signatures.slice(0, MAX_SIGNATURES_PER_RRSET)) {
      const signers = entries.filter(
        (key) => key.algorithm === rrsig.algorithm && keyTag(key) === rrsig.keyTag,
      );
      if (
        signers.length === 0 ||
        canonicalName(rrsig.signersName) !== zone ||
        rrsig.labels !== labelsOf(zone).length
      )
        continue;
      const fault = periodFault(rrsig, this.#nowMs());
      try {
        if (fault !== undefined) throw bogus(fault);
        this.#checkWith(signers, rrset, rrsig, budget);
      } catch (error) {
        if (!(error instanceof DnsFailure) || error.kind === "limit") throw error;
        failure = error;
        continue;
      }
      const secure = this.#secureRrset({ ...rrset, records: keys }, rrsig, zone, support ? [support] : []);
      this.#cache.set(cacheKey, { secure }, Math.min(secure.ttlUntilMs, secure.signedUntilMs));
      return secure;
    }
    throw failure;
  }

  /**
   * How to tell which keys of `zone` are vouched for, and by what: nothing for a trust anchor, else the secure DS set.
   */
  async #vouchersOf(
    zone: string,
    budget: LookupBudget,
  ): Promise<{ vouches: (key: DnskeyData) => boolean; support: SecureRrset | undefined }> {
    const anchors = this.#anchors.filter(({ origin }) => origin === zone);
    if (anchors.length > 0) {
      const fits = (key: DnskeyData, anchor: TrustAnchor): boolean =>
        "ds" in anchor
          ? dsMatches(anchor.ds, zone, key)
          : anchor.dnskey.algorithm === key.algorithm && key.key.equals(anchor.dnskey.key);
      return { vouches: (key) => anchors.some((anchor) => fits(key, anchor)), support: undefined };
    }
    const insecure = (detail: string) => new DnsFailure("insecure", zone, "DS", detail);
    if (!this.#anchorAbove(zone)) throw insecure("no trust anchor covers the zone");
    const delegation = await this.#outcome(zone, "DS", budget);
    if ("absent" in delegation) throw insecure("proven absent: the zone is not signed");
    const records = (delegation.secure.records as readonly DsData[]).filter(isSupportedDs).slice(0, MAX_DS);
    if (records.length === 0) throw insecure("only algorithms that are not supported");
    return { vouches: (key) => records.some((ds) => dsMatches(ds, zone, key)), support: delegation.secure };
  }

  /** The deepest zone at or above `name` that has a trust anchor. */
  #anchorAbove(name: string): string | undefined {
    return this.#anchors
      .map(({ origin }) => origin)
      .filter((origin) => isWithin(name, origin))
      .sort((a, b) => labelsOf(b).length - labelsOf(a).length)[0];
  }

  async #validateNsecs(
    message: DnsMessage,
    budget: LookupBudget,
  ): Promise<{ secure: SecureRrset; nsec: ValidatedNsec }[]> {
    const validated: { secure: SecureRrset; nsec: ValidatedNsec }[] = [];
    for (const rrset of message.authorities.filter(({ type }) => type === "NSEC").slice(0, MAX_NSECS)) {
      const secure = await this.#validate(rrset, message, budget);
      const data = secure.records[0] as NsecData;
      validated.push({
        secure,
        nsec: validatedNsec(rrset.name, secure.chain[0].zone, data, canonicalName(data.nextDomain)),
      });
    }
    return validated;
  }

  /** An answer without the record: proven absent, or a failure. */
  async #absence(name: string, type: string, message: DnsMessage, budget: LookupBudget): Promise<Outcome> {
    const nsecs = await this.#validateNsecs(message, budget);
    if (nsecs.length === 0 && message.authorities.some((rrset) => rrset.type === "NSEC3"))
      throw new DnsFailure(
        "unsupported",
        name,
        type,
        "its absence is stated with NSEC3, which is not evaluated",
      );
    if (nsecs.length === 0)
      throw await this.#unsigned(name, type, "no record, and no proof (NSEC) of its absence", budget);
    const proof = provenAbsence(nsecsOf(nsecs), name, type);
    if (!proof)
      throw new DnsFailure("bogus", name, type, "no record, and the NSEC records do not prove its absence");

    const detail = proof === "no-data" ? `no ${type} record (proven)` : "the name does not exist (proven)";
    const outcome: Outcome = {
      absent: new DnsFailure(proof, name, type, detail),
      delegation: nsecs.some(({ nsec }) => nsec.owner === name && isDelegation(nsec)),
    };
    // RFC 2308 section 5 and RFC 9077: no longer than the NSECs live, nor than the SOA says.
    const soa = message.authorities.find((rrset) => rrset.type === "SOA");
    const soaUntilMs = soa
      ? this.#nowMs() + Math.min(soa.ttl, (soa.records[0] as SoaData).minimum ?? 0) * 1000
      : 0;
    const expiries = nsecs.flatMap(({ secure }) => [secure.ttlUntilMs, secure.signedUntilMs]);
    this.#cache.set(`${name} ${type}`, outcome, Math.min(soaUntilMs, ...expiries));
    return outcome;
  }

  /**
   * Why an answer without signatures is refused: "insecure" if a delegation above it is proven to be unsigned, "bogus"
   * if all zones down to it are signed. Walks from the trust anchor downwards (RFC 4035 section 5.2).
   */
  async #unsigned(name: string, type: string, missing: string, budget: LookupBudget): Promise<DnsFailure> {
    const anchor = this.#anchorAbove(name);
    if (anchor === undefined)
      return new DnsFailure("insecure", name, type, "no trust anchor covers the name");
    for (let depth = labelsOf(anchor).length + 1; depth <= labelsOf(name).length; depth++) {
      const cut = rightmost(name, depth);
      if (type === "DS" && cut === name) break; // a DS lies in the zone above the cut
      const outcome = await this.#outcome(cut, "DS", budget);
      if ("secure" in outcome) continue;
      if (outcome.absent.kind === "no-such-name") break;
      if (outcome.delegation)
        return new DnsFailure(
          "insecure",
          name,
          type,
          `zone ${cut} is not signed: it has no DS record (proven)`,
        );
    }
    return new DnsFailure("bogus", name, type, `${missing}, although its zone is signed`);
  }
}

const nsecsOf = (validated: readonly { nsec: ValidatedNsec }[]): ValidatedNsec[] =>
  validated.map(({ nsec }) => nsec);
