/**
 * Requests to the Network Servers of roaming partners. DNS names the server of a NetID (TS002-1.0 section 19), TLS proves it.
 * The answer is the HTTP response (section 22.1 has a request of its own for it between Network Servers).
 */
import type { Agent } from "node:https";
import { postMessage } from "../../http.ts";
import type { AnswerTypeTo, MessageOf } from "../../interfaces/index.ts";
import type { RoamingPartner } from "./agreements.ts";

export type RoamingRequestType = "PRStartReq" | "PRStopReq" | "XmitDataReq";

type Header = "MessageType" | "ProtocolVersion" | "SenderID" | "ReceiverID" | "TransactionID";

export interface PartnerLinkOptions {
  /** Where the Network Server of a NetID listens; rejects if that is not known for sure. */
  readonly discover: (
    netId: string,
  ) => Promise<{ readonly target: string; readonly port: number; readonly path: string }>;
  /** Proves both ends to each other before a request leaves. */
  readonly agent: Agent;
  /** How long to wait for an answer, in wall time. */
  readonly timeoutMs: number;
}

/** No answer of the partner; the message says why. */
export class PartnerFailure extends Error {
  override readonly name = "PartnerFailure";
}

export class PartnerLink {
  readonly #ownNetId: string;
  readonly #options: PartnerLinkOptions;
  #transactionId: number;

  /** @param random in [0, 1): where the TransactionIDs begin. */
  constructor(ownNetId: string, options: PartnerLinkOptions, random: () => number) {
    this.#ownNetId = ownNetId;
    this.#options = options;
    this.#transactionId = Math.floor(random() * 2 ** 32);
  }

  /**
   * The partner's answer, whatever its ResultCode.
   * @throws PartnerFailure
   */
  async ask<T extends RoamingRequestType>(
    { netId }: RoamingPartner,
    type: T,
    content: Omit<MessageOf<T>, Header>,
  ): Promise<MessageOf<AnswerTypeTo<T>>> {
    this.#transactionId = (this.#transactionId + 1) % 2 ** 32;
    const message = {
      ...content,
      MessageType: type,
      ProtocolVersion: "1.0",
      SenderID: this.#ownNetId,
      ReceiverID: netId,
      TransactionID: this.#transactionId,
    } as unknown as { readonly MessageType: T } & MessageOf<T>;
    const { agent, timeoutMs } = this.#options;
    let answer: MessageOf<AnswerTypeTo<T>>;
    try {
      answer = await postMessage<T>(agent, await this.#url(netId), message, { timeoutMs });
    } catch (error) {
      throw new PartnerFailure(`Network Server of NetID ${netId}: ${(error as Error).message}`);
    }
    if (answer.SenderID !== netId || answer.ReceiverID !== this.#ownNetId)
      throw new PartnerFailure(
        `Network Server of NetID ${netId}: the answer is from ${answer.SenderID} to ${answer.ReceiverID}, not the two that talk`,
      );
    return answer;
  }

  async #url(netId: string): Promise<string> {
    try {
      const { target, port, path } = await this.#options.discover(netId);
      return `https://${target}:${port}${path}`;
    } catch (error) {
      throw new Error(`not found: ${(error as Error).message}`);
    }
  }
}
