/**
 * The times of a station: its monotonic microseconds, xtime of its radios, and GPS time, which it has either from its own PPS
 * and a server that tells it the second, or from the server alone. timesync.c.
 */
import type { Clock } from "../../clock/index.ts";
import type { Counter } from "../counter.ts";
import type { Gps } from "../gps.ts";
import { formXtime, splitXtime } from "./xtime.ts";

const SECOND_US = 1_000_000;
/** A round trip that takes longer tells nothing. */
const LONGEST_ROUND_TRIP_US = 2 * SECOND_US;

export class StationClock {
  readonly #clock: Clock;
  readonly #counter: Counter;
  /** Where in a second of `us` the PPS is; undefined: there is none. */
  readonly #ppsUs: number | undefined;
  readonly #session: number;
  readonly #startUs: number;
  /** To be added to `us`. */
  #gpsOffsetUs: number | undefined;
  /** The server's time in seconds, and when it was told. */
  #mux: { readonly time: number; readonly atUs: number } | undefined;

  /** A new session of the radios, which begins now. `session`: 1 to 255. */
  constructor(clock: Clock, counter: Counter, gps: Gps | undefined, session: number) {
    this.#clock = clock;
    this.#counter = counter;
    this.#session = session;
    this.#startUs = this.us;
    this.#ppsUs = gps && modulo(counter.usAt(0) - gps.zeroMs * 1000, SECOND_US);
  }

  get us(): number {
    return this.#counter.usAt(this.#clock.nowNs());
  }

  get hasPps(): boolean {
    return this.#ppsUs !== undefined;
  }

  get knowsGpsTime(): boolean {
    return this.#gpsOffsetUs !== undefined;
  }

  /** Milliseconds of GPS time at the clock's zero; undefined: not known. */
  get gpsZeroMs(): number | undefined {
    return this.#gpsOffsetUs === undefined ? undefined : (this.#gpsOffsetUs + this.#counter.usAt(0)) / 1000;
  }

  xtime(ns: number): bigint {
    return formXtime({ radio: 0, session: this.#session, us: this.#counter.usAt(ns) - this.#startUs });
  }

  /** The instant of an xtime; undefined if it is of another session. */
  nsOf(xtime: bigint): number | undefined {
    const { radio, session, us } = splitXtime(xtime);
    return radio === 0 && session === this.#session ? this.#counter.nsAt(us + this.#startUs) : undefined;
  }

  /** Microseconds of GPS time; 0: not known. */
  gpstime(ns: number): number {
    return this.#gpsOffsetUs === undefined ? 0 : this.#counter.usAt(ns) + this.#gpsOffsetUs;
  }

  nsOfGps(gpstime: number): number | undefined {
    return this.#gpsOffsetUs === undefined ? undefined : this.#counter.nsAt(gpstime - this.#gpsOffsetUs);
  }

  /** The server's own time in seconds, as far as it has told; 0 if it has not. */
  muxTime(): number {
    return this.#mux === undefined ? 0 : this.#mux.time + (this.us - this.#mux.atUs) / SECOND_US;
  }

  setMuxTime(time: number | undefined): void {
    if (time !== undefined) this.#mux = { time, atUs: this.us };
  }

  /** A server that keeps GPS time for a station without PPS. False: it names an xtime of another session. */
  set(xtime: bigint, gpstime: number): boolean {
    const ns = this.nsOf(xtime);
    if (ns === undefined) return false;
    this.#gpsOffsetUs = gpstime - this.#counter.usAt(ns);
    return true;
  }

  /**
   * The server's answer to `txtime` says what GPS time was somewhere between then and now. The PPS says where seconds begin;
   * if that leaves one second only, GPS time is known. True once it is.
   */
  answer(txtime: number, gpstime: number): boolean {
    if (this.#gpsOffsetUs !== undefined) return true;
    const rxtime = this.us;
    if (this.#ppsUs === undefined || txtime > rxtime || rxtime - txtime >= LONGEST_ROUND_TRIP_US)
      return false;
    const [fromUs, toUs] = [txtime - this.#ppsUs, rxtime - this.#ppsUs];
    const inSecondUs = gpstime % SECOND_US;
    const candidates: number[] = [];
    for (let second = Math.floor(fromUs / SECOND_US); second <= Math.floor(toUs / SECOND_US); second++) {
      const us = second * SECOND_US + inSecondUs;
      if (us >= fromUs && us <= toUs) candidates.push(second * SECOND_US + this.#ppsUs);
    }
    if (candidates.length !== 1) return false;
    this.#gpsOffsetUs = gpstime - inSecondUs - candidates[0];
    return true;
  }
}

function modulo(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}
