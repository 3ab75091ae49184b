/** What the procedures of a Join Server share. */
import type { JoinStorage } from "../storage/index.ts";
import type { Peers } from "./peers.ts";
import { Refusal } from "./refusal.ts";

export interface Context {
  /** Upper-case. */
  readonly joinEuis: ReadonlySet<string>;
  readonly storage: JoinStorage;
  readonly peers: Peers;
  readonly nowMs: () => number;
  readonly randomBytes: (octets: number) => Uint8Array;
  readonly repeatWindowMs: number;
  readonly sessionLifetimeS: number;
  /** A step that went well. */
  readonly report: (
    step: string,
    detail: Readonly<Record<string, string | number | boolean>>,
    devEui?: string,
  ) => void;
}

/** @throws Refusal if the JoinEUI is not served here. */
export function checkReceiver(context: Context, joinEui: string): void {
  if (context.joinEuis.has(joinEui)) return;
  throw new Refusal("receiver", "unknown-receiver", `JoinEUI ${joinEui} is not served here`);
}
