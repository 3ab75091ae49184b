/**
 * The serving Network Server (sNS), here the home network too, of passive roaming: what partners' gateways hear of this
 * network's devices is taken as if its own had heard it, and answered by way of the partner. LoRaWAN Backend Interfaces
 * TS002-1.0, sections 12 and 16. A frame is verified before anything changes, and no key leaves.
 */
import type { Clock } from "../../../clock/index.ts";
import {
  FrameError,
  FType,
  fTypeOf,
  isDataFrame,
  type JoinRequest,
  type NetworkPlan,
  parseDataFrame,
  parseJoinRequest,
} from "../../../lorawan/index.ts";
import type { EventSink } from "../../events.ts";
import type {
  DlMetaData,
  PRStartAns,
  PRStartReq,
  Result,
  UlMetaData,
  XmitDataReq,
} from "../../interfaces/index.ts";
import type { FrameToSend } from "../gateways.ts";
import type { Reception, Uplink } from "../reception.ts";
import type { SessionStore } from "../session-store.ts";
import { matchUplink } from "../uplink-session.ts";
import { upperHex } from "../upper-hex.ts";
import type { Agreements, RoamingPartner } from "./agreements.ts";
import { dlMetaDataOf, partnersGatewayIn, receptionsOf } from "./meta-data.ts";
import { PartnerFailure, type PartnerLink } from "./partner-link.ts";

const SECOND_NS = 1_000_000_000;

/** Why a frame of a partner is not taken. */
interface Refused {
  readonly resultCode: string;
  readonly reason: string;
}

/** What PRStartAns has beside its header. */
type Started = Pick<PRStartAns, "Result" | "PHYPayload" | "DevEUI" | "Lifetime" | "DLMetaData">;

interface Dependencies {
  readonly plan: NetworkPlan;
  readonly clock: Clock;
  readonly dateOf: (ns: number) => Date;
  readonly sessions: SessionStore;
  readonly agreements: Agreements;
  readonly link: PartnerLink;
  /** Whether this network's gateways have brought the frame, and it has been dealt with. */
  readonly isServed: (phyPayload: Uint8Array) => boolean;
  /** Takes a verified frame together with what this network's gateways hear of it. */
  readonly receive: (reception: Reception) => void;
  /** Asks the Join Server; resolves with why the device does not join. No other copy of the frame is served. */
  readonly join: (uplink: Uplink, request: JoinRequest) => Promise<Refused | undefined>;
  readonly onEvent: EventSink;
}

export class RoamingDevices {
  readonly #with: Dependencies;
  /** Statefully: "DevEUI/NetID", and until when. */
  readonly #roaming = new Map<string, number>();
  /** Join-requests whose join-accept goes back in the PRStartAns, by the instant that stands for their end. */
  readonly #joining = new Map<string, (frame: FrameToSend) => void>();
  #instants = 0;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** PRStartReq. */
  async start(request: PRStartReq, partner: RoamingPartner): Promise<Started> {
    const phyPayload = Buffer.from(request.PHYPayload, "hex");
    const taken = this.#read(phyPayload, request.ULMetaData, partner);
    if ("reason" in taken) return this.#refused(taken, partner);
    if (fTypeOf(phyPayload) === FType.joinRequest) return this.#join(taken, partner);
    const verified = this.#verified(taken);
    if ("reason" in verified) return this.#refused(verified, partner, verified.devEui);
    const { devEui } = verified;
    const { netId: visitedNetId, lifetimeSeconds = 0 } = partner;
    if (this.#with.isServed(phyPayload)) return this.#deferred(devEui, visitedNetId);
    if (lifetimeSeconds > 0) {
      const untilNs = this.#with.clock.nowNs() + lifetimeSeconds * SECOND_NS;
      this.#roaming.set(roamer(devEui, visitedNetId), untilNs);
    }
    this.#event("roaming-started", devEui, { visitedNetId, lifetimeSeconds });
    for (const reception of taken) this.#with.receive(reception);
    return {
      Result: { ResultCode: "Success" },
      ...(lifetimeSeconds > 0 ? { DevEUI: devEui } : {}),
      Lifetime: lifetimeSeconds,
    };
  }

  /** XmitDataReq with an uplink of a device that roams statefully. */
  take(request: XmitDataReq, partner: RoamingPartner): Result {
    const { netId } = partner;
    const refuse = (refused: Refused, devEui?: string) => this.#refused(refused, partner, devEui).Result;
    if (request.ULMetaData === undefined || request.PHYPayload === undefined)
      return refuse({ resultCode: "MalformedRequest", reason: "an uplink has PHYPayload and ULMetaData" });
    const taken = this.#read(Buffer.from(request.PHYPayload, "hex"), request.ULMetaData, partner);
    if ("reason" in taken) return refuse(taken);
    const verified = this.#verified(taken);
    if ("reason" in verified) return refuse(verified, verified.devEui);
    const { devEui } = verified;
    if (!this.#roams(devEui, netId))
      return refuse(
        { resultCode: "UnknownDevEUI", reason: `DevEUI ${devEui} does not roam in NetID ${netId}` },
        devEui,
      );
    if (this.#with.isServed(taken[0].phyPayload)) return { ResultCode: "Success" };
    for (const reception of taken) this.#with.receive(reception);
    return { ResultCode: "Success" };
  }

  /** PRStopReq of the visited network: whether the device roamed there. */
  stop(devEui: string, { netId }: RoamingPartner): boolean {
    const known = this.#roaming.delete(roamer(devEui, netId));
    if (known) this.#event("roaming-ended", devEui, { visitedNetId: netId });
    return known;
  }

  /** An uplink of a device was accepted: where none of a partner's gateways has heard it, it roams there no more. */
  async accepted(devEui: string, { receptions }: Uplink): Promise<void> {
    const heardBy = new Set(receptions.map(({ gatewayEui }) => partnersGatewayIn(gatewayEui)?.netId));
    for (const key of [...this.#roaming.keys()]) {
      const [roamerEui, netId] = key.split("/");
      if (roamerEui !== devEui || heardBy.has(netId)) continue;
      const isOver = !this.#roams(devEui, netId);
      this.#roaming.delete(key);
      if (!isOver) await this.#tellEnd(devEui, netId);
    }
  }

  /** As of a GatewayServer: "NONE" where the partner takes the frame. */
  async sendDownlink(gateway: string, frame: FrameToSend): Promise<string> {
    const { netId = "" } = partnersGatewayIn(gateway) ?? {};
    const partner = this.#with.agreements.partner(netId);
    if (partner === undefined) return `there is no roaming agreement with NetID ${netId}`;
    const instant = frame.timing !== undefined && "after" in frame.timing ? frame.timing.after : "";
    const joining = this.#joining.get(instant);
    if (joining !== undefined) {
      joining(frame);
      return "NONE";
    }
    const metaData = this.#dlMetaData(frame, instant);
    if (metaData === undefined) return "ping slots cannot be asked of a partner";
    const { Result } = await this.#with.link.ask(partner, "XmitDataReq", {
      PHYPayload: upperHex(frame.phyPayload),
      DLMetaData: metaData,
    });
    if (Result.ResultCode === "Success") return "NONE";
    return `${Result.ResultCode}${Result.Description ? ` (${Result.Description})` : ""}`;
  }

  /** The copies of a frame as the partner tells of them. */
  #read(
    phyPayload: Uint8Array,
    metaData: UlMetaData,
    { netId }: RoamingPartner,
  ): readonly Reception[] | Refused {
    const { plan, clock, dateOf } = this.#with;
    const nowNs = clock.nowNs();
    this.#instants++;
    const instant = `${this.#instants}:${metaData.FNSULToken ?? ""}`;
    try {
      if (!isDataFrame(phyPayload) && fTypeOf(phyPayload) !== FType.joinRequest)
        return { resultCode: "Other", reason: `frames of FType ${fTypeOf(phyPayload)} do not roam` };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return { resultCode: "FrameSizeError", reason: error.message };
    }
    const time = { nowMs: dateOf(nowNs).getTime(), nowNs, instant };
    const receptions = receptionsOf(plan, netId, phyPayload, metaData, time);
    return typeof receptions === "string" ? { resultCode: "Other", reason: receptions } : receptions;
  }

  /** The device that has sent a data frame. Nothing has changed by it. */
  #verified([{ phyPayload, frequencyHz, dataRate }]: readonly Reception[]):
    | { readonly devEui: string }
    | (Refused & { readonly devEui?: string }) {
    const { plan, sessions } = this.#with;
    const txDr = plan.dataRateIndex(dataRate);
    if (txDr === undefined)
      return { resultCode: "Other", reason: `no data rate for uplinks of ${plan.name}` };
    try {
      const frame = parseDataFrame(phyPayload);
      if (frame.direction === "down") return { resultCode: "Other", reason: "the frame is a downlink" };
      const candidates = sessions.byDevAddr(frame.devAddr);
      if (candidates.length === 0)
        return { resultCode: "UnknownDevAddr", reason: `no session has the DevAddr ${frame.devAddr}` };
      const match = matchUplink(plan, frame, candidates, { txDr, frequencyHz });
      if (match.found) return { devEui: match.session.devEui };
      const { reason, devEui } = match;
      return { resultCode: reason.startsWith("MICFailed") ? "MICFailed" : "Other", reason, devEui };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return { resultCode: "FrameSizeError", reason: error.message };
    }
  }

  async #join(receptions: readonly Reception[], partner: RoamingPartner): Promise<Started> {
    const best = receptions.reduce((a, b) => (b.snrDb > a.snrDb ? b : a));
    let request: JoinRequest;
    try {
      request = parseJoinRequest(best.phyPayload);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return this.#refused({ resultCode: "FrameSizeError", reason: error.message }, partner);
    }
    const { devEui } = request;
    const { netId: visitedNetId } = partner;
    if (this.#with.isServed(best.phyPayload)) return this.#deferred(devEui, visitedNetId);
    this.#event("roaming-started", devEui, { visitedNetId, lifetimeSeconds: 0 });
    let joinAccept: FrameToSend | undefined;
    this.#joining.set(best.instant, (frame) => {
      joinAccept = frame;
    });
    try {
      const refused = await this.#with.join({ best, receptions }, request);
      if (refused !== undefined) return this.#refused(refused, partner, devEui);
    } finally {
      this.#joining.delete(best.instant);
    }
    if (joinAccept === undefined)
      return this.#refused(
        { resultCode: "JoinReqFailed", reason: "there is no join-accept" },
        partner,
        devEui,
      );
    return {
      Result: { ResultCode: "Success" },
      PHYPayload: upperHex(joinAccept.phyPayload),
      DevEUI: devEui,
      Lifetime: 0,
      DLMetaData: this.#dlMetaData(joinAccept, best.instant),
    };
  }

  #dlMetaData(frame: FrameToSend, instant: string): DlMetaData | undefined {
    const token = instant.slice(instant.indexOf(":") + 1);
    return dlMetaDataOf(this.#with.plan, frame, token === "" ? undefined : token);
  }

  #roams(devEui: string, netId: string): boolean {
    return this.#with.clock.nowNs() < (this.#roaming.get(roamer(devEui, netId)) ?? 0);
  }

  /** This network's own gateways have heard the frame: the partner need not serve the device. */
  #deferred(devEui: string, visitedNetId: string): Started {
    this.#event("roaming-deferred", devEui, { visitedNetId });
    const Description = "this network's own gateways have heard the frame";
    return { Result: { ResultCode: "Deferred", Description }, Lifetime: 0 };
  }

  async #tellEnd(devEui: string, netId: string): Promise<void> {
    const partner = this.#with.agreements.partner(netId);
    if (partner === undefined) return;
    const detail = { visitedNetId: netId };
    const event = { server: "network-server", devEui, detail } as const;
    try {
      const { Result } = await this.#with.link.ask(partner, "PRStopReq", { DevEUI: devEui });
      if (Result.ResultCode !== "Success" && Result.ResultCode !== "UnknownDevEUI")
        throw new PartnerFailure(`NetID ${netId}: ${Result.ResultCode} (${Result.Description ?? ""})`);
      this.#with.onEvent({ ...event, step: "roaming-ended", ok: true });
    } catch (error) {
      if (!(error instanceof PartnerFailure)) throw error;
      this.#with.onEvent({ ...event, step: "roaming-not-ended", ok: false, reason: error.message });
    }
  }

  #refused({ resultCode, reason }: Refused, { netId }: RoamingPartner, devEui?: string): Started {
    this.#with.onEvent({
      server: "network-server",
      step: "roaming-refused",
      ok: false,
      devEui,
      detail: { visitedNetId: netId, resultCode },
      reason,
    });
    return { Result: { ResultCode: resultCode, Description: reason } };
  }

  #event(step: string, devEui: string, detail: Record<string, string | number>): void {
    this.#with.onEvent({ server: "network-server", step, ok: true, devEui, detail });
  }
}

function roamer(devEui: string, netId: string): string {
  return `${devEui}/${netId}`;
}
