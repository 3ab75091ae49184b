/**
 * What the transmitter, the receiver and the activity detector of the LoRa modem ask of the mode machine, which alone
 * changes modes.
 */
import type { Air } from "../../../air/index.ts";
import type { Clock } from "../../../clock/index.ts";
import type { RadioEvent } from "../radio-chip.ts";
import type { ChipState } from "./chip-state.ts";
import type { Tcxo } from "./oscillator.ts";

/** The chip as a station on the air. */
export interface Station {
  readonly clock: Clock;
  readonly air: Air;
  readonly name: string;
  readonly tcxo?: Tcxo;
  /** Misuse, in words. */
  readonly report: (faults: readonly string[]) => void;
  readonly onEvent: (event: RadioEvent) => void;
}

export interface ModeControl {
  readonly chip: ChipState;
  /** Runs `action` when the mode is reached, at once if that is now. */
  reachAt(readyNs: number, nowNs: number, action: () => void): void;
  /** What begins or ends next in the present mode; leaving that calls it off. */
  at(atNs: number, action: () => void): void;
  /** The synthesizer is on the channel. */
  lock(): void;
  /** The modem has done what its mode was for. */
  returnToStandby(): void;
  /** Flags of RegIrqFlags. */
  raise(flags: number): void;
}
