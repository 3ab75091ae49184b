/**
 * One reception over time: the demodulator, and the timers that end a window. SX1261/2 datasheet, sections
 * 13.1.5 (SetRx), 13.1.8 (StopTimerOnPreamble) and 13.4.9 (SetLoRaSymbNumTimeout).
 *
 * The symbol time-out, of LoRa only, waits for a preamble. The timer of SetRx, which is that of the RTC, waits for an
 * explicit header or the sync word of GFSK, or for a preamble where the host wants that. A packet for somebody else is
 * passed over: of LoRa the timer runs on, of GFSK it was stopped by the sync word.
 */
import type { Air, Arrival } from "../../../air/index.ts";
import type { Clock } from "../../../clock/index.ts";
import { FskDemodulator, type FskReceiverSettings, type ReceivedFskPacket } from "../fsk/index.ts";
import { Demodulator, type ReceiverSettings, WindowTimer } from "../lora/index.ts";
import { GfskStatus } from "./chip-state.ts";

/** What is listened for. */
export type Listening =
  | {
      readonly modem: "lora";
      readonly settings: ReceiverSettings;
      readonly frequencyHz: number;
      readonly symbolTimeoutNs: number;
    }
  | {
      readonly modem: "gfsk";
      readonly settings: FskReceiverSettings;
      /** What the first octet of a payload may be; anything where not given. */
      readonly addresses: readonly number[] | undefined;
    };

export type ReceptionWindow = Listening & {
  readonly openNs: number;
  /** From the opening on; Infinity for never. */
  readonly timeoutNs: number;
  readonly stopTimerOnPreamble: boolean;
};

export interface HeardPacket {
  readonly arrival: Arrival;
  readonly payload: Uint8Array;
  readonly crcError: boolean;
}

/** Called with the instant, since a board may have run ahead of it. */
export interface ReceptionEvents {
  preamble(atNs: number): void;
  /** Of GFSK. */
  syncWord(rssiDbm: number, atNs: number): void;
  /** Of LoRa. */
  header(packet: { codingRate: number; crc: boolean }, atNs: number): void;
  /** The header was not understood, or announced more octets than the host takes. */
  headerError(atNs: number): void;
  /** A packet of GFSK has another address, or is longer than the host takes: `flag` of GfskStatus. */
  refused(flag: number): void;
  packet(packet: HeardPacket, atNs: number): void;
  /** The transmitter gave up in the midst of its packet. */
  brokenOff(atNs: number): void;
  timeout(atNs: number): void;
}

export class Reception {
  readonly #lora: Demodulator;
  readonly #gfsk: FskDemodulator;
  readonly #events: ReceptionEvents;
  readonly #timer: WindowTimer;
  readonly #symbolTimer: WindowTimer;
  /** When the timer of SetRx expires; undefined while it does not run. */
  #timerEndNs: number | undefined;
  #stopTimerOnPreamble = false;
  #addresses: readonly number[] | undefined;

  constructor(options: { air: Air; clock: Clock; name: string; events: ReceptionEvents }) {
    const { air, clock, name, events } = options;
    this.#events = events;
    this.#timer = new WindowTimer(clock);
    this.#symbolTimer = new WindowTimer(clock);
    this.#lora = new Demodulator({
      air,
      clock,
      name,
      events: {
        preamble: (atNs) => this.#preambleDetected(atNs),
        header: (header, atNs) => {
          this.#stopTimer();
          events.header(header, atNs);
        },
        packet: ({ arrival, payload, crc, intact }, atNs) =>
          events.packet({ arrival, payload, crcError: crc && !intact }, atNs),
        lost: (cause, atNs) => {
          if (cause === "header") events.headerError(atNs);
          if (cause === "signal") events.brokenOff(atNs);
        },
      },
    });
    this.#gfsk = new FskDemodulator({
      air,
      clock,
      name,
      events: {
        preamble: (_arrival, atNs) => this.#preambleDetected(atNs),
        sync: ({ rssiDbm }, atNs) => {
          this.#stopTimer();
          events.syncWord(rssiDbm, atNs);
        },
        packet: (packet, atNs) => this.#gfskPacketReceived(packet, atNs),
        tooLong: () => events.refused(GfskStatus.LengthError),
      },
    });
  }

  open(window: ReceptionWindow): void {
    const { openNs, timeoutNs } = window;
    this.#stopTimerOnPreamble = window.stopTimerOnPreamble;
    this.expireAt(openNs + timeoutNs);
    if (window.modem === "lora") {
      this.#symbolTimer.start(openNs + window.symbolTimeoutNs, (atNs) => this.#events.timeout(atNs));
      this.#lora.start(window.settings, window.frequencyHz, openNs);
    } else {
      this.#addresses = window.addresses;
      this.#gfsk.start(window.settings, openNs);
    }
  }

  /** Starts the timer of SetRx anew. */
  expireAt(atNs: number): void {
    this.#timerEndNs = atNs === Number.POSITIVE_INFINITY ? undefined : atNs;
    this.#timer.start(atNs, (expiredNs) => {
      this.#timerEndNs = undefined;
      this.#events.timeout(expiredNs);
    });
  }

  /** When the timer of SetRx expires; undefined while it does not run. */
  get timerEndNs(): number | undefined {
    return this.#timerEndNs;
  }

  close(): void {
    this.#lora.stop();
    this.#gfsk.stop();
    this.#symbolTimer.cancel();
    this.#stopTimer();
  }

  #preambleDetected(atNs: number): void {
    this.#symbolTimer.cancel();
    if (this.#stopTimerOnPreamble) this.#stopTimer();
    this.#events.preamble(atNs);
  }

  #gfskPacketReceived({ arrival, payload, crcGood }: ReceivedFskPacket, atNs: number): void {
    if (this.#addresses?.includes(payload[0]) === false) this.#events.refused(GfskStatus.AddressError);
    else this.#events.packet({ arrival, payload, crcError: crcGood === false }, atNs);
  }

  #stopTimer(): void {
    this.#timer.cancel();
    this.#timerEndNs = undefined;
  }
}
