/**
 * An authoritative name server for a set of zones, over UDP and TCP on one port (RFC 1035 section 4.2,
 * RFC 7766 for TCP). It answers from its zones and from nothing else: no recursion, no transfers, no updates.
 */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Answer, answerFrom, emptyAnswer, RCODE } from "./answer.ts";
import { isWithin, parentName, ROOT } from "./domain-name.ts";
import { type Query, readQuery, writeResponse } from "./message.ts";
import { CLASS_IN, TYPE_NUMBER } from "./record.ts";
import type { Zone } from "./zone.ts";

/** Where a server listens, UDP and TCP alike. */
export interface DnsEndpoint {
  readonly host: string;
  readonly port: number;
}

/** RFC 7766 section 6.2.3 advises a few seconds. */
const TCP_IDLE_MS = 10_000;
/** A port that is free for TCP may be taken for UDP; then another is tried. */
const BIND_ATTEMPTS = 10;

/** IXFR and AXFR. */
const TRANSFER_TYPES: readonly number[] = [251, 252];

/** Serves signed and unsigned zones, the one nearest to the name that is asked for. */
export class AuthoritativeServer {
  readonly #zones = new Map<string, Zone>();
  readonly #connections = new Set<Socket>();
  #tcp: Server | undefined;
  #udp: UdpSocket | undefined;

  /** @throws Error if two zones have the same origin. */
  constructor(options: { zones: Iterable<Zone> }) {
    for (const zone of options.zones) {
      if (this.#zones.has(zone.origin)) throw new Error(`DNS server: zone ${zone.origin} is given twice`);
      this.#zones.set(zone.origin, zone);
    }
  }

  /** Puts a zone in place of the one with the same origin, from the next query on. @throws Error if there is none. */
  replaceZone(zone: Zone): void {
    if (!this.#zones.has(zone.origin)) {
      throw new Error(`DNS server: has no zone ${zone.origin}; it has ${[...this.#zones.keys()].join(", ")}`);
    }
    this.#zones.set(zone.origin, zone);
  }

  /**
   * Starts to answer.
   * @param options.host address to bind, default 127.0.0.1
   * @param options.port 0, the default, takes a free one
   */
  async listen(options: { host?: string; port?: number } = {}): Promise<DnsEndpoint> {
    if (this.#tcp !== undefined) throw new Error("DNS server: listens already");
    const { host = "127.0.0.1", port = 0 } = options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#bind(host, port);
      } catch (error) {
        await this.close();
        const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (!taken || port !== 0 || attempt === BIND_ATTEMPTS) throw error;
      }
    }
  }

  async #bind(host: string, wantedPort: number): Promise<DnsEndpoint> {
    const tcp = createServer((connection) => this.#serveConnection(connection));
    this.#tcp = tcp;
    tcp.listen(wantedPort, host);
    await once(tcp, "listening");
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket(host.includes(":") ? "udp6" : "udp4");
    this.#udp = udp;
    udp.on("message", (message, peer) => {
      const response = this.respond(message, "udp");
      // Port 0 comes from forged datagrams only, and dgram refuses to send there.
      if (response !== undefined && peer.port !== 0) udp.send(response, peer.port, peer.address);
    });
    udp.bind(port, host);
    await once(udp, "listening");
    return { host, port };
  }

  /** Stops answering and closes every connection. */
  async close(): Promise<void> {
    const closing: Promise<unknown>[] = [];
    if (this.#tcp?.listening) {
      closing.push(once(this.#tcp, "close"));
      this.#tcp.close();
    }
    for (const connection of this.#connections) connection.destroy();
    if (this.#udp !== undefined) {
      closing.push(once(this.#udp, "close"));
      this.#udp.close();
    }
    this.#tcp = undefined;
    this.#udp = undefined;
    await Promise.all(closing);
  }

  /** The response to one message; undefined if none is due. */
  respond(message: Buffer, transport: "udp" | "tcp"): Buffer | undefined {
    const query = readQuery(message);
    return query === undefined ? undefined : writeResponse(query, this.#answer(query), transport);
  }

  #answer(query: Query): Answer {
    if (query.error !== undefined) return emptyAnswer(query.error);
    const { question } = query;
    if (question === undefined) return emptyAnswer(RCODE.FORMERR);
    if (TRANSFER_TYPES.includes(question.type)) return emptyAnswer(RCODE.NOTIMP);
    const zone = this.#zoneFor(question.name, question.type);
    if (question.class !== CLASS_IN || zone === undefined) return emptyAnswer(RCODE.REFUSED);
    return answerFrom(zone, question.name, question.type);
  }

  #zoneFor(name: string, type: number): Zone | undefined {
    const nearest = this.#nearestZone(name);
    // The DS of a zone stands on the parent's side of the cut (RFC 4035 section 3.1.4.1).
    if (type === TYPE_NUMBER.DS && nearest?.origin === name && name !== ROOT) {
      return this.#nearestZone(parentName(name)) ?? nearest;
    }
    return nearest;
  }

  #nearestZone(name: string): Zone | undefined {
    let nearest: Zone | undefined;
    for (const zone of this.#zones.values()) {
      if (!isWithin(name, zone.origin)) continue;
      if (nearest === undefined || isWithin(zone.origin, nearest.origin)) nearest = zone;
    }
    return nearest;
  }

  /** Messages over TCP carry their length in two octets; a client may send several before it reads. */
  #serveConnection(connection: Socket): void {
    let received: Buffer = Buffer.alloc(0);
    this.#connections.add(connection);
    connection.on("close", () => this.#connections.delete(connection));
    // A client that breaks its connection off has lost interest; "close" follows.
    connection.on("error", () => connection.destroy());
    connection.setTimeout(TCP_IDLE_MS, () => connection.destroy());
    connection.on("data", (octets) => {
      received = Buffer.concat([received, octets]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const response = this.respond(received.subarray(2, end), "tcp");
        received = received.subarray(end);
        if (response === undefined) {
          connection.destroy();
          return;
        }
        const length = Buffer.alloc(2);
        length.writeUInt16BE(response.length);
        connection.write(Buffer.concat([length, response]));
      }
    });
  }
}
