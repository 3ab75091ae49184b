/**
 * An RP2040 with its flash: 264 KB of SRAM, a processor of two, and the peripherals that a board with a radio uses.
 * Sections are those of the RP2040 datasheet.
 *
 * The store of the machine is the end of the flash, whole sectors. The other processor is where the boot ROM leaves it,
 * asleep; there is no DMA.
 */
import { SystemBus } from "../cortex-m/bus.ts";
import { type Bus, CortexM0, type Program } from "../cortex-m/core.ts";
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
import { Rp2040Space } from "./address-space.ts";
import { BootRom, STAGE_START } from "./boot-rom.ts";
import { Clocks, type Gate } from "./clocks.ts";
import { FlashChip, SECTOR_BYTES } from "./flash-chip.ts";
import { Gpio } from "./gpio.ts";
import { BLOCKS, ROM_BYTES, SRAM_BYTES, SRAM_START, XIP_BYTES, XIP_START } from "./memory-map.ts";
import { type Peripheral, PlainRegisters } from "./peripheral.ts";
import { Pll } from "./pll.ts";
import { Resets } from "./resets.ts";
import { Rosc } from "./rosc.ts";
import { Spi } from "./spi.ts";
import { Timer } from "./timer.ts";
import { Uart } from "./uart.ts";
import { Watchdog } from "./watchdog.ts";
import { Xip } from "./xip.ts";
import { Xosc } from "./xosc.ts";

/** Interrupts (2.3.2). */
const IRQ = { timer0: 0, ioBank0: 13, spi0: 18, spi1: 19, uart0: 20, uart1: 21 } as const;

/** Bits of WAKE_EN and SLEEP_EN (2.15.7). */
const SYS_IO: Gate = [0, 8];
const SYS_TIMER: Gate = [1, 5];
const SYS_WATCHDOG: Gate = [1, 12];

/** Functions of pins (2.19.2, table 279), by the number of the pin. */
const FUNCTION_SPI = 1;
const FUNCTION_UART = 2;
const SPI_LINES = ["RX", "CSn", "SCK", "TX"] as const;
/** The lines of SPI0 and SPI1 repeat every four pins, the peripheral every eight. */
function spiPins(peripheral: number, line: (typeof SPI_LINES)[number]): number[] {
  return pinsWhere((pin) => (pin >> 3) % 2 === peripheral && SPI_LINES[pin % 4] === line);
}
/** TX of UART0: 0, 12, 16, 28; of UART1: 4, 8, 20, 24. */
function uartTxPins(peripheral: number): number[] {
  return pinsWhere((pin) => pin % 4 === 0 && ((pin + 4) >> 3) % 2 === peripheral);
}
function pinsWhere(is: (pin: number) => boolean): number[] {
  return Array.from({ length: 30 }, (_, pin) => pin).filter(is);
}

/** PSM (2.13.5): every part has power; which the watchdog resets. */
const PSM_REGISTERS: readonly (readonly [number, number])[] = [
  [0x0, 0],
  [0x4, 0],
  [0x8, 0],
  [0xc, 0x1ffff],
];
const PSM_WDSEL = 0x8;
const PSM_ALL = 0x1ffff;
const PSM_ROSC = 1 << 0;
const PSM_XOSC = 1 << 1;

const DESIGN: Design = {
  name: "RP2040",
  flashStart: XIP_START,
  flashBytes: XIP_BYTES,
  ramStart: SRAM_START,
  ramBytes: SRAM_BYTES,
  build: (host, program, memories, cause) => new Rp2040Processor(host, program, memories, cause),
};

export class Rp2040 extends CortexMMachine {
  /** Throws RangeError where the memories do not fit. */
  constructor(options: MachineOptions) {
    const { eeprom, flash, flashBytes = XIP_BYTES } = options;
    if (eeprom.length % SECTOR_BYTES !== 0) {
      throw new RangeError(
        `the store of an RP2040 is whole sectors of ${SECTOR_BYTES} octets of its flash, not ${eeprom.length}`,
      );
    }
    if (flash.length + eeprom.length > flashBytes) {
      throw new RangeError(
        `an image of ${flash.length} octets and a store of ${eeprom.length} do not fit ${flashBytes} of flash`,
      );
    }
    super(options, DESIGN);
  }
}

/** Its program runs in the SRAM; before that, and in tests, what runs is in the ROM, the second stage and the flash. */
class Core extends CortexM0 {
  readonly #imageEnd: number;

  constructor(bus: Bus, program: Program, report: (message: string) => void) {
    super(bus, { start: SRAM_START, end: program.ramEnd, ramEnd: program.ramEnd }, 0, report);
    this.#imageEnd = program.end;
  }

  protected override isCodeSpace(at: number): boolean {
    return at < ROM_BYTES || (at >= XIP_START && at < this.#imageEnd) || at >= STAGE_START;
  }
}

class Rp2040Processor implements Processor {
  readonly core: Core;
  readonly pins: Gpio;
  readonly memories: Processor["memories"];

  readonly #host: Host;
  readonly #clocks: Clocks;
  readonly #flash: FlashChip;
  readonly #rosc: Rosc;
  readonly #psm = new PlainRegisters(PSM_REGISTERS);
  readonly #systemControl: SystemControl;
  readonly #watchdog: Watchdog;
  readonly #timer: Timer;
  readonly #models = new Map<string, Peripheral>();
  readonly #transmitters: { readonly name: string; readonly part: { readonly busy: boolean } }[] = [];
  #inSleep = false;

  constructor(host: Host, program: Program, memories: Memories, cause: ResetCause) {
    this.#host = host;
    const changed = () => this.#clocks.changed();
    const xosc = new Xosc(host, changed);
    this.#rosc = new Rosc(host, changed);
    const [pllSys, pllUsb] = ["PLL_SYS", "PLL_USB"].map(
      (name) => new Pll({ name, host, referenceHz: () => xosc.hz, onChange: changed }),
    );
    this.#clocks = new Clocks(host, { XOSC: xosc, ROSC: this.#rosc, PLL_SYS: pllSys, PLL_USB: pllUsb });
    const resets = new Resets((bit) => this.#resetBlock(bit));
    const { flash: image, flashBytes: bytes = XIP_BYTES } = memories;
    this.#flash = new FlashChip({ host, image, bytes });
    const xip = new Xip(host, this.#flash, (cycles) => {
      this.core.cycles += cycles;
    });
    const rom = new BootRom({
      host,
      core: () => this.core,
      flash: this.#flash,
      xip,
      resets,
      sram: memories.sram,
    });
    const space = new Rp2040Space({
      host,
      rom,
      xip,
      resets,
      systemControl: () => this.#systemControl,
      hasBegun: () => this.core.cycles > 0,
      models: this.#models,
    });
    // All of a program is at once in the SRAM: the flash goes through its cache.
    const sram = { start: SRAM_START, octets: memories.sram };
    this.core = new Core(new SystemBus(sram, sram, space), program, (message) => host.report(message));
    this.#systemControl = new SystemControl({
      core: this.core,
      clock: host.clock,
      requestReset: () => host.reset("software"),
      vectorTable: (vtor) => vtor,
    });
    this.pins = new Gpio(host, this.#line(IRQ.ioBank0), () => this.#clocks.passes(SYS_IO));
    this.#watchdog = new Watchdog({
      host,
      cause,
      refHz: () => this.#clocks.refHz,
      clocked: () => this.#clocks.passes(SYS_WATCHDOG),
      onTick: () => this.#followClocks(),
      onReset: () => this.#resetByWatchdog(),
    });
    this.#timer = new Timer({
      host,
      interrupt: (alarm, level) => this.core.setInterrupt(IRQ.timer0 + alarm, level),
      tickHz: () => (this.#clocks.passes(SYS_TIMER) ? this.#watchdog.tickHz : 0),
    });
    this.#addModels({
      CLOCKS: this.#clocks,
      RESETS: resets,
      PSM: this.#psm,
      XOSC: xosc,
      ROSC: this.#rosc,
      PLL_SYS: pllSys,
      PLL_USB: pllUsb,
      IO_BANK0: this.pins.ioBank,
      PADS_BANK0: this.pins.pads,
      SIO: this.pins.sio,
      TIMER: this.#timer,
      WATCHDOG: this.#watchdog,
      XIP_CTRL: xip.control,
      XIP_SSI: xip.ssi,
      // The regulator at 1.1 V, its brown-out detector, and that the power came on (2.10.6).
      VREG_AND_CHIP_RESET: new PlainRegisters([
        [0x0, 0xb1],
        [0x4, 0x91],
        [0x8, 0x100],
      ]),
    });
    this.#addSerial();

    this.memories = [
      { start: SRAM_START, octets: memories.sram, writable: true },
      { start: XIP_START, octets: memories.flash, writable: false },
    ];
    this.#clocks.onChange(() => this.#followClocks());
    this.#followClocks();
  }

  /** SLEEP, where both processors sleep deeply (2.11.2). */
  fallAsleep(): boolean {
    if (!this.#systemControl.sleepDeep || this.core.wakes) return true;
    this.#inSleep = true;
    this.#clocks.asleep = true;
    for (const { name, part } of this.#transmitters) {
      if (part.busy) this.#host.report(`goes to sleep while ${name} is transmitting, which stops its clock`);
    }
    return true;
  }

  get clockRunsAsleep(): boolean {
    return !this.#inSleep;
  }

  /** Its ports do not hear in the emulation. */
  receive(_octet: number): void {}

  wake(): void {
    if (!this.#inSleep) return;
    this.#inSleep = false;
    this.#clocks.asleep = false;
  }

  finishStoreWrite(): void {
    this.#flash.finish();
  }

  #line(irq: number): (level: boolean) => void {
    return (level) => this.core.setInterrupt(irq, level);
  }

  #addModels(models: Readonly<Record<string, Peripheral>>): void {
    for (const [name, model] of Object.entries(models)) this.#models.set(name, model);
  }

  #addSerial(): void {
    const kernelHz = () => this.#clocks.periHz;
    for (const number of [0, 1]) {
      const name = `SPI${number}`;
      const missingPin = () =>
        (["SCK", "TX", "RX"] as const).find(
          (line) => !this.pins.carries(spiPins(number, line), FUNCTION_SPI),
        );
      const interrupt = this.#line(IRQ.spi0 + number);
      this.#addTransmitter(name, new Spi({ name, host: this.#host, interrupt, kernelHz, missingPin }));
    }
    for (const number of [0, 1]) {
      const name = `UART${number}`;
      const txIsWired = () => this.pins.carries(uartTxPins(number), FUNCTION_UART);
      const interrupt = this.#line(IRQ.uart0 + number);
      this.#addTransmitter(name, new Uart({ name, host: this.#host, interrupt, kernelHz, txIsWired }));
    }
  }

  #addTransmitter(name: string, part: Spi | Uart): void {
    this.#models.set(name, part);
    this.#transmitters.push({ name, part });
  }

  #followClocks(): void {
    this.#watchdog.clockChanged();
    this.#timer.clockChanged();
    this.#systemControl.setClocks(this.#clocks.sysHz, this.#watchdog.tickHz);
    this.core.setClock(this.#clocks.sysHz, this.#host.clock.nowNs());
    // `run` counts cycles: what it runs to is found anew.
    this.core.stopCycles = 0;
  }

  #resetBlock(bit: number): void {
    for (const { name, reset } of BLOCKS) if (reset === bit) this.#models.get(name)?.reset();
  }

  /** What PSM_WDSEL leaves out goes on as it was (4.7.2, 2.13.3); here everything starts anew. */
  #resetByWatchdog(): void {
    const selected = this.#psm.read(PSM_WDSEL) ?? 0;
    if ((selected | PSM_ROSC | PSM_XOSC) !== PSM_ALL) {
      this.#host.report(
        "is reset by the watchdog without the parts that PSM_WDSEL leaves out: set all of its bits",
      );
    } else if (!(selected & PSM_ROSC) && this.#rosc.hz === 0) {
      this.#host.report(
        "is reset by the watchdog onto the ring oscillator, which is off: set ROSC in PSM_WDSEL",
      );
    }
    this.#host.reset("watchdog");
  }
}
