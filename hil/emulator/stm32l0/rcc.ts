/**
 * Reset and clock control: reference manual RM0367, section 7. Which peripherals have a clock, which oscillators
 * run, and why the processor was reset.
 */
import type { Host, ResetCause } from "../cortex-m/machine.ts";
import { ClockTree, type Oscillator } from "./clock-tree.ts";
import { merge, type Peripheral } from "./peripheral.ts";

/** Registers (7.3.22). */
const CR = 0x00;
const ICSCR = 0x04;
const CFGR = 0x0c;
const CIER = 0x10;
const CIFR = 0x14;
const CICR = 0x18;
const IOPRSTR = 0x1c;
const AHBRSTR = 0x20;
const APB2RSTR = 0x24;
const APB1RSTR = 0x28;
const IOPENR = 0x2c;
const AHBENR = 0x30;
const APB2ENR = 0x34;
const APB1ENR = 0x38;
const IOPSMENR = 0x3c;
const AHBSMENR = 0x40;
const APB2SMENR = 0x44;
const APB1SMENR = 0x48;
const CCIPR = 0x4c;
const CSR = 0x50;

/** CR (7.3.1). */
const HSI16ON = 1 << 0;
const HSI16KERON = 1 << 1;
const HSI16RDYF = 1 << 2;
const HSI16DIVEN = 1 << 3;
const HSI16DIVF = 1 << 4;
const MSION = 1 << 8;
const MSIRDY = 1 << 9;
const HSEON = 1 << 16;
const PLLON = 1 << 24;
const PLLRDY = 1 << 25;
const CR_SETTINGS = HSI16ON | HSI16KERON | HSI16DIVEN | MSION | (7 << 18) | PLLON;
/** ICSCR (7.3.2): range 5 of MSI, 2.1 MHz, and the middle of the trimming of HSI16. */
const ICSCR_RESET = 0xb000;
const MSIRANGE_SHIFT = 13;
/** CFGR (7.3.4). */
const SW = 3;
const SWS_SHIFT = 2;
const HPRE_SHIFT = 4;
const PPRE1_SHIFT = 8;
const PPRE2_SHIFT = 11;
const STOPWUCK = 1 << 15;
const PLLSRC = 1 << 16;
const PLLMUL_SHIFT = 18;
const PLLDIV_SHIFT = 22;
const SYSTEM_CLOCKS = ["MSI", "HSI16", "HSE", "PLL"] as const;
/** CIER, CIFR and CICR: the ready flag of each oscillator (7.3.5). */
const READY_FLAGS: Readonly<Record<Oscillator, number>> = { LSI: 1, LSE: 2, HSI16: 4, PLL: 16, MSI: 32 };
/** MIFEN: the interface of the memory is on (7.3.13). */
const AHBENR_RESET = 0x100;
/** CSR (7.3.21). */
const LSION = 1 << 0;
const LSIRDY = 1 << 1;
const LSEON = 1 << 8;
const LSERDY = 1 << 9;
const RTCRST = 1 << 19;
const RMVF = 1 << 23;
const PINRSTF = 1 << 26;
const PORRSTF = 1 << 27;
const SFTRSTF = 1 << 28;
const IWDGRSTF = 1 << 29;
const RESET_FLAGS: Readonly<Record<ResetCause, number>> = {
  "power-on": PORRSTF | PINRSTF,
  software: SFTRSTF | PINRSTF,
  watchdog: IWDGRSTF | PINRSTF,
};
/** LSEON, LSEBYP, LSEDRV, CSSLSEON, RTCSEL, RTCEN and RTCRST: written only with DBP of PWR_CR set (6.1.2). */
const RTC_DOMAIN = 0x000f3d00;

/** Where the clock of a peripheral is switched. */
export type EnableRegister = "IOPENR" | "AHBENR" | "APB2ENR" | "APB1ENR";
const ENABLE_OFFSETS: Readonly<Record<EnableRegister, number>> = {
  IOPENR: IOPENR,
  AHBENR: AHBENR,
  APB2ENR: APB2ENR,
  APB1ENR: APB1ENR,
};
const RESET_OFFSETS: Readonly<Record<number, EnableRegister>> = {
  [IOPRSTR]: "IOPENR",
  [AHBRSTR]: "AHBENR",
  [APB2RSTR]: "APB2ENR",
  [APB1RSTR]: "APB1ENR",
};
/** Kept, and without a meaning here: the clocks in Sleep mode, HSI48, and the trimming values. */
const KEPT = new Set([IOPSMENR, AHBSMENR, APB2SMENR, APB1SMENR]);

interface RccOptions {
  readonly host: Host;
  readonly cause: ResetCause;
  /** The line of interrupt 4. */
  readonly interrupt: (level: boolean) => void;
  /** DBP of PWR_CR is set: the RTC domain can be written. */
  readonly rtcDomainWritable: () => boolean;
  /** A bit of a reset register has been set. */
  readonly resetPeripheral: (register: EnableRegister, bit: number) => void;
}

export class Rcc implements Peripheral {
  readonly clocks: ClockTree;

  readonly #options: RccOptions;
  readonly #words = new Map<number, number>();
  #control = MSION;
  #trim = ICSCR_RESET;
  #configuration = 0;
  #ready = 0;
  #enabledReady = 0;
  #status: number;

  constructor(options: RccOptions) {
    this.#options = options;
    this.#status = RESET_FLAGS[options.cause];
    this.clocks = new ClockTree(options.host.clock, this.#settingsOf("MSI"), {
      errorPpm: options.host.clockErrorPpm,
      onReady: (oscillator) => this.#becomeReady(oscillator),
    });
    this.#words.set(AHBENR, AHBENR_RESET);
  }

  /** RCC has no reset bit of its own. */
  reset(): void {}

  isClocked(register: EnableRegister, bit: number): boolean {
    return ((this.#words.get(ENABLE_OFFSETS[register]) ?? 0) & (1 << bit)) !== 0;
  }

  /** A field of CCIPR, two bits (7.3.20). */
  kernelClock(shift: number): number {
    return ((this.#words.get(CCIPR) ?? 0) >> shift) & 3;
  }

  /**
   * After a Stop the system clock is MSI, or HSI16 with STOPWUCK; the others are off (7.2, "System clock selection").
   */
  leaveStop(): void {
    const wake = this.#configuration & STOPWUCK ? "HSI16" : "MSI";
    const keep = this.#control & HSI16KERON && this.clocks.isOn("HSI16");
    for (const oscillator of ["PLL", "HSI16", "MSI"] as const) {
      if (oscillator !== wake && !(oscillator === "HSI16" && keep)) this.clocks.turn(oscillator, false);
    }
    this.clocks.turnReady(wake);
    this.#control = (this.#control & ~(PLLON | HSI16ON | MSION)) | (wake === "MSI" ? MSION : HSI16ON);
    if (keep) this.#control |= HSI16ON;
    this.#configuration = (this.#configuration & ~SW) | SYSTEM_CLOCKS.indexOf(wake);
    this.clocks.settings = this.#settingsOf(wake);
    this.clocks.stopped = false;
  }

  read(offset: number): number | undefined {
    const { clocks } = this;
    switch (offset) {
      case CR:
        return (
          this.#control |
          (clocks.isReady("HSI16") ? HSI16RDYF : 0) |
          (clocks.isReady("HSI16") && this.#control & HSI16DIVEN ? HSI16DIVF : 0) |
          (clocks.isReady("MSI") ? MSIRDY : 0) |
          (clocks.isReady("PLL") ? PLLRDY : 0)
        );
      case ICSCR:
        return this.#trim;
      case CFGR:
        return this.#configuration | (SYSTEM_CLOCKS.indexOf(clocks.settings.system) << SWS_SHIFT);
      case CIER:
        return this.#enabledReady;
      case CIFR:
        return this.#ready;
      case CICR:
        return 0;
      case CSR:
        return this.#status | (clocks.isReady("LSI") ? LSIRDY : 0) | (clocks.isReady("LSE") ? LSERDY : 0);
      case CCIPR:
        return this.#words.get(CCIPR) ?? 0;
    }
    if (KEPT.has(offset) || offset in RESET_OFFSETS || Object.values(ENABLE_OFFSETS).includes(offset)) {
      return this.#words.get(offset) ?? 0;
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    const next = merge(this.read(offset) ?? 0, value, mask);
    switch (offset) {
      case CR:
        this.#writeControl(next);
        return true;
      case ICSCR:
        this.#trim = next;
        this.#update();
        return true;
      case CFGR:
        this.#writeConfiguration(next);
        return true;
      case CIER:
        this.#enabledReady = next;
        this.#updateInterrupt();
        return true;
      case CIFR: // read-only
        return true;
      case CICR:
        this.#ready &= ~value;
        this.#updateInterrupt();
        return true;
      case CSR:
        this.#writeStatus(next);
        return true;
    }
    if (this.read(offset) === undefined) return false;
    const old = this.#words.get(offset) ?? 0;
    this.#words.set(offset, next);
    const register = RESET_OFFSETS[offset];
    if (register !== undefined) this.#resetPeripherals(register, next & ~old);
    // The clocks of peripherals that follow CCIPR or an enable bit.
    this.clocks.settings = { ...this.clocks.settings };
    return true;
  }

  #resetPeripherals(register: EnableRegister, bits: number): void {
    for (let bit = 0; bit < 32; bit++) {
      if (bits & (1 << bit)) this.#options.resetPeripheral(register, bit);
    }
  }

  /** The clock that the processor runs on cannot be switched off (7.3.1). */
  #writeControl(next: number): void {
    const { host } = this.#options;
    if (next & HSEON) host.report("starts HSE, which the emulation does not have");
    const { system } = this.clocks.settings;
    let control = next & CR_SETTINGS;
    if (system === "MSI") control |= MSION;
    if (system === "HSI16" || (system === "PLL" && !(this.#configuration & PLLSRC))) control |= HSI16ON;
    if (system === "PLL") control |= PLLON;
    this.#control = control;
    this.clocks.turn("MSI", (control & MSION) !== 0);
    this.clocks.turn("HSI16", (control & HSI16ON) !== 0);
    this.clocks.turn("PLL", (control & PLLON) !== 0);
    this.#update();
  }

  #writeConfiguration(next: number): void {
    const changesPll = ((next ^ this.#configuration) & 0xfd0000) !== 0;
    if (changesPll && this.clocks.isOn("PLL")) {
      this.#options.host.report("changes the PLL while it is on (RM0367 7.3.4)");
      return;
    }
    if (next & PLLSRC)
      this.#options.host.report("clocks the PLL from HSE, which the emulation does not have");
    this.#configuration = next & ~(3 << SWS_SHIFT);
    const wanted = SYSTEM_CLOCKS[next & SW];
    if (wanted === "HSE" || !this.clocks.isOn(wanted)) {
      this.#options.host.report(`switches the system clock to ${wanted}, which is off (RM0367 7.2.6)`);
    }
    this.#update();
  }

  /** RTCRST resets the domain, LSE with it (7.3.21). */
  #writeStatus(next: number): void {
    const { host, rtcDomainWritable } = this.#options;
    const changed = (next ^ this.#status) & RTC_DOMAIN;
    let status = next & (LSION | RTC_DOMAIN);
    if (changed !== 0 && !rtcDomainWritable()) {
      host.report(
        "writes RTC or LSE bits of RCC_CSR, which are write-protected: set DBP of PWR_CR (RM0367 6.1.2)",
      );
      status = (status & ~RTC_DOMAIN) | (this.#status & RTC_DOMAIN);
    }
    if (status & RTCRST) status &= ~(RTC_DOMAIN & ~RTCRST);
    const flags = next & RMVF ? 0 : this.#status & 0xff000000;
    this.#status = (flags | status) >>> 0;
    this.clocks.turn("LSI", (status & LSION) !== 0);
    this.clocks.turn("LSE", (status & LSEON) !== 0);
  }

  #becomeReady(oscillator: Oscillator): void {
    this.#ready |= READY_FLAGS[oscillator];
    this.#updateInterrupt();
    this.#update();
  }

  /** The switch to a clock takes place when that is ready (7.2.6). */
  #update(): void {
    const wanted = SYSTEM_CLOCKS[this.#configuration & SW];
    const { system } = this.clocks.settings;
    const next = wanted !== "HSE" && this.clocks.isReady(wanted) ? wanted : system;
    this.clocks.settings = this.#settingsOf(next);
  }

  #updateInterrupt(): void {
    this.#options.interrupt((this.#ready & this.#enabledReady) !== 0);
  }

  #settingsOf(system: "MSI" | "HSI16" | "PLL") {
    const configuration = this.#configuration;
    return {
      system,
      msiRange: (this.#trim >> MSIRANGE_SHIFT) & 7,
      ahb: (configuration >> HPRE_SHIFT) & 15,
      apb1: (configuration >> PPRE1_SHIFT) & 7,
      apb2: (configuration >> PPRE2_SHIFT) & 7,
      pllMultiplier: (configuration >> PLLMUL_SHIFT) & 15,
      pllDivider: (configuration >> PLLDIV_SHIFT) & 3,
      hsiDividedBy4: (this.#control & HSI16DIVEN) !== 0,
    };
  }
}
