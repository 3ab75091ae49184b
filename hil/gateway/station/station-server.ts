/**
 * The server's side of LoRa Basics Station's LNS protocol, for any number of stations: tells each at /router-info where to
 * go, and serves it there over a WebSocket of its own. lorabasics/basicstation: tc.c and s2e.c.
 *
 * In lockstep it is busy until a station has what it was sent; see `WebSocketLink`.
 */
import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Participant } from "../../clock/index.ts";
import type { FrameToSend, GatewayServer, HeardFrame, SentFrame } from "../gateway-server.ts";
import { PacketError } from "../packet-error.ts";
import type { RateLimits } from "./rate-limit.ts";
import { RegionOfStations, type RegionOptions } from "./region-of-stations.ts";
import { type Discovery, discoveryAnswer, discoveryRefusal, parseDiscovery } from "./router-info.ts";
import {
  type Admission,
  createStationServer,
  refuseOpenAddress,
  type StationAccess,
} from "./station-access.ts";
import { StationConnection } from "./station-connection.ts";

/** The longest message of a station, an uplink, has about 1 KiB. */
const MAX_MESSAGE_OCTETS = 16 * 1024;
/** Eight concentrators that hear nothing but the shortest of packets. */
const RATE_LIMITS: RateLimits = { perSecond: 1500, burst: 3000 };
const MAX_CONNECTIONS = 1024;
const ANSWER_TIMEOUT_MS = 5_000;
/** In wall time: so often a station is asked whether it is there, and its discovery may take so long. */
const KEEPALIVE_MS = 30_000;
const DISCOVERY_TIMEOUT_MS = 10_000;

const DISCOVERY_PATH = "/router-info";
const STATION_PATH = /^\/station\/([0-9A-F]{16})$/;
const HOST = /^[A-Za-z0-9.:[\]-]+$/;

export interface StationGatewayServerOptions extends RegionOptions {
  readonly access: StationAccess;
  /** How long, in wall time, a station may take to have a downlink. Default 5 s. */
  readonly answerTimeoutMs?: number;
  /** Messages that a station may send, by the clock. */
  readonly rateLimits?: RateLimits;
  /** Told of connections and messages that are not served, and why. */
  readonly onRejected?: (rejection: { from: string; reason: string }) => void;
}

export class StationGatewayServer implements Participant, GatewayServer {
  readonly #options: StationGatewayServerOptions;
  readonly #region: RegionOfStations;
  readonly #uplinkListeners: ((frame: HeardFrame) => void)[] = [];
  readonly #sentListeners: ((frame: SentFrame) => void)[] = [];
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_OCTETS,
    perMessageDeflate: false,
  });
  /** By EUI. */
  readonly #stations = new Map<string, StationConnection>();
  readonly #scheme: "ws" | "wss";
  readonly #server: Server;
  #keepalive: NodeJS.Timeout | undefined;

  /** @throws PacketError if no station has radios enough for the channels of the plan. */
  constructor(options: StationGatewayServerOptions) {
    this.#options = options;
    this.#region = new RegionOfStations(options);
    const { server, scheme } = createStationServer(options.access, (...upgrade) => this.#upgrade(...upgrade));
    server.maxConnections = MAX_CONNECTIONS;
    this.#server = server;
    this.#scheme = scheme;
  }

  get busy(): boolean {
    return this.#busyStation !== undefined;
  }

  async idle(): Promise<void> {
    for (let station = this.#busyStation; station !== undefined; station = this.#busyStation)
      await station.idle();
  }

  /** EUIs of the stations that are connected. */
  get gatewayEuis(): readonly string[] {
    return [...this.#stations.keys()];
  }

  onUplink(listener: (frame: HeardFrame) => void): void {
    this.#uplinkListeners.push(listener);
  }

  onSent(listener: (frame: SentFrame) => void): void {
    this.#sentListeners.push(listener);
  }

  async sendDownlink(gatewayEui: string, frame: FrameToSend): Promise<"NONE"> {
    const station = this.#stations.get(gatewayEui.toUpperCase());
    if (station === undefined) throw new Error(`gateway ${gatewayEui} is not connected`);
    return station.send(frame);
  }

  /**
   * Port 0 takes a free one. Resolves with the address in use. @throws RangeError for an address where everybody could
   * come.
   */
  async listen(port = 0, host = "127.0.0.1"): Promise<{ host: string; port: number; scheme: "ws" | "wss" }> {
    refuseOpenAddress(this.#options.access, host);
    this.#server.listen(port, host);
    await once(this.#server, "listening");
    this.#keepalive = setInterval(() => {
      for (const station of this.#stations.values()) station.checkAlive();
    }, KEEPALIVE_MS);
    this.#keepalive.unref();
    return { host, port: (this.#server.address() as AddressInfo).port, scheme: this.#scheme };
  }

  async close(): Promise<void> {
    clearInterval(this.#keepalive);
    for (const socket of this.#webSockets.clients) socket.terminate();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  get #busyStation(): StationConnection | undefined {
    return [...this.#stations.values()].find(({ busy }) => busy);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission): void {
    const from = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
    socket.on("error", () => {}); // HTTP listens no more, and the station may go at any time: "close" follows
    const refuse = (status: string, reason: string): void => {
      this.#rejected(from, reason);
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    const path = request.url ?? "";
    const [, eui] = STATION_PATH.exec(path) ?? [];
    if (path !== DISCOVERY_PATH && eui === undefined) {
      refuse(
        "404 Not Found",
        "it asked for a path that is neither /router-info nor one that stations are sent to",
      );
      return;
    }
    const refusal = eui === undefined ? undefined : admission(eui);
    if (refusal !== undefined) {
      refuse("401 Unauthorized", refusal);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (eui === undefined) this.#discover(webSocket, request, from, admission);
      else this.#serve(webSocket, eui);
    });
  }

  /** Answers the one question of this connection. */
  #discover(webSocket: WebSocket, request: IncomingMessage, from: string, admission: Admission): void {
    const timer = setTimeout(() => webSocket.terminate(), DISCOVERY_TIMEOUT_MS);
    webSocket.on("close", () => clearTimeout(timer));
    webSocket.on("error", (error) => this.#rejected(from, error.message));
    webSocket.once("message", (data: Buffer, isBinary: boolean) => {
      webSocket.send(this.#answerTo(data, isBinary, request, from, admission));
      webSocket.close(1000);
    });
  }

  #answerTo(
    data: Buffer,
    isBinary: boolean,
    { headers, socket }: IncomingMessage,
    from: string,
    admission: Admission,
  ): string {
    let discovery: Discovery;
    try {
      discovery = parseDiscovery(data, isBinary);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#rejected(from, error.message);
      return discoveryRefusal(undefined, error.message);
    }
    const { eui } = discovery;
    const refusal = admission(eui);
    if (refusal !== undefined) {
      this.#rejected(from, refusal);
      return discoveryRefusal(eui, "this connection may not speak for the router");
    }
    const { host = "" } = headers;
    const named = HOST.test(host) && /:\d+$/.test(host);
    const address = named ? host : `${socket.localAddress}:${socket.localPort}`;
    return discoveryAnswer(eui, `${this.#scheme}://${address}/station/${eui}`);
  }

  /** A station that comes a second time has lost its first connection, whatever is left of that. */
  #serve(socket: WebSocket, eui: string): void {
    const reject = (reason: string): void => this.#rejected(`gateway ${eui}`, reason);
    const former = this.#stations.get(eui);
    if (former !== undefined) {
      reject("it has connected once more: its former connection is closed");
      former.close();
    }
    const station = new StationConnection({
      eui,
      socket,
      region: this.#region,
      rateLimits: this.#options.rateLimits ?? RATE_LIMITS,
      answerTimeoutMs: this.#options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      onUplink: (frame) => {
        for (const listener of this.#uplinkListeners) listener(frame);
      },
      onSent: (frame) => {
        for (const listener of this.#sentListeners) listener(frame);
      },
      onRejected: reject,
    });
    this.#stations.set(eui, station);
    socket.on("close", () => {
      if (this.#stations.get(eui) === station) this.#stations.delete(eui);
    });
  }

  #rejected(from: string, reason: string): void {
    this.#options.onRejected?.({ from, reason });
  }
}
