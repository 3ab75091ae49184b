/**
 * A gateway on the modelled air that speaks the Semtech UDP protocol v2 to a server over real sockets, one
 * for PUSH and one for PULL as the reference packet forwarder does (PROTOCOL.TXT v1.4).
 *
 * In lockstep it is busy from each PUSH_DATA and PULL_DATA to its acknowledgement, so that virtual time
 * waits for the server. PULL_RESP is answered as it comes in.
 */
import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { type Air, airtimeUs, type LoraTransmission, needsLowDataRateOptimize } from "../air/index.ts";
import type { Clock, Participant, Timer } from "../clock/index.ts";
import { Concentrator, type GatewayChannel, type HeardPacket, LORAWAN_SYNC_WORD } from "./concentrator.ts";
import { encode, type FromGateway, parseFromServer } from "./datagram.ts";
import { PacketError } from "./packet-error.ts";
import { formatDatr, parseDatr, payloadOf } from "./payload.ts";
import { PendingAnswers } from "./pending-answers.ts";
import type { LoraRxpk } from "./rxpk.ts";
import { TransmitQueue } from "./transmit-queue.ts";
import type { LoraTxpk, TxAckError, Txpk } from "./txpk.ts";

/** What the transmitter of the reference configurations can do (global_conf.json.PCB_E336.EU868, .US902.basic). */
const TX_POWERS_DBM = [-6, -3, 0, 3, 6, 10, 11, 12, 13, 14, 16, 20, 23, 25, 26, 27];
const DEFAULT_POWER_DBM = 14;
const DEFAULT_PREAMBLE_SYMBOLS = 8;
const MIN_PREAMBLE_SYMBOLS = 6;

const KEEPALIVE_NS = 10_000_000_000;
const STAT_INTERVAL_NS = 30_000_000_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** The day on which virtual time begins, for the time member of stat. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** A beacon of class B: implicit header, no CRC, IQ not inverted, ten symbols of preamble (RP002-1.0.4). */
export interface BeaconPacket {
  readonly frequencyHz: number;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  readonly powerDbm: number;
  readonly payload: Uint8Array;
}

export interface Gps {
  /** Milliseconds of GPS time at the clock's zero. */
  readonly zeroMs: number;
  /** What the gateway sends at this GPS time in seconds, a multiple of 128; undefined: it sends none then. */
  readonly beacon: (time: number) => BeaconPacket | undefined;
}

const BEACON_PERIOD_S = 128;
const BEACON_PREAMBLE_SYMBOLS = 10;

export interface VirtualGatewayOptions {
  readonly clock: Clock;
  readonly air: Air;
  /** 16 hexadecimal digits. */
  readonly eui: string;
  readonly server: { readonly host: string; readonly port: number };
  /** What it listens to. */
  readonly channels: readonly GatewayChannel[];
  /** Where it may send. */
  readonly transmitHz: { readonly from: number; readonly to: number };
  /** Its GPS receiver; without one it sends no beacons, and nothing at a GPS time. */
  readonly gps?: Gps;
  /** How long, in wall time, an acknowledgement may take. Default 5 s. */
  readonly answerTimeoutMs?: number;
  /** Told of datagrams from the server that cannot be served and that the protocol has no answer for. */
  readonly onWarning?: (message: string) => void;
}

export class VirtualGateway implements Participant {
  /** Upper case; also the station's name on the air. */
  readonly eui: string;
  readonly #options: VirtualGatewayOptions;
  readonly #clock: Clock;
  readonly #channels: readonly GatewayChannel[];
  readonly #pending: PendingAnswers;
  readonly #concentrator: Concentrator;
  readonly #timers = new Set<Timer>();
  #queue = new TransmitQueue();
  #sockets: { push: Socket; pull: Socket } | undefined;
  #counters = { received: 0, good: 0, forwarded: 0, sent: 0, acknowledged: 0, downlinks: 0, transmitted: 0 };

  constructor(options: VirtualGatewayOptions) {
    if (!/^[0-9A-Fa-f]{16}$/.test(options.eui)) {
      throw new RangeError(`gateway EUI "${options.eui}" must have 16 hexadecimal digits`);
    }
    this.eui = options.eui.toUpperCase();
    this.#options = options;
    this.#clock = options.clock;
    this.#channels = options.channels;
    this.#pending = new PendingAnswers(options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS);
    this.#concentrator = new Concentrator({
      clock: options.clock,
      air: options.air,
      name: this.eui,
      channels: this.#channels,
      onPacket: (packet) => this.#heard(packet),
    });
  }

  get busy(): boolean {
    return this.#pending.busy;
  }

  /** Rejects when the server does not answer: an unreachable server must end a run, not hang it. */
  idle(): Promise<void> {
    return this.#pending.idle();
  }

  /** Opens the sockets and resolves when the server has answered the first PULL_DATA. */
  async start(): Promise<void> {
    if (this.#sockets !== undefined) throw new Error(`gateway ${this.eui} has been started already`);
    const push = await this.#connect();
    try {
      this.#sockets = { push, pull: await this.#connect() };
    } catch (error) {
      push.close();
      throw error;
    }
    this.#concentrator.start();
    this.#pull();
    this.#every(KEEPALIVE_NS, () => this.#pull());
    this.#every(STAT_INTERVAL_NS, () => this.#reportStat());
    if (this.#options.gps !== undefined) this.#planBeacon(this.#options.gps, this.#clock.nowNs());
    try {
      await this.idle();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#concentrator.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#pending.clear();
    this.#queue = new TransmitQueue();
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
        socket.on("error", (error) => this.#pending.fail(this.#unreachable(error.message)));
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
      `gateway ${this.eui}: ${reason}; is the Network Server listening on UDP ${host}:${port}?`,
    );
  }

  // Upstream

  #heard(packet: HeardPacket): void {
    this.#counters.received++;
    // As the reference forwarder by default: packets with a bad or without a CRC stay here.
    if (packet.crcGood !== true) return;
    this.#counters.good++;
    this.#counters.forwarded++;
    const { transmission, payload, channel } = packet;
    const rxpk: LoraRxpk = {
      tmst: counterUs(transmission.endNs),
      chan: channel,
      // Which of its radios heard a channel depends on how a gateway is set up, and no server asks.
      rfch: 0,
      freq: this.#channels[channel].frequencyHz / 1e6,
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
    const utc = new Date(EPOCH_MS + Math.floor(this.#clock.nowNs() / 1e6)).toISOString();
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
      gatewayEui: this.eui,
      ...content,
    }));
  }

  #pull(): void {
    this.#request("pull", "PULL_ACK", (token) => ({ type: "PULL_DATA", token, gatewayEui: this.eui }));
  }

  #request(
    via: "push" | "pull",
    answer: "PUSH_ACK" | "PULL_ACK",
    packet: (token: number) => FromGateway,
  ): void {
    let token = randomInt(0x10000);
    while (this.#pending.has(`${answer} ${token}`)) token = randomInt(0x10000);
    this.#pending.expect(`${answer} ${token}`, (timeoutMs) =>
      this.#unreachable(`no ${answer} within ${timeoutMs} ms`),
    );
    this.#send(via, packet(token));
  }

  #send(via: "push" | "pull", packet: FromGateway): void {
    this.#sockets?.[via].send(encode(packet), (error) => {
      if (error) this.#pending.fail(this.#unreachable(error.message));
    });
  }

  // Downstream

  #received(datagram: Buffer): void {
    let packet: ReturnType<typeof parseFromServer>;
    try {
      packet = parseFromServer(datagram);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      this.#warn(`ignored a datagram of the server: ${error.message}`);
      return;
    }
    if (packet.type === "PULL_RESP") {
      this.#counters.downlinks++;
      const error = this.#schedule(packet.txpk);
      if (error === undefined) return;
      this.#send("pull", { type: "TX_ACK", token: packet.token, gatewayEui: this.eui, error });
      return;
    }
    if (!this.#pending.settle(`${packet.type} ${packet.token}`)) {
      this.#warn(`ignored a ${packet.type} that answers nothing (token ${packet.token})`);
    } else if (packet.type === "PUSH_ACK") this.#counters.acknowledged++;
  }

  /** Programs a packet for transmission and returns the answer; undefined where the protocol has none. */
  #schedule(txpk: Txpk): TxAckError | undefined {
    if (txpk.modu !== "LORA") {
      this.#warn("ignored a txpk with modu FSK: this gateway has no FSK modem");
      return undefined;
    }
    const frequencyHz = Math.round(txpk.freq * 1e6);
    const powerDbm = txpk.powe ?? DEFAULT_POWER_DBM;
    const { gps, transmitHz } = this.#options;
    const { from, to } = transmitHz;
    // Only chain 0 has a transmitter.
    if ((txpk.rfch ?? 0) !== 0 || frequencyHz < from || frequencyHz > to) {
      return "TX_FREQ";
    }
    if (!TX_POWERS_DBM.includes(powerDbm)) return "TX_POWER";
    const packet = packetOf(txpk);
    const airtimeNs = Math.round(airtimeUs({ ...packet, payloadBytes: packet.payload.length }) * 1000);
    const nowNs = this.#clock.nowNs();
    let startNs: number;
    if (txpk.imme === true) startNs = this.#queue.earliestNs(airtimeNs, nowNs);
    else if (txpk.tmst !== undefined) startNs = instantOf(txpk.tmst, nowNs);
    else if (txpk.tmms !== undefined && gps !== undefined) startNs = instantAt(gps, txpk.tmms);
    else return "GPS_UNLOCKED";
    const error = this.#queue.reserve(startNs, airtimeNs, nowNs);
    if (error !== "NONE") return error;
    const endNs = startNs + airtimeNs;
    const transmission: LoraTransmission = {
      ...packet,
      from: this.eui,
      frequencyHz,
      powerDbm,
      startNs,
      endNs,
    };
    this.#at(startNs, () => {
      this.#counters.transmitted++;
      this.#concentrator.transmit(transmission);
    });
    return "NONE";
  }

  /** Plans the first beacon after `afterNs`, and once it is sent the next. */
  #planBeacon(gps: Gps, afterNs: number): void {
    const afterS = (gps.zeroMs + afterNs / 1e6) / 1000;
    const time = (Math.floor(afterS / BEACON_PERIOD_S) + 1) * BEACON_PERIOD_S;
    const startNs = instantAt(gps, time * 1000);
    this.#at(startNs, () => this.#planBeacon(gps, startNs));
    const packet = gps.beacon(time);
    if (packet === undefined) return;
    const transmission = beaconTransmission(packet, this.eui, startNs);
    const airtimeNs = transmission.endNs - startNs;
    const error = this.#queue.reserveBeacon(startNs, airtimeNs, this.#clock.nowNs());
    if (error !== "NONE") this.#warn(`sends no beacon: ${error}`);
    else this.#at(startNs, () => this.#concentrator.transmit(transmission));
  }

  #warn(message: string): void {
    this.#options.onWarning?.(`gateway ${this.eui}: ${message}`);
  }

  #every(periodNs: number, action: () => void): void {
    this.#at(this.#clock.nowNs() + periodNs, () => {
      action();
      this.#every(periodNs, action);
    });
  }

  #at(atNs: number, action: () => void): void {
    const timer = this.#clock.at(atNs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

/** The gateway's counter at an instant: microseconds modulo 2^32. */
function counterUs(atNs: number): number {
  return Math.floor(atNs / 1000) % 2 ** 32;
}

/** The instant at which the counter shows `tmst`: the one nearest to now. */
function instantOf(tmst: number, nowNs: number): number {
  const aheadUs = (tmst - counterUs(nowNs)) | 0;
  return (Math.floor(nowNs / 1000) + aheadUs) * 1000;
}

/** The instant of a GPS time in milliseconds. */
function instantAt(gps: Gps, gpsMs: number): number {
  return (gpsMs - gps.zeroMs) * 1e6;
}

function beaconTransmission(packet: BeaconPacket, from: string, startNs: number): LoraTransmission {
  const modulation = {
    ...packet,
    modulation: "lora",
    codingRate: 1,
    preambleSymbols: BEACON_PREAMBLE_SYMBOLS,
    implicitHeader: true,
    crc: false,
    lowDataRateOptimize: needsLowDataRateOptimize(packet),
  } as const;
  const airtimeNs = Math.round(airtimeUs({ ...modulation, payloadBytes: packet.payload.length }) * 1000);
  return {
    ...modulation,
    from,
    iqInverted: false,
    syncWord: LORAWAN_SYNC_WORD,
    startNs,
    endNs: startNs + airtimeNs,
  };
}

function packetOf(
  txpk: LoraTxpk,
): Omit<LoraTransmission, "from" | "frequencyHz" | "powerDbm" | "startNs" | "endNs"> {
  const rate = parseDatr(txpk.datr);
  if (rate === undefined) throw new PacketError("txpk.datr", `"${txpk.datr}" is no LoRa data rate`);
  return {
    modulation: "lora",
    ...rate,
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
