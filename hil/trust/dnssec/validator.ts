/**
 * A DNSSEC validator (RFC 4035 section 5) that works from the answer upwards: the RRSIG over an RRset names a zone, the
 * zone's DNSKEYs are vouched for by a DS that the zone above signed, and so on to a trust anchor.
 *
 * Its results are secure or a DnsFailure.
 */
import type { DnskeyData, DsData, RrsigData, SoaData } from "dns-packet";
import type { LookupBudget } from "./budget.ts";
import { ExpiringCache } from "./cache.ts";
import { DnsFailure } from "./failure.ts";
import {
  dsMatches,
  expirationMs,
  isZoneKey,
  keyTag,
  periodFault,
  signatureVerifies,
  usableDs,
} from "./keys.ts";
import { canonicalName, isBelow, isWithin, labelsOf, rightmost } from "./names.ts";
import { type DnsMessage, findRrset, isExpanded, maySign, type Rrset } from "./rrset.ts";
import type { SecureRrset } from "./secure-rrset.ts";
import { type StatedDenials, statedDenials } from "./stated-denials.ts";
import type { TrustAnchor } from "./trust-anchor.ts";

/** RRsets in the cache; one is a few hundred octets. */
const CACHE_CAPACITY = 2000;
/** Of more than these only the first are looked at: what an answer can make us compute is bounded. */
const MAX_DS = 8;
const MAX_ZONE_KEYS = 32;
const MAX_SIGNATURES_PER_RRSET = 6;
const MAX_KEYS_PER_TAG = 4;

/**
 * A proven absence is an outcome of its own, and so is a proof that leaves room for unsigned names (kind insecure):
 * `delegation` says that the name is a zone cut all the same, without a DS.
 */
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
   * The RRset of `name` (canonical) and `type`, or the CNAME found in its place, or the DNAME found above it.
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
    if (type === "DNSKEY" && (await this.#isSignedZone(name, budget)))
      return { secure: await this.#zoneKeys(name, budget) };
    const message = await this.#query(name, type, budget);
    const rrset = findRrset(message.answers, name, type) ?? findAlias(message.answers, name);
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

    const proofs = isExpanded(name, rrsig.labels)
      ? await this.#wildcardProofs(rrset, rrsig, message, budget)
      : [];
    return this.#secureRrset(rrset, rrsig, zone, [keys, ...proofs]);
  }

  /** What shows that the wildcard was right to answer. @throws DnsFailure if nothing does */
  async #wildcardProofs(
    { name, type }: Rrset,
    rrsig: RrsigData,
    message: DnsMessage,
    budget: LookupBudget,
  ): Promise<readonly SecureRrset[]> {
    const bogus = (detail: string) => new DnsFailure("bogus", name, type, detail);
    if (type === "NSEC" || type === "NSEC3" || type === "DNAME")
      throw bogus(`a record of type ${type} cannot come from a wildcard`);
    const { denials, support, failure } = await this.#denials(message, name, type, budget);
    const zone = canonicalName(rrsig.signersName);
    const encloser = rightmost(name, rrsig.labels);
    for (const denial of denials.filter((one) => one.zone === zone)) {
      const proof = denial.wildcardAnswer(name, encloser);
      if (proof === "proven") return support;
      if (proof) throw new DnsFailure("insecure", name, type, proof.reason);
    }
    throw (
      failure ??
      bogus("the answer comes from a wildcard, but nothing proves that the name itself does not exist")
    );
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
    const delegation = await budget.once(zone, "DS", () => this.#outcome(zone, "DS", budget));
    if ("absent" in delegation) {
      if (delegation.absent.kind === "insecure") throw delegation.absent;
      if (delegation.delegation) throw insecure("proven absent: the zone is not signed");
    }
    if ("absent" in delegation || delegation.secure.type !== "DS")
      throw new DnsFailure("bogus", zone, "DS", "proven absent, and there is no zone of that name");
    const records = usableDs(delegation.secure.records as readonly DsData[]).slice(0, MAX_DS);
    if (records.length === 0) throw insecure("only algorithms that are not supported");
    return { vouches: (key) => records.some((ds) => dsMatches(ds, zone, key)), support: delegation.secure };
  }

  /** Whether `name` is the apex of a zone whose keys are vouched for. */
  async #isSignedZone(name: string, budget: LookupBudget): Promise<boolean> {
    if (this.#anchors.some(({ origin }) => origin === name) || !this.#anchorAbove(name)) return true;
    const outcome = await this.#outcome(name, "DS", budget);
    return "secure" in outcome ? outcome.secure.type === "DS" : outcome.delegation;
  }

  /** The deepest zone at or above `name` that has a trust anchor. */
  #anchorAbove(name: string): string | undefined {
    return this.#anchors
      .map(({ origin }) => origin)
      .filter((origin) => isWithin(name, origin))
      .sort((a, b) => labelsOf(b).length - labelsOf(a).length)[0];
  }

  /** The denial records of an answer that validate. @throws DnsFailure of kind limit */
  #denials(message: DnsMessage, name: string, type: string, budget: LookupBudget): Promise<StatedDenials> {
    return statedDenials(
      message,
      (rrset) => this.#validate(rrset, message, budget),
      (iterations) => budget.spendHash(name, type, iterations),
    );
  }

  /** An answer without the record: proven absent, or a failure. */
  async #absence(name: string, type: string, message: DnsMessage, budget: LookupBudget): Promise<Outcome> {
    const { denials, support, failure } = await this.#denials(message, name, type, budget);
    const proof = denials
      .map((denial) => denial.absence(name, type))
      .sort((a, b) => Number(a?.kind === "insecure") - Number(b?.kind === "insecure"))
      .find((one) => one !== undefined);
    if (!proof && failure) throw failure;
    if (!proof && denials.some(({ zone }) => isWithin(name, zone)))
      throw new DnsFailure(
        "bogus",
        name,
        type,
        "no record, and the NSEC or NSEC3 records are no proof of its absence",
      );
    if (!proof)
      throw await this.#unsigned(
        name,
        type,
        "no record, and no proof (NSEC or NSEC3) of its absence",
        budget,
      );

    const details = {
      "no-data": `no ${type} record (proven)`,
      "no-such-name": "the name does not exist (proven)",
    };
    const detail = proof.kind === "insecure" ? proof.reason : details[proof.kind];
    const outcome: Outcome = {
      absent: new DnsFailure(proof.kind, name, type, detail),
      delegation: proof.kind === "no-data" && proof.delegation,
    };
    // RFC 2308 section 5 and RFC 9077: no longer than the denial records live, nor than the SOA says.
    const soa = message.authorities.find((rrset) => rrset.type === "SOA");
    const soaUntilMs = soa
      ? this.#nowMs() + Math.min(soa.ttl, (soa.records[0] as SoaData).minimum ?? 0) * 1000
      : 0;
    const expiries = support.flatMap((secure) => [secure.ttlUntilMs, secure.signedUntilMs]);
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
      const insecure = (detail: string) => new DnsFailure("insecure", name, type, `zone ${cut} ${detail}`);
      if ("secure" in outcome) {
        const { type: found, records } = outcome.secure;
        if (found !== "DS") break; // an alias: no zone begins there or below
        if (usableDs(records as readonly DsData[]).length === 0)
          return insecure("is signed with algorithms only that are not supported");
        continue;
      }
      if (outcome.absent.kind === "no-such-name") break;
      if (outcome.absent.kind === "insecure") return insecure(`may be unsigned: ${outcome.absent.message}`);
      if (outcome.delegation) return insecure("is not signed: it has no DS record (proven)");
    }
    return new DnsFailure("bogus", name, type, `${missing}, although its zone is signed`);
  }
}

/** The CNAME of a name, or else the DNAME that stands above it. */
const findAlias = (section: readonly Rrset[], name: string): Rrset | undefined => {
  const cname = findRrset(section, name, "CNAME");
  // What a DNAME makes of a name is a CNAME without a signature (RFC 6672 section 5.3.1).
  if (cname && cname.signatures.length > 0) return cname;
  return section.find((set) => set.type === "DNAME" && isBelow(name, set.name)) ?? cname;
};
