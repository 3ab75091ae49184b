/**
 * The radio of a gateway: SX1301s as the air sees them, as many as its channels need. Each has eight demodulators that
 * follow any spreading factor on eight channels of 125 kHz, and one for one spreading factor on one wider channel; any
 * demodulator of the gateway takes any channel of its kind. They share one transmitter, during which nothing is heard.
 * They listen to LoRaWAN uplinks in LoRa: IQ not inverted, sync word 0x34, explicit header. FSK is not modelled.
 */
import {
  type Air,
  type Arrival,
  isLora,
  type LoraTransmission,
  needsLowDataRateOptimize,
  reportedSnrDb,
  sameChannel,
  symbolUs,
  type Transmission,
} from "../air/index.ts";
import type { Clock } from "../clock/index.ts";

export const LORAWAN_SYNC_WORD = 0x34;
/** Demodulators of an SX1301 for channels of 125 kHz, and such channels. */
const DEMODULATORS = 8;
/** A preamble is found in its last symbols, if the transmitter is silent by then. */
const DETECTION_SYMBOLS = 5;

/** A channel that is listened to. */
export interface GatewayChannel {
  readonly frequencyHz: number;
  readonly bandwidthHz: number;
  /** The only one that is followed; undefined: all. */
  readonly spreadingFactor?: number;
}

export interface HeardPacket {
  readonly transmission: LoraTransmission;
  readonly payload: Uint8Array;
  /** Index into the channels. */
  readonly channel: number;
  /** Undefined where the packet carries no CRC. */
  readonly crcGood: boolean | undefined;
  readonly rssiDbm: number;
  readonly snrDb: number;
}

export class Concentrator {
  readonly #clock: Clock;
  readonly #air: Air;
  readonly #name: string;
  readonly #channels: readonly GatewayChannel[];
  readonly #demodulators: { readonly narrow: number; readonly wide: number };
  readonly #onPacket: (packet: HeardPacket) => void;
  #detach: (() => void) | undefined;
  readonly #demodulating = { narrow: 0, wide: 0 };
  #sent: Transmission[] = [];

  constructor(options: {
    clock: Clock;
    air: Air;
    name: string;
    channels: readonly GatewayChannel[];
    onPacket: (packet: HeardPacket) => void;
  }) {
    this.#clock = options.clock;
    this.#air = options.air;
    this.#name = options.name;
    this.#channels = options.channels;
    const narrow = options.channels.filter((channel) => kindOf(channel) === "narrow").length;
    this.#demodulators = {
      narrow: Math.ceil(narrow / DEMODULATORS) * DEMODULATORS,
      wide: options.channels.length - narrow,
    };
    this.#onPacket = options.onPacket;
  }

  start(): void {
    this.#detach ??= this.#air.attach({ name: this.#name, arriving: (arrival) => this.#arriving(arrival) });
  }

  stop(): void {
    this.#detach?.();
    this.#detach = undefined;
  }

  /** Sends at `transmission.startNs`, which is now. */
  transmit(transmission: Transmission): void {
    this.#sent = this.#sent.filter((other) => other.endNs > transmission.startNs - 10e9);
    this.#sent.push(transmission);
    this.#air.transmit(transmission);
  }

  #arriving(arrival: Arrival): void {
    if (!isLora(arrival)) return;
    const { transmission } = arrival;
    const channel = this.#channelOf(arrival);
    if (channel < 0) return;
    const kind = kindOf(this.#channels[channel]);
    if (this.#demodulating[kind] >= this.#demodulators[kind]) return;
    this.#demodulating[kind]++;
    this.#clock.at(transmission.endNs, () => {
      this.#demodulating[kind]--;
      if (this.#detach !== undefined) this.#complete(arrival, channel);
    });
  }

  #channelOf(arrival: Arrival<LoraTransmission>): number {
    const { transmission, detectable } = arrival;
    const { spreadingFactor, iqInverted, syncWord, implicitHeader } = transmission;
    if (!detectable || iqInverted || implicitHeader || syncWord !== LORAWAN_SYNC_WORD) return -1;
    if (spreadingFactor < 7 || transmission.preambleSymbols < DETECTION_SYMBOLS) return -1;
    return this.#channels.findIndex(
      (channel) =>
        sameChannel(arrival, channel) &&
        (channel.spreadingFactor === undefined || channel.spreadingFactor === spreadingFactor),
    );
  }

  #complete(arrival: Arrival<LoraTransmission>, channel: number): void {
    const { transmission } = arrival;
    const outcome = this.#air.outcome(arrival);
    if (outcome === undefined || this.#deafDuring(transmission)) return;
    const intact =
      outcome.intact && transmission.lowDataRateOptimize === needsLowDataRateOptimize(transmission);
    this.#onPacket({
      transmission,
      payload: outcome.payload,
      channel,
      crcGood: transmission.crc ? intact : undefined,
      rssiDbm: arrival.rssiDbm,
      snrDb: reportedSnrDb(arrival.snrDb),
    });
  }

  /** Half duplex: whether the transmitter was on while the packet had to be detected or followed. */
  #deafDuring(transmission: LoraTransmission): boolean {
    const symbolNs = symbolUs(transmission) * 1000;
    const neededFromNs = transmission.startNs + (transmission.preambleSymbols - DETECTION_SYMBOLS) * symbolNs;
    return this.#sent.some((sent) => sent.startNs < transmission.endNs && sent.endNs > neededFromNs);
  }
}

/** Which demodulators serve a channel. */
function kindOf({ spreadingFactor }: GatewayChannel): "narrow" | "wide" {
  return spreadingFactor === undefined ? "narrow" : "wide";
}
