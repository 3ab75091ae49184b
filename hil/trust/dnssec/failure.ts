/** Why a look-up gave nothing that may be relied on. */
export type DnsFailureKind =
  /** A signature, digest or proof that should hold does not, or is missing in a signed zone. */
  | "bogus"
  /** Proven to lie outside the signed tree, or no trust anchor covers it. */
  | "insecure"
  /** Proven: the name has no such record. */
  | "no-data"
  /** Proven: the name does not exist. */
  | "no-such-name"
  /** No server answered in time. */
  | "timeout"
  /** A server answered with an error code, or could not be reached. */
  | "server-failure"
  /** An answer that cannot be read. */
  | "malformed"
  /** A bound on queries, signatures, aliases or time was reached. */
  | "limit";

/** A look-up that ended in anything but a secure answer. */
export class DnsFailure extends Error {
  readonly kind: DnsFailureKind;
  /** The name and type that failed: with a chain of look-ups not always those asked for. */
  readonly domain: string;
  readonly type: string;

  constructor(kind: DnsFailureKind, domain: string, type: string, detail: string) {
    super(`${type} of ${domain}: ${detail}`);
    this.name = "DnsFailure";
    this.kind = kind;
    this.domain = domain;
    this.type = type;
  }

  /** Whether the absence itself is secure (signed denial of existence). */
  get proven(): boolean {
    return this.kind === "no-data" || this.kind === "no-such-name";
  }
}
