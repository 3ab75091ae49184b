/** The way to Join Servers, for those who ask them: DNS finds the server of a JoinEUI, TLS proves it. */
import type { Agent } from "node:https";

export interface JoinServerLink {
  /** Where the Join Server of a JoinEUI listens; rejects if that is not known for sure. */
  discover(
    joinEui: string,
  ): Promise<{ readonly target: string; readonly port: number; readonly path: string }>;
  /** Proves both ends to each other before a request leaves. */
  readonly agent: Agent;
  /** How long to wait for an answer, in wall time. */
  readonly timeoutMs: number;
}
