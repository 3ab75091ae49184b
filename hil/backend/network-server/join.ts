/**
 * Over-the-air activation, the Network Server's part: LoRaWAN Backend Interfaces TS002-1.0 (JoinReq,
 * JoinAns; discovery in section 19, key envelopes in section 21). Whatever goes wrong with a peer ends in an event
 * with the reason; the server goes on.
 */
import {
  buildCfList,
  dlSettingsOctet,
  isJoinAccept,
  type JoinRequest,
  type NetworkPlan,
} from "../../lorawan/index.ts";
import type { EventSink } from "../events.ts";
import { postMessage } from "../http.ts";
import {
  type JoinReq,
  type Kek,
  type KeyEnvelope,
  requireSuccess,
  type SuccessOf,
  unwrapKeyEnvelope,
} from "../interfaces/index.ts";
import type { JoinServerLink } from "../join-server-link.ts";
import { receiveWindows, type WindowSettings } from "./receive-windows.ts";
import type { Uplink } from "./reception.ts";
import { NetworkSession, type NetworkSessionKeys } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { Transmitter } from "./transmitter.ts";

/** What the network knows of a device before it joins. */
export interface DeviceProfile {
  readonly devEui: string;
  /** Highest version that device and network have in common. */
  readonly macVersion: "1.0.4" | "1.1";
}

export interface JoinDependencies {
  readonly plan: NetworkPlan;
  readonly netId: string;
  readonly joinServer: JoinServerLink;
  /** Keys under which Join Servers wrap session keys for this network. */
  readonly keks: readonly Kek[];
  /** RECEIVE_DELAY1 that devices are told, 1 to 15 s. */
  readonly rxDelaySeconds: number;
  readonly random: () => number;
  readonly sessions: SessionStore;
  readonly transmitter: Transmitter;
  readonly onEvent: EventSink;
}

const RX1_DR_OFFSET = 0;
const MICROSECONDS = 1_000_000;

/** RX windows of every join: fixed by the region, not by the session that runs. */
function joinWindows({ joinAcceptDelay1Us, rx2 }: NetworkPlan): WindowSettings {
  return {
    delay1Us: joinAcceptDelay1Us,
    rx1DrOffset: RX1_DR_OFFSET,
    rx2DataRate: rx2.dataRate,
    rx2FrequencyHz: rx2.frequencyHz,
    isDownlinkLimited: false,
  };
}

/** A step of the join failed; the message says which and why. */
class JoinFailure extends Error {}

export class Join {
  readonly #with: JoinDependencies;
  readonly #profiles = new Map<string, DeviceProfile>();
  #transactionId: number;
  #attempts = 0;
  /** The attempt that the device's newest session came from: answers can overtake each other. */
  readonly #succeeded = new Map<string, number>();

  constructor(dependencies: JoinDependencies) {
    this.#with = dependencies;
    this.#transactionId = Math.floor(dependencies.random() * 2 ** 32);
  }

  registerDevice(profile: DeviceProfile): void {
    this.#profiles.set(profile.devEui, profile);
  }

  /** From the join-request, which is what `uplink` carries, to the join-accept in a gateway's queue. */
  async handle(uplink: Uplink, request: JoinRequest, uplinkDataRate: number): Promise<void> {
    const { devEui, joinEui, devNonce } = request;
    this.#event("join-request-received", devEui, { joinEui, devNonce });
    const attempt = ++this.#attempts;
    try {
      const session = await this.#activate(uplink, request);
      if ((this.#succeeded.get(devEui) ?? 0) > attempt)
        throw new JoinFailure("a later join-request of the device was answered first");
      this.#succeeded.set(devEui, attempt);
      this.#with.sessions.add(session.session);
      await this.#answer(uplink, uplinkDataRate, session);
    } catch (error) {
      if (!(error instanceof JoinFailure)) throw error;
      this.#with.onEvent({
        server: "network-server",
        step: "join-refused",
        ok: false,
        devEui,
        detail: { joinEui, devNonce },
        reason: error.message,
      });
    }
  }

  async #activate(
    uplink: Uplink,
    request: JoinRequest,
  ): Promise<{ session: NetworkSession; phyPayload: Buffer }> {
    const profile = this.#profiles.get(request.devEui);
    if (!profile)
      throw new JoinFailure(`no device profile for DevEUI ${request.devEui}: register the device`);
    const url = await this.#discover(request);
    const message = this.#joinReq(uplink, request, profile);
    const answer = await this.#ask(url, message);
    const phyPayload = Buffer.from(answer.PHYPayload, "hex");
    if (!isJoinAccept(phyPayload))
      throw new JoinFailure("the PHYPayload in the JoinAns is not a join-accept (17 or 33 octets)");
    const session = new NetworkSession({
      devEui: request.devEui,
      joinEui: request.joinEui,
      devAddr: message.DevAddr,
      optNeg: profile.macVersion === "1.1",
      keys: this.#keysOf(answer, profile),
      plan: this.#with.plan,
      windows: { ...joinWindows(this.#with.plan), delay1Us: this.#with.rxDelaySeconds * MICROSECONDS },
      appSKey: { envelope: answer.AppSKey, sessionKeyId: answer.SessionKeyID },
    });
    this.#event("join-answered", request.devEui, {
      devAddr: session.devAddr,
      lifetimeSeconds: answer.Lifetime,
      appSKeyWrapped: answer.AppSKey?.KEKLabel !== undefined,
      ...(answer.SessionKeyID === undefined ? {} : { sessionKeyId: answer.SessionKeyID }),
    });
    return { session, phyPayload };
  }

  async #discover({ joinEui, devEui }: JoinRequest): Promise<string> {
    try {
      const { target, port, path } = await this.#with.joinServer.discover(joinEui);
      this.#event("join-server-discovered", devEui, { joinEui, target, port });
      return `https://${target}:${port}${path}`;
    } catch (error) {
      throw new JoinFailure(`Join Server of JoinEUI ${joinEui} not found: ${(error as Error).message}`);
    }
  }

  #joinReq(uplink: Uplink, request: JoinRequest, profile: DeviceProfile): JoinReq {
    const { plan, netId, sessions, random, rxDelaySeconds } = this.#with;
    const devAddr = sessions.freeDevAddr(netId, random);
    if (devAddr === undefined) throw new JoinFailure(`all DevAddrs of NetID ${netId} are in use`);
    const dlSettings = dlSettingsOctet({
      optNeg: profile.macVersion === "1.1",
      rx1DrOffset: RX1_DR_OFFSET,
      rx2DataRate: plan.rx2.dataRate,
    });
    this.#transactionId = (this.#transactionId + 1) % 2 ** 32;
    return {
      MessageType: "JoinReq",
      ProtocolVersion: "1.0",
      SenderID: netId,
      ReceiverID: request.joinEui,
      TransactionID: this.#transactionId,
      MACVersion: profile.macVersion,
      PHYPayload: upperHex(uplink.best.phyPayload),
      DevEUI: request.devEui,
      DevAddr: devAddr,
      DLSettings: upperHex(Buffer.of(dlSettings)),
      RxDelay: rxDelaySeconds,
      CFList: upperHex(buildCfList(plan.cfList)),
    };
  }

  async #ask(url: string, message: JoinReq): Promise<SuccessOf<"JoinAns">> {
    const { agent, timeoutMs } = this.#with.joinServer;
    try {
      const answer = requireSuccess(await postMessage<"JoinReq">(agent, url, message, { timeoutMs }));
      if (answer.SenderID !== message.ReceiverID || answer.ReceiverID !== message.SenderID)
        throw new Error(
          `the JoinAns is from ${answer.SenderID} to ${answer.ReceiverID}, not the two that talk`,
        );
      return answer;
    } catch (error) {
      throw new JoinFailure(`Join Server: ${(error as Error).message}`);
    }
  }

  #keysOf(answer: SuccessOf<"JoinAns">, profile: DeviceProfile): NetworkSessionKeys {
    const unwrap = (name: string, envelope: KeyEnvelope | undefined): Buffer => {
      if (!envelope) throw new JoinFailure(`the JoinAns for a ${profile.macVersion} device has no ${name}`);
      try {
        return unwrapKeyEnvelope(envelope, this.#with.keks);
      } catch (error) {
        throw new JoinFailure(`${name} of the JoinAns: ${(error as Error).message}`);
      }
    };
    if (profile.macVersion === "1.1")
      return {
        fNwkSIntKey: unwrap("FNwkSIntKey", answer.FNwkSIntKey),
        sNwkSIntKey: unwrap("SNwkSIntKey", answer.SNwkSIntKey),
        nwkSEncKey: unwrap("NwkSEncKey", answer.NwkSEncKey),
      };
    const nwkSKey = unwrap("NwkSKey", answer.NwkSKey);
    return { fNwkSIntKey: nwkSKey, sNwkSIntKey: nwkSKey, nwkSEncKey: nwkSKey };
  }

  async #answer(
    uplink: Uplink,
    uplinkDataRate: number,
    { session, phyPayload }: { session: NetworkSession; phyPayload: Buffer },
  ): Promise<void> {
    const { plan, transmitter } = this.#with;
    const { frequencyHz } = uplink.best;
    const rx1Hz = plan.channels[plan.channelIndex(frequencyHz) ?? 0].rx1Hz;
    const result = await transmitter.send({
      devEui: session.devEui,
      gatewayEui: uplink.best.gatewayEui,
      windows: receiveWindows(plan, uplink.best, uplinkDataRate, joinWindows(plan), rx1Hz),
      phyPayload,
      step: "join-accept-scheduled",
      detail: { devAddr: session.devAddr },
    });
    if (result === "not-sent") throw new JoinFailure("the join-accept could not be sent in RX1 or RX2");
    if (result === "unknown")
      throw new JoinFailure("the gateway has not said whether it sends the join-accept");
  }

  #event(step: string, devEui: string, detail: Record<string, string | number | boolean>): void {
    this.#with.onEvent({ server: "network-server", step, ok: true, devEui, detail });
  }
}

function upperHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex").toUpperCase();
}
