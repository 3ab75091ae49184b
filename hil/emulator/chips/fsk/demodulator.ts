/**
 * The receive side of an FSK modem: waits for a preamble and a sync word and takes the octets that follow, as its own
 * settings read them. SX1276/77/78/79 datasheet, sections 2.1.7 to 2.1.13; SX1261/2 datasheet, section 6.2.
 *
 * Nothing on the air tells the receiver how a packet is made: where transmitter and receiver disagree about length
 * octet, whitening or CRC, it takes what comes, to the end that it expects, and its CRC tells. What comes after the
 * end of a packet reads as zeros.
 */
import {
  type Air,
  type Arrival,
  crcOctets,
  type FskCrc,
  type FskTransmission,
  frameOctets,
  isFsk,
  whiten,
} from "../../../air/index.ts";
import type { Clock, Timer } from "../../../clock/index.ts";

/** How far the bit rates may differ for the bit synchronizer to follow (SX1276 datasheet, section 2.1.7.2: 6.5 %). */
const BIT_RATE_TOLERANCE = 0.065;

/** What a receiver listens for. */
export interface FskReceiverSettings {
  readonly frequencyHz: number;
  readonly bitRate: number;
  /** The channel filter, from the carrier to one side. */
  readonly channelFilterHz: number;
  /** Octets of the preamble that the detector wants; one is needed at least, to find the bits. */
  readonly preambleDetectorOctets: number;
  readonly syncWord: Uint8Array;
  readonly lengthOctet: boolean;
  readonly whiteningSeed: number | undefined;
  readonly crc: FskCrc | undefined;
  /** Octets of a packet without length octet. */
  readonly payloadLength: number;
  /** A packet whose length octet says more is not received. */
  readonly maxPayloadLength: number;
}

export interface ReceivedFskPacket {
  readonly arrival: Arrival<FskTransmission>;
  readonly payload: Uint8Array;
  /** Undefined where the receiver expects no CRC. */
  readonly crcGood: boolean | undefined;
}

/** Called with the instant, since a board may have run ahead of it. */
export interface FskDemodulatorEvents {
  preamble(arrival: Arrival<FskTransmission>, atNs: number): void;
  sync(arrival: Arrival<FskTransmission>, atNs: number): void;
  /** An octet after the sync word: the length, where there is one, and the payload. */
  octet?(octet: number, atNs: number): void;
  /** The packet is complete. A receiver goes on listening, unless it is stopped. */
  packet(packet: ReceivedFskPacket, atNs: number): void;
  /** The length octet announced too much. */
  tooLong(atNs: number): void;
}

interface Window {
  readonly settings: FskReceiverSettings;
  openNs: number;
}

export class FskDemodulator {
  readonly #air: Air;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #events: FskDemodulatorEvents;
  readonly #timers = new Set<Timer>();
  #window: Window | undefined;
  #locked: Arrival<FskTransmission> | undefined;

  constructor(options: { air: Air; clock: Clock; name: string; events: FskDemodulatorEvents }) {
    this.#air = options.air;
    this.#clock = options.clock;
    this.#name = options.name;
    this.#events = options.events;
    options.air.attach({ name: options.name, arriving: (arrival) => this.#consider(arrival) });
  }

  /** Listens from `openNs` on, also for packets that are in their preamble by then. */
  start(settings: FskReceiverSettings, openNs: number): void {
    this.stop();
    this.#window = { settings, openNs };
    for (const arrival of this.#air.arrivals(this.#name, openNs)) this.#consider(arrival);
  }

  /** Listens no more. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#window = undefined;
    this.#locked = undefined;
  }

  #consider(arrival: Arrival): void {
    const window = this.#window;
    if (window === undefined || !isFsk(arrival) || !audible(arrival, window.settings)) return;
    const { transmission } = arrival;
    const heardFromNs = Math.max(window.openNs, transmission.startNs);
    const wanted = Math.max(1, window.settings.preambleDetectorOctets);
    const detectedNs = heardFromNs + octetsNs(transmission, wanted);
    const preambleEndNs = transmission.startNs + octetsNs(transmission, transmission.preambleOctets);
    if (detectedNs <= preambleEndNs) this.#at(detectedNs, () => this.#lock(arrival, detectedNs));
  }

  #lock(arrival: Arrival<FskTransmission>, atNs: number): void {
    if (this.#locked !== undefined) return;
    this.#locked = arrival;
    const { transmission } = arrival;
    const { preambleOctets, syncWord } = transmission;
    const syncNs = transmission.startNs + octetsNs(transmission, preambleOctets + syncWord.length);
    this.#at(syncNs, () => this.#synchronize(arrival, syncNs));
    this.#events.preamble(arrival, atNs);
  }

  #synchronize(arrival: Arrival<FskTransmission>, atNs: number): void {
    const settings = this.#window?.settings;
    if (settings === undefined) return;
    if (Buffer.compare(arrival.transmission.syncWord, settings.syncWord) !== 0) {
      this.#listenAgain(atNs);
      return;
    }
    this.#expectOctet(arrival, 0);
    this.#events.sync(arrival, atNs);
  }

  #expectOctet(arrival: Arrival<FskTransmission>, index: number): void {
    const { transmission } = arrival;
    const { preambleOctets, syncWord } = transmission;
    const atNs = transmission.startNs + octetsNs(transmission, preambleOctets + syncWord.length + index + 1);
    this.#at(atNs, () => this.#takeOctet(arrival, index, atNs));
  }

  #takeOctet(arrival: Arrival<FskTransmission>, index: number, atNs: number): void {
    const window = this.#window;
    if (window === undefined) return;
    const { settings } = window;
    const octets = this.#octetsOf(arrival.transmission, index + 1);
    if (index === 0 && settings.lengthOctet && octets[0] > settings.maxPayloadLength) {
      this.#listenAgain(atNs);
      this.#events.tooLong(atNs);
      return;
    }
    const contentLength = settings.lengthOctet ? 1 + octets[0] : settings.payloadLength;
    if (index < contentLength) this.#events.octet?.(octets[index], atNs);
    if (this.#window !== window) return;
    const length = contentLength + (settings.crc === undefined ? 0 : 2);
    if (index + 1 < length) this.#expectOctet(arrival, index + 1);
    else this.#complete(arrival, octets, atNs);
  }

  /** The first `count` octets after the sync word, as the receiver reads them. */
  #octetsOf(transmission: FskTransmission, count: number): Uint8Array {
    const octets = new Uint8Array(count);
    octets.set(frameOctets(transmission).subarray(0, count));
    return whiten(octets, this.#window?.settings.whiteningSeed);
  }

  #complete(arrival: Arrival<FskTransmission>, octets: Uint8Array, atNs: number): void {
    const settings = this.#window?.settings;
    if (settings === undefined) return;
    const { crc, lengthOctet } = settings;
    const content = crc === undefined ? octets : octets.subarray(0, -2);
    const outcome = this.#air.outcome(arrival);
    const intact = outcome?.intact === true;
    const payload = content.slice(lengthOctet ? 1 : 0);
    if (outcome !== undefined && !intact) payload.set(outcome.payload.subarray(0, payload.length));
    const crcGood =
      crc === undefined
        ? undefined
        : intact && Buffer.compare(octets.subarray(-2), Uint8Array.from(crcOctets([...content], crc))) === 0;
    this.#listenAgain(atNs);
    this.#events.packet({ arrival, payload, crcGood }, atNs);
  }

  /** Listens for the next packet in the same window. */
  #listenAgain(atNs: number): void {
    this.#locked = undefined;
    if (this.#window === undefined) return;
    this.#window.openNs = atNs;
    for (const arrival of this.#air.arrivals(this.#name, atNs)) this.#consider(arrival);
  }

  #at(atNs: number, action: () => void): void {
    const timer = this.#clock.at(atNs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

/** Whether the signal passes the channel filter, and its bits come at the expected rate. */
function audible(arrival: Arrival<FskTransmission>, settings: FskReceiverSettings): boolean {
  const { frequencyHz } = arrival;
  const { bitRate, deviationHz } = arrival.transmission;
  return (
    arrival.detectable &&
    Math.abs(bitRate / settings.bitRate - 1) <= BIT_RATE_TOLERANCE &&
    deviationHz + bitRate / 2 <= settings.channelFilterHz &&
    // What the automatic frequency control takes up.
    Math.abs(frequencyHz - settings.frequencyHz) <= settings.channelFilterHz / 4
  );
}

function octetsNs({ bitRate }: FskTransmission, octets: number): number {
  return Math.round((8 * octets * 1e9) / bitRate);
}
