/**
 * Uplinks to the Application Server, downlinks from it. FRMPayload stays encrypted: this server has no AppSKey,
 * and passes on what the Join Server said of it.
 */
import type { EventSink } from "../events.ts";
import type { MessageHandler } from "../http.ts";
import type { XmitDataReq } from "../interfaces/index.ts";
import { type XmitData, XmitDataLink, type XmitDataPeer, type XmitRefusal } from "../xmit-data.ts";
import type { Uplink } from "./reception.ts";
import { partnersGatewayIn } from "./roaming/index.ts";
import type { NetworkSession, QueuedDownlink } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

/** A data uplink whose MIC was good. */
export interface AcceptedUplink {
  readonly session: NetworkSession;
  readonly uplink: Uplink;
  readonly fCnt: number;
  readonly confirmed: boolean;
  readonly dataRate: number;
  /** Absent if the frame had nothing for the application. */
  readonly fPort?: number;
  readonly frmPayload: Uint8Array;
}

interface Dependencies {
  /** RFRegion of TS002. */
  readonly region: string;
  readonly netId: string;
  readonly applicationServer: XmitDataPeer;
  /** Wall-clock time of an instant of this server's clock. */
  readonly dateOf: (ns: number) => Date;
  readonly sessions: SessionStore;
  readonly random: () => number;
  readonly onEvent: EventSink;
  /** A frame waits for the device of this session. */
  readonly onQueued: (session: NetworkSession) => void;
}

export class ApplicationLink {
  readonly #with: Dependencies;
  readonly #link: XmitDataLink;
  /** Takes downlinks for the queue. */
  readonly handler: MessageHandler;
  /** The last delivery of each device: the next one waits for it, so that frames arrive in order. */
  readonly #deliveries = new Map<string, Promise<void>>();

  constructor(dependencies: Dependencies) {
    const { netId, applicationServer, random, onEvent } = dependencies;
    this.#with = dependencies;
    this.#link = new XmitDataLink(netId, applicationServer, random);
    this.handler = this.#link.handler(
      async (request) => this.#queue(request),
      ({ resultCode, reason }, { peerName, request }) =>
        onEvent({
          server: "network-server",
          step: "downlink-refused",
          ok: false,
          devEui: request?.DLMetaData?.DevEUI,
          detail: { resultCode, peerName },
          reason,
        }),
    );
  }

  /** Hands an uplink over; a failure is reported, not thrown, and the frame is lost to the application. */
  deliver(accepted: AcceptedUplink): Promise<void> {
    const { devEui } = accepted.session;
    const before = this.#deliveries.get(devEui) ?? Promise.resolve();
    const delivery = before.then(() => this.#deliver(accepted));
    this.#deliveries.set(devEui, delivery);
    return delivery;
  }

  async #deliver(accepted: AcceptedUplink): Promise<void> {
    const { session, fCnt, fPort } = accepted;
    const detail = { devAddr: session.devAddr, fCnt, ...(fPort === undefined ? {} : { fPort }) };
    const event = { server: "network-server", devEui: session.devEui, detail } as const;
    try {
      await this.#link.send(this.#message(accepted));
      this.#with.onEvent({ ...event, step: "uplink-forwarded", ok: true });
    } catch (error) {
      const reason = `Application Server: ${(error as Error).message}`;
      this.#with.onEvent({ ...event, step: "uplink-not-forwarded", ok: false, reason });
    }
  }

  #message({ session, uplink, fCnt, confirmed, dataRate, fPort, frmPayload }: AcceptedUplink): XmitData {
    const { envelope, sessionKeyId } = session.appSKey;
    const { best, receptions } = uplink;
    return {
      frmPayload,
      ULMetaData: {
        DevEUI: session.devEui,
        DevAddr: session.devAddr,
        ...(fPort === undefined ? {} : { FPort: fPort }),
        FCntUp: fCnt,
        // The value that the next frame of the application will carry.
        FCntDown: session.nextFCntDown(1),
        Confirmed: confirmed,
        DataRate: dataRate,
        ULFreq: best.frequencyHz / 1e6,
        RecvTime: this.#with.dateOf(best.receivedNs).toISOString(),
        RFRegion: this.#with.region,
        GWCnt: receptions.length,
        GWInfo: receptions.map(({ gatewayEui, rssiDbm, snrDb }) => ({
          ID: partnersGatewayIn(gatewayEui)?.eui ?? gatewayEui,
          RSSI: rssiDbm,
          SNR: snrDb,
        })),
      },
      // With every frame: an Application Server that starts afresh needs them again.
      ...(envelope === undefined ? {} : { AppSKey: envelope }),
      ...(sessionKeyId === undefined ? {} : { SessionKeyID: sessionKeyId }),
    };
  }

  #queue(request: XmitDataReq): XmitRefusal | undefined {
    const { DLMetaData: metaData, FRMPayload: frmPayload } = request;
    if (!metaData || frmPayload === undefined)
      return { resultCode: "MalformedRequest", reason: "a downlink has FRMPayload and DLMetaData" };
    const { DevEUI: devEui, FPort: fPort, FCntDown: fCntDown, Confirmed: confirmed = false } = metaData;
    if (devEui === undefined || fCntDown === undefined)
      return { resultCode: "MalformedRequest", reason: "DLMetaData lacks DevEUI or FCntDown" };
    if (fPort === undefined || fPort === 0)
      return { resultCode: "InvalidFPort", reason: "an application frame has an FPort from 1 to 255" };
    const session = this.#with.sessions.current(devEui);
    if (!session) return { resultCode: "UnknownDevEUI", reason: `DevEUI ${devEui} has no session here` };
    if (request.SessionKeyID !== session.appSKey.sessionKeyId)
      return {
        resultCode: "XmitFailed",
        reason: "the frame is not encrypted for the device's current session",
      };
    const item = { fPort, fCntDown, confirmed, frmPayload: Buffer.from(frmPayload, "hex") };
    // The Application Server did not get the answer to the first copy.
    if (session.queue.some((waiting) => isSameFrame(waiting, item))) return undefined;
    const refusal = enqueue(session, item);
    if (!refusal) {
      const detail = { devAddr: session.devAddr, fPort, fCntDown };
      this.#with.onEvent({ server: "network-server", step: "downlink-queued", ok: true, devEui, detail });
      this.#with.onQueued(session);
    }
    return refusal;
  }
}

function isSameFrame(a: QueuedDownlink, b: QueuedDownlink): boolean {
  return (
    a.fCntDown === b.fCntDown &&
    a.fPort === b.fPort &&
    a.confirmed === b.confirmed &&
    Buffer.compare(a.frmPayload, b.frmPayload) === 0
  );
}

/** Frames carry 16 bits of the counter: a device cannot tell a longer jump from a shorter one. */
const SKIPPED_FCNT_LIMIT = 0xfffe;

/** The queue counts upwards, from what the session has used. */
function enqueue(session: NetworkSession, item: QueuedDownlink): XmitRefusal | undefined {
  const last = session.queue.at(-1);
  const next = session.nextFCntDown(item.fPort);
  const least = last ? last.fCntDown + 1 : next;
  if (item.fCntDown < least)
    return {
      resultCode: "XmitFailed",
      reason: `FCntDown ${item.fCntDown} is used up, the next one is ${least}`,
    };
  if (item.fCntDown - next > SKIPPED_FCNT_LIMIT)
    return {
      resultCode: "XmitFailed",
      reason: `FCntDown ${item.fCntDown} is too far ahead of ${next}, the next one to be sent`,
    };
  session.queue.push(item);
  return undefined;
}
