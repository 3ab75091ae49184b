/** The networks that this one has agreed with to let devices roam, and who may speak for them. */
import { isDevAddrOf } from "../../../lorawan/index.ts";

export interface RoamingPartner {
  readonly netId: string;
  /** The name that TLS must have proven of it when it sends, in lower case. */
  readonly clientName: string;
  /**
   * How long a device of this network may roam there before it is asked for anew. 0, which is the default: it is asked for
   * with every frame, and the partner keeps nothing of it (stateless).
   */
  readonly lifetimeSeconds?: number;
}

/** Free for everybody, so that they name no network (TS002-1.0, section 19). */
const PRIVATE_NET_IDS: readonly string[] = ["000000", "000001"];

interface Sent {
  readonly SenderID: string;
  readonly ReceiverID: string;
}

export class Agreements {
  readonly #ownNetId: string;
  readonly #partners: readonly RoamingPartner[];

  /** @throws RangeError where a NetID is one of those that private networks share. */
  constructor(ownNetId: string, partners: readonly RoamingPartner[]) {
    const shared = [ownNetId, ...partners.map(({ netId }) => netId)].find((netId) =>
      PRIVATE_NET_IDS.includes(netId),
    );
    if (shared !== undefined)
      throw new RangeError(`NetID ${shared} is shared by all private networks: devices cannot roam by it`);
    this.#ownNetId = ownNetId;
    this.#partners = partners;
  }

  partner(netId: string): RoamingPartner | undefined {
    return this.#partners.find((partner) => partner.netId === netId.toUpperCase());
  }

  /** Those that may have given a DevAddr: of long NetIDs it holds a part only. */
  partnersOf(devAddr: string): readonly RoamingPartner[] {
    return this.#partners.filter(({ netId }) => isDevAddrOf(devAddr, netId));
  }

  /** Who has sent a message: its SenderID must belong to the name that TLS proved. */
  authorise(
    { SenderID, ReceiverID }: Sent,
    provenName: string,
  ):
    | { readonly partner: RoamingPartner }
    | {
        readonly resultCode: "NoRoamingAgreement" | "UnknownSender" | "UnkownReceiver";
        readonly reason: string;
      } {
    const partner = this.partner(SenderID);
    if (partner === undefined)
      return {
        resultCode: "NoRoamingAgreement",
        reason: `there is no roaming agreement with NetID ${SenderID}`,
      };
    if (partner.clientName !== provenName)
      return {
        resultCode: "UnknownSender",
        reason: `the TLS client ${provenName} may not speak for NetID ${SenderID}`,
      };
    if (ReceiverID.toUpperCase() !== this.#ownNetId)
      return { resultCode: "UnkownReceiver", reason: `ReceiverID ${ReceiverID}, this is ${this.#ownNetId}` };
    return { partner };
  }
}
