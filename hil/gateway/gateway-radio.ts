/**
 * The radio of a virtual gateway as its protocol side sees it: a concentrator that listens once it is told where, and one
 * transmitter that sends by time, beacons among the rest.
 */
import { type Air, airtimeUs, type LoraTransmission, needsLowDataRateOptimize } from "../air/index.ts";
import type { Clock, Timer } from "../clock/index.ts";
import { Concentrator, type GatewayChannel, type HeardPacket, LORAWAN_SYNC_WORD } from "./concentrator.ts";
import { Counter, type CounterChoice } from "./counter.ts";
import { type BeaconPacket, type Gps, instantAt } from "./gps.ts";
import { TransmitQueue } from "./transmit-queue.ts";
import type { TxAckError } from "./udp/txpk.ts";

/** What the transmitter of the reference configurations can do (global_conf.json.PCB_E336.EU868, .US902.basic). */
export const TRANSMIT_POWERS_DBM = [-6, -3, 0, 3, 6, 10, 11, 12, 13, 14, 16, 20, 23, 25, 26, 27];

const BEACON_PERIOD_S = 128;
const BEACON_PREAMBLE_SYMBOLS = 10;

/** How a gateway is set up, by its own configuration or by its server. */
export interface RadioSettings {
  /** What it listens to. */
  readonly channels: readonly GatewayChannel[];
  /** Where it may send. */
  readonly transmitHz: { readonly from: number; readonly to: number };
}

/** A LoRa packet to send. */
export type OutgoingPacket = Omit<LoraTransmission, "from" | "startNs" | "endNs">;

export interface GatewayRadioOptions {
  readonly clock: Clock;
  readonly air: Air;
  /** Upper case; also the station's name on the air. */
  readonly eui: string;
  /** Its GPS receiver; without one it sends no beacons, and nothing at a GPS time. */
  readonly gps?: Gps;
  readonly counter?: CounterChoice;
  readonly onPacket: (packet: HeardPacket) => void;
  readonly onWarning: (message: string) => void;
}

export class GatewayRadio {
  readonly eui: string;
  readonly clock: Clock;
  readonly gps: Gps | undefined;
  /** What its protocol tells instants by. */
  readonly counter: Counter;
  readonly #options: GatewayRadioOptions;
  readonly #timers = new Set<Timer>();
  #queue = new TransmitQueue();
  #settings: RadioSettings | undefined;
  #concentrator: Concentrator | undefined;

  constructor(options: GatewayRadioOptions) {
    this.eui = options.eui;
    this.clock = options.clock;
    this.gps = options.gps;
    this.counter = new Counter(options.counter);
    this.#options = options;
  }

  /** Those that it listens to. */
  get channels(): readonly GatewayChannel[] {
    return this.#settings?.channels ?? [];
  }

  /** Listens to these channels from now on, and to no others; what it was to send stays planned. */
  listen(settings: RadioSettings): void {
    const { clock, air, eui, onPacket } = this.#options;
    this.#concentrator?.stop();
    this.#settings = settings;
    this.#concentrator = new Concentrator({ clock, air, name: eui, channels: settings.channels, onPacket });
    this.#concentrator.start();
  }

  /** Hears nothing, sends nothing that was planned, and forgets its settings. */
  stop(): void {
    this.#concentrator?.stop();
    this.#concentrator = undefined;
    this.#settings = undefined;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#queue = new TransmitQueue();
  }

  /**
   * Plans a packet, or says why not: "NONE" if it will be sent. `startNs` is undefined where the instant cannot be told for
   * want of GPS; `onSent` is told when the packet goes out.
   */
  send(
    packet: OutgoingPacket,
    startNs: number | "asap" | undefined,
    onSent: (atNs: number) => void,
  ): TxAckError {
    const { transmitHz } = this.#settings ?? { transmitHz: { from: Number.POSITIVE_INFINITY, to: 0 } };
    if (packet.frequencyHz < transmitHz.from || packet.frequencyHz > transmitHz.to) return "TX_FREQ";
    if (!TRANSMIT_POWERS_DBM.includes(packet.powerDbm)) return "TX_POWER";
    if (startNs === undefined) return "GPS_UNLOCKED";
    const airtimeNs = Math.round(airtimeUs({ ...packet, payloadBytes: packet.payload.length }) * 1000);
    const nowNs = this.clock.nowNs();
    const atNs = startNs === "asap" ? this.#queue.earliestNs(airtimeNs, nowNs) : startNs;
    const error = this.#queue.reserve(atNs, airtimeNs, nowNs);
    if (error !== "NONE") return error;
    const transmission = { ...packet, from: this.eui, startNs: atNs, endNs: atNs + airtimeNs };
    this.at(atNs, () => {
      this.#concentrator?.transmit(transmission);
      onSent(atNs);
    });
    return "NONE";
  }

  /** Sends a beacon whenever it is time and `beacon` has one; `gps` says when that is. */
  sendBeacons(gps: Pick<Gps, "zeroMs">, beacon: NonNullable<Gps["beacon"]>): void {
    this.#planBeacon(gps, beacon, this.clock.nowNs());
  }

  every(periodNs: number, action: () => void): void {
    this.at(this.clock.nowNs() + periodNs, () => {
      action();
      this.every(periodNs, action);
    });
  }

  /** As the clock's, but not after `stop`. */
  at(atNs: number, action: () => void): void {
    const timer = this.clock.at(atNs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }

  warn(message: string): void {
    this.#options.onWarning(`gateway ${this.eui}: ${message}`);
  }

  /** Plans the first beacon after `afterNs`, and once it is sent the next. */
  #planBeacon(gps: Pick<Gps, "zeroMs">, beacon: NonNullable<Gps["beacon"]>, afterNs: number): void {
    const afterS = (gps.zeroMs + afterNs / 1e6) / 1000;
    const time = (Math.floor(afterS / BEACON_PERIOD_S) + 1) * BEACON_PERIOD_S;
    const startNs = instantAt(gps, time * 1000);
    this.at(startNs, () => this.#planBeacon(gps, beacon, startNs));
    const packet = beacon(time);
    if (packet === undefined) return;
    const transmission = beaconTransmission(packet, this.eui, startNs);
    const airtimeNs = transmission.endNs - startNs;
    const error = this.#queue.reserveBeacon(startNs, airtimeNs, this.clock.nowNs());
    if (error !== "NONE") this.warn(`sends no beacon: ${error}`);
    else this.at(startNs, () => this.#concentrator?.transmit(transmission));
  }
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
