/** A radio chip as a board sees it (bus and pins) and as the rig sees it (what it did on the air, and when). */

export type Dio = 0 | 1 | 2 | 3 | 4 | 5;

/** What a board wires to its SPI bus and pins. */
export interface RadioChip {
  /** NSS low (true) or high. */
  select(selected: boolean): void;
  /** Exchanges one octet. A chip that is not selected leaves the line alone and returns 0. */
  transfer(out: number): number;
  /** The reset line at its level (true) or released. */
  reset(asserted: boolean): void;
  /** The level at which the reset line resets the chip: low if not given. */
  readonly resetLevel?: boolean;
  /** Calls `listener` at each change of a DIO line. All lines are low at first. */
  onDio(listener: (dio: Dio, level: boolean) => void): void;
  /** The level of BUSY, where the chip has that line. */
  readonly busy?: boolean;
  /** Calls `listener` at each change of BUSY. */
  onBusy?(listener: (level: boolean) => void): void;
}

/**
 * What a chip does, as its supply current tells: start-up and the synthesizer alone are standby, detection of activity
 * is reception.
 */
export type RadioState = "sleep" | "standby" | "receive" | "transmit";

/** Where on the air an event took place. */
export type RadioChannel = LoraChannel | FskChannel;

export interface LoraChannel {
  readonly frequencyHz: number;
  readonly bandwidthHz: number;
  readonly spreadingFactor: number;
  readonly bitRate?: undefined;
}

export interface FskChannel {
  readonly frequencyHz: number;
  /** Of a transmission, what it occupies; of a reception, the width of the channel filter. */
  readonly bandwidthHz: number;
  readonly bitRate: number;
  readonly spreadingFactor?: undefined;
}

/**
 * What the radio did on the air. `rx-open` is when the receiver hears, after oscillator and PLL have
 * started; `tx-start` is the begin of the preamble.
 */
export type RadioEvent = CarrierEvent | PacketEvent;

/** A carrier without modulation begins or ends: the continuous wave of tests. */
export interface CarrierEvent {
  readonly type: "carrier-start" | "carrier-end";
  readonly atNs: number;
  readonly frequencyHz: number;
  readonly powerDbm: number;
  readonly spreadingFactor?: undefined;
}

type PacketEvent = RadioChannel & { readonly atNs: number } & (
    | { readonly type: "tx-start"; readonly powerDbm: number; readonly payload: Uint8Array }
    | { readonly type: "tx-done" | "tx-aborted" | "rx-open" | "rx-close" | "rx-timeout" }
    | {
        readonly type: "rx-done";
        readonly payload: Uint8Array;
        readonly crcError: boolean;
        readonly rssiDbm: number;
        readonly snrDb: number;
      }
    | { readonly type: "cad-done"; readonly detected: boolean }
  );
