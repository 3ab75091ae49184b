/**
 * The receive side of a LoRa modem: waits for a preamble and follows a packet to its end. SX1276 datasheet,
 * sections 4.1.1.6 (packet structure) and 4.1.6; SX1261/2 datasheet, section 6.1.
 *
 * A preamble is detected after five of its symbols have passed inside the window. When the window ends, and
 * whether a receiver goes on after a packet, its chip decides: it has the timers.
 */
import {
  type Air,
  type Arrival,
  isLora,
  type LoraModulation,
  type LoraTransmission,
  preambleWithSyncSymbols,
  sameChannel,
  symbolUs,
} from "../../../air/index.ts";
import type { Clock, Timer } from "../../../clock/index.ts";

/** Symbols of a preamble that must lie inside the window. */
const DETECTION_SYMBOLS = 5;
/** The explicit header fills the first block of the payload: 8 symbols at 4/8. */
const HEADER_SYMBOLS = 8;

/** What a receiver listens for. */
export interface ReceiverSettings extends LoraModulation {
  readonly syncWord: number;
  readonly rxInverted: boolean;
  /** Octets of a packet with implicit header. */
  readonly payloadLength: number;
  /** A longer packet with explicit header is not received. */
  readonly maxPayloadLength: number;
}

type LoraArrival = Arrival<LoraTransmission>;

export interface ReceivedPacket {
  readonly arrival: LoraArrival;
  readonly payload: Uint8Array;
  readonly intact: boolean;
  /** Whether the payload carries a CRC by which a broken one is noticed. */
  readonly crc: boolean;
}

/** Called with the instant, since a board may have run ahead of it. */
export interface DemodulatorEvents {
  /** A preamble was detected: a packet is followed from now on. */
  preamble(atNs: number): void;
  /** An explicit header was understood. */
  header(packet: { codingRate: number; crc: boolean }, atNs: number): void;
  packet(packet: ReceivedPacket, atNs: number): void;
  /**
   * The packet is not for this receiver: it has another sync word, its header is not understood or announces too
   * much, or its transmitter gave up.
   */
  lost(cause: "sync word" | "header" | "signal", atNs: number): void;
}

interface Window {
  readonly settings: ReceiverSettings;
  readonly frequencyHz: number;
  openNs: number;
}

export class Demodulator {
  readonly #air: Air;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #events: DemodulatorEvents;
  readonly #timers = new Set<Timer>();
  #window: Window | undefined;
  #locked: LoraArrival | undefined;
  #progress: "searching" | "detected" | "synchronized" | "header" = "searching";

  constructor(options: { air: Air; clock: Clock; name: string; events: DemodulatorEvents }) {
    this.#air = options.air;
    this.#clock = options.clock;
    this.#name = options.name;
    this.#events = options.events;
    options.air.attach({ name: options.name, arriving: (arrival) => this.#consider(arrival) });
  }

  /** What of a packet has been found so far. */
  get progress(): "searching" | "detected" | "synchronized" | "header" {
    return this.#progress;
  }

  /** Listens from `openNs` on, also for packets that are in their preamble by then. */
  start(settings: ReceiverSettings, frequencyHz: number, openNs: number): void {
    this.#window = { settings, frequencyHz, openNs };
    for (const arrival of this.#air.arrivals(this.#name, openNs)) this.#consider(arrival);
  }

  /** Listens no more. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#window = undefined;
    this.#unlock();
  }

  /** Listens for the next packet from `atNs` on in the same window, unless it was closed or replaced. */
  #listenAgain(window: Window | undefined, atNs: number): void {
    if (window === undefined || window !== this.#window) return;
    window.openNs = atNs;
    for (const arrival of this.#air.arrivals(this.#name, atNs)) this.#consider(arrival);
  }

  #consider(arrival: Arrival): void {
    if (this.#window === undefined || !isLora(arrival) || !this.#audible(arrival)) return;
    const { transmission } = arrival;
    const symbolNs = symbolUs(transmission) * 1000;
    const heardFromNs = Math.max(this.#window.openNs, transmission.startNs);
    const detectedNs = Math.round(heardFromNs + DETECTION_SYMBOLS * symbolNs);
    const preambleEndNs = Math.round(transmission.startNs + transmission.preambleSymbols * symbolNs);
    if (detectedNs <= preambleEndNs) this.#at(detectedNs, () => this.#lock(arrival, detectedNs));
  }

  /** Whether the window's chirps correlate with these. */
  #audible(arrival: LoraArrival): boolean {
    if (this.#window === undefined) return false;
    const { settings, frequencyHz } = this.#window;
    const { transmission } = arrival;
    return (
      arrival.detectable &&
      sameChannel(arrival, { frequencyHz, bandwidthHz: settings.bandwidthHz }) &&
      transmission.spreadingFactor === settings.spreadingFactor &&
      transmission.iqInverted === settings.rxInverted
    );
  }

  #lock(arrival: LoraArrival, atNs: number): void {
    if (this.#locked !== undefined) return;
    this.#locked = arrival;
    this.#progress = "detected";
    const { transmission } = arrival;
    const { startNs, endNs } = transmission;
    const symbolNs = symbolUs(transmission) * 1000;
    const syncNs = Math.round(startNs + preambleWithSyncSymbols(transmission) * symbolNs);
    const headerNs = Math.min(Math.round(syncNs + HEADER_SYMBOLS * symbolNs), endNs);
    this.#at(syncNs, () => {
      if (!this.#understands(arrival)) this.#lose("sync word", syncNs);
      else {
        this.#progress = "synchronized";
        this.#at(headerNs, () => this.#header(arrival, headerNs));
      }
    });
    this.#events.preamble(atNs);
  }

  /** Whether what follows the preamble is what the window waits for. */
  #understands({ transmission }: LoraArrival): boolean {
    const settings = this.#window?.settings;
    return (
      transmission.syncWord === settings?.syncWord &&
      (transmission.extendedSync === true) === (settings.extendedSync === true)
    );
  }

  #header(arrival: LoraArrival, atNs: number): void {
    const { implicitHeader, payload, codingRate, crc, endNs } = arrival.transmission;
    const settings = this.#window?.settings;
    if (settings === undefined) return;
    const tooLong = !implicitHeader && payload.length > settings.maxPayloadLength;
    if (implicitHeader !== settings.implicitHeader || tooLong) {
      this.#lose("header", atNs);
      return;
    }
    this.#at(endNs, () => this.#complete(arrival));
    if (implicitHeader) return;
    this.#progress = "header";
    this.#events.header({ codingRate, crc }, atNs);
  }

  #complete(arrival: LoraArrival): void {
    const { transmission } = arrival;
    const window = this.#window;
    const outcome = this.#air.outcome(arrival);
    if (window === undefined || outcome === undefined) {
      this.#lose("signal", transmission.endNs);
      return;
    }
    const { settings } = window;
    let { intact, payload } = outcome;
    if (transmission.lowDataRateOptimize !== settings.lowDataRateOptimize) intact = false;
    if (settings.implicitHeader) {
      // Nothing on the air says how the payload is made: it comes out as the settings say.
      const agreed =
        transmission.payload.length === settings.payloadLength &&
        transmission.codingRate === settings.codingRate &&
        transmission.crc === settings.crc;
      if (!agreed) {
        intact = false;
        payload = Uint8Array.from({ length: settings.payloadLength }, (_, index) => payload[index] ?? 0);
      }
    }
    const crc = settings.implicitHeader ? settings.crc : transmission.crc;
    this.#unlock();
    this.#events.packet({ arrival, payload, intact, crc }, transmission.endNs);
    this.#listenAgain(window, transmission.endNs);
  }

  #lose(cause: "sync word" | "header" | "signal", atNs: number): void {
    const window = this.#window;
    this.#unlock();
    this.#events.lost(cause, atNs);
    this.#listenAgain(window, atNs);
  }

  #unlock(): void {
    this.#locked = undefined;
    this.#progress = "searching";
  }

  #at(atNs: number, action: () => void): void {
    const timer = this.#clock.at(atNs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}
