/** One station that is connected: what it reports, and what it is told. LNS protocol of Basics Station, tc.c and s2e.c. */
import type { WebSocket } from "ws";
import type { FrameToSend, HeardFrame, SentFrame } from "../gateway-server.ts";
import { JsonMembers } from "../json-members.ts";
import { PacketError } from "../packet-error.ts";
import { dnmsg, parseDntxed } from "./downlink.ts";
import { RateLimit, type RateLimits } from "./rate-limit.ts";
import type { RegionOfStations } from "./region-of-stations.ts";
import { parseUplink, UPLINKS } from "./uplink.ts";
import { WebSocketLink } from "./web-socket-link.ts";
import { parseWideJson } from "./wide-json.ts";

/** The version of the protocol, which has had no other since 2019. */
const PROTOCOL = 2;
/** Frames whose dntxed may still come; the oldest go. */
const FRAMES_REMEMBERED = 1024;
/** RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;
/** Messages that nobody here sent for: shells and commands on the gateway's computer. */
const REFUSED = ["rmtsh", "runcmd"];

export interface StationConnectionOptions {
  readonly eui: string;
  readonly socket: WebSocket;
  readonly region: RegionOfStations;
  readonly rateLimits: RateLimits;
  readonly answerTimeoutMs: number;
  readonly onUplink: (frame: HeardFrame) => void;
  readonly onSent: (frame: SentFrame) => void;
  /** Told of messages that are not served, and why. */
  readonly onRejected: (reason: string) => void;
}

interface PendingDownlink {
  readonly resolve: (result: "NONE") => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class StationConnection {
  readonly eui: string;
  readonly #options: StationConnectionOptions;
  readonly #link: WebSocketLink;
  readonly #rateLimit: RateLimit;
  /** By the ping behind them. */
  readonly #pending = new Map<number, PendingDownlink>();
  readonly #frames = new Map<bigint, { devEui: string; frequencyHz: number }>();
  #isConfigured = false;
  #isFlooding = false;
  #isAlive = true;
  #lastDiid = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: StationConnectionOptions) {
    const { eui, socket, rateLimits, region } = options;
    this.eui = eui;
    this.#options = options;
    this.#rateLimit = new RateLimit(rateLimits, () => region.nowNs());
    this.#link = new WebSocketLink(socket, (ping) => {
      this.#isAlive = true;
      this.#settle(ping, (downlink) => downlink.resolve("NONE"));
    });
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#received(data, isBinary));
    socket.on("error", (error) => options.onRejected(`the connection failed: ${error.message}`));
    socket.on("close", () => this.#closed());
  }

  /** Whether the station is yet to say that it has a frame. */
  get busy(): boolean {
    return this.#pending.size > 0;
  }

  idle(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  /** "NONE" when the station has the frame; what it makes of it, it does not tell, unless it sends it. */
  send(frame: FrameToSend): Promise<"NONE"> {
    const { eui, region, answerTimeoutMs } = this.#options;
    if (!this.#isConfigured)
      return Promise.reject(
        new Error(`gateway ${eui} has not said its version: it has no configuration yet`),
      );
    const diid = ++this.#lastDiid;
    const message = dnmsg(frame, region.downlinkContext(diid, frame.timing));
    this.#frames.set(BigInt(diid), frame);
    if (this.#frames.size > FRAMES_REMEMBERED) this.#frames.delete(this.#frames.keys().next().value!);
    return new Promise((resolve, reject) => {
      const ping = this.#link.send(message);
      const timer = setTimeout(() => this.#settle(ping, () => reject(this.#silence())), answerTimeoutMs);
      this.#pending.set(ping, { resolve, reject, timer });
    });
  }

  /** Ends a connection on which nothing has come since the last call; others are asked for a sign of life. */
  checkAlive(): void {
    if (!this.#isAlive) {
      this.#options.onRejected("it does not answer any more: its connection is closed");
      this.close();
      return;
    }
    this.#isAlive = false;
    this.#link.ping();
  }

  /** Without a farewell: the other end may be gone. */
  close(): void {
    this.#options.socket.terminate();
  }

  #received(data: Buffer, isBinary: boolean): void {
    this.#isAlive = true;
    // What was under way when its connection was closed is too much as well.
    if (this.#isFlooding || !this.#rateLimit.take()) {
      this.#flooded();
      return;
    }
    try {
      if (isBinary) throw new PacketError("message", "is binary: there is no remote shell here");
      this.#serve(new JsonMembers(parseWideJson(data.toString("utf8")), "message"));
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#options.onRejected(error.message);
    }
  }

  /** @throws PacketError if the message cannot be served; nothing has changed then. */
  #serve(members: JsonMembers): void {
    const { region, onUplink } = this.#options;
    const msgtype = members.string("msgtype");
    const uplink = UPLINKS.find((name) => name === msgtype);
    if (msgtype === "version") this.#greet(members);
    else if (!this.#isConfigured) throw members.error("msgtype", "comes before version");
    else if (uplink !== undefined) onUplink(region.heardFrame(this.eui, parseUplink(uplink, members)));
    else if (msgtype === "dntxed") this.#sent(members);
    else if (msgtype === "timesync") this.#link.tell(region.timesync(members));
    else if (REFUSED.includes(msgtype)) throw members.error("msgtype", `${msgtype} is refused`);
    else throw members.error("msgtype", "is none that a server is sent");
  }

  #greet(members: JsonMembers): void {
    members.oneOf("protocol", [PROTOCOL]);
    this.#link.tell(this.#options.region.routerConfig());
    this.#isConfigured = true;
  }

  #sent(members: JsonMembers): void {
    const { diid, frequencyHz } = parseDntxed(members);
    const frame = this.#frames.get(diid);
    if (frame === undefined) throw members.error("diid", "is of no frame that this station was sent");
    this.#frames.delete(diid);
    this.#options.onSent({
      gatewayEui: this.eui,
      devEui: frame.devEui,
      frequencyHz: frequencyHz ?? frame.frequencyHz,
    });
  }

  #flooded(): void {
    if (this.#isFlooding) return;
    this.#isFlooding = true;
    const { perSecond } = this.#options.rateLimits;
    this.#options.onRejected(`more than ${perSecond} messages a second: its connection is closed`);
    this.#options.socket.close(POLICY_VIOLATION, "too many messages");
  }

  #silence(): Error {
    const { eui, answerTimeoutMs } = this.#options;
    return new Error(`gateway ${eui} did not take a downlink within ${answerTimeoutMs} ms`);
  }

  #closed(): void {
    for (const ping of [...this.#pending.keys()])
      this.#settle(ping, ({ reject }) =>
        reject(new Error(`gateway ${this.eui} closed its connection before it had the downlink`)),
      );
  }

  #settle(ping: number, end: (downlink: PendingDownlink) => void): void {
    const downlink = this.#pending.get(ping);
    if (downlink === undefined) return;
    clearTimeout(downlink.timer);
    this.#pending.delete(ping);
    end(downlink);
    if (this.busy) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
