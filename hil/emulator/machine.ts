/** Emulated boards, seen from the rig: a program that runs, a store, a console and a radio on its pins. */
import type { Clock, SteppedMachine, VirtualClock } from "../clock/index.ts";
import type { RadioChip } from "./chips/index.ts";
import type { Finding } from "./finding.ts";
import type { Watchpoints } from "./watchpoints.ts";

/**
 * Where in a write to the store the power goes. Before it the old contents stay, after it the new ones are there; an
 * instant in the course of it leaves what the memory holds then.
 */
export type CutPhase = "before" | "during" | "after";

/** The pins that the radio hangs on, as the board's documents name them: "PB2" of a processor, "D8" of a module. */
export interface RadioPins {
  readonly radioSelect: string;
  readonly radioReset: string;
  /** Of an SX127x. */
  readonly dio0?: string;
  readonly dio1: string;
  /** Of an SX126x. */
  readonly busy?: string;
}

export interface MachineOptions {
  readonly clock: VirtualClock;
  /** What the processor's clock really runs at: the nominal rate and this board's error. */
  readonly clockHz: number;
  /** By how much this board's crystal is off, for a processor that has several clocks. None if not given. */
  readonly clockErrorPpm?: number;
  /**
   * Of an AVR, in hexadecimal: which oscillator it has, and how long that takes to start. That of a crystal if not
   * given.
   */
  readonly lowFuse?: string;
  /** By how much the oscillator of this very AVR's watchdog is off: 0.07 is 7 % too fast. None if not given. */
  readonly watchdogError?: number;
  /** Contents of the flash from its first address. */
  readonly flash: Uint8Array;
  /** Octets of flash on the board, where the processor has none of its own. */
  readonly flashBytes?: number;
  /** The contents of the store, which the machine reads and writes in place. */
  readonly eeprom: Uint8Array;
  /** The first data address after the variables: a stack below it is reported. */
  readonly ramEnd: number;
  /** 0..1, seeded: what the store holds where the power goes in the midst of a write. Evenly spread if not given. */
  readonly random?: () => number;
  /** The rate that the console is read at: a transmission at another one is reported. */
  readonly consoleBaud?: number;
  /** Receives each misuse by the firmware once for each place in the program. */
  readonly onFinding?: (finding: Finding) => void;
}

/**
 * A machine is the clock of its own chips: `nowNs` is the time that its program has reached, which may
 * lie ahead of the shared clock, and `at` puts an action on the shared clock and ends the running slice there.
 */
export interface Machine extends SteppedMachine, Clock {
  /** The live contents of the store: what the program has written, and what it will read. */
  readonly eeprom: Uint8Array;
  /** Calls `listener` with each octet that the program sends to its console. */
  onConsole(listener: (octet: number) => void): void;
  /** Somebody types at its console, from now on: the octets come at the rate of the line. */
  consoleInput(octets: Uint8Array): void;
  attachRadio(chip: RadioChip, pins: RadioPins): void;
  /** A misuse that a chip of the board has noticed: a finding with the place in the program that is under way. */
  report(message: string): void;
  readonly powered: boolean;
  /**
   * Power goes, now: the program stops where it is and the radio forgets everything. The store stays, as torn as a
   * write that is under way leaves it.
   */
  powerOff(): void;
  /** Power comes back: the program starts anew, with nothing left in RAM. */
  powerOn(): void;
  /**
   * The supply dips so far that the processor is reset, but not the radio; a write to the store is torn. Undefined where
   * that is not modelled.
   */
  brownOut?(): void;
  /** Cuts the power at the `count`th write to the store from now, 1 being the next. */
  cutPowerAtStoreWrite(count: number, phase: CutPhase): void;
}

/** A processor as a debugger sees it, between two instructions. Addresses and registers are those of its GDB. */
export interface DebugPort {
  /** Addresses of instructions that the program stands still before. */
  readonly breakpoints: Set<number>;
  /** Places that the program stands still behind a change of. */
  readonly watchpoints: Watchpoints;
  /** The program stands still after its next instruction. */
  stepping: boolean;
  /**
   * Called when the program stands still, once: the machine goes on when it is told to run again. `changed`: the
   * watched place that it stands still for.
   */
  onStop: (changed?: number) => void;
  /** Where each register lies in `readRegisters()`: first octet and number of octets, in GDB's order. */
  readonly registerRuns: readonly (readonly [start: number, length: number])[];
  readRegisters(): Uint8Array;
  /** What GDB is told of the registers, where it cannot know them by itself: XML without `#`, `$`, `*` and `}`. */
  readonly targetDescription?: string;
  /** All registers, as `readRegisters` gives them. */
  writeRegisters(octets: Uint8Array): void;
  /** Undefined where there is no such memory. */
  readMemory(address: number, length: number): Uint8Array | undefined;
  /** Whether the memory is there and can be written. */
  writeMemory(address: number, octets: Uint8Array): boolean;
}

/**
 * Nanoseconds that a processor was asleep: in idle its clock runs on, in power-down it stands, or that of an AVR starts
 * up again.
 */
export interface SleepTimes {
  readonly idle: number;
  readonly powerDown: number;
}

/** A machine whose program is an image in the flash of a processor. */
export interface ProcessorMachine extends Machine {
  /** From the first use on a slice ends where the program is to stand still. It runs slower then. */
  readonly debugPort: DebugPort;
  /** The contents of the SRAM from a data address on. Throws RangeError outside the SRAM. */
  readRam(address: number, length: number): Uint8Array;
  /** Whether the store is erasing or programming. */
  readonly storeBusy: boolean;
  /** The most stack that was in use at any time, in octets. */
  readonly stackPeakBytes: number;
  /** Processor cycles since the first power-up, awake or in idle. */
  readonly cycles: number;
  /** Since the first power-up. */
  readonly asleepNs: SleepTimes;
}
