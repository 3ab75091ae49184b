/**
 * The link between Network and Application Server: XmitDataReq over mutual TLS in both directions. The message
 * is that of LoRaWAN Backend Interfaces TS002-1.0; the document leaves this link open.
 */
import type { Agent } from "node:https";
import { type MessageHandler, postMessage } from "./http.ts";
import {
  answerHeader,
  decodeMessage,
  headerForUndecodable,
  MessageError,
  type ResultCode,
  requireSuccess,
  type XmitDataReq,
} from "./interfaces/index.ts";

/** The server at the other end. */
export interface XmitDataPeer {
  /** NetID or AS-ID. */
  readonly id: string;
  /** Read at each use: the server may start listening later. */
  readonly url: string;
  readonly agent: Agent;
  /** The name that TLS must have proven of it when it sends, in lower case. */
  readonly clientName: string;
  /** How long to wait for its answers, in wall time. */
  readonly timeoutMs: number;
}

/** What a message holds beside its header; FRMPayload in octets, encrypted. */
export interface XmitData
  extends Pick<XmitDataReq, "ULMetaData" | "DLMetaData" | "AppSKey" | "SessionKeyID"> {
  readonly frmPayload: Uint8Array;
}

/** Why a message is not accepted. */
export interface XmitRefusal {
  readonly resultCode: ResultCode;
  readonly reason: string;
}

export class XmitDataLink {
  readonly #ownId: string;
  readonly #peer: XmitDataPeer;
  #transactionId: number;

  /** @param random in [0, 1): where the TransactionIDs begin. */
  constructor(ownId: string, peer: XmitDataPeer, random: () => number) {
    this.#ownId = ownId;
    this.#peer = peer;
    this.#transactionId = Math.floor(random() * 2 ** 32);
  }

  /** @throws ExchangeError if no answer came, ResultError if the peer refused. */
  async send({ frmPayload, ...data }: XmitData): Promise<void> {
    const { id, url, agent, timeoutMs } = this.#peer;
    this.#transactionId = (this.#transactionId + 1) % 2 ** 32;
    const message: XmitDataReq = {
      MessageType: "XmitDataReq",
      ProtocolVersion: "1.0",
      SenderID: this.#ownId,
      ReceiverID: id,
      TransactionID: this.#transactionId,
      FRMPayload: Buffer.from(frmPayload).toString("hex").toUpperCase(),
      ...data,
    };
    requireSuccess(await postMessage<"XmitDataReq">(agent, url, message, { timeoutMs }));
  }

  /**
   * Takes messages from the peer, and from nobody else. `serve` returns why it does not accept one;
   * `onRefused` hears of every refusal.
   */
  handler(
    serve: (request: XmitDataReq) => Promise<XmitRefusal | undefined>,
    onRefused: (refusal: XmitRefusal, from: { peerName: string; request?: XmitDataReq }) => void,
  ): MessageHandler {
    return async (value, { name: peerName }) => {
      const request = this.#decode(value);
      if (!("MessageType" in request)) {
        onRefused(request, { peerName });
        return { ...headerForUndecodable(value), ...resultOf(request) };
      }
      const refusal = this.#unauthorised(request, peerName) ?? (await serve(request));
      if (refusal) onRefused(refusal, { peerName, request });
      return { ...answerHeader(request), ...resultOf(refusal) };
    };
  }

  #decode(value: unknown): XmitDataReq | XmitRefusal {
    try {
      const message = decodeMessage(value);
      if (message.MessageType === "XmitDataReq") return message;
      return { resultCode: "MalformedRequest", reason: `${message.MessageType} is not taken on this link` };
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      return { resultCode: "MalformedRequest", reason: error.message };
    }
  }

  #unauthorised(request: XmitDataReq, peerName: string): XmitRefusal | undefined {
    const { clientName, id } = this.#peer;
    if (peerName !== clientName)
      return { resultCode: "UnknownSender", reason: `TLS proved ${peerName}, expected ${clientName}` };
    if (request.SenderID !== id)
      return { resultCode: "UnknownSender", reason: `SenderID ${request.SenderID}, expected ${id}` };
    if (request.ReceiverID !== this.#ownId)
      return {
        resultCode: "UnkownReceiver",
        reason: `ReceiverID ${request.ReceiverID}, this is ${this.#ownId}`,
      };
    return undefined;
  }
}

function resultOf(refusal: XmitRefusal | undefined): object {
  if (!refusal) return { Result: { ResultCode: "Success" } };
  return { Result: { ResultCode: refusal.resultCode, Description: refusal.reason } };
}
