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
  /** The clock that the time base and the start code in `boards/processors` are made for. */
  readonly clockHz: number;
  readonly consoleDivider: ConsoleDivider;
  /** Octets of memory that can be a store. */
  readonly storeBytes: number;
  /**
   * How the store lies in that memory: octet by octet, or in the sectors of a flash
   * (boards/processors/rp2040/flash-store.c).
   */
  readonly storeLayout: StoreLayout;
  /** The pins of its package. */
  readonly pins: ReadonlySet<string>;
  /** How a pin is named, for people. */
  readonly pinName: string;
  /** The states that its current differs by, as the names of currents in `board.json` end. */
  readonly states: readonly string[];
  /** Pins that no board may use otherwise, and what they are: of the buses, the console, the debugger. */
  readonly reservedPins: Readonly<Record<string, string>>;
  /**
   * What the C in `boards/processors` uses at pins that the board chooses: a name of `otherPins`, and where it can be.
   */
  readonly functionPins: Readonly<Record<string, readonly string[]>>;
  /** SS: while the SPI is a master it must be an output. */
  readonly slaveSelect?: string;
  /** Pins for all but where a crystal gives the clock. */
  readonly crystalPins?: readonly string[];
  /** The input of the interrupt controller that a pin leads to, where pins share them. */
  readonly interruptLine?: (pin: string) => string;
  /** The ways into its flash that `board.json` may name. */
  readonly flashMethods: readonly FlashMethod[];
  /** The family of a processor that takes images as UF2 (uf2.ts). */
  readonly uf2Family?: number;
}

/** Divides the processor's clock to the rate of the console: `clockHz * multiplier / divisor`. */
export interface ConsoleDivider {
  readonly multiplier: number;
  readonly leastDivisor: number;
  readonly mostDivisor: number;
}

/** Pins of ports: "PB" with the numbers 0 to 7 is PB0 to PB7. */
function ports(numbers: Readonly<Record<string, readonly number[]>>): Set<string> {
  return new Set(Object.entries(numbers).flatMap(([port, of]) => of.map((number) => `${port}${number}`)));
}

const upTo = (last: number) => Array.from({ length: last + 1 }, (_, number) => number);

const AVR = {
  family: "avr",
  flashAddress: 0,
  clockHz: 8_000_000,
  // UBRR, of 12 bits, is one less (DS40002061B, 20.3.1; Atmel-7766J, 18.3.1).
  consoleDivider: { multiplier: 1 / 16, leastDivisor: 1, mostDivisor: 4096 },
  storeLayout: "octets",
  pinName: 'a port pin such as "PB2"',
  functionPins: {},
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
    reservedPins: {
      PB3: "MOSI of the SPI",
      PB4: "MISO of the SPI",
      PB5: "SCK of the SPI",
      PC6: "RESET of the processor",
      PD1: "TXD of the console",
    },
    slaveSelect: "PB2",
    crystalPins: ["PB6", "PB7"],
  },
  // Atmel-7766J, 1 and 2.
  atmega32u4: {
    ...AVR,
    flashBytes: 32 * 1024,
    ramBytes: 2560,
    storeBytes: 1024,
    pins: ports({ PB: upTo(7), PC: [6, 7], PD: upTo(7), PE: [2, 6], PF: [0, 1, 4, 5, 6, 7] }),
    reservedPins: {
      PB1: "SCK of the SPI",
      PB2: "MOSI of the SPI",
      PB3: "MISO of the SPI",
      PD3: "TXD1 of the console",
    },
    slaveSelect: "PB0",
  },
  // DS10685, tables 2 and 16, LQFP64.
  stm32l073rz: {
    family: "cortex-m0plus",
    flashAddress: 0x0800_0000,
    flashBytes: 192 * 1024,
    ramBytes: 20 * 1024,
    clockHz: 16_000_000,
    // BRR at 16 samples a bit (RM0367, 29.5.4).
    consoleDivider: { multiplier: 1, leastDivisor: 16, mostDivisor: 0xffff },
    storeBytes: 6 * 1024,
    storeLayout: "octets",
    pins: ports({ PA: upTo(15), PB: upTo(15), PC: upTo(15), PD: [2], PH: [0, 1] }),
    pinName: 'a port pin such as "PA4"',
    reservedPins: {
      PA13: "SWDIO of the debugger",
      PA14: "SWCLK of the debugger",
      PC14: "where the crystal of 32.768 kHz is",
      PC15: "where the crystal of 32.768 kHz is",
    },
    // SPI1 and USART2 (tables 17 and 18).
    functionPins: {
      radioSck: ["PA5", "PB3"],
      radioMiso: ["PA6", "PA11", "PB4"],
      radioMosi: ["PA7", "PA12", "PB5"],
      consoleTx: ["PA2"],
    },
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
    clockHz: 12_000_000,
    // 16 and 6 bits, in 64ths of 16 clocks (RP2040 datasheet, 4.2.3.2.1 and 4.2.8, UARTIBRD).
    consoleDivider: { multiplier: 4, leastDivisor: 64, mostDivisor: 0xffff * 64 },
    storeBytes: 1024,
    storeLayout: "flash-sectors",
    pins: new Set(upTo(29).map((number) => `GPIO${number}`)),
    pinName: 'a pin such as "GPIO16"',
    reservedPins: {},
    // SPI1 and UART0 (RP2040 datasheet, table 279).
    functionPins: {
      radioSck: ["GPIO10", "GPIO14", "GPIO26"],
      radioMiso: ["GPIO8", "GPIO12", "GPIO24", "GPIO28"],
      radioMosi: ["GPIO11", "GPIO15", "GPIO27"],
      consoleTx: ["GPIO0", "GPIO12", "GPIO16", "GPIO28"],
    },
    flashMethods: ["uf2", "openocd"],
    states: ["Active", "Sleep"],
    uf2Family: 0xe48bff56,
  },
};
