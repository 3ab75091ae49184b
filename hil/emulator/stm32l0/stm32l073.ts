/**
 * An STM32L073: 192 KB of flash, 20 KB of SRAM, 6 KB of data EEPROM, and the peripherals that a board with a radio
 * uses. Sections are those of the reference manual RM0367.
 *
 * The store of the machine is the beginning of the data EEPROM. The crystal of the board is LSE; HSI16 and MSI are RC
 * oscillators with errors of their own.
 */
import { SystemBus } from "../cortex-m/bus.ts";
import { CortexM0, type Program } from "../cortex-m/core.ts";
import {
  CortexMMachine,
  type Design,
  type Host,
  type Memories,
  type Processor,
  type ResetCause,
} from "../cortex-m/machine.ts";
import { SystemControl } from "../cortex-m/system-control.ts";
import type { MachineOptions } from "../machine.ts";
import { Stm32L0Space } from "./address-space.ts";
import { Exti, Syscfg } from "./exti.ts";
import { PORT_LETTERS, Port, type PortLetter, PortPins } from "./gpio.ts";
import { Iwdg } from "./iwdg.ts";
import { Lptim } from "./lptim.ts";
import { BLOCKS, SRAM_BYTES, SRAM_START } from "./memory-map.ts";
import { EEPROM_BYTES, EEPROM_START, FLASH_BYTES, FLASH_START, Nvm } from "./nvm.ts";
import type { Peripheral } from "./peripheral.ts";
import { Pwr } from "./pwr.ts";
import { type EnableRegister, Rcc } from "./rcc.ts";
import { Spi } from "./spi.ts";
import { UpTimer } from "./timer.ts";
import { lpuartBitCycles, Usart, usartBitCycles } from "./usart.ts";

/** Interrupts (table 54 of 12.3). */
const IRQ = {
  flash: 3,
  rcc: 4,
  lptim1: 13,
  tim2: 15,
  tim3: 16,
  tim6: 17,
  tim7: 18,
  tim21: 20,
  tim22: 22,
  spi1: 25,
  spi2: 26,
  usart1: 27,
  usart2: 28,
  lpuart1: 29,
} as const;

/** Fields of CCIPR (7.3.20). */
const USART1SEL = 0;
const USART2SEL = 2;
const LPUART1SEL = 10;
const LPTIM1SEL = 18;

/** Alternate functions (data sheet DS10685, tables 17 to 21). */
type PinFunctions = readonly (readonly [pin: string, alternateFunction: number])[];
const SPI1_PINS: Readonly<Record<"SCK" | "MOSI" | "MISO", PinFunctions>> = {
  SCK: [
    ["PA5", 0],
    ["PB3", 0],
    ["PE13", 2],
  ],
  MOSI: [
    ["PA7", 0],
    ["PA12", 0],
    ["PB5", 0],
    ["PE15", 2],
  ],
  MISO: [
    ["PA6", 0],
    ["PA11", 0],
    ["PB4", 0],
    ["PE14", 2],
  ],
};
const SPI2_PINS: Readonly<Record<"SCK" | "MOSI" | "MISO", PinFunctions>> = {
  SCK: [
    ["PB10", 5],
    ["PB13", 0],
    ["PD1", 1],
  ],
  MOSI: [
    ["PB15", 0],
    ["PC3", 2],
    ["PD4", 1],
  ],
  MISO: [
    ["PB14", 0],
    ["PC2", 2],
    ["PD3", 0],
  ],
};
const USART1_TX: PinFunctions = [
  ["PA9", 4],
  ["PB6", 0],
];
const USART2_TX: PinFunctions = [
  ["PA2", 4],
  ["PA14", 4],
  ["PD5", 0],
];
const USART1_RX: PinFunctions = [
  ["PA10", 4],
  ["PB7", 0],
];
const USART2_RX: PinFunctions = [
  ["PA3", 4],
  ["PA15", 4],
  ["PD6", 0],
];
const LPUART1_RX: PinFunctions = [
  ["PA3", 6],
  ["PB11", 4],
];
const LPUART1_TX: PinFunctions = [
  ["PA2", 6],
  ["PA14", 6],
  ["PB10", 4],
  ["PB11", 7],
  ["PC1", 6],
  ["PC4", 2],
  ["PC10", 0],
  ["PD8", 0],
];

const DESIGN: Design = {
  name: "STM32L073",
  flashStart: FLASH_START,
  flashBytes: FLASH_BYTES,
  ramStart: SRAM_START,
  ramBytes: SRAM_BYTES,
  build: (host, program, memories, cause) => new Stm32L0Processor(host, program, memories, cause),
};

export class Stm32l073 extends CortexMMachine {
  /** Throws RangeError where the memories do not fit. */
  constructor(options: MachineOptions) {
    if (options.eeprom.length > EEPROM_BYTES) {
      throw new RangeError(
        `a store of ${options.eeprom.length} octets does not fit the ${EEPROM_BYTES} of data EEPROM of an STM32L073`,
      );
    }
    super(options, DESIGN);
  }
}

/** The core counts one cycle more for what is not on its I/O port (2.1.1); the AHB of the chip has no wait states. */
class Core extends CortexM0 {
  override cyclesIO(address: number): 0 | 1 {
    return (address & 0xf0000000) === 0x50000000 ? 0 : 1;
  }
}

class Stm32L0Processor implements Processor {
  readonly core: Core;
  readonly pins: PortPins;
  readonly memories: Processor["memories"];

  readonly #host: Host;
  readonly #rcc: Rcc;
  readonly #pwr: Pwr;
  readonly #nvm: Nvm;
  readonly #exti: Exti;
  readonly #usarts: Usart[] = [];
  readonly #systemControl: SystemControl;
  readonly #models = new Map<string, Peripheral>();
  readonly #clockFollowers: (() => void)[] = [];
  readonly #transmitters: { readonly name: string; readonly part: { readonly busy: boolean } }[] = [];
  #inStop = false;

  constructor(host: Host, program: Program, memories: Memories, cause: ResetCause) {
    this.#host = host;
    // Erased flash is zero (3.3.1).
    const flash = new Uint8Array(FLASH_BYTES);
    flash.set(memories.flash);

    this.#rcc = new Rcc({
      host,
      cause,
      interrupt: this.#line(IRQ.rcc),
      rtcDomainWritable: () => this.#pwr.rtcDomainWritable,
      resetPeripheral: (register, bit) => this.#resetPeripheral(register, bit),
    });
    this.#pwr = new Pwr(host, () => this.#checkSpeed());
    this.#nvm = new Nvm({
      host,
      interrupt: this.#line(IRQ.flash),
      stall: (untilNs) => {
        this.core.stalledUntilNs = untilNs;
        this.core.stopCycles = 0;
      },
      programCounter: () => this.core.at,
    });
    const syscfg = new Syscfg(host);
    this.#exti = new Exti(
      host,
      (irq, level) => this.core.setInterrupt(irq, level),
      (line) => syscfg.portOf(line),
    );

    const space = new Stm32L0Space({
      host,
      flash,
      nvm: this.#nvm,
      rcc: this.#rcc,
      systemControl: () => this.#systemControl,
      models: this.#models,
    });
    const bus = new SystemBus(
      { start: FLASH_START, octets: flash },
      { start: SRAM_START, octets: memories.sram },
      space,
    );
    this.core = new Core(bus, program, FLASH_START, (message) => host.report(message));
    this.#systemControl = new SystemControl({
      core: this.core,
      clock: host.clock,
      requestReset: () => host.reset("software"),
      vectorTable: (vtor) => (vtor < FLASH_BYTES ? FLASH_START + vtor : vtor),
    });
    this.pins = this.#addPorts();
    this.#add("RCC", this.#rcc);
    this.#add("PWR", this.#pwr);
    this.#add("FLASH", this.#nvm);
    this.#add("SYSCFG", syscfg);
    this.#add("EXTI", this.#exti);
    this.#add("IWDG", new Iwdg(host, () => this.#rcc.clocks.turn("LSI", true)));
    this.#addSerial();
    this.#addTimers();

    this.memories = [
      { start: FLASH_START, octets: flash, writable: false },
      { start: SRAM_START, octets: memories.sram, writable: true },
      { start: EEPROM_START, octets: this.#nvm.eeprom, writable: false },
    ];
    this.#rcc.clocks.onChange(() => this.#followClocks());
    this.#followClocks();
  }

  /** Sleep, or Stop with SLEEPDEEP (6.3.5, 6.3.9). */
  fallAsleep(): boolean {
    if (!this.#systemControl.sleepDeep) return true;
    if (this.#exti.holdsAwake && !this.core.wakes) {
      this.#host.report(
        "asks for Stop mode while a line of EXTI is pending, and goes on: clear EXTI_PR (RM0367 6.3.9)",
      );
      return false;
    }
    if (this.core.wakes) return true;
    if (this.#pwr.standby)
      this.#host.report("enters Standby mode, which the emulation does not have: clear PDDS of PWR_CR");
    for (const { name, part } of this.#transmitters) {
      if (part.busy) this.#host.report(`stops its clock while ${name} is transmitting`);
    }
    if (this.#nvm.busy) this.#host.report("stops its clock while a write to the data EEPROM is going on");
    this.#inStop = true;
    this.#rcc.clocks.stopped = true;
    return true;
  }

  get clockRunsAsleep(): boolean {
    return !this.#inStop;
  }

  receive(octet: number): void {
    if (this.#inStop) return;
    for (const usart of this.#usarts) usart.receive(octet);
  }

  wake(): void {
    if (!this.#inStop) return;
    this.#inStop = false;
    this.#rcc.leaveStop();
    this.core.stalledUntilNs = this.#host.clock.nowNs() + this.#pwr.wakeUpNs;
  }

  finishStoreWrite(): void {
    this.#nvm.finish();
  }

  #line(irq: number): (level: boolean) => void {
    return (level) => this.core.setInterrupt(irq, level);
  }

  #add(name: string, model: Peripheral): void {
    this.#models.set(name, model);
  }

  #addPorts(): PortPins {
    const listeners: (() => void)[] = [];
    const ports = {} as Record<PortLetter, Port>;
    for (const letter of PORT_LETTERS) {
      ports[letter] = new Port(
        letter,
        (pin, level) => this.#exti.pinChanged(letter, pin, level),
        () => {
          for (const listener of listeners) listener();
        },
      );
      this.#add(`GPIO${letter}`, ports[letter]);
    }
    return new PortPins(ports, listeners);
  }

  #addSerial(): void {
    const { clocks } = this.#rcc;
    const spis = [
      { name: "SPI1", irq: IRQ.spi1, busHz: () => clocks.apb2Hz, pins: SPI1_PINS },
      { name: "SPI2", irq: IRQ.spi2, busHz: () => clocks.apb1Hz, pins: SPI2_PINS },
    ];
    for (const { name, irq, busHz, pins } of spis) {
      const missingPin = () =>
        (["SCK", "MOSI", "MISO"] as const).find((line) => !this.pins.carries(pins[line]));
      const part = new Spi({ name, host: this.#host, interrupt: this.#line(irq), busHz, missingPin });
      this.#add(name, part);
      this.#transmitters.push({ name, part });
    }
    const usarts = [
      {
        name: "USART1",
        irq: IRQ.usart1,
        select: USART1SEL,
        busHz: () => clocks.apb2Hz,
        tx: USART1_TX,
        rx: USART1_RX,
      },
      {
        name: "USART2",
        irq: IRQ.usart2,
        select: USART2SEL,
        busHz: () => clocks.apb1Hz,
        tx: USART2_TX,
        rx: USART2_RX,
      },
      {
        name: "LPUART1",
        irq: IRQ.lpuart1,
        select: LPUART1SEL,
        busHz: () => clocks.apb1Hz,
        tx: LPUART1_TX,
        rx: LPUART1_RX,
      },
    ];
    for (const { name, irq, select, busHz, tx, rx } of usarts) {
      const sources = [
        busHz,
        () => clocks.systemHz,
        () => clocks.oscillatorHz("HSI16"),
        () => clocks.oscillatorHz("LSE"),
      ];
      const part = new Usart({
        name,
        host: this.#host,
        interrupt: this.#line(irq),
        kernelHz: () => sources[this.#rcc.kernelClock(select)](),
        cyclesOfBit: name === "LPUART1" ? lpuartBitCycles : usartBitCycles,
        txIsWired: () => this.pins.carries(tx),
        rxIsWired: () => this.pins.carries(rx),
      });
      this.#add(name, part);
      this.#transmitters.push({ name, part });
      this.#usarts.push(part);
    }
  }

  #addTimers(): void {
    const { clocks } = this.#rcc;
    const sources = [
      () => clocks.apb1Hz,
      () => clocks.oscillatorHz("LSI"),
      () => clocks.oscillatorHz("HSI16"),
      () => clocks.oscillatorHz("LSE"),
    ];
    const lptim = new Lptim({
      name: "LPTIM1",
      host: this.#host,
      interrupt: this.#line(IRQ.lptim1),
      kernelHz: () => sources[this.#rcc.kernelClock(LPTIM1SEL)](),
    });
    this.#add("LPTIM1", lptim);
    this.#clockFollowers.push(() => lptim.clockChanged());
    const timers = [
      { name: "TIM2", irq: IRQ.tim2, bus: 1, channels: 4 },
      { name: "TIM3", irq: IRQ.tim3, bus: 1, channels: 4 },
      { name: "TIM6", irq: IRQ.tim6, bus: 1, channels: 0 },
      { name: "TIM7", irq: IRQ.tim7, bus: 1, channels: 0 },
      { name: "TIM21", irq: IRQ.tim21, bus: 2, channels: 2 },
      { name: "TIM22", irq: IRQ.tim22, bus: 2, channels: 2 },
    ] as const;
    for (const { name, irq, bus, channels } of timers) {
      const timer = new UpTimer({
        name,
        host: this.#host,
        interrupt: this.#line(irq),
        kernelHz: () => clocks.timerHz(bus),
        channels,
      });
      this.#add(name, timer);
      this.#clockFollowers.push(() => timer.clockChanged());
    }
  }

  #followClocks(): void {
    const { clocks } = this.#rcc;
    for (const follow of this.#clockFollowers) follow();
    this.#systemControl.setClocks(clocks.ahbHz, clocks.ahbHz / 8);
    if (clocks.ahbHz === 0) return;
    this.core.setClock(clocks.ahbHz, this.#host.clock.nowNs());
    // `run` counts cycles: what it runs to is found anew.
    this.core.stopCycles = 0;
    this.#checkSpeed();
  }

  #checkSpeed(): void {
    this.#nvm.checkLatency(this.#rcc.clocks.nominalSystemHz, this.#pwr.voltageRange);
  }

  #resetPeripheral(register: EnableRegister, bit: number): void {
    for (const { name, clock } of BLOCKS) {
      if (clock !== "always" && clock[0] === register && clock[1] === bit) this.#models.get(name)?.reset();
    }
  }
}
