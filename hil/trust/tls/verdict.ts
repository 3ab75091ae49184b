import type { ChainLink, DnsFailureKind } from "../dnssec/index.ts";

/** How far the peer's records were proven: "unchecked" when they were not asked for. */
export type DnssecState = "secure" | DnsFailureKind | "unchecked";

/** The other end of a connection. */
export interface Peer {
  readonly role: "server" | "client";
  /** The server's host name, or the name that the client stated; undefined if it stated none. */
  readonly name: string | undefined;
}

/** What a verdict by TLSA records rests on, from the certificate to the trust anchor. All of it is public. */
export interface DaneEvidence {
  /** The certificate that the peer presented. */
  readonly certificate: {
    readonly subject: string;
    readonly dnsNames: readonly string[];
    readonly notAfterMs: number;
    /** SHA-256 of its SubjectPublicKeyInfo, in hexadecimal. */
    readonly publicKeySha256: string;
  };
  /** Owner name of the records. */
  readonly tlsaOwner: string;
  readonly tlsaRecords: readonly {
    /** "3 1 1". */
    readonly parameters: string;
    /** Certificate association data, in hexadecimal. */
    readonly data: string;
  }[];
  /** Every signature on the way from the records to the trust anchor, theirs first. */
  readonly signatures: readonly ChainLink[];
}

/** The outcome of one check of a peer, for logs and reports. Holds no secret. */
export interface PeerVerdict extends Peer {
  readonly accepted: boolean;
  /** Parameters of the TLSA record that matched, e.g. "3 1 1"; undefined under policy pkix or when refused. */
  readonly tlsa?: string;
  readonly dnssec: DnssecState;
  /** Why it was refused. */
  readonly reason?: string;
  /** Where TLSA records were found, whether or not one matched. */
  readonly evidence?: DaneEvidence;
}

/** A peer that is not trusted, as the side that refused it sees it. `cause` is the DnsFailure where there is one. */
export class TrustError extends Error {
  override readonly name = "TrustError";
  readonly peer: Peer;
  readonly reason: string;
  readonly dnssec: DnssecState;
  readonly evidence: DaneEvidence | undefined;

  constructor(
    peer: Peer,
    reason: string,
    options: { dnssec?: DnssecState; cause?: unknown; evidence?: DaneEvidence } = {},
  ) {
    super(`${peer.role} ${peer.name ?? "without a name"} is not trusted: ${reason}`, {
      cause: options.cause,
    });
    this.peer = { role: peer.role, name: peer.name };
    this.reason = reason;
    this.dnssec = options.dnssec ?? "unchecked";
    this.evidence = options.evidence;
  }
}
