/**
 * The Join Server: keeps the devices' root keys, answers the Network Servers' JoinReq and RejoinReq and the
 * Application Servers' AppSKeyReq. LoRaWAN Backend Interfaces TS002-1.0 and 1.1.
 */
import { randomBytes } from "node:crypto";
import type { EventSink } from "../events.ts";
import { type ListeningServer, type ListenOptions, listenForMessages } from "../http.ts";
import {
  type Answer,
  answerHeader,
  decodeMessage,
  headerForUndecodable,
  type Message,
  MessageError,
  type ProtocolVersion,
  type Request,
} from "../interfaces/index.ts";
import type { DeviceId, DeviceRecord, JoinStorage } from "../storage/index.ts";
import { answerAppSKey } from "./app-s-key.ts";
import type { Context } from "./context.ts";
import { type DeviceRegistration, keyedDevice, RegistrationError } from "./device.ts";
import { answerHomeNs } from "./home-ns.ts";
import { answerJoin } from "./join.ts";
import { type JoinServerPeer, Peers } from "./peers.ts";
import { Refusal } from "./refusal.ts";
import { answerRejoin } from "./rejoin.ts";

export interface JoinServerOptions {
  /** The JoinEUIs that are served. */
  readonly joinEuis: readonly string[];
  /** Open; whoever opened it closes it. */
  readonly storage: JoinStorage;
  readonly peers: readonly JoinServerPeer[];
  readonly onEvent?: EventSink;
  /** Default: the system's clock. A rig in virtual time gives its own. */
  readonly nowMs?: () => number;
  readonly randomBytes?: (octets: number) => Uint8Array;
  /** How long the repetition of a JoinReq gets the same answer: over an NS's retries, under a device's. */
  readonly repeatWindowMs?: number;
  /** `Lifetime` of the JoinAns. */
  readonly sessionLifetimeS?: number;
}

const REPEAT_WINDOW_MS = 10_000;
/** Ten years, a battery's life: sessions here end by the next join only. */
const SESSION_LIFETIME_S = 315_360_000;

/** Requests that are served, and the steps that tell of their coming and of their refusal. */
const steps = {
  JoinReq: { received: "join-request-received", refused: "join-refused" },
  RejoinReq: { received: "rejoin-request-received", refused: "rejoin-refused" },
  AppSKeyReq: { received: "app-s-key-requested", refused: "app-s-key-refused" },
  HomeNSReq: { received: "home-ns-requested", refused: "home-ns-refused" },
} as const;
type Served = Extract<Request, { MessageType: keyof typeof steps }>;

function isServed(message: Message): message is Served {
  return Object.hasOwn(steps, message.MessageType);
}

/** A fault of this server: a damaged key, a full disk. The peer is told no details. */
function faultRefusal(request: Served, fault: unknown): Refusal {
  const isActivation = request.MessageType === "JoinReq" || request.MessageType === "RejoinReq";
  const failure = isActivation ? "join-failed" : "other";
  return new Refusal("session", failure, "the Join Server failed; its log says why", fault);
}

export class JoinServer {
  readonly #context: Context;
  readonly #onEvent: EventSink;

  constructor(options: JoinServerOptions) {
    this.#onEvent = options.onEvent ?? (() => {});
    this.#context = {
      joinEuis: new Set(options.joinEuis.map((joinEui) => joinEui.toUpperCase())),
      storage: options.storage,
      peers: new Peers(options.peers),
      nowMs: options.nowMs ?? Date.now,
      randomBytes: options.randomBytes ?? randomBytes,
      repeatWindowMs: options.repeatWindowMs ?? REPEAT_WINDOW_MS,
      sessionLifetimeS: options.sessionLifetimeS ?? SESSION_LIFETIME_S,
      report: (step, detail, devEui) =>
        this.#onEvent({ server: "join-server", step, ok: true, devEui, detail }),
    };
  }

  /**
   * Adds a device; the same data again changes nothing.
   * @throws RegistrationError, or DeviceConflictError if the device is registered with other data.
   */
  async registerDevice(registration: DeviceRegistration): Promise<"added" | "unchanged"> {
    const device = keyedDevice(registration);
    if (!this.#context.joinEuis.has(device.joinEui))
      throw new RegistrationError(`JoinEUI ${device.joinEui} is not served here`);
    return this.#context.storage.addDevice(device);
  }

  /** The device without its keys; undefined if it is not registered. */
  readDevice(
    id: DeviceId,
  ): Promise<(DeviceRecord & { readonly sessionKeyIds: readonly string[] }) | undefined> {
    return this.#context.storage.readDevice({
      devEui: id.devEui.toUpperCase(),
      joinEui: id.joinEui.toUpperCase(),
    });
  }

  /** Answers a parsed JSON value that came from the peer whose name TLS proved. A refusal is an answer. */
  async handle(value: unknown, provenName: string): Promise<object> {
    let message: Message;
    try {
      message = decodeMessage(value);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      return this.#refuseUndecodable(value, error, provenName);
    }
    if (!isServed(message)) {
      const refusal = new Refusal("message", "malformed", `a Join Server takes no ${message.MessageType}`);
      return this.#refuseMessage(headerForUndecodable(value), refusal, provenName);
    }
    const detail: Record<string, string> = {
      senderId: message.SenderID,
      clientName: provenName,
      protocolVersion: message.ProtocolVersion,
    };
    if ("MACVersion" in message) detail.macVersion = message.MACVersion;
    this.#context.report(steps[message.MessageType].received, detail, message.DevEUI);
    try {
      return await this.#answer(message, provenName);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : faultRefusal(message, error);
      return this.#refuse(message, refusal, provenName);
    }
  }

  /** Starts to listen; `createServer` decides how peers prove their names. */
  listen(options: ListenOptions): Promise<ListeningServer> {
    return listenForMessages(
      options,
      (message, peer) => this.handle(message, peer.name),
      (error) => this.#reportRefusal("message-refused", undefined, {}, error),
    );
  }

  #answer(request: Served, provenName: string): Promise<Answer> {
    switch (request.MessageType) {
      case "JoinReq":
        return answerJoin(this.#context, request, provenName);
      case "AppSKeyReq":
        return answerAppSKey(this.#context, request, provenName);
      case "HomeNSReq":
        return answerHomeNs(this.#context, request, provenName);
      case "RejoinReq":
        return answerRejoin(this.#context, request, provenName);
    }
  }

  #refuse(request: Served, refusal: Refusal, provenName: string): object {
    const resultCode = refusal.resultCode(request.ProtocolVersion);
    const detail = { check: refusal.check, resultCode, senderId: request.SenderID, clientName: provenName };
    this.#reportRefusal(steps[request.MessageType].refused, request.DevEUI, detail, refusal);
    const echoed =
      request.MessageType === "AppSKeyReq"
        ? { DevEUI: request.DevEUI, SessionKeyID: request.SessionKeyID }
        : {};
    return {
      ...answerHeader(request),
      Result: { ResultCode: resultCode, Description: refusal.message },
      ...echoed,
    };
  }

  #refuseUndecodable(value: unknown, error: MessageError, provenName: string): object {
    const version = (value as { ProtocolVersion?: unknown } | null)?.ProtocolVersion;
    const unknownVersion = typeof version === "string" && !["1.0", "1.1"].includes(version);
    const failure = unknownVersion ? "invalid-protocol-version" : "malformed";
    return this.#refuseMessage(
      headerForUndecodable(value),
      new Refusal("message", failure, error.message),
      provenName,
    );
  }

  #refuseMessage(
    header: { readonly ProtocolVersion: ProtocolVersion },
    refusal: Refusal,
    provenName: string,
  ): object {
    const resultCode = refusal.resultCode(header.ProtocolVersion);
    this.#reportRefusal("message-refused", undefined, { resultCode, clientName: provenName }, refusal);
    return { ...header, Result: { ResultCode: resultCode, Description: refusal.message } };
  }

  /** The event tells the cause, which the peer is not told. */
  #reportRefusal(
    step: string,
    devEui: string | undefined,
    detail: Readonly<Record<string, string>>,
    error: unknown,
  ): void {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
    this.#onEvent({ server: "join-server", step, ok: false, devEui, detail, reason });
  }
}
