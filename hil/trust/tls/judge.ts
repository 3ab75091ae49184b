import type { Resolver } from "../resolver/index.ts";
import {
  type Acceptance,
  acceptByDane,
  acceptByPkix,
  certificatesOf,
  type PeerInHandshake,
  type TrustPolicy,
} from "./policy.ts";
import { type DnssecState, type Peer, type PeerVerdict, TrustError } from "./verdict.ts";

export interface JudgeOptions {
  /** Needed by policy dane. */
  readonly resolver?: Resolver;
  /** Default: dane. */
  readonly policy?: TrustPolicy;
  /** Hears of every check, passed or failed. */
  readonly onVerdict?: (verdict: PeerVerdict) => void;
}

/** Applies one policy to peers, reports what it finds, and knows when that has to be done again. */
export class PeerJudge {
  readonly policy: TrustPolicy;
  readonly #resolver: Resolver | undefined;
  readonly #roots: readonly Uint8Array[];
  readonly #onVerdict: (verdict: PeerVerdict) => void;

  /** @throws Error if the policy lacks what it needs */
  constructor(options: JudgeOptions) {
    this.policy = options.policy ?? { kind: "dane" };
    this.#resolver = options.resolver;
    this.#onVerdict = options.onVerdict ?? (() => {});
    if (this.policy.kind === "dane" && !options.resolver)
      throw new Error("trust policy dane: give a resolver");
    this.#roots = this.rootsPem === undefined ? [] : certificatesOf(this.rootsPem);
  }

  /** What TLS itself is to take for roots. Undefined: whatever Node brings along; nothing then asks what TLS thinks. */
  get rootsPem(): string | undefined {
    return this.policy.kind === "pkix" ? this.policy.ca : this.policy.pkixRoots;
  }

  now(): Date {
    return this.#resolver?.now() ?? new Date();
  }

  isCurrent(acceptance: Acceptance): boolean {
    return this.now().getTime() < acceptance.expiresAtMs;
  }

  /** @throws TrustError, after it was reported */
  async judge(peer: PeerInHandshake): Promise<Acceptance> {
    let acceptance: Acceptance;
    try {
      acceptance =
        this.policy.kind === "dane"
          ? await acceptByDane(peer, this.#resolver!, this.#roots)
          : acceptByPkix(peer, this.#roots, this.now());
    } catch (error) {
      if (error instanceof TrustError) this.#report(error);
      throw error;
    }
    const { tlsa, dnssec, evidence } = acceptance;
    this.#onVerdict({
      role: peer.role,
      name: peer.name,
      accepted: true,
      tlsa,
      dnssec,
      ...(evidence && { evidence }),
    });
    return acceptance;
  }

  /** Reports a refusal and gives the error to throw for it. */
  refuse(peer: Peer, reason: string, options: { dnssec?: DnssecState; cause?: unknown } = {}): TrustError {
    const error = new TrustError(peer, reason, options);
    this.#report(error);
    return error;
  }

  #report({ peer, dnssec, reason, evidence }: TrustError): void {
    this.#onVerdict({
      role: peer.role,
      name: peer.name,
      accepted: false,
      dnssec,
      reason,
      ...(evidence && { evidence }),
    });
  }
}
