/**
 * Application Server of one network: holds AppSKeys, decrypts what its devices send and encrypts what they get.
 * Messages of one device are taken one after the other.
 */
import type { EventSink, ServerEvent } from "../events.ts";
import { type ListeningServer, type ListenOptions, listenForMessages } from "../http.ts";
import { type Kek, ResultError, type XmitDataReq } from "../interfaces/index.ts";
import type { JoinServerLink } from "../join-server-link.ts";
import { XmitDataLink, type XmitDataPeer, type XmitRefusal } from "../xmit-data.ts";
import { AppSKeys } from "./app-s-key.ts";
import { ApplicationSession, type EncryptedUplink } from "./session.ts";

export interface ApplicationServerOptions {
  readonly asId: string;
  readonly networkServer: XmitDataPeer;
  /** For AppSKeyReq. */
  readonly joinServer: JoinServerLink;
  /** Key-encryption keys agreed with Join Servers. */
  readonly keks: readonly Kek[];
  /** In [0, 1): where TransactionIDs begin. */
  readonly random: () => number;
  readonly onEvent: EventSink;
}

/** A frame from a device, in clear. */
export interface ApplicationUplink {
  readonly devEui: string;
  readonly devAddr: string;
  readonly fCnt: number;
  readonly fPort: number;
  readonly confirmed: boolean;
  /** ISO 8601, as the Network Server took it. */
  readonly receivedAt: string;
  readonly payload: Uint8Array;
}

/** A frame for a device, in clear. */
export interface ApplicationDownlink {
  /** 1 to 224. */
  readonly fPort: number;
  readonly payload: Uint8Array;
  readonly confirmed?: boolean;
}

/** A downlink that the Network Server has taken. */
export interface QueuedDownlink extends ApplicationDownlink {
  readonly devEui: string;
  readonly devAddr: string;
  readonly fCnt: number;
}

/** An uplink message with everything in it that is needed here. */
interface UplinkMessage {
  readonly device: Device;
  readonly session: ApplicationSession;
  readonly fCnt: number;
  readonly fCntDown: number;
  /** Absent if the frame has nothing for the application. */
  readonly uplink: EncryptedUplink | undefined;
}

interface Device {
  readonly devEui: string;
  readonly joinEui: string;
  session: ApplicationSession | undefined;
  /** Not taken by the Network Server yet. */
  readonly downlinks: ApplicationDownlink[];
  /** The end of what is being done for the device. */
  turn: Promise<unknown>;
}

/** N at the fastest data rates of all regions; the Network Server knows the actual limit. */
const MAX_PAYLOAD_OCTETS = 242;
/** The certification protocol, TS009, is among what the AppSKey is for. */
const MAX_FPORT = 224;
/** Refusals that a later attempt can overcome: counter used up, session not there yet. */
const TRY_AGAIN = ["XmitFailed", "UnknownDevEUI"];

export class ApplicationServer {
  /** Every uplink decrypted so far, in order. */
  readonly uplinks: ApplicationUplink[] = [];
  /** Every downlink that the Network Server has taken so far, in order. */
  readonly downlinks: QueuedDownlink[] = [];
  readonly #link: XmitDataLink;
  readonly #appSKeys: AppSKeys;
  readonly #onEvent: EventSink;
  readonly #devices = new Map<string, Device>();

  constructor(options: ApplicationServerOptions) {
    this.#link = new XmitDataLink(options.asId, options.networkServer, options.random);
    this.#appSKeys = new AppSKeys(options);
    this.#onEvent = options.onEvent;
  }

  /** Frames of other devices are refused. */
  registerDevice({ devEui, joinEui }: { readonly devEui: string; readonly joinEui: string }): void {
    this.#devices.set(devEui, {
      devEui,
      joinEui,
      session: undefined,
      downlinks: [],
      turn: Promise.resolve(),
    });
  }

  /** The device's session as this server knows it. */
  session(devEui: string): ApplicationSession | undefined {
    return this.#devices.get(devEui)?.session;
  }

  /** Starts to take uplinks from the Network Server; `createServer` decides how it proves its name. */
  listen(options: ListenOptions): Promise<ListeningServer> {
    const handler = this.#link.handler(
      (request) => this.#take(request),
      ({ resultCode, reason }, { peerName, request }) =>
        this.#report("uplink-refused", request?.ULMetaData?.DevEUI, { resultCode, peerName }, reason),
    );
    return listenForMessages(options, handler, (error) =>
      this.#report("server-fault", undefined, {}, (error as Error).stack ?? String(error)),
    );
  }

  /**
   * Encrypts a frame and hands it to the Network Server. It waits for the next uplink before the first one of a
   * session, or if the Network Server cannot take it now; it is lost if the Network Server never will.
   * @throws RangeError if FPort or length are not allowed, or the device is not registered.
   */
  async queueDownlink(devEui: string, downlink: ApplicationDownlink): Promise<"queued" | "waiting" | "lost"> {
    const device = this.#device(devEui);
    const waiting = { ...downlink };
    const { fPort, payload } = waiting;
    if (!Number.isInteger(fPort) || fPort < 1 || fPort > MAX_FPORT)
      throw new RangeError(`FPort ${fPort}: applications use 1 to ${MAX_FPORT}`);
    if (payload.length > MAX_PAYLOAD_OCTETS)
      throw new RangeError(`${payload.length} octets: a downlink holds at most ${MAX_PAYLOAD_OCTETS}`);
    return this.#inTurn(device, async () => {
      device.downlinks.push(waiting);
      const lost = await this.#sendDownlinks(device);
      if (device.downlinks.includes(waiting)) return "waiting";
      return lost.includes(waiting) ? "lost" : "queued";
    });
  }

  /**
   * Asks the Join Server for the AppSKey of the device's session, known already or not.
   * @throws if there is no session with a SessionKeyID, the Join Server does not give the key, or gives another
   * one than came before.
   */
  async requestAppSKey(devEui: string): Promise<void> {
    const device = this.#device(devEui);
    await this.#inTurn(device, async () => {
      if (!device.session) throw new Error(`DevEUI ${devEui} has no session here yet`);
      await this.#request(device, device.session);
      this.#decryptWaiting(device, device.session);
    });
  }

  #device(devEui: string): Device {
    const device = this.#devices.get(devEui);
    if (!device) throw new RangeError(`DevEUI ${devEui} is not registered with this Application Server`);
    return device;
  }

  #inTurn<T>(device: Device, work: () => Promise<T>): Promise<T> {
    const result = device.turn.then(work);
    // Whoever asked for the work hears of its failure; the next in turn goes on.
    device.turn = result.catch(() => undefined);
    return result;
  }

  async #take(request: XmitDataReq): Promise<XmitRefusal | undefined> {
    const devEui = request.ULMetaData?.DevEUI;
    if (devEui === undefined)
      return { resultCode: "MalformedRequest", reason: "ULMetaData lacks the DevEUI" };
    const device = this.#devices.get(devEui);
    if (!device) return { resultCode: "UnknownDevEUI", reason: `DevEUI ${devEui} is not registered here` };
    return this.#inTurn(device, async () => {
      const message = this.#read(device, request);
      if ("resultCode" in message) return message;
      return this.#accept(message);
    });
  }

  #read(device: Device, request: XmitDataReq): UplinkMessage | XmitRefusal {
    const { ULMetaData: metaData, FRMPayload: frmPayload } = request;
    const { DevAddr: devAddr, FCntUp: fCnt, FPort: fPort, FCntDown: fCntDown = 0 } = metaData ?? {};
    if (!metaData || frmPayload === undefined || devAddr === undefined || fCnt === undefined)
      return { resultCode: "MalformedRequest", reason: "an uplink has FRMPayload, DevAddr and FCntUp" };
    const identity = { devAddr, sessionKeyId: request.SessionKeyID, envelope: request.AppSKey };
    const session = device.session?.is(identity) ? device.session : new ApplicationSession(identity);
    const uplink =
      fPort === undefined || fPort === 0
        ? undefined
        : {
            fCnt,
            fPort,
            confirmed: metaData.Confirmed ?? false,
            receivedAt: metaData.RecvTime,
            frmPayload: Buffer.from(frmPayload, "hex"),
          };
    return { device, session, fCnt, fCntDown, uplink };
  }

  async #accept(message: UplinkMessage): Promise<XmitRefusal | undefined> {
    const { device, session, fCnt, fCntDown, uplink } = message;
    const { devAddr } = session.identity;
    const last = session.fCntUp;
    if (fCnt === last) {
      // The Network Server did not get the answer to the first copy.
      this.#report("uplink-repeated", device.devEui, { devAddr, fCnt });
      return undefined;
    }
    if (last !== undefined && fCnt < last)
      return { resultCode: "XmitFailed", reason: `FCntUp ${fCnt} after ${last}: out of order` };
    if (device.session !== session) {
      device.session = session;
      this.#report("session-started", device.devEui, { devAddr });
    }
    session.fCntUp = fCnt;
    session.nextFCntDown = Math.max(session.nextFCntDown, fCntDown);
    if (uplink) session.waiting.push(uplink);
    if (!session.appSKey) await this.#getAppSKey(device, session);
    this.#decryptWaiting(device, session);
    await this.#sendDownlinks(device);
    return undefined;
  }

  /** From the envelope if it opens here, else from the Join Server; if neither works, uplinks wait. */
  async #getAppSKey(device: Device, session: ApplicationSession): Promise<void> {
    const { envelope, sessionKeyId, devAddr } = session.identity;
    if (envelope) {
      try {
        session.appSKey = this.#appSKeys.open(envelope);
        this.#report("app-s-key-received", device.devEui, { devAddr, from: "envelope" });
        return;
      } catch (error) {
        this.#report(
          "app-s-key-refused",
          device.devEui,
          { devAddr, from: "envelope" },
          (error as Error).message,
        );
      }
    }
    if (sessionKeyId === undefined) return;
    try {
      await this.#request(device, session);
    } catch {
      // `#request` has reported it; the next uplink tries again.
    }
  }

  async #request(device: Device, session: ApplicationSession): Promise<void> {
    const { sessionKeyId, devAddr } = session.identity;
    const detail = { devAddr, from: "join-server" };
    try {
      if (sessionKeyId === undefined) throw new Error("the Join Server gave no SessionKeyID for the session");
      const key = await this.#appSKeys.request({ ...device, sessionKeyId });
      if (session.appSKey && !key.equals(session.appSKey))
        throw new Error("the Join Server's AppSKey differs from the one that came in the envelope");
      session.appSKey = key;
      this.#report("app-s-key-received", device.devEui, { ...detail, sessionKeyId });
    } catch (error) {
      this.#report("app-s-key-refused", device.devEui, detail, (error as Error).message);
      throw error;
    }
  }

  #decryptWaiting(device: Device, session: ApplicationSession): void {
    if (!session.appSKey) return;
    const { devAddr } = session.identity;
    for (const { frmPayload, ...uplink } of session.waiting.splice(0)) {
      const payload = session.crypt("up", uplink.fCnt, frmPayload);
      this.uplinks.push({ devEui: device.devEui, devAddr, payload, ...uplink });
      const { fCnt, fPort } = uplink;
      this.#report("uplink-decrypted", device.devEui, {
        devAddr,
        fCnt,
        fPort,
        payload: payload.toString("hex"),
      });
    }
  }

  /** Hands over what waits, in order, until the Network Server cannot take one. Returns what it never will. */
  async #sendDownlinks(device: Device): Promise<readonly ApplicationDownlink[]> {
    const { session, downlinks } = device;
    const lost: ApplicationDownlink[] = [];
    if (!session?.appSKey) return lost;
    for (let downlink = downlinks[0]; downlink; downlink = downlinks[0]) {
      const outcome = await this.#sendDownlink(device.devEui, session, downlink);
      if (outcome === "waiting") break;
      downlinks.shift();
      if (outcome === "lost") lost.push(downlink);
    }
    return lost;
  }

  async #sendDownlink(
    devEui: string,
    session: ApplicationSession,
    { fPort, payload, confirmed = false }: ApplicationDownlink,
  ): Promise<"queued" | "waiting" | "lost"> {
    const { devAddr, sessionKeyId } = session.identity;
    const fCnt = session.nextFCntDown;
    const detail = { devAddr, fCnt, fPort };
    try {
      await this.#link.send({
        frmPayload: session.crypt("down", fCnt, payload),
        DLMetaData: { DevEUI: devEui, FPort: fPort, FCntDown: fCnt, Confirmed: confirmed },
        ...(sessionKeyId === undefined ? {} : { SessionKeyID: sessionKeyId }),
      });
    } catch (error) {
      const never = error instanceof ResultError && !TRY_AGAIN.includes(error.resultCode);
      const reason = `Network Server: ${(error as Error).message}`;
      this.#report(never ? "downlink-lost" : "downlink-waits", devEui, detail, reason);
      return never ? "lost" : "waiting";
    }
    session.nextFCntDown = fCnt + 1;
    this.downlinks.push({ devEui, devAddr, fCnt, fPort, payload, confirmed });
    this.#report("downlink-queued", devEui, detail);
    return "queued";
  }

  #report(step: string, devEui: string | undefined, detail: ServerEvent["detail"], reason?: string): void {
    const ok = reason === undefined;
    this.#onEvent({ server: "application-server", step, ok, devEui, detail, ...(ok ? {} : { reason }) });
  }
}
