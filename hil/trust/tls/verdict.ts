import type { DnsFailureKind } from "../dnssec/index.ts";

/** How far the peer's records were proven: "unchecked" when they were not asked for. */
export type DnssecState = "secure" | DnsFailureKind | "unchecked";

/** The other end of a connection. */
export interface Peer {
  readonly role: "server" | "client";
  /** The server's host name, or the name that the client stated; undefined if it stated none. */
  readonly name: string | undefined;
}

/** The outcome of one check of a peer, for logs and reports. Holds no secret. */
export interface PeerVerdict extends Peer {
  readonly accepted: boolean;
  /** Parameters of the TLSA record that matched, e.g. "3 1 1"; undefined under policy pkix or when refused. */
  readonly tlsa?: string;
  readonly dnssec: DnssecState;
  /** Why it was refused. */
  readonly reason?: string;
}

/** A peer that is not trusted, as the side that refused it sees it. `cause` is the DnsFailure where there is one. */
export class TrustError extends Error {
  override readonly name = "TrustError";
  readonly peer: Peer;
  readonly reason: string;
  readonly dnssec: DnssecState;

  constructor(peer: Peer, reason: string, options: { dnssec?: DnssecState; cause?: unknown } = {}) {
    super(`${peer.role} ${peer.name ?? "without a name"} is not trusted: ${reason}`, {
      cause: options.cause,
    });
    this.peer = { role: peer.role, name: peer.name };
    this.reason = reason;
    this.dnssec = options.dnssec ?? "unchecked";
  }
}
