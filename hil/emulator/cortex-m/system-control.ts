/**
 * The System Control Space at 0xE000E000: SysTick, NVIC and system control block. Sections are those of the
 * ARMv6-M Architecture Reference Manual, DDI 0419.
 */
import type { Clock } from "../../clock/index.ts";
import { type CortexM0, Fault } from "./core.ts";
import { Due } from "./due.ts";
import { hex } from "./hex.ts";
import { TickCount } from "./tick-count.ts";

export const SYSTEM_CONTROL_SPACE = 0xe000e000;
export const SYSTEM_CONTROL_BYTES = 0x1000;

/** Offsets (B3.2.2, B3.3.2, B3.4.2). */
const SYST_CSR = 0x010;
const SYST_RVR = 0x014;
const SYST_CVR = 0x018;
const SYST_CALIB = 0x01c;
const NVIC_ISER = 0x100;
const NVIC_ICER = 0x180;
const NVIC_ISPR = 0x200;
const NVIC_ICPR = 0x280;
const NVIC_IPR = 0x400;
const NVIC_IPR_END = 0x420;
const CPUID = 0xd00;
const ICSR = 0xd04;
const VTOR = 0xd08;
const AIRCR = 0xd0c;
const SCR = 0xd10;
const CCR = 0xd14;
const SHPR2 = 0xd1c;
const SHPR3 = 0xd20;

/** Cortex-M0+ r0p1. */
const CPUID_VALUE = 0x410cc601;
/** STKALIGN and UNALIGN_TRP, always one (B3.2.8). */
const CCR_VALUE = 0x208;
/** Bits of ICSR (B3.2.4). */
const PENDSVSET = 1 << 28;
const PENDSVCLR = 1 << 27;
const PENDSTSET = 1 << 26;
const PENDSTCLR = 1 << 25;
const ISRPENDING = 1 << 22;
/** AIRCR: the key that a write needs, and SYSRESETREQ (B3.2.6). */
const VECTKEY = 0x05fa;
const SYSRESETREQ = 1 << 2;
/** SCR (B3.2.7). */
const SLEEPONEXIT = 1 << 1;
const SLEEPDEEP = 1 << 2;
/** SYST_CSR (B3.3.3). */
const ENABLE = 1 << 0;
const TICKINT = 1 << 1;
const CLKSOURCE = 1 << 2;
const COUNTFLAG = 1 << 16;
const COUNTER_MASK = 0xffffff;
/** The top two bits of each priority are there (B3.4.7). */
const PRIORITY_SHIFT = 6;

interface SystemControlOptions {
  readonly core: CortexM0;
  readonly clock: Clock;
  readonly requestReset: () => void;
  /** Where the core finds its vectors when VTOR says this. */
  readonly vectorTable: (vtor: number) => number;
}

export class SystemControl {
  readonly #core: CortexM0;
  readonly #options: SystemControlOptions;
  readonly #tick: SysTick;
  #vtor = 0;
  #control = 0;

  constructor(options: SystemControlOptions) {
    this.#core = options.core;
    this.#options = options;
    this.#tick = new SysTick(options);
  }

  /** A WFI asks for the deep sleep of the chip. */
  get sleepDeep(): boolean {
    return (this.#control & SLEEPDEEP) !== 0;
  }

  /** The clocks of SysTick: the processor's, and the reference that the chip gives it. */
  setClocks(processorHz: number, referenceHz: number): void {
    this.#tick.setClocks(processorHz, referenceHz);
  }

  /** Words only (B3.1.1). */
  read(offset: number): number {
    const core = this.#core;
    if (offset >= NVIC_IPR && offset < NVIC_IPR_END) return this.#readPriorities(offset - NVIC_IPR);
    switch (offset) {
      case SYST_CSR:
      case SYST_RVR:
      case SYST_CVR:
      case SYST_CALIB:
        return this.#tick.read(offset);
      case NVIC_ISER:
      case NVIC_ICER:
        return core.enabledInterrupts;
      case NVIC_ISPR:
      case NVIC_ICPR:
        return core.pendingInterrupts;
      case CPUID:
        return CPUID_VALUE;
      case ICSR:
        return this.#readState();
      case VTOR:
        return this.#vtor;
      case AIRCR:
        return 0xfa050000;
      case SCR:
        return this.#control;
      case CCR:
        return CCR_VALUE;
      case SHPR2:
        return core.SHPR2;
      case SHPR3:
        return core.SHPR3;
    }
    throw new Fault(`reads ${hex(SYSTEM_CONTROL_SPACE + offset)}, a register that no Cortex-M0+ here has`);
  }

  write(offset: number, value: number): void {
    const core = this.#core;
    if (offset >= NVIC_IPR && offset < NVIC_IPR_END) {
      this.#writePriorities(offset - NVIC_IPR, value);
      return;
    }
    switch (offset) {
      case SYST_CSR:
      case SYST_RVR:
      case SYST_CVR:
        this.#tick.write(offset, value);
        return;
      case NVIC_ISER:
        core.enabledInterrupts |= value;
        break;
      case NVIC_ICER:
        core.enabledInterrupts &= ~value;
        return;
      case NVIC_ISPR:
        core.pendingInterrupts |= value;
        break;
      case NVIC_ICPR:
        core.clearPending(value);
        return;
      case ICSR:
        this.#writeState(value);
        break;
      case VTOR:
        this.#vtor = value & ~0x7f;
        core.VTOR = this.#options.vectorTable(this.#vtor);
        return;
      case AIRCR:
        if (value >>> 16 === VECTKEY && value & SYSRESETREQ) this.#options.requestReset();
        return;
      case SCR:
        this.#control = value & 0x16;
        core.sleepOnExit = (value & SLEEPONEXIT) !== 0;
        return;
      case SHPR2:
        core.SHPR2 = value & 0xc0000000;
        break;
      case SHPR3:
        core.SHPR3 = value & 0xc0c00000;
        break;
      default:
        throw new Fault(
          `writes ${hex(SYSTEM_CONTROL_SPACE + offset)}, a register that no Cortex-M0+ here has`,
        );
    }
    core.interruptsUpdated = true;
  }

  #readState(): number {
    const core = this.#core;
    return (
      core.IPSR |
      (core.pendingPendSV ? PENDSVSET : 0) |
      (core.pendingSystick ? PENDSTSET : 0) |
      (core.pendingInterrupts & core.enabledInterrupts ? ISRPENDING : 0)
    );
  }

  #writeState(value: number): void {
    const core = this.#core;
    if (value & PENDSVSET) core.pendingPendSV = true;
    if (value & PENDSVCLR) core.pendingPendSV = false;
    if (value & PENDSTSET) core.pendingSystick = true;
    if (value & PENDSTCLR) core.pendingSystick = false;
  }

  #readPriorities(first: number): number {
    let word = 0;
    for (let octet = 0; octet < 4; octet++) {
      word |= this.#core.priorities[first + octet] << (8 * octet + PRIORITY_SHIFT);
    }
    return word;
  }

  #writePriorities(first: number, word: number): void {
    for (let octet = 0; octet < 4; octet++) {
      this.#core.priorities[first + octet] = (word >> (8 * octet + PRIORITY_SHIFT)) & 3;
    }
    this.#core.interruptsUpdated = true;
  }
}

/**
 * The timer of the core (B3.3): counts down to zero, which raises its exception, and starts at the reload value again.
 */
class SysTick {
  readonly #core: CortexM0;
  /** Counts up; zero of the timer is at each multiple of the period. */
  readonly #count: TickCount;
  readonly #due: Due;
  #control = 0;
  #reload = 0;
  #processorHz = 0;
  #referenceHz = 0;
  /** The number of the period that COUNTFLAG was last read in. */
  #seen = 0;

  constructor({ core, clock }: SystemControlOptions) {
    this.#core = core;
    this.#count = new TickCount(clock);
    this.#due = new Due(clock, () => this.#expire());
  }

  setClocks(processorHz: number, referenceHz: number): void {
    this.#processorHz = processorHz;
    this.#referenceHz = referenceHz;
    this.#update();
  }

  read(offset: number): number {
    if (offset === SYST_CSR) {
      const passed = this.#periods > this.#seen;
      this.#seen = this.#periods;
      return this.#control | (passed ? COUNTFLAG : 0);
    }
    if (offset === SYST_RVR) return this.#reload;
    return offset === SYST_CVR ? this.#value : 0;
  }

  write(offset: number, value: number): void {
    const present = this.#value;
    if (offset === SYST_CSR) this.#control = value & (ENABLE | TICKINT | CLKSOURCE);
    if (offset === SYST_RVR) this.#reload = value & COUNTER_MASK;
    // Writing the counter clears it and COUNTFLAG; the next tick loads it.
    this.#setValue(offset === SYST_CVR ? 0 : present);
    this.#update();
  }

  get #period(): number {
    return this.#reload + 1;
  }

  get #periods(): number {
    return Math.floor(this.#count.whole / this.#period);
  }

  get #value(): number {
    const phase = this.#count.whole % this.#period;
    return phase === 0 ? 0 : this.#period - phase;
  }

  #setValue(value: number): void {
    this.#count.set(value === 0 ? 0 : Math.max(0, this.#period - value));
    this.#seen = 0;
  }

  #update(): void {
    const running = (this.#control & ENABLE) !== 0 && this.#reload > 0;
    this.#count.setRate(running ? (this.#control & CLKSOURCE ? this.#processorHz : this.#referenceHz) : 0);
    this.#plan();
  }

  #plan(): void {
    const next = (this.#periods + 1) * this.#period;
    this.#due.plan(this.#control & TICKINT ? this.#count.whenNs(next) : Number.POSITIVE_INFINITY);
  }

  #expire(): void {
    this.#core.pendingSystick = true;
    this.#core.interruptsUpdated = true;
    this.#plan();
  }
}
