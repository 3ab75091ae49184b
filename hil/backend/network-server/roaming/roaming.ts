/** Passive roaming of a Network Server, both parts of it, and the messages of partners: TS002-1.0, section 12. */

import type { EventSink } from "../../events.ts";
import type { Peer } from "../../http.ts";
import {
  answerHeader,
  decodeMessage,
  headerForUndecodable,
  type Message,
  MessageError,
  type PRStopReq,
  type Result,
  type XmitDataReq,
} from "../../interfaces/index.ts";
import type { GatewayServer } from "../gateways.ts";
import { Agreements, type RoamingPartner } from "./agreements.ts";
import { partnersGatewayIn } from "./meta-data.ts";
import { PartnerLink, type PartnerLinkOptions } from "./partner-link.ts";
import { RoamingDevices } from "./roaming-devices.ts";
import { VisitingDevices } from "./visiting-devices.ts";

export interface RoamingOptions extends PartnerLinkOptions {
  /** The networks that there is an agreement with: nobody else is served, or asked. */
  readonly partners: readonly RoamingPartner[];
}

type DevicesOptions = ConstructorParameters<typeof RoamingDevices>[0] &
  ConstructorParameters<typeof VisitingDevices>[0];

type Dependencies = Omit<DevicesOptions, "agreements" | "link"> & { readonly onEvent: EventSink };

export class Roaming {
  /** Of other networks, here. */
  readonly visitors: VisitingDevices;
  /** Of this network, elsewhere. */
  readonly roamers: RoamingDevices;
  readonly #agreements: Agreements;
  readonly #onEvent: EventSink;

  /** @throws RangeError where a NetID cannot roam. */
  constructor(options: RoamingOptions, dependencies: Dependencies) {
    const { netId, random, onEvent } = dependencies;
    this.#onEvent = onEvent;
    this.#agreements = new Agreements(netId, options.partners);
    const common = {
      ...dependencies,
      agreements: this.#agreements,
      link: new PartnerLink(netId, options, random),
    };
    this.visitors = new VisitingDevices(common);
    this.roamers = new RoamingDevices(common);
  }

  /** Takes a message of a partner. */
  async handle(value: unknown, { name }: Peer): Promise<object> {
    let message: Message;
    try {
      message = decodeMessage(value);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      const refused = this.#refused({ resultCode: "MalformedRequest", reason: error.message }, name);
      return { ...headerForUndecodable(value), ...refused };
    }
    if (
      message.MessageType !== "PRStartReq" &&
      message.MessageType !== "PRStopReq" &&
      message.MessageType !== "XmitDataReq"
    ) {
      const reason = `${message.MessageType} is not taken between Network Servers`;
      return {
        ...headerForUndecodable(value),
        ...this.#refused({ resultCode: "MalformedRequest", reason }, name),
      };
    }
    const authorised = this.#agreements.authorise(message, name);
    const header = answerHeader(message);
    if ("reason" in authorised) return { ...header, ...this.#refused(authorised, name) };
    const { partner } = authorised;
    switch (message.MessageType) {
      case "PRStartReq":
        return { ...header, ...(await this.roamers.start(message, partner)) };
      case "PRStopReq":
        return { ...header, Result: this.#stop(message, partner) };
      case "XmitDataReq":
        return { ...header, Result: await this.#transfer(message, partner) };
    }
  }

  #stop({ DevEUI }: PRStopReq, partner: RoamingPartner): Result {
    const known = this.visitors.stop(DevEUI, partner) || this.roamers.stop(DevEUI, partner);
    if (known) return { ResultCode: "Success" };
    return { ResultCode: "UnknownDevEUI", Description: `DevEUI ${DevEUI} does not roam` };
  }

  async #transfer(request: XmitDataReq, partner: RoamingPartner): Promise<Result> {
    return request.DLMetaData === undefined
      ? this.roamers.take(request, partner)
      : this.visitors.send(request, partner);
  }

  #refused(
    { resultCode, reason }: { resultCode: string; reason: string },
    peerName: string,
  ): { Result: Result } {
    const detail = { resultCode, peerName };
    this.#onEvent({ server: "network-server", step: "partner-refused", ok: false, detail, reason });
    return { Result: { ResultCode: resultCode, Description: reason } };
  }
}

/** This network's gateways, and by way of partners theirs. */
export function withPartners(
  own: GatewayServer,
  roamers: () => RoamingDevices | undefined,
): Pick<GatewayServer, "sendDownlink"> {
  return {
    sendDownlink: (gateway, frame) => {
      const partners = partnersGatewayIn(gateway) === undefined ? undefined : roamers();
      return (partners ?? own).sendDownlink(gateway, frame);
    },
  };
}
