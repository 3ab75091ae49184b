/** The processors that boards may have: their memories and pins, as the data sheets give them. */

import type { FlashMethod } from "./board-flashing.ts";

/** What is compiled, linked and read alike. */
export type FamilyName = "avr" | "cortex-m0plus";

export type StoreLayout = "octets" | "flash-sectors";

export interface Processor {
  readonly family: FamilyName;
  /** Where programmers and debuggers find the flash. */
  readonly flashAddress: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Octets of memory that can be a store. */
  readonly storeBytes: number;
  /** How the store lies in that memory: octet by octet, or in the sectors of a flash (boards/processors/rp2040/flash-store.c). */
  readonly storeLayout: StoreLayout;
  /** The pins of its package. */
  readonly pins: ReadonlySet<string>;
  /** How a pin is named, for people. */
  readonly pinName: string;
  /** The states that its current differs by, as the names of currents in `board.json` end. */
  readonly states: readonly string[];
  /** The input of the interrupt controller that a pin leads to, where pins share them. */
  readonly interruptLine?: (pin: string) => string;
  /** The ways into its flash that `board.json` may name. */
  readonly flashMethods: readonly FlashMethod[];
  /** The family of a processor that takes images as UF2 (uf2.ts). */
  readonly uf2Family?: number;
}

/** Pins of ports: "PB" with the numbers 0 to 7 is PB0 to PB7. */
function ports(numbers: Readonly<Record<string, readonly number[]>>): Set<string> {
  return new Set(Object.entries(numbers).flatMap(([port, of]) => of.map((number) => `${port}${number}`)));
}

const upTo = (last: number) => Array.from({ length: last + 1 }, (_, number) => number);

const AVR = {
  family: "avr",
  flashAddress: 0,
  storeLayout: "octets",
  pinName: 'a port pin such as "PB2"',
  flashMethods: ["avrdude"],
  states: ["Active", "Idle", "PowerDown"],
} as const;

export const PROCESSORS: Readonly<Record<string, Processor>> = {
  // DS40002061B, 2.1 and 1.1.
  atmega328p: {
    ...AVR,
    flashBytes: 32 * 1024,
    ramBytes: 2048,
    storeBytes: 1024,
    pins: ports({ PB: upTo(7), PC: upTo(6), PD: upTo(7) }),
  },
  // Atmel-7766J, 1 and 2.
  atmega32u4: {
    ...AVR,
    flashBytes: 32 * 1024,
    ramBytes: 2560,
    storeBytes: 1024,
    pins: ports({ PB: upTo(7), PC: [6, 7], PD: upTo(7), PE: [2, 6], PF: [0, 1, 4, 5, 6, 7] }),
  },
  // DS10685, tables 2 and 16, LQFP64.
  stm32l073rz: {
    family: "cortex-m0plus",
    flashAddress: 0x0800_0000,
    flashBytes: 192 * 1024,
    ramBytes: 20 * 1024,
    storeBytes: 6 * 1024,
    storeLayout: "octets",
    pins: ports({ PA: upTo(15), PB: upTo(15), PC: upTo(15), PD: [2], PH: [0, 1] }),
    pinName: 'a port pin such as "PA4"',
    flashMethods: ["openocd", "st-flash"],
    states: ["Active", "Sleep", "Stop"],
    // RM0367, chapter 13: the pins of one number, whatever their port, share a line.
    interruptLine: (pin) => `EXTI${pin.slice(2)}`,
  },
  // RP2040 datasheet, 2.6: as much flash as a program can reach, and what the sectors of the store have room for.
  rp2040: {
    family: "cortex-m0plus",
    flashAddress: 0x1000_0000,
    flashBytes: 16 * 1024 * 1024,
    ramBytes: 264 * 1024,
    storeBytes: 1024,
    storeLayout: "flash-sectors",
    pins: new Set(upTo(29).map((number) => `GPIO${number}`)),
    pinName: 'a pin such as "GPIO16"',
    flashMethods: ["uf2", "openocd"],
    states: ["Active", "Sleep"],
    uf2Family: 0xe48bff56,
  },
};
