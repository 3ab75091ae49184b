/**
 * The forwarding Network Server (fNS) of passive roaming: what this network's gateways hear of devices of others goes to
 * their home networks, and back what those send for them. LoRaWAN Backend Interfaces TS002-1.0, sections 12 and 16.
 *
 * It checks no MIC and is given no key: the home network alone judges frames. Where that names a Lifetime, it keeps who
 * the device is meanwhile (stateful), else nothing but where its last frames were heard.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../../clock/index.ts";
import { FType, fTypeOf, type JoinRequest, type NetworkPlan } from "../../../lorawan/index.ts";
import type { EventSink } from "../../events.ts";
import { postMessage } from "../../http.ts";
import {
  type HomeNSReq,
  type PRStartAns,
  type Result,
  requireSuccess,
  type XmitDataReq,
} from "../../interfaces/index.ts";
import type { JoinServerLink } from "../../join-server-link.ts";
import type { Reception, Uplink } from "../reception.ts";
import type { Transmitter } from "../transmitter.ts";
import { upperHex } from "../upper-hex.ts";
import type { Agreements, RoamingPartner } from "./agreements.ts";
import { ulMetaDataOf, windowsOf } from "./meta-data.ts";
import { PartnerFailure, type PartnerLink } from "./partner-link.ts";

/** Frames that are being handed over at one time: strangers' frames are not to become unbounded work. */
const MAX_PENDING = 64;
/** The last of the windows behind an uplink: RXDelay 15 s, and RX2 a second later. */
const WINDOWS_NS = 17_000_000_000;
const TOKEN_OCTETS = 8;
const SECOND_NS = 1_000_000_000;

/** An uplink that a partner may answer once. */
interface AwaitedAnswer {
  readonly partner: RoamingPartner;
  readonly reception: Reception;
  isUsed: boolean;
}

/** A device of a partner that roams here, statefully. */
interface Visitor {
  readonly partner: RoamingPartner;
  readonly devEui: string;
  readonly untilNs: number;
  lastGatewayEui: string;
}

interface Dependencies {
  readonly netId: string;
  readonly plan: NetworkPlan;
  readonly clock: Clock;
  /** Wall-clock time of an instant of this server's clock. */
  readonly dateOf: (ns: number) => Date;
  readonly agreements: Agreements;
  readonly link: PartnerLink;
  readonly joinServer: JoinServerLink;
  readonly transmitter: Transmitter;
  readonly random: () => number;
  readonly onEvent: EventSink;
}

/** The frame is not served; the message says why. */
class NotServed extends Error {}

export class VisitingDevices {
  readonly #with: Dependencies;
  readonly #awaited = new Map<string, AwaitedAnswer>();
  /** By DevAddr. */
  readonly #visitors = new Map<string, Visitor>();
  /** By DevAddr, until when its home network does not want its frames. */
  readonly #deferredUntilNs = new Map<string, number>();
  #pending = 0;
  #transactionId: number;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
    this.#transactionId = Math.floor(dependencies.random() * 2 ** 32);
  }

  /** A data frame of a device of another network. */
  handOn(uplink: Uplink, devAddr: string): Promise<void> {
    return this.#bounded({ devAddr }, undefined, () => this.#handOn(uplink, devAddr));
  }

  /** A join-request of a device that is not registered here: its Join Server knows its home network. */
  handOnJoin(uplink: Uplink, { devEui, joinEui, devNonce }: JoinRequest): Promise<void> {
    return this.#bounded({ joinEui, devNonce }, devEui, () => this.#handOnJoin(uplink, devEui, joinEui));
  }

  /** XmitDataReq with a downlink: it goes out behind the uplink that the token stands for. */
  async send(request: XmitDataReq, partner: RoamingPartner): Promise<Result> {
    const { DLMetaData: metaData, PHYPayload = "" } = request;
    if (metaData === undefined || PHYPayload === "")
      return failed("a downlink has PHYPayload and DLMetaData");
    const phyPayload = Buffer.from(PHYPayload, "hex");
    if (!isDownlink(phyPayload)) return failed("the PHYPayload is no downlink");
    const { ClassMode, FNSULToken, DevEUI: devEui = "" } = metaData;
    if (ClassMode === "C") return this.#sendToListener(phyPayload, devEui, partner, metaData);
    const awaited = this.#awaited.get(FNSULToken ?? "");
    if (awaited?.partner !== partner)
      return failed("the windows behind that FNSULToken are over, or it is none");
    if (awaited.isUsed) return failed("a frame goes out behind that FNSULToken already");
    return this.#sendBehind(awaited, phyPayload, devEui, metaData);
  }

  /** PRStopReq: whether the device roamed here. */
  stop(devEui: string, partner: RoamingPartner): boolean {
    const devAddr = this.#forget(devEui, partner);
    if (devAddr === undefined) return false;
    this.#event("roaming-ended", devEui, { homeNetId: partner.netId, devAddr });
    return true;
  }

  /** The DevAddr of a device that roamed here statefully. */
  #forget(devEui: string, partner: RoamingPartner): string | undefined {
    for (const [devAddr, visitor] of this.#visitors) {
      if (visitor.devEui !== devEui || visitor.partner !== partner) continue;
      this.#visitors.delete(devAddr);
      return devAddr;
    }
    return undefined;
  }

  async #bounded(
    detail: Readonly<Record<string, string | number>>,
    devEui: string | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    this.#pending++;
    try {
      if (this.#pending > MAX_PENDING) throw new NotServed(`${MAX_PENDING} frames wait to be handed on`);
      await work();
    } catch (error) {
      if (!(error instanceof NotServed || error instanceof PartnerFailure)) throw error;
      this.#with.onEvent({
        server: "network-server",
        step: "hand-over-refused",
        ok: false,
        devEui,
        detail,
        reason: error.message,
      });
    } finally {
      this.#pending--;
    }
  }

  async #handOn(uplink: Uplink, devAddr: string): Promise<void> {
    const nowNs = this.#with.clock.nowNs();
    const visitor = this.#visitors.get(devAddr);
    if (visitor !== undefined && nowNs < visitor.untilNs) {
      visitor.lastGatewayEui = uplink.best.gatewayEui;
      if (await this.#handOnVisitor(uplink, devAddr, visitor)) return;
    }
    this.#visitors.delete(devAddr);
    if (nowNs < (this.#deferredUntilNs.get(devAddr) ?? 0)) return;
    this.#deferredUntilNs.delete(devAddr);
    await this.#start(uplink, devAddr);
  }

  /** Whether the home network still takes the device for one that roams here. */
  async #handOnVisitor(uplink: Uplink, devAddr: string, { partner, devEui }: Visitor): Promise<boolean> {
    const { Result } = await this.#with.link.ask(partner, "XmitDataReq", {
      PHYPayload: upperHex(uplink.best.phyPayload),
      ULMetaData: this.#metaData(uplink, partner, { DevEUI: devEui, DevAddr: devAddr }),
    });
    if (Result.ResultCode === "UnknownDevEUI") return false;
    this.#requireSuccess(partner, Result);
    this.#event("uplink-handed-on", devEui, { homeNetId: partner.netId, devAddr });
    return true;
  }

  /** Of networks with long NetIDs several may have given the DevAddr: whose it is, the MIC tells them. */
  async #start(uplink: Uplink, devAddr: string): Promise<void> {
    let refusal = new NotServed(`no roaming agreement covers the DevAddr ${devAddr}`);
    for (const partner of this.#with.agreements.partnersOf(devAddr)) {
      try {
        const answer = await this.#askToStart(uplink, partner, { DevAddr: devAddr });
        if (answer.Result.ResultCode === "Deferred") return this.#defer(devAddr, partner, answer);
        this.#requireSuccess(partner, answer.Result);
        this.#welcome(uplink, devAddr, partner, answer);
        return;
      } catch (error) {
        if (!(error instanceof NotServed || error instanceof PartnerFailure)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  #defer(devAddr: string, { netId }: RoamingPartner, { Lifetime = 0 }: PRStartAns): void {
    if (Lifetime > 0) this.#deferredUntilNs.set(devAddr, this.#with.clock.nowNs() + Lifetime * SECOND_NS);
    this.#event("roaming-deferred", undefined, { homeNetId: netId, devAddr, lifetimeSeconds: Lifetime });
  }

  #welcome(
    { best }: Uplink,
    devAddr: string,
    partner: RoamingPartner,
    { DevEUI: devEui, Lifetime = 0 }: PRStartAns,
  ): void {
    const { netId: homeNetId } = partner;
    if (devEui === undefined || Lifetime === 0) {
      this.#event("uplink-handed-on", devEui, { homeNetId, devAddr });
      return;
    }
    const untilNs = this.#with.clock.nowNs() + Lifetime * SECOND_NS;
    // It may have joined anew since.
    this.#forget(devEui, partner);
    this.#visitors.set(devAddr, { partner, devEui, untilNs, lastGatewayEui: best.gatewayEui });
    this.#event("roaming-started", devEui, { homeNetId, devAddr, lifetimeSeconds: Lifetime });
  }

  async #handOnJoin(uplink: Uplink, devEui: string, joinEui: string): Promise<void> {
    const { netId, agreements } = this.#with;
    const homeNetId = await this.#homeOf(devEui, joinEui);
    this.#event("home-network-found", devEui, { joinEui, homeNetId });
    if (homeNetId === netId)
      throw new NotServed(`DevEUI ${devEui} is of this network, but not registered here`);
    const partner = agreements.partner(homeNetId);
    if (partner === undefined) throw new NotServed(`there is no roaming agreement with NetID ${homeNetId}`);
    const answer = await this.#askToStart(uplink, partner, { DevEUI: devEui });
    if (answer.Result.ResultCode === "Deferred") {
      this.#event("roaming-deferred", devEui, { homeNetId, lifetimeSeconds: answer.Lifetime ?? 0 });
      return;
    }
    this.#requireSuccess(partner, answer.Result);
    const { PHYPayload = "", DLMetaData: metaData } = answer;
    const phyPayload = Buffer.from(PHYPayload, "hex");
    if (metaData === undefined || !isDownlink(phyPayload))
      throw new NotServed(
        `NetID ${homeNetId} answers without a join-accept, or does not say when to send it`,
      );
    const awaited = { partner, reception: uplink.best, isUsed: false };
    const sent = await this.#sendBehind(awaited, phyPayload, devEui, metaData);
    this.#requireSuccess(partner, sent);
  }

  /** HomeNSReq (TS002-1.0 section 16). */
  async #homeOf(devEui: string, joinEui: string): Promise<string> {
    const { joinServer, netId } = this.#with;
    this.#transactionId = (this.#transactionId + 1) % 2 ** 32;
    const request: HomeNSReq = {
      MessageType: "HomeNSReq",
      ProtocolVersion: "1.0",
      SenderID: netId,
      ReceiverID: joinEui,
      TransactionID: this.#transactionId,
      DevEUI: devEui,
    };
    try {
      const { target, port, path } = await joinServer.discover(joinEui);
      const { agent, timeoutMs } = joinServer;
      const url = `https://${target}:${port}${path}`;
      return requireSuccess(await postMessage<"HomeNSReq">(agent, url, request, { timeoutMs })).HNetID;
    } catch (error) {
      throw new NotServed(`the home network of DevEUI ${devEui} is not known: ${(error as Error).message}`);
    }
  }

  #askToStart(
    uplink: Uplink,
    partner: RoamingPartner,
    device: { DevEUI: string } | { DevAddr: string },
  ): Promise<PRStartAns> {
    return this.#with.link.ask(partner, "PRStartReq", {
      PHYPayload: upperHex(uplink.best.phyPayload),
      ULMetaData: this.#metaData(uplink, partner, device),
    });
  }

  #metaData(uplink: Uplink, partner: RoamingPartner, device: { DevEUI?: string; DevAddr?: string }) {
    return ulMetaDataOf(this.#with.plan, uplink, {
      ...device,
      RecvTime: this.#with.dateOf(uplink.best.receivedNs).toISOString(),
      FNSULToken: this.#tokenOf(uplink.best, partner),
    });
  }

  /** Keeps where an uplink was heard as long as its windows may be used. */
  #tokenOf(reception: Reception, partner: RoamingPartner): string {
    const token = upperHex(randomBytes(TOKEN_OCTETS));
    this.#awaited.set(token, { partner, reception, isUsed: false });
    this.#with.clock.at(reception.receivedNs + WINDOWS_NS, () => this.#awaited.delete(token));
    return token;
  }

  async #sendBehind(
    awaited: AwaitedAnswer,
    phyPayload: Buffer,
    devEui: string,
    metaData: NonNullable<XmitDataReq["DLMetaData"]>,
  ): Promise<Result> {
    const { plan, clock } = this.#with;
    const { reception, partner } = awaited;
    const windows = windowsOf(plan, metaData, reception, clock.nowNs());
    if (typeof windows === "string") return failed(windows);
    // Before the gateway has answered: a copy must not go out in the window after.
    awaited.isUsed = true;
    const result = await this.#transmit(reception.gatewayEui, windows, phyPayload, devEui, partner);
    if (result === "not-sent") awaited.isUsed = false;
    return resultOf(result);
  }

  /** A device of Class C that roams here statefully hears what is sent at any time. */
  async #sendToListener(
    phyPayload: Buffer,
    devEui: string,
    partner: RoamingPartner,
    metaData: NonNullable<XmitDataReq["DLMetaData"]>,
  ): Promise<Result> {
    const { plan, clock } = this.#with;
    const nowNs = clock.nowNs();
    const visitor = [...this.#visitors.values()].find(
      (each) => each.devEui === devEui && each.partner === partner && nowNs < each.untilNs,
    );
    if (visitor === undefined) return failed(`DevEUI ${devEui} does not roam here`);
    const windows = windowsOf(plan, metaData, undefined, nowNs);
    if (typeof windows === "string") return failed(windows);
    return resultOf(await this.#transmit(visitor.lastGatewayEui, windows, phyPayload, devEui, partner));
  }

  #transmit(
    gatewayEui: string,
    windows: Parameters<Transmitter["send"]>[0]["windows"],
    phyPayload: Buffer,
    devEui: string,
    { netId }: RoamingPartner,
  ): ReturnType<Transmitter["send"]> {
    const detail = { homeNetId: netId };
    const step = "partners-downlink-scheduled";
    return this.#with.transmitter.send({ devEui, gatewayEui, windows, phyPayload, step, detail });
  }

  #requireSuccess({ netId }: RoamingPartner, { ResultCode, Description }: Result): void {
    if (ResultCode === "Success") return;
    throw new NotServed(`NetID ${netId}: ${ResultCode}${Description ? ` (${Description})` : ""}`);
  }

  #event(step: string, devEui: string | undefined, detail: Record<string, string | number>): void {
    this.#with.onEvent({ server: "network-server", step, ok: true, devEui, detail });
  }
}

function isDownlink(phyPayload: Uint8Array): boolean {
  if (phyPayload.length === 0 || (phyPayload[0] & 3) !== 0) return false;
  const fType = fTypeOf(phyPayload);
  return (
    fType === FType.joinAccept || fType === FType.unconfirmedDataDown || fType === FType.confirmedDataDown
  );
}

function failed(reason: string): Result {
  return { ResultCode: "XmitFailed", Description: reason };
}

function resultOf(result: "scheduled" | "not-sent" | "unknown"): Result {
  if (result === "scheduled") return { ResultCode: "Success" };
  if (result === "not-sent") return failed("no gateway can send the frame in its windows any more");
  return { ResultCode: "Other", Description: "the gateway has not said whether it sends the frame" };
}
