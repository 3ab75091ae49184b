/**
 * One reception over time: the demodulator, and the two timers that end a window. SX1261/2 datasheet, sections
 * 13.1.5 (SetRx), 13.1.8 (StopTimerOnPreamble) and 13.4.9 (SetLoRaSymbNumTimeout).
 *
 * The symbol time-out waits for a preamble. The timer of SetRx, which is that of the RTC, waits for an explicit
 * header, or for a preamble where the host wants that. A packet for somebody else is passed over: the timer runs on.
 */
import type { Air } from "../../../air/index.ts";
import type { Clock } from "../../../clock/index.ts";
import { Demodulator, type ReceivedPacket, type ReceiverSettings, WindowTimer } from "../lora/index.ts";

export interface ReceptionWindow {
  readonly settings: ReceiverSettings;
  readonly frequencyHz: number;
  readonly openNs: number;
  /** From the opening on; Infinity for never. */
  readonly timeoutNs: number;
  readonly symbolTimeoutNs: number;
  readonly stopTimerOnPreamble: boolean;
}

/** Called with the instant, since a board may have run ahead of it. */
export interface ReceptionEvents {
  preamble(atNs: number): void;
  header(packet: { codingRate: number; crc: boolean }, atNs: number): void;
  /** The header was not understood, or announced more octets than the host takes. */
  headerError(atNs: number): void;
  packet(packet: ReceivedPacket, atNs: number): void;
  /** The transmitter gave up in the midst of its packet. */
  brokenOff(atNs: number): void;
  timeout(atNs: number): void;
}

export class Reception {
  readonly #demodulator: Demodulator;
  readonly #events: ReceptionEvents;
  readonly #timer: WindowTimer;
  readonly #symbolTimer: WindowTimer;
  /** When the timer of SetRx expires; undefined while it does not run. */
  #timerEndNs: number | undefined;
  #stopTimerOnPreamble = false;

  constructor(options: { air: Air; clock: Clock; name: string; events: ReceptionEvents }) {
    const { air, clock, name, events } = options;
    this.#events = events;
    this.#timer = new WindowTimer(clock);
    this.#symbolTimer = new WindowTimer(clock);
    this.#demodulator = new Demodulator({
      air,
      clock,
      name,
      events: {
        preamble: (atNs) => {
          this.#symbolTimer.cancel();
          if (this.#stopTimerOnPreamble) this.#stopTimer();
          events.preamble(atNs);
        },
        header: (header, atNs) => {
          this.#stopTimer();
          events.header(header, atNs);
        },
        packet: (packet, atNs) => events.packet(packet, atNs),
        lost: (cause, atNs) => {
          if (cause === "header") events.headerError(atNs);
          if (cause === "signal") events.brokenOff(atNs);
        },
      },
    });
  }

  open(window: ReceptionWindow): void {
    const { settings, frequencyHz, openNs, timeoutNs, symbolTimeoutNs } = window;
    this.#stopTimerOnPreamble = window.stopTimerOnPreamble;
    this.expireAt(openNs + timeoutNs);
    this.#symbolTimer.start(openNs + symbolTimeoutNs, (atNs) => this.#events.timeout(atNs));
    this.#demodulator.start(settings, frequencyHz, openNs);
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
    this.#demodulator.stop();
    this.#symbolTimer.cancel();
    this.#stopTimer();
  }

  #stopTimer(): void {
    this.#timer.cancel();
    this.#timerEndNs = undefined;
  }
}
