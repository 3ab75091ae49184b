/**
 * The two ways in which an Application Server gets an AppSKey (LoRaWAN Backend Interfaces
 * TS002-1.0): in an envelope that the Network Server passes on unopened, or from the Join Server by SessionKeyID.
 */
import { postMessage } from "../http.ts";
import {
  type AppSKeyReq,
  type Kek,
  type KeyEnvelope,
  requireSuccess,
  unwrapKeyEnvelope,
} from "../interfaces/index.ts";
import type { JoinServerLink } from "../join-server-link.ts";

export class AppSKeys {
  readonly #asId: string;
  readonly #joinServer: JoinServerLink;
  readonly #keks: readonly Kek[];
  #transactionId: number;

  constructor(options: {
    readonly asId: string;
    readonly joinServer: JoinServerLink;
    readonly keks: readonly Kek[];
    readonly random: () => number;
  }) {
    this.#asId = options.asId;
    this.#joinServer = options.joinServer;
    this.#keks = options.keks;
    this.#transactionId = Math.floor(options.random() * 2 ** 32);
  }

  /** @throws KeyWrapError if it is not wrapped for this server. */
  open(envelope: KeyEnvelope): Buffer {
    return unwrapKeyEnvelope(envelope, this.#keks);
  }

  /** @throws if the Join Server is not found, not trusted, does not answer or refuses. */
  async request(device: { devEui: string; joinEui: string; sessionKeyId: string }): Promise<Buffer> {
    const { devEui, joinEui, sessionKeyId } = device;
    const { discover, agent, timeoutMs } = this.#joinServer;
    const { target, port, path } = await discover(joinEui);
    this.#transactionId = (this.#transactionId + 1) % 2 ** 32;
    const request: AppSKeyReq = {
      MessageType: "AppSKeyReq",
      ProtocolVersion: "1.0",
      SenderID: this.#asId,
      ReceiverID: joinEui,
      TransactionID: this.#transactionId,
      DevEUI: devEui,
      SessionKeyID: sessionKeyId,
    };
    const url = `https://${target}:${port}${path}`;
    const answer = requireSuccess(await postMessage<"AppSKeyReq">(agent, url, request, { timeoutMs }));
    if (answer.DevEUI !== devEui || answer.SessionKeyID !== sessionKeyId)
      throw new Error("the AppSKeyAns is for another device or session than the AppSKeyReq");
    return this.open(answer.AppSKey);
  }
}
