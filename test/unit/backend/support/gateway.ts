/** A packet forwarder without a radio: real datagrams, and every PULL_RESP kept for the test to look at. */
import { createSocket, type Socket } from "node:dgram";
import {
  encode,
  type FromGateway,
  type LoraTxpk,
  parseFromServer,
  type TxAckError,
} from "../../../../hil/gateway/index.ts";

export class TestGateway {
  readonly eui: string;
  /** txpk of every PULL_RESP, in order. */
  readonly downlinks: LoraTxpk[] = [];
  /** Answers of the next TX_ACKs, "silence" for none at all; "NONE" when there are no more. */
  readonly answers: (TxAckError | "silence")[] = [];
  readonly #socket: Socket = createSocket("udp4");
  readonly #acknowledged = new Map<number, () => void>();
  #token = 0;
  #server = { host: "", port: 0 };

  constructor(eui: string) {
    this.eui = eui;
  }

  /** The server knows afterwards where to send downlinks. */
  async connect(server: { host: string; port: number }): Promise<void> {
    this.#server = server;
    await new Promise<void>((resolve) => this.#socket.bind(0, "127.0.0.1", resolve));
    this.#socket.on("message", (datagram) => this.#received(datagram));
    await this.#request((token) => ({ type: "PULL_DATA", token, gatewayEui: this.eui }));
  }

  /** Resolves with the server's PUSH_ACK. */
  push(
    phyPayload: Uint8Array,
    radio: { tmst: number; freq?: number; datr?: string; lsnr?: number },
  ): Promise<void> {
    const { tmst, freq = 868.1, datr = "SF7BW125", lsnr = 7 } = radio;
    const data = Buffer.from(phyPayload).toString("base64");
    const rxpk = {
      tmst,
      freq,
      chan: 0,
      rfch: 0,
      stat: 1,
      modu: "LORA",
      datr,
      codr: "4/5",
      rssi: -60,
      lsnr,
      size: phyPayload.length,
      data,
    } as const;
    return this.#request((token) => ({ type: "PUSH_DATA", token, gatewayEui: this.eui, rxpk: [rxpk] }));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #request(packet: (token: number) => FromGateway): Promise<void> {
    const token = ++this.#token;
    return new Promise((resolve) => {
      this.#acknowledged.set(token, resolve);
      this.#send(packet(token));
    });
  }

  #send(packet: FromGateway): void {
    this.#socket.send(encode(packet), this.#server.port, this.#server.host);
  }

  #received(datagram: Buffer): void {
    const packet = parseFromServer(datagram);
    if (packet.type === "PULL_RESP") {
      this.downlinks.push(packet.txpk as LoraTxpk);
      const error = this.answers.shift() ?? "NONE";
      if (error === "silence") return;
      this.#send({ type: "TX_ACK", token: packet.token, gatewayEui: this.eui, error });
    } else this.#acknowledged.get(packet.token)?.();
  }
}
