/**
 * The server's side of the Semtech UDP protocol v2 (PROTOCOL.TXT v1.4), for any number of gateways: takes
 * their uplinks and sends downlinks to where each one's last PULL_DATA came from.
 *
 * The protocol has no authentication: whoever reaches the port can pose as any gateway. It belongs on a
 * loopback address or a private network.
 */
import { randomInt } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { Participant } from "../../clock/index.ts";
import { isLoopback } from "../loopback.ts";
import { PacketError } from "../packet-error.ts";
import { encode, type FromGateway, type FromServer, parseFromGateway, type TxAck } from "./datagram.ts";
import { payloadOf } from "./payload.ts";
import type { Rxpk } from "./rxpk.ts";
import type { Stat } from "./stat.ts";
import type { TxAckError, Txpk } from "./txpk.ts";

const TX_ACK_TIMEOUT_MS = 5_000;

export interface Uplink {
  readonly gatewayEui: string;
  readonly rxpk: Rxpk;
  readonly payload: Uint8Array;
}

export interface UdpGatewayServerOptions {
  /** How long, in wall time, a gateway may take to answer a downlink. Default 5 s. */
  readonly answerTimeoutMs?: number;
  /** Told of datagrams that are not served, and why. */
  readonly onRejected?: (rejection: { from: string; reason: string }) => void;
  /** Told once that the protocol is open to everybody, if the port is. Default process.emitWarning. */
  readonly onWarning?: (message: string) => void;
}

interface PendingDownlink {
  readonly gatewayEui: string;
  readonly resolve: (error: TxAckError) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class UdpGatewayServer implements Participant {
  readonly #options: UdpGatewayServerOptions;
  readonly #uplinkListeners: Array<(uplink: Uplink) => void> = [];
  readonly #statListeners: Array<(report: { gatewayEui: string; stat: Stat }) => void> = [];
  /** Gateway EUI to the address of its last PULL_DATA. */
  readonly #gateways = new Map<string, { address: string; port: number }>();
  /** By token. */
  readonly #downlinks = new Map<number, PendingDownlink>();
  #idleWaiters: Array<() => void> = [];
  #socket: Socket | undefined;

  constructor(options: UdpGatewayServerOptions = {}) {
    this.#options = options;
  }

  /** Whether a gateway still owes a TX_ACK. */
  get busy(): boolean {
    return this.#downlinks.size > 0;
  }

  idle(): Promise<void> {
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /** EUIs of the gateways that downlinks can be sent to. */
  get gatewayEuis(): readonly string[] {
    return [...this.#gateways.keys()];
  }

  /** Calls `listener` for each packet with a good CRC, before the gateway gets its PUSH_ACK. */
  onUplink(listener: (uplink: Uplink) => void): void {
    this.#uplinkListeners.push(listener);
  }

  onStat(listener: (report: { gatewayEui: string; stat: Stat }) => void): void {
    this.#statListeners.push(listener);
  }

  /** Port 0 takes a free one. Resolves with the address in use. */
  async listen(port = 0, host = "127.0.0.1"): Promise<{ host: string; port: number }> {
    if (this.#socket !== undefined) throw new Error("the gateway server is listening already");
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error) => {
        socket.close();
        reject(error);
      };
      socket.once("error", refuse);
      socket.bind(port, host, () => {
        socket.off("error", refuse);
        resolve();
      });
    });
    socket.on("error", (error) => this.#failAll(new Error(`gateway server: ${error.message}`)));
    socket.on("message", (datagram, from) => this.#received(datagram, from));
    this.#socket = socket;
    if (!isLoopback(host)) this.#warnOpen(host);
    return { host, port: socket.address().port };
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#gateways.clear();
    this.#failAll(new Error("the gateway server was closed before the gateway answered"));
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      socket.close(() => resolve());
    });
  }

  /**
   * Sends a downlink and resolves with the gateway's TX_ACK: "NONE" if it will transmit. Rejects when the
   * gateway is not known (no PULL_DATA yet) or does not answer in time.
   */
  sendDownlink(gatewayEui: string, txpk: Txpk): Promise<TxAckError> {
    const eui = gatewayEui.toUpperCase();
    const gateway = this.#gateways.get(eui);
    if (gateway === undefined) {
      return Promise.reject(
        new Error(`gateway ${eui} has not sent a PULL_DATA: there is no way to reach it`),
      );
    }
    let token = randomInt(0x10000);
    while (this.#downlinks.has(token)) token = randomInt(0x10000);
    const timeoutMs = this.#options.answerTimeoutMs ?? TX_ACK_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#take(token);
        reject(new Error(`gateway ${eui} did not answer a downlink with TX_ACK within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#downlinks.set(token, { gatewayEui: eui, resolve, reject, timer });
      this.#send({ type: "PULL_RESP", token, txpk }, gateway);
    });
  }

  #received(datagram: Buffer, from: RemoteInfo): void {
    let packet: FromGateway;
    try {
      packet = parseFromGateway(datagram);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#rejected(from, error.message);
      return;
    }
    const { token, gatewayEui } = packet;
    switch (packet.type) {
      case "PULL_DATA":
        this.#gateways.set(gatewayEui, { address: from.address, port: from.port });
        this.#send({ type: "PULL_ACK", token }, from);
        break;
      case "PUSH_DATA":
        this.#deliver(gatewayEui, packet.rxpk, packet.stat);
        this.#send({ type: "PUSH_ACK", token }, from);
        break;
      case "TX_ACK":
        this.#acknowledged(packet, from);
        break;
    }
  }

  #deliver(gatewayEui: string, packets: readonly Rxpk[], stat: Stat | undefined): void {
    for (const rxpk of packets) {
      // LoRaWAN uplinks carry a CRC (TS001-1.0.4, 3.1): without a good one it is none, or broken.
      if (rxpk.stat !== 1) continue;
      for (const listener of this.#uplinkListeners) listener({ gatewayEui, rxpk, payload: payloadOf(rxpk) });
    }
    if (stat === undefined) return;
    for (const listener of this.#statListeners) listener({ gatewayEui, stat });
  }

  #acknowledged(packet: TxAck, from: RemoteInfo): void {
    const downlink = this.#downlinks.get(packet.token);
    if (downlink === undefined || downlink.gatewayEui !== packet.gatewayEui) {
      this.#rejected(
        from,
        `TX_ACK of gateway ${packet.gatewayEui} with token ${packet.token} answers no downlink`,
      );
      return;
    }
    this.#take(packet.token);
    downlink.resolve(packet.error);
  }

  #send(packet: FromServer, to: { address: string; port: number }): void {
    this.#socket?.send(encode(packet), to.port, to.address, (error) => {
      if (error) this.#options.onRejected?.({ from: `${to.address}:${to.port}`, reason: error.message });
    });
  }

  /** Ends the wait for a TX_ACK. */
  #take(token: number): void {
    clearTimeout(this.#downlinks.get(token)?.timer);
    this.#downlinks.delete(token);
    if (this.#downlinks.size > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #failAll(error: Error): void {
    for (const [token, { reject }] of [...this.#downlinks]) {
      this.#take(token);
      reject(error);
    }
  }

  #rejected(from: RemoteInfo, reason: string): void {
    this.#options.onRejected?.({ from: `${from.address}:${from.port}`, reason });
  }

  #warnOpen(host: string): void {
    const warn = this.#options.onWarning ?? ((message: string) => process.emitWarning(message));
    warn(
      `The gateway port listens on ${host}. The Semtech UDP protocol has no authentication: anybody who reaches the port can pose as a gateway. Keep it on a loopback address or a private network.`,
    );
  }
}
