/**
 * The Semtech UDP protocol v2 on the gateway's side, over one socket for PUSH and one for PULL as the reference packet
 * forwarder has them (PROTOCOL.TXT v1.4).
 *
 * It is busy from each PUSH_DATA and PULL_DATA to its acknowledgement. PULL_RESP is answered as it comes in.
 */
import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { needsLowDataRateOptimize } from "../../air/index.ts";
import { VIRTUAL_EPOCH_MS } from "../../clock/index.ts";
import { AnsweringForwarder } from "../answering-forwarder.ts";
import { type HeardPacket, LORAWAN_SYNC_WORD } from "../concentrator.ts";
import type { GatewayRadio, OutgoingPacket, RadioSettings } from "../gateway-radio.ts";
import { instantAt } from "../gps.ts";
import { PacketError } from "../packet-error.ts";
import type { Forwarder } from "../virtual-gateway.ts";
import { encode, type FromGateway, parseFromServer } from "./datagram.ts";
import { formatDatr, parseDatr, payloadOf } from "./payload.ts";
import type { LoraRxpk } from "./rxpk.ts";
import type { LoraTxpk, TxAckError, Txpk } from "./txpk.ts";

const DEFAULT_POWER_DBM = 14;
const DEFAULT_PREAMBLE_SYMBOLS = 8;
const MIN_PREAMBLE_SYMBOLS = 6;

const KEEPALIVE_NS = 10_000_000_000;
const STAT_INTERVAL_NS = 30_000_000_000;

export interface UdpForwarderOptions extends RadioSettings {
  readonly server: { readonly host: string; readonly port: number };
  /** How long, in wall time, an acknowledgement may take. Default 5 s. */
  readonly answerTimeoutMs?: number;
}

/** For a virtual gateway that speaks the Semtech UDP protocol. */
export function udpForwarder(options: UdpForwarderOptions): (radio: GatewayRadio) => Forwarder {
  return (radio) => new UdpForwarder(radio, options);
}

class UdpForwarder extends AnsweringForwarder implements Forwarder {
  readonly #radio: GatewayRadio;
  readonly #options: UdpForwarderOptions;
  #sockets: { push: Socket; pull: Socket } | undefined;
  #counters = { received: 0, good: 0, forwarded: 0, sent: 0, acknowledged: 0, downlinks: 0, transmitted: 0 };

  constructor(radio: GatewayRadio, options: UdpForwarderOptions) {
    super(options.answerTimeoutMs);
    this.#radio = radio;
    this.#options = options;
  }

  /** Opens the sockets and resolves when the server has answered the first PULL_DATA. */
  async start(): Promise<void> {
    const push = await this.#connect();
    try {
      this.#sockets = { push, pull: await this.#connect() };
    } catch (error) {
      push.close();
      throw error;
    }
    const radio = this.#radio;
    radio.listen(this.#options);
    this.#pull();
    radio.every(KEEPALIVE_NS, () => this.#pull());
    radio.every(STAT_INTERVAL_NS, () => this.#reportStat());
    if (radio.gps?.beacon !== undefined) radio.sendBeacons(radio.gps, radio.gps.beacon);
    await this.idle();
  }

  async stop(): Promise<void> {
    this.pending.clear();
    const sockets = this.#sockets;
    this.#sockets = undefined;
    if (sockets === undefined) return;
    for (const socket of [sockets.push, sockets.pull]) {
      await new Promise<void>((resolve) => {
        socket.close(() => resolve());
      });
    }
  }

  #connect(): Promise<Socket> {
    const { host, port } = this.#options.server;
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) => {
        socket.close();
        reject(this.#unreachable(error.message));
      };
      socket.once("error", refuse);
      socket.once("connect", () => {
        socket.off("error", refuse);
        socket.on("error", (error) => this.pending.fail(this.#unreachable(error.message)));
        socket.on("message", (datagram) => this.#received(datagram));
        resolve(socket);
      });
      // Without a callback: Node would hand it a failure as well, in place of the event.
      socket.connect(port, host);
    });
  }

  #unreachable(reason: string): Error {
    const { host, port } = this.#options.server;
    return new Error(
      `gateway ${this.#radio.eui}: ${reason}; is the Network Server listening on UDP ${host}:${port}?`,
    );
  }

  // Upstream

  heard(packet: HeardPacket): void {
    this.#counters.received++;
    // As the reference forwarder by default: packets with a bad or without a CRC stay here.
    if (packet.crcGood !== true) return;
    this.#counters.good++;
    this.#counters.forwarded++;
    const { transmission, payload, channel } = packet;
    const rxpk: LoraRxpk = {
      tmst: counterUs(this.#radio, transmission.endNs),
      chan: channel,
      // Which of its radios heard a channel depends on how a gateway is set up, and no server asks.
      rfch: 0,
      freq: this.#radio.channels[channel].frequencyHz / 1e6,
      stat: 1,
      modu: "LORA",
      datr: formatDatr(transmission),
      codr: `4/${transmission.codingRate + 4}`,
      rssi: Math.round(packet.rssiDbm),
      lsnr: Math.round(packet.snrDb * 10) / 10,
      size: payload.length,
      data: Buffer.from(payload).toString("base64"),
    };
    this.#push({ rxpk: [rxpk] });
  }

  #reportStat(): void {
    const { received, good, forwarded, sent, acknowledged, downlinks, transmitted } = this.#counters;
    const utc = new Date(VIRTUAL_EPOCH_MS + Math.floor(this.#radio.clock.nowNs() / 1e6)).toISOString();
    this.#push({
      rxpk: [],
      stat: {
        time: `${utc.slice(0, 10)} ${utc.slice(11, 19)} GMT`,
        rxnb: received,
        rxok: good,
        rxfw: forwarded,
        ackr: sent === 0 ? 100 : Math.round((1000 * acknowledged) / sent) / 10,
        dwnb: downlinks,
        txnb: transmitted,
      },
    });
  }

  #push(content: Pick<Extract<FromGateway, { type: "PUSH_DATA" }>, "rxpk" | "stat">): void {
    this.#counters.sent++;
    this.#request("push", "PUSH_ACK", (token) => ({
      type: "PUSH_DATA",
      token,
      gatewayEui: this.#radio.eui,
      ...content,
    }));
  }

  #pull(): void {
    this.#request("pull", "PULL_ACK", (token) => ({ type: "PULL_DATA", token, gatewayEui: this.#radio.eui }));
  }

  #request(
    via: "push" | "pull",
    answer: "PUSH_ACK" | "PULL_ACK",
    packet: (token: number) => FromGateway,
  ): void {
    let token = randomInt(0x10000);
    while (this.pending.has(`${answer} ${token}`)) token = randomInt(0x10000);
    this.pending.expect(`${answer} ${token}`, (timeoutMs) =>
      this.#unreachable(`no ${answer} within ${timeoutMs} ms`),
    );
    this.#send(via, packet(token));
  }

  #send(via: "push" | "pull", packet: FromGateway): void {
    this.#sockets?.[via].send(encode(packet), (error) => {
      if (error) this.pending.fail(this.#unreachable(error.message));
    });
  }

  // Downstream

  #received(datagram: Buffer): void {
    let packet: ReturnType<typeof parseFromServer>;
    try {
      packet = parseFromServer(datagram);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#radio.warn(`ignored a datagram of the server: ${error.message}`);
      return;
    }
    if (packet.type === "PULL_RESP") {
      this.#counters.downlinks++;
      const error = this.#schedule(packet.txpk);
      if (error === undefined) return;
      this.#send("pull", { type: "TX_ACK", token: packet.token, gatewayEui: this.#radio.eui, error });
      return;
    }
    if (!this.pending.settle(`${packet.type} ${packet.token}`)) {
      this.#radio.warn(`ignored a ${packet.type} that answers nothing (token ${packet.token})`);
    } else if (packet.type === "PUSH_ACK") this.#counters.acknowledged++;
  }

  /** Programs a packet for transmission and returns the answer; undefined where the protocol has none. */
  #schedule(txpk: Txpk): TxAckError | undefined {
    if (txpk.modu !== "LORA") {
      this.#radio.warn("ignored a txpk with modu FSK: this gateway has no FSK modem");
      return undefined;
    }
    // Only chain 0 has a transmitter.
    if ((txpk.rfch ?? 0) !== 0) return "TX_FREQ";
    return this.#radio.send(packetOf(txpk), this.#startOf(txpk), () => {
      this.#counters.transmitted++;
    });
  }

  #startOf(txpk: Txpk): number | "asap" | undefined {
    const { gps, clock } = this.#radio;
    if (txpk.imme === true) return "asap";
    if (txpk.tmst !== undefined) return instantOf(this.#radio, txpk.tmst, clock.nowNs());
    return txpk.tmms === undefined || gps === undefined ? undefined : instantAt(gps, txpk.tmms);
  }
}

/** The gateway's counter at an instant: microseconds modulo 2^32. */
function counterUs({ counter }: GatewayRadio, atNs: number): number {
  return counter.usAt(atNs) % 2 ** 32;
}

/** The instant at which the counter shows `tmst`: the one nearest to now. */
function instantOf(radio: GatewayRadio, tmst: number, nowNs: number): number {
  const aheadUs = (tmst - counterUs(radio, nowNs)) | 0;
  return radio.counter.nsAt(radio.counter.usAt(nowNs) + aheadUs);
}

function packetOf(txpk: LoraTxpk): OutgoingPacket {
  const rate = parseDatr(txpk.datr);
  if (rate === undefined) throw new PacketError("txpk.datr", `"${txpk.datr}" is no LoRa data rate`);
  return {
    modulation: "lora",
    ...rate,
    frequencyHz: Math.round(txpk.freq * 1e6),
    powerDbm: txpk.powe ?? DEFAULT_POWER_DBM,
    codingRate: Number(txpk.codr.slice(2)) - 4,
    preambleSymbols: Math.max(txpk.prea ?? DEFAULT_PREAMBLE_SYMBOLS, MIN_PREAMBLE_SYMBOLS),
    implicitHeader: false,
    crc: txpk.ncrc !== true,
    lowDataRateOptimize: needsLowDataRateOptimize(rate),
    iqInverted: txpk.ipol === true,
    syncWord: LORAWAN_SYNC_WORD,
    payload: payloadOf(txpk),
  };
}
