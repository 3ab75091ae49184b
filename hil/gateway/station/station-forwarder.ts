/**
 * LoRa Basics Station's side of the LNS protocol (lorabasics/basicstation: tc.c, s2e.c), for a virtual gateway: it asks
 * /router-info where to go, has its radios set up by router_config, and goes by the server's dnmsg.
 *
 * It is busy from each message to the pong behind it; see `WebSocketLink`.
 */
import type { Agent } from "node:https";
import { WebSocket } from "ws";
import { AnsweringForwarder } from "../answering-forwarder.ts";
import type { HeardPacket } from "../concentrator.ts";
import type { GatewayRadio } from "../gateway-radio.ts";
import { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import type { Forwarder } from "../virtual-gateway.ts";
import { parseDnmsg } from "./downlink.ts";
import { parseRouterConfig } from "./router-config.ts";
import { discoveryRequest, parseDiscoveryAnswer } from "./router-info.ts";
import { StationRadio } from "./station-radio.ts";
import { WebSocketLink } from "./web-socket-link.ts";
import { parseWideJson } from "./wide-json.ts";

const DISCOVERY_PATH = "/router-info";
/** TC_RECV_BUFFER_SIZE. */
const MAX_MESSAGE_OCTETS = 40 * 1024;
const PROTOCOL = 2;

export interface StationForwarderOptions {
  /** "wss://lns.example:8887" or "ws://127.0.0.1:3001": the path of the discovery is added. */
  readonly uri: string;
  /** For wss: how servers are trusted, and what they are shown of this gateway; Node's own agent where not given. */
  readonly agent?: Agent;
  /** Sent as "Authorization: Bearer TOKEN". Secret. */
  readonly token?: string;
  /** How long, in wall time, an answer may take. Default 5 s. */
  readonly answerTimeoutMs?: number;
}

/** For a virtual gateway that is a LoRa Basics Station. */
export function stationForwarder(options: StationForwarderOptions): (radio: GatewayRadio) => Forwarder {
  return (radio) => new StationForwarder(radio, options);
}

class StationForwarder extends AnsweringForwarder implements Forwarder {
  readonly #gateway: GatewayRadio;
  readonly #options: StationForwarderOptions;
  readonly #radio: StationRadio;
  #socket: WebSocket | undefined;
  #link: WebSocketLink | undefined;

  constructor(radio: GatewayRadio, options: StationForwarderOptions) {
    super(options.answerTimeoutMs);
    this.#gateway = radio;
    this.#radio = new StationRadio(radio, (message) => this.#send(message));
    this.#options = options;
  }

  /** Resolves when the server has configured the radios. */
  async start(): Promise<void> {
    const uri = await this.#discover();
    const socket = await this.#open(uri.href, "the data connection");
    this.#socket = socket;
    this.#link = new WebSocketLink(socket, (ping) => this.pending.settle(`pong ${ping}`));
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#received(data, isBinary));
    socket.on("error", (error) => this.pending.fail(this.#failure(error.message)));
    socket.on("close", (code, reason) => {
      if (this.#socket !== socket) return;
      this.pending.fail(this.#failure(`the server has closed the connection: ${code} ${reason}`.trimEnd()));
    });
    this.pending.expect("router_config", (ms) => this.#failure(`no router_config within ${ms} ms`));
    this.#send({
      msgtype: "version",
      station: "2.0.6(joinery/virtual)",
      firmware: null,
      package: null,
      model: "joinery",
      protocol: PROTOCOL,
      features: this.#gateway.gps === undefined ? "" : "gps",
    });
    await this.idle();
  }

  async stop(): Promise<void> {
    this.pending.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#link = undefined;
    this.#radio.stop();
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
      socket.terminate();
    });
  }

  heard(packet: HeardPacket): void {
    const message = this.#radio.uplinkOf(packet);
    if (message !== undefined) this.#send(message);
  }

  #send(message: object): void {
    if (this.#link === undefined) return;
    const ping = this.#link.send(message);
    this.pending.expect(`pong ${ping}`, (ms) =>
      this.#failure(`the server has not read a message within ${ms} ms`),
    );
  }

  // Connections

  #discover(): Promise<URL> {
    const { answerTimeoutMs } = this;
    const url = new URL(this.#options.uri);
    url.pathname = url.pathname.replace(/\/$/, "") + DISCOVERY_PATH;
    return this.#open(url.href, "the discovery").then(
      (socket) =>
        new Promise<URL>((resolve, reject) => {
          const end = (action: () => void): void => {
            clearTimeout(timer);
            socket.removeAllListeners("close");
            socket.terminate();
            action();
          };
          const fail = (reason: string): void => end(() => reject(this.#failure(`discovery: ${reason}`)));
          const timer = setTimeout(() => fail(`no answer within ${answerTimeoutMs} ms`), answerTimeoutMs);
          socket.on("error", (error) => fail(error.message));
          socket.on("close", (code) =>
            fail(`the server has closed the connection without an answer: ${code}`),
          );
          socket.once("message", (data: Buffer) => {
            try {
              const answer = parseDiscoveryAnswer(data, url);
              end(() => resolve(answer));
            } catch (error) {
              if (!(error instanceof PacketError)) throw error;
              fail(error.message);
            }
          });
          socket.send(discoveryRequest(this.#gateway.eui));
        }),
    );
  }

  #open(url: string, what: string): Promise<WebSocket> {
    const { agent, token } = this.#options;
    const socket = new WebSocket(url, {
      agent: url.startsWith("wss:") ? agent : undefined,
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      handshakeTimeout: this.answerTimeoutMs,
      maxPayload: MAX_MESSAGE_OCTETS,
      perMessageDeflate: false,
    });
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => reject(this.#failure(`${what}: ${error.message}`));
      socket.once("error", refuse);
      socket.once("open", () => {
        socket.off("error", refuse);
        resolve(socket);
      });
    });
  }

  #failure(reason: string): Error {
    const { origin, protocol, host } = new URL(this.#options.uri);
    const server = origin === "null" ? `${protocol}//${host}` : origin;
    return new Error(`gateway ${this.#gateway.eui}: ${server}: ${reason}`);
  }

  // Downstream

  #received(data: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) throw new PacketError("message", "is binary: this station has no remote shell");
      const members = new JsonMembers(parseWideJson(data.toString("utf8")), "message");
      this.#serve(members.string("msgtype"), members);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      if (this.#radio.isConfigured) this.#gateway.warn(`ignored a message of the server: ${error.message}`);
      // Without its configuration a station is of no use.
      else this.pending.fail(this.#failure(`it is told nonsense: ${error.message}`));
    }
  }

  /** @throws PacketError if the message cannot be served. */
  #serve(msgtype: string, members: JsonMembers): void {
    const radio = this.#radio;
    if (msgtype === "router_config") {
      radio.configure(parseRouterConfig(members));
      this.pending.settle("router_config");
    } else if (!radio.isConfigured) throw members.error("msgtype", `${msgtype} comes before router_config`);
    else if (msgtype === "dnmsg") radio.place(parseDnmsg(members));
    else if (msgtype === "timesync") radio.synchronise(members);
    else if (msgtype === "getxtime") this.#send(radio.xtimes());
    else throw members.error("msgtype", `${msgtype} is refused: this station serves frames and time only`);
  }
}
