/** The servers that may speak to the Join Server, and for whom each may speak. */
import type { Kek } from "../interfaces/index.ts";
import { Refusal } from "./refusal.ts";

export interface JoinServerPeer {
  /** NetID of a Network Server (six hex digits), or AS-ID of an Application Server. */
  readonly senderId: string;
  /** The name that TLS must have proven for it. */
  readonly clientName: string;
  /** NSID of a Network Server (TS002-1.1); if given, a message that names another one is refused. */
  readonly nsId?: string;
  /** Wraps the keys meant for this peer; without it they travel in clear inside TLS. */
  readonly kek?: Kek;
  /** A Network Server with a roaming agreement may ask for the home network of any device. */
  readonly roaming?: boolean;
}

interface Sender {
  readonly SenderID: string;
  readonly SenderNSID?: string;
}

/** DNS names do not tell case, and a final dot only says that they are complete. */
function sameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.replace(/\.$/, "").toLowerCase();
  return plain(a) === plain(b);
}

export class Peers {
  readonly #peers: readonly JoinServerPeer[];

  constructor(peers: readonly JoinServerPeer[]) {
    this.#peers = peers;
  }

  /**
   * The peer that a message is from: its SenderID must belong to the name that TLS proved.
   * @throws Refusal
   */
  authorise(message: Sender, provenName: string): JoinServerPeer {
    const { SenderID, SenderNSID } = message;
    const claimed = this.#peers.filter((peer) => peer.senderId.toUpperCase() === SenderID.toUpperCase());
    if (claimed.length === 0)
      throw new Refusal("sender", "unknown-sender", `SenderID ${SenderID} is not known here`);
    const proven = claimed.filter((peer) => sameName(peer.clientName, provenName));
    if (proven.length === 0)
      throw new Refusal(
        "sender",
        "unknown-sender",
        `the TLS client ${provenName} may not speak for SenderID ${SenderID}`,
      );
    const peer = proven.find(
      ({ nsId }) => nsId === undefined || SenderNSID === undefined || nsId.toUpperCase() === SenderNSID,
    );
    if (!peer)
      throw new Refusal(
        "sender",
        "unknown-sender",
        `SenderNSID ${SenderNSID} does not belong to NetID ${SenderID}`,
      );
    return peer;
  }

  /** The KEK shared with an Application Server. */
  kekOf(senderId: string): Kek | undefined {
    return this.#peers.find((peer) => peer.senderId === senderId)?.kek;
  }
}
