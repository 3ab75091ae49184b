/**
 * A name server between ours and whoever asks, that changes answers as an attacker or a broken server would. UDP only.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Answer, decode, encode } from "dns-packet";
import type { DnsEndpoint } from "../../../hil/trust/dns/index.ts";
import { askUdp } from "./dns-judges.ts";

export interface Message {
  id: number;
  /** The response code is in the lowest four bits. */
  flags: number;
  questions: { name: string; type: string }[];
  answers: Answer[];
  authorities: Answer[];
}

/** Changes `message`; false leaves the question unanswered. */
export type Meddle = (message: Message) => boolean | Promise<boolean>;

export const SERVFAIL = 2;
export const NXDOMAIN = 3;

export class MeddlingServer {
  readonly #upstream: DnsEndpoint;
  readonly #socket: Socket = createSocket("udp4");
  /** Questions that came, e.g. "js.example A". */
  readonly asked: string[] = [];
  meddle: Meddle;

  constructor(upstream: DnsEndpoint, meddle: Meddle = () => true) {
    this.#upstream = upstream;
    this.meddle = meddle;
  }

  async listen(): Promise<DnsEndpoint> {
    this.#socket.on("message", async (query, from) => {
      const response = decode((await askUdp(this.#upstream, query)).octets) as unknown as Message;
      response.id = query.readUInt16BE(0);
      const [{ name, type }] = response.questions;
      this.asked.push(`${name} ${type}`);
      if (!(await this.meddle(response))) return;
      this.#socket.send(encode({ ...response, type: "response" } as never), from.port, from.address);
    });
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
    return { host: "127.0.0.1", port: this.#socket.address().port };
  }

  close(): void {
    this.#socket.close();
  }
}
