/**
 * Over-the-air activation, the Network Server's part: LoRaWAN Backend Interfaces TS002-1.0 (JoinReq, JoinAns,
 * RejoinReq, RejoinAns; discovery in section 19, key envelopes in section 21). Whatever goes wrong with a peer ends in an event
 * with the reason; the server goes on.
 */
import {
  buildCfList,
  dlSettingsOctet,
  isJoinAccept,
  type JoinRequest,
  type NetworkPlan,
  type RejoinRequest,
  verifyRejoinRequestMic,
} from "../../lorawan/index.ts";
import type { EventSink } from "../events.ts";
import { postMessage } from "../http.ts";
import {
  type JoinReq,
  type Kek,
  type KeyEnvelope,
  type RejoinReq,
  type ResultCode,
  ResultError,
  requireSuccess,
  type SuccessOf,
  unwrapKeyEnvelope,
} from "../interfaces/index.ts";
import type { JoinServerLink } from "../join-server-link.ts";
import { receiveWindows, type WindowSettings } from "./receive-windows.ts";
import type { Uplink } from "./reception.ts";
import { type Activation, NetworkSession, type NetworkSessionKeys } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { Transmitter } from "./transmitter.ts";
import type { UplinkRadio } from "./uplink-session.ts";
import { upperHex } from "./upper-hex.ts";

/** What the network knows of a device before it joins. */
export interface DeviceProfile {
  readonly devEui: string;
  /** Highest version that device and network have in common. */
  readonly macVersion: "1.0.4" | "1.1";
  /** Of a 1.0.4 device, from the join on; A where not given. A 1.1 device tells its class by DeviceModeInd. */
  readonly deviceClass?: "A" | "C";
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

/** A join- or rejoin-request, as far as it tells what is to be done. */
interface Request {
  readonly messageType: "JoinReq" | "RejoinReq";
  readonly devEui: string;
  readonly joinEui: string;
  /** What events tell of it. */
  readonly detail: Readonly<Record<string, string | number>>;
  /** What its session has. */
  readonly plan: NetworkPlan;
  /** The windows after it. */
  readonly windows: WindowSettings;
  readonly rx1FrequencyHz: number;
  /** The settings of the session that it asks for. */
  readonly settings: WindowSettings;
  readonly continues?: Activation["continues"];
}

/** A step of the join failed; the message says which and why. */
class JoinFailure extends Error {
  readonly resultCode: ResultCode;

  constructor(reason: string, resultCode: ResultCode = "JoinReqFailed") {
    super(reason);
    this.resultCode = resultCode;
  }
}

/** Why a device has not joined, as another Network Server is told. */
export interface JoinRefusal {
  readonly resultCode: ResultCode;
  readonly reason: string;
}

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

  /** Whether the device is registered here. */
  knows(devEui: string): boolean {
    return this.#profiles.has(devEui);
  }

  /**
   * From the join-request, which is what `uplink` carries, to the join-accept in a gateway's queue. Resolves with why it
   * did not get there.
   */
  async handle(
    uplink: Uplink,
    request: JoinRequest,
    uplinkDataRate: number,
  ): Promise<JoinRefusal | undefined> {
    const { devEui, joinEui, devNonce } = request;
    const detail = { joinEui, devNonce };
    this.#event("join-request-received", devEui, detail);
    const messageType = "JoinReq";
    const { frequencyHz } = uplink.best;
    const plan = this.#with.plan.joinedOn(frequencyHz) ?? this.#with.plan;
    const [windows, settings] = [joinWindows(plan), this.#defaultSettings(plan)];
    return this.#serve(uplink, uplinkDataRate, {
      messageType,
      devEui,
      joinEui,
      detail,
      windows,
      plan,
      rx1FrequencyHz: plan.joinRx1Hz(frequencyHz),
      settings,
    });
  }

  /**
   * The same for a rejoin-request (L2 1.1, section 6.2.4). One of type 0 or 2 belongs to a session, whose windows its
   * answer takes; one of type 1 is for the Join Server alone to judge.
   */
  async handleRejoin(uplink: Uplink, request: RejoinRequest, radio: UplinkRadio): Promise<void> {
    const { devEui, type } = request;
    const rjCount = request.type === 1 ? request.rjCount1 : request.rjCount0;
    const detail = { type, rjCount };
    this.#event("rejoin-request-received", devEui, detail);
    const session = this.#with.sessions.current(devEui);
    const joinEui = request.type === 1 ? request.joinEui : session?.joinEui;
    const refusal = request.type === 1 ? undefined : this.#whyNotOf(session, uplink, request);
    if (refusal !== undefined || joinEui === undefined) {
      this.#refused("rejoin-refused", devEui, detail, refusal ?? "it has no session here");
      return;
    }
    if (request.type !== 1 && session) session.rjCount0 = request.rjCount0;
    const settlement = session?.macRequests.settleRejoin();
    if (session && settlement)
      this.#event("mac-requests-answered", devEui, {
        devAddr: session.devAddr,
        requests: "ForceRejoinReq",
        answers: "",
      });
    const own = type === 1 ? undefined : session?.settings;
    const plan = session?.plan ?? this.#with.plan.joinedOn(radio.frequencyHz) ?? this.#with.plan;
    await this.#serve(uplink, radio.txDr, {
      messageType: "RejoinReq",
      devEui,
      joinEui,
      detail,
      windows: own ? { ...own.windows, delay1Us: plan.joinAcceptDelay1Us } : joinWindows(plan),
      plan,
      rx1FrequencyHz: own ? own.rx1FrequencyHz(radio.frequencyHz) : plan.joinRx1Hz(radio.frequencyHz),
      settings: type === 2 && own ? own.windows : this.#defaultSettings(plan),
      continues: session && { session, keepsSettings: type === 2 },
    });
  }

  #defaultSettings(plan: NetworkPlan): WindowSettings {
    return { ...joinWindows(plan), delay1Us: this.#with.rxDelaySeconds * MICROSECONDS };
  }

  /** Why a rejoin-request of type 0 or 2 is not one of the session, or undefined. */
  #whyNotOf(
    session: NetworkSession | undefined,
    uplink: Uplink,
    request: Exclude<RejoinRequest, { type: 1 }>,
  ): string | undefined {
    const { netId } = this.#with;
    if (session === undefined) return `DevEUI ${request.devEui} has no session here`;
    if (!session.optNeg) return "a session of LoRaWAN 1.0 has no rejoin-requests";
    if (request.netId !== netId) return `it is for NetID ${request.netId}, not for ${netId}`;
    if (!verifyRejoinRequestMic(uplink.best.phyPayload, session.sNwkSIntKey))
      return "MICFailed: it was not made with the SNwkSIntKey of the session";
    if (session.rjCount0 !== undefined && request.rjCount0 <= session.rjCount0)
      return `RJcount0 ${request.rjCount0} is not above ${session.rjCount0}, the last one accepted: a replay`;
    return undefined;
  }

  async #serve(uplink: Uplink, uplinkDataRate: number, request: Request): Promise<JoinRefusal | undefined> {
    const { devEui } = request;
    const attempt = ++this.#attempts;
    try {
      const session = await this.#activate(uplink, request);
      if ((this.#succeeded.get(devEui) ?? 0) > attempt)
        throw new JoinFailure("a later join-request of the device was answered first");
      this.#succeeded.set(devEui, attempt);
      this.#with.sessions.add(session.session);
      await this.#answer(uplink, uplinkDataRate, request, session);
      return undefined;
    } catch (error) {
      if (!(error instanceof JoinFailure)) throw error;
      const step = request.messageType === "JoinReq" ? "join-refused" : "rejoin-refused";
      this.#refused(step, devEui, request.detail, error.message);
      return { resultCode: error.resultCode, reason: error.message };
    }
  }

  async #activate(
    uplink: Uplink,
    request: Request,
  ): Promise<{ session: NetworkSession; phyPayload: Buffer }> {
    const profile = this.#profiles.get(request.devEui);
    if (!profile)
      throw new JoinFailure(
        `no device profile for DevEUI ${request.devEui}: register the device`,
        "UnknownDevEUI",
      );
    const url = await this.#discover(request);
    if (request.messageType === "RejoinReq" && profile.macVersion !== "1.1")
      throw new JoinFailure(
        `rejoin-requests are of LoRaWAN 1.1; DevEUI ${request.devEui} has ${profile.macVersion}`,
      );
    const message = this.#message(uplink, request, profile);
    const answer = await this.#ask(url, message);
    const phyPayload = Buffer.from(answer.PHYPayload, "hex");
    if (!isJoinAccept(phyPayload))
      throw new JoinFailure("the PHYPayload in the JoinAns is not a join-accept (17 or 33 octets)");
    const session = new NetworkSession({
      devEui: request.devEui,
      joinEui: request.joinEui,
      devAddr: message.DevAddr,
      optNeg: profile.macVersion === "1.1",
      isClassC: profile.macVersion === "1.0.4" && profile.deviceClass === "C",
      keys: this.#keysOf(answer, profile),
      plan: request.plan,
      windows: request.settings,
      continues: request.continues,
      appSKey: { envelope: answer.AppSKey, sessionKeyId: answer.SessionKeyID },
    });
    this.#event(request.messageType === "JoinReq" ? "join-answered" : "rejoin-answered", request.devEui, {
      devAddr: session.devAddr,
      ...(answer.Lifetime === undefined ? {} : { lifetimeSeconds: answer.Lifetime }),
      appSKeyWrapped: answer.AppSKey?.KEKLabel !== undefined,
      ...(answer.SessionKeyID === undefined ? {} : { sessionKeyId: answer.SessionKeyID }),
    });
    return { session, phyPayload };
  }

  async #discover({ joinEui, devEui }: Request): Promise<string> {
    try {
      const { target, port, path } = await this.#with.joinServer.discover(joinEui);
      this.#event("join-server-discovered", devEui, { joinEui, target, port });
      return `https://${target}:${port}${path}`;
    } catch (error) {
      throw new JoinFailure(`Join Server of JoinEUI ${joinEui} not found: ${(error as Error).message}`);
    }
  }

  #message(uplink: Uplink, request: Request, profile: DeviceProfile): JoinReq | RejoinReq {
    const { netId, sessions, random } = this.#with;
    const { rx1DrOffset, rx2DataRate, delay1Us } = request.settings;
    const devAddr = sessions.freeDevAddr(netId, random);
    if (devAddr === undefined) throw new JoinFailure(`all DevAddrs of NetID ${netId} are in use`);
    const dlSettings = dlSettingsOctet({
      optNeg: profile.macVersion === "1.1",
      rx1DrOffset,
      rx2DataRate,
    });
    this.#transactionId = (this.#transactionId + 1) % 2 ** 32;
    return {
      MessageType: request.messageType,
      ProtocolVersion: "1.0",
      SenderID: netId,
      ReceiverID: request.joinEui,
      TransactionID: this.#transactionId,
      MACVersion: profile.macVersion,
      PHYPayload: upperHex(uplink.best.phyPayload),
      DevEUI: request.devEui,
      DevAddr: devAddr,
      DLSettings: upperHex(Buffer.of(dlSettings)),
      RxDelay: delay1Us / MICROSECONDS,
      CFList: upperHex(buildCfList(request.plan.cfList)),
    };
  }

  async #ask(url: string, message: JoinReq | RejoinReq): Promise<SuccessOf<"JoinAns" | "RejoinAns">> {
    const { agent, timeoutMs } = this.#with.joinServer;
    try {
      const answer = requireSuccess(
        await postMessage<"JoinReq" | "RejoinReq">(agent, url, message, { timeoutMs }),
      );
      if (answer.SenderID !== message.ReceiverID || answer.ReceiverID !== message.SenderID)
        throw new Error(
          `the JoinAns is from ${answer.SenderID} to ${answer.ReceiverID}, not the two that talk`,
        );
      return answer;
    } catch (error) {
      const isMic = error instanceof ResultError && error.resultCode === "MICFailed";
      throw new JoinFailure(`Join Server: ${(error as Error).message}`, isMic ? "MICFailed" : undefined);
    }
  }

  #keysOf(answer: SuccessOf<"JoinAns" | "RejoinAns">, profile: DeviceProfile): NetworkSessionKeys {
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
    request: Request,
    { session, phyPayload }: { session: NetworkSession; phyPayload: Buffer },
  ): Promise<void> {
    const result = await this.#with.transmitter.send({
      devEui: session.devEui,
      gatewayEui: uplink.best.gatewayEui,
      windows: receiveWindows(
        request.plan,
        uplink.best,
        uplinkDataRate,
        request.windows,
        request.rx1FrequencyHz,
      ),
      phyPayload,
      step: "join-accept-scheduled",
      detail: { devAddr: session.devAddr },
    });
    if (result === "not-sent") throw new JoinFailure("the join-accept could not be sent in RX1 or RX2");
    if (result === "unknown")
      throw new JoinFailure("the gateway has not said whether it sends the join-accept");
  }

  #refused(step: string, devEui: string, detail: Request["detail"], reason: string): void {
    this.#with.onEvent({ server: "network-server", step, ok: false, devEui, detail, reason });
  }

  #event(step: string, devEui: string, detail: Record<string, string | number | boolean>): void {
    this.#with.onEvent({ server: "network-server", step, ok: true, devEui, detail });
  }
}
