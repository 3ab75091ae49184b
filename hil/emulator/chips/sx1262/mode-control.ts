/** What the transmitter, the receiver and the activity detector ask of the mode machine, which alone changes modes. */
import type { Air } from "../../../air/index.ts";
import type { Clock } from "../../../clock/index.ts";
import type { RadioEvent } from "../radio-chip.ts";
import type { BoardTraits } from "./board-traits.ts";
import type { BusyLine } from "./busy-line.ts";
import type { ChipMode } from "./chip-mode.ts";
import type { ChipState } from "./chip-state.ts";
import type { Readiness, Ready } from "./readiness.ts";

/** The chip as a station on the air. */
export interface Station {
  readonly clock: Clock;
  readonly air: Air;
  readonly name: string;
  readonly board: BoardTraits;
  /** Misuse, in words. */
  readonly report: (fault: string) => void;
  readonly onEvent: (event: RadioEvent) => void;
}

export interface ModeControl {
  readonly chip: ChipState;
  readonly busy: BusyLine;
  /** Leaves the present mode for one on the air and says when that is reached, a ramp not counted; undefined: never. */
  enter(mode: "RX" | "TX", command: string, nowNs: number): number | undefined;
  /** Changes the mode without a command. */
  become(mode: ChipMode): void;
  /** The modem has done what its mode was for. */
  fallBack(): void;
  /** Sleep between two windows. */
  doze(): void;
  /** What begins or ends next in the present mode; leaving that calls it off. */
  at(atNs: number, action: () => void): void;
  raise(flags: number, commandStatus?: number): void;
  /** The switch of the antenna changed. */
  signal(): void;
  /** A command that cannot be carried out now. */
  fail(fault: string): void;
  /** Reports the faults. What is not ready has failed. */
  checked(readiness: Readiness): Ready | undefined;
}
