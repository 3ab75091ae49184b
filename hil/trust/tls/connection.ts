import type { PeerJudge } from "./judge.ts";
import type { Acceptance, PeerInHandshake } from "./policy.ts";

/** A connection whose peer was accepted, and on what ground. */
export class JudgedConnection {
  readonly peer: PeerInHandshake;
  readonly #judge: PeerJudge;
  #acceptance: Acceptance;
  #renewal: Promise<void> | undefined;

  /** @throws TrustError if the peer is refused */
  static async open(judge: PeerJudge, peer: PeerInHandshake): Promise<JudgedConnection> {
    return new JudgedConnection(judge, peer, await judge.judge(peer));
  }

  private constructor(judge: PeerJudge, peer: PeerInHandshake, acceptance: Acceptance) {
    this.#judge = judge;
    this.peer = peer;
    this.#acceptance = acceptance;
  }

  get acceptance(): Acceptance {
    return this.#acceptance;
  }

  /** False once the records by which the peer was accepted have expired. */
  get isCurrent(): boolean {
    return this.#judge.isCurrent(this.#acceptance);
  }

  /** Asks for the records again and judges anew. @throws TrustError if the peer is refused now */
  renew(): Promise<void> {
    this.#renewal ??= this.#judge
      .judge(this.peer)
      .then((acceptance) => {
        this.#acceptance = acceptance;
      })
      .finally(() => {
        this.#renewal = undefined;
      });
    return this.#renewal;
  }
}
