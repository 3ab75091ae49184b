/**
 * The receive side of the LoRa modem: waits for a preamble, follows a packet to its end, gives up after
 * the symbol time-out. Datasheet sections 4.1.1.6 (packet structure) and 4.1.6 (RX single and continuous).
 *
 * A preamble is detected after five of its symbols have passed inside the window; from then on the
 * time-out no longer counts. A packet that turns out not to be for this receiver (sync word, header)
 * ends a single reception with RxTimeout, as the datasheet says of a lost signal, and a continuous one
 * goes on waiting.
 */
import {
  type Air,
  type Arrival,
  preambleWithSyncSymbols,
  sameChannel,
  symbolUs,
} from "../../../air/index.ts";
import type { Clock, Timer } from "../../../clock/index.ts";
import type { ModemSettings } from "./modem-settings.ts";

/** Symbols of a preamble that must lie inside the window. */
const DETECTION_SYMBOLS = 5;
/** The explicit header fills the first block of the payload: 8 symbols at 4/8. */
const HEADER_SYMBOLS = 8;

/** RegModemStat 4:0. */
export const ModemStatus = {
  Clear: 0x10,
  HeaderValid: 0x08,
  RxOngoing: 0x04,
  Synchronized: 0x02,
  Detected: 0x01,
} as const;

export interface ReceivedPacket {
  readonly arrival: Arrival;
  readonly payload: Uint8Array;
  readonly intact: boolean;
  /** Whether the payload carries a CRC by which a broken one is noticed. */
  readonly crc: boolean;
}

/** Called with the instant, since a board may have run ahead of it. */
export interface DemodulatorEvents {
  header(packet: { codingRate: number; crc: boolean }, atNs: number): void;
  packet(packet: ReceivedPacket, atNs: number): void;
  timeout(atNs: number): void;
}

export class Demodulator {
  readonly #air: Air;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #events: DemodulatorEvents;
  readonly #timers = new Set<Timer>();
  #window:
    | { settings: ModemSettings; frequencyHz: number; single: boolean; openNs: number; timeoutNs: number }
    | undefined;
  #timeout: Timer | undefined;
  #locked: Arrival | undefined;
  #status: number = ModemStatus.Clear;

  constructor(options: { air: Air; clock: Clock; name: string; events: DemodulatorEvents }) {
    this.#air = options.air;
    this.#clock = options.clock;
    this.#name = options.name;
    this.#events = options.events;
    options.air.attach({ name: options.name, arriving: (arrival) => this.#consider(arrival) });
  }

  /** RegModemStat 4:0. */
  get status(): number {
    return this.#status;
  }

  /** Opens the window at `openNs`, also for packets that are in their preamble by then. */
  start(settings: ModemSettings, frequencyHz: number, single: boolean, openNs: number): void {
    const timeoutNs = single
      ? openNs + Math.round(settings.symbolTimeout * symbolUs(settings) * 1000)
      : Number.POSITIVE_INFINITY;
    this.#window = { settings, frequencyHz, single, openNs, timeoutNs };
    if (single) {
      // Twice over the clock: a preamble that is complete at this very instant still counts.
      this.#timeout = this.#at(timeoutNs, () => {
        this.#timeout = this.#at(timeoutNs, () => this.#end(timeoutNs));
      });
    }
    for (const arrival of this.#air.arrivals(this.#name, openNs)) this.#consider(arrival);
  }

  /** Closes the window without a word. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#window = undefined;
    this.#unlock();
  }

  #consider(arrival: Arrival): void {
    const { transmission } = arrival;
    if (this.#window === undefined || !this.#audible(arrival)) return;
    const symbolNs = symbolUs(transmission) * 1000;
    const heardFromNs = Math.max(this.#window.openNs, transmission.startNs);
    const detectedNs = Math.round(heardFromNs + DETECTION_SYMBOLS * symbolNs);
    const preambleEndNs = Math.round(transmission.startNs + transmission.preambleSymbols * symbolNs);
    if (detectedNs > preambleEndNs || detectedNs > this.#window.timeoutNs) return;
    this.#at(detectedNs, () => this.#lock(arrival));
  }

  /** Whether the window's chirps correlate with these. */
  #audible(arrival: Arrival): boolean {
    if (this.#window === undefined) return false;
    const { settings, frequencyHz } = this.#window;
    const { transmission } = arrival;
    return (
      arrival.detectable &&
      sameChannel(transmission, { frequencyHz, bandwidthHz: settings.bandwidthHz }) &&
      transmission.spreadingFactor === settings.spreadingFactor &&
      transmission.iqInverted === settings.rxInverted
    );
  }

  #lock(arrival: Arrival): void {
    if (this.#locked !== undefined) return;
    this.#locked = arrival;
    this.#timeout?.cancel();
    this.#status = ModemStatus.Detected | ModemStatus.RxOngoing;
    const { startNs, preambleSymbols, endNs } = arrival.transmission;
    const symbolNs = symbolUs(arrival.transmission) * 1000;
    const syncNs = Math.round(startNs + preambleWithSyncSymbols(preambleSymbols) * symbolNs);
    const headerNs = Math.min(Math.round(syncNs + HEADER_SYMBOLS * symbolNs), endNs);
    this.#at(syncNs, () => {
      if (arrival.transmission.syncWord !== this.#window?.settings.syncWord) this.#lose(syncNs);
      else {
        this.#status |= ModemStatus.Synchronized;
        this.#at(headerNs, () => this.#header(arrival, headerNs));
      }
    });
  }

  #header(arrival: Arrival, atNs: number): void {
    const { implicitHeader, payload, codingRate, crc, endNs } = arrival.transmission;
    const settings = this.#window?.settings;
    if (settings === undefined) return;
    const tooLong = !implicitHeader && payload.length > settings.maxPayloadLength;
    if (implicitHeader !== settings.implicitHeader || tooLong) {
      this.#lose(atNs);
      return;
    }
    if (!implicitHeader) {
      this.#status |= ModemStatus.HeaderValid;
      this.#events.header({ codingRate, crc }, atNs);
    }
    this.#at(endNs, () => this.#complete(arrival));
  }

  #complete(arrival: Arrival): void {
    const { transmission } = arrival;
    const settings = this.#window?.settings;
    const outcome = this.#air.outcome(arrival);
    if (settings === undefined || outcome === undefined) {
      this.#lose(transmission.endNs);
      return;
    }
    let { intact, payload } = outcome;
    if (transmission.lowDataRateOptimize !== settings.lowDataRateOptimize) intact = false;
    if (settings.implicitHeader) {
      // Nothing on the air says how the payload is made: it comes out as the registers say.
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
    const single = this.#window?.single === true;
    if (single) this.stop();
    else this.#unlock();
    this.#events.packet({ arrival, payload, intact, crc }, transmission.endNs);
    if (!single) this.#listenAgain(transmission.endNs);
  }

  #lose(atNs: number): void {
    if (this.#window?.single) this.#end(atNs);
    else {
      this.#unlock();
      this.#listenAgain(atNs);
    }
  }

  #end(atNs: number): void {
    this.stop();
    this.#events.timeout(atNs);
  }

  #listenAgain(atNs: number): void {
    if (this.#window === undefined) return;
    this.#window.openNs = atNs;
    for (const arrival of this.#air.arrivals(this.#name, atNs)) this.#consider(arrival);
  }

  #unlock(): void {
    this.#locked = undefined;
    this.#status = ModemStatus.Clear;
  }

  #at(atNs: number, action: () => void): Timer {
    const timer = this.#clock.at(atNs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
    return timer;
  }
}
