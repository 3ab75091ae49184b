/**
 * Look-ups whose every answer is proven by DNSSEC from a trust anchor down: name servers over UDP and TCP below, the
 * validator above. There is no way to get an answer that is not secure.
 */
import {
  type ChainLink,
  canonicalName,
  DnsFailure,
  type DnsMessage,
  LookupBudget,
  nameToWire,
  type RecordData,
  type SecureRrset,
  type TrustAnchor,
  Validator,
} from "../dnssec/index.ts";
import { askServer, type DnsServer } from "./stub.ts";

/** CNAMEs and DNAMEs followed in one look-up. */
const MAX_ALIASES = 8;
const ATTEMPT_TIMEOUT_MS = 1500;
const ATTEMPTS_PER_SERVER = 2;
const LOOKUP_TIMEOUT_MS = 5000;
/** Questions on the wire at one time; the others wait for their turn. */
const MAX_CONCURRENT_QUESTIONS = 64;

export interface SecureAnswer {
  readonly status: "secure";
  /** Canonical: lower case, no trailing dot. */
  readonly name: string;
  readonly type: string;
  /** Where the records were found: `name`, or the end of its chain of aliases. */
  readonly canonicalName: string;
  /** As dns-packet decodes the type: a string for A, an object for TLSA, SRV, NAPTR, ... */
  readonly records: readonly RecordData[];
  /** Seconds that the answer may still be used for. */
  readonly ttl: number;
  /** The end of that time: of the TTL, or of a signature on the way if that comes first. */
  readonly expiresAt: Date;
  /** Every signature on the way, the answer's own first. */
  readonly chain: readonly ChainLink[];
}

export interface ResolverOptions {
  /** Asked in order until one answers. */
  readonly servers: readonly DnsServer[];
  readonly anchors: readonly TrustAnchor[];
  /** Judges signatures and lifetimes. Default: the system's clock. */
  readonly now?: () => Date;
  /** For one server's one answer. Default 1500 ms. */
  readonly attemptTimeoutMs?: number;
  /** For a whole look-up, all zones on the way included. Default 5000 ms. */
  readonly lookupTimeoutMs?: number;
}

/** Where a CNAME leads; a DNAME puts its target in place of its owner's name at the end of `name` (RFC 6672). */
function aliasTarget(name: string, { name: owner, type, records }: SecureRrset): string {
  const target = canonicalName(records[0] as string);
  if (type !== "DNAME") return target;
  const prefix = owner === "." ? name : name.slice(0, -owner.length - 1);
  return target === "." ? prefix : `${prefix}.${target}`;
}

export class Resolver {
  readonly #servers: readonly DnsServer[];
  readonly #validator: Validator;
  readonly #now: () => Date;
  readonly #attemptTimeoutMs: number;
  readonly #lookupTimeoutMs: number;
  /** Equal questions at the same time share one answer. */
  readonly #asked = new Map<string, Promise<DnsMessage>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: ResolverOptions) {
    if (options.servers.length === 0) throw new Error("resolver: give at least one name server");
    if (options.anchors.length === 0) throw new Error("resolver: give at least one trust anchor");
    this.#servers = options.servers;
    this.#now = options.now ?? (() => new Date());
    this.#attemptTimeoutMs = options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS;
    this.#lookupTimeoutMs = options.lookupTimeoutMs ?? LOOKUP_TIMEOUT_MS;
    this.#validator = new Validator({
      anchors: options.anchors,
      lookup: (name, type, budget) => this.#lookup(name, type, budget),
      nowMs: () => this.now().getTime(),
    });
  }

  /** The clock by which answers are judged; certificates are judged by the same. */
  now(): Date {
    return this.#now();
  }

  /** Forgets all answers, as after a change of zones. */
  clearCache(): void {
    this.#validator.clearCache();
  }

  /**
   * The records of `name` and `type`, aliases followed.
   * @param name domain name in ASCII, any case, with or without the final dot
   * @param type mnemonic of the record type in capitals, e.g. "TLSA"
   * @throws DnsFailure for everything but a secure answer; a proven absence is of kind no-data or no-such-name
   */
  async resolve(name: string, type: string): Promise<SecureAnswer> {
    const asked = canonicalName(name);
    try {
      nameToWire(asked);
    } catch (error) {
      throw new DnsFailure("malformed", asked, type, (error as Error).message);
    }
    const budget = new LookupBudget(this.#lookupTimeoutMs);
    const chain: ChainLink[] = [];
    let expiresAtMs = Number.POSITIVE_INFINITY;
    let current = asked;
    for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
      const rrset = await this.#validator.secure(current, type, budget);
      chain.push(...rrset.chain);
      expiresAtMs = Math.min(expiresAtMs, rrset.ttlUntilMs, rrset.signedUntilMs);
      if (rrset.type === type) {
        return {
          status: "secure",
          name: asked,
          type,
          canonicalName: current,
          records: rrset.records,
          ttl: Math.max(0, Math.floor((expiresAtMs - this.now().getTime()) / 1000)),
          expiresAt: new Date(expiresAtMs),
          chain,
        };
      }
      current = aliasTarget(current, rrset);
      try {
        nameToWire(current);
      } catch (error) {
        throw new DnsFailure("malformed", asked, type, `an alias leads to a ${(error as Error).message}`);
      }
    }
    throw new DnsFailure(
      "limit",
      asked,
      type,
      `more than ${MAX_ALIASES} aliases (CNAME, DNAME), or a loop of them`,
    );
  }

  #lookup(name: string, type: string, budget: LookupBudget): Promise<DnsMessage> {
    const key = `${name} ${type}`;
    let answer = this.#asked.get(key);
    if (!answer) {
      answer = this.#ask(name, type, budget).finally(() => this.#asked.delete(key));
      this.#asked.set(key, answer);
    }
    return answer;
  }

  async #ask(name: string, type: string, budget: LookupBudget): Promise<DnsMessage> {
    if (this.#running === MAX_CONCURRENT_QUESTIONS) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      return await this.#askServers(name, type, budget);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #askServers(name: string, type: string, budget: LookupBudget): Promise<DnsMessage> {
    let failure = new DnsFailure("timeout", name, type, "the look-up took too long");
    for (let attempt = 0; attempt < ATTEMPTS_PER_SERVER; attempt++) {
      for (const server of this.#servers) {
        const timeoutMs = Math.min(this.#attemptTimeoutMs, Math.ceil(budget.deadlineMs - performance.now()));
        if (timeoutMs <= 0) throw failure;
        try {
          return await askServer(server, name, type, timeoutMs);
        } catch (error) {
          if (!(error instanceof DnsFailure)) throw error;
          failure = error;
        }
      }
    }
    throw failure;
  }
}
