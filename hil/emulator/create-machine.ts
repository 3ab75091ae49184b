/** The machine for a board, by the name of its processor. */
import type { VirtualClock } from "../clock/index.ts";
import { AtmegaMachine } from "./atmega/machine.ts";
import { ATMEGA32U4 } from "./atmega/parts/atmega32u4.ts";
import { ATMEGA328P } from "./atmega/parts/atmega328p.ts";
import type { Finding } from "./finding.ts";
import type { MachineOptions, ProcessorMachine } from "./machine.ts";
import { Rp2040 } from "./rp2040/rp2040.ts";
import { Stm32l073 } from "./stm32l0/stm32l073.ts";

const MACHINES: Readonly<Record<string, (options: MachineOptions) => ProcessorMachine>> = {
  atmega328p: (options) => new AtmegaMachine(ATMEGA328P, options),
  atmega32u4: (options) => new AtmegaMachine(ATMEGA32U4, options),
  stm32l073rz: (options) => new Stm32l073(options),
  rp2040: (options) => new Rp2040(options),
};

/**
 * Boots an image. `clockErrorPpm` is the error of this very board's clock, not the bound in its data; `watchdogError`
 * that of the oscillator of its watchdog, where it has one: 0.07 is 7 % too fast; `random` (0..1, seeded)
 * decides on the bits of the store whose write is cut off.
 * Throws RangeError for a processor without a machine, naming those that have one.
 */
export function createMachine(
  image: {
    readonly board: {
      readonly processor: string;
      readonly clockHz: number;
      readonly flashBytes: number;
      readonly fuses?: { readonly low: string };
      readonly console: { readonly baud: number };
    };
    readonly flash: Uint8Array;
    readonly ramEnd: number;
  },
  options: {
    readonly clock: VirtualClock;
    readonly eeprom: Uint8Array;
    readonly clockErrorPpm?: number;
    readonly watchdogError?: number;
    readonly random?: () => number;
    readonly onFinding?: (finding: Finding) => void;
  },
): ProcessorMachine {
  const { processor, clockHz, flashBytes, fuses, console } = image.board;
  if (!Object.hasOwn(MACHINES, processor)) {
    const known = Object.keys(MACHINES).join(", ");
    throw new RangeError(`no emulation of the processor "${processor}"; there is one of: ${known}`);
  }
  return MACHINES[processor]({
    clock: options.clock,
    clockHz: clockHz * (1 + (options.clockErrorPpm ?? 0) / 1e6),
    clockErrorPpm: options.clockErrorPpm,
    watchdogError: options.watchdogError,
    lowFuse: fuses?.low,
    flash: image.flash,
    flashBytes,
    eeprom: options.eeprom,
    random: options.random,
    ramEnd: image.ramEnd,
    consoleBaud: console.baud,
    onFinding: options.onFinding,
  });
}

/** Whether `createMachine` knows a processor. */
export function hasMachine(processor: string): boolean {
  return Object.hasOwn(MACHINES, processor);
}
