/**
 * The watchdog timer: data sheet DS40002061B, section 11.8 (Atmel-7766J, section 8). It has an oscillator of its own,
 * so it counts the time of the machine, asleep or not, where avr8js counts cycles of the processor. That oscillator is
 * no crystal: it is off by up to ten percent, and drifts.
 */
import type { CPU } from "avr8js";
import type { Clock } from "../../clock/index.ts";
import { MCUSR, WDTCSR } from "./registers.ts";

/** Bits of WDTCSR (11.9.2). */
const INTERRUPT_FLAG = 0x80;
const INTERRUPT_ENABLE = 0x40;
const PRESCALER_3 = 0x20;
const CHANGE_ENABLE = 0x10;
const RESET_ENABLE = 0x08;
const PRESCALER_210 = 0x07;
const PROTECTED = RESET_ENABLE | PRESCALER_3 | PRESCALER_210;
/** WDRF of MCUSR: the last reset was the watchdog's, and while it is set WDE cannot be cleared (11.9.2). */
export const WATCHDOG_RESET_FLAG = 0x08;

/** 2048 cycles of the 128 kHz oscillator at the shortest setting (table 11-2). */
const SHORTEST_PERIOD_NS = 16_000_000;
/** The change-enable bit holds for four cycles (11.8, "timed sequence"). */
const CHANGE_CYCLES = 4;

export class Watchdog {
  readonly #cpu: CPU;
  readonly #interrupt: Parameters<CPU["setInterruptFlag"]>[0];
  readonly #clock: Clock;
  readonly #shortestPeriodNs: number;
  readonly #reset: () => void;
  #changeUntilCycles = -1;
  /** A time-out has raised an interrupt where the next one resets: serving it clears WDIE too (11.9.2). */
  #isLastWarning = false;
  #deadlineNs = Number.POSITIVE_INFINITY;
  /** When a timer of the clock looks at the deadline next; it is not moved by each WDR. */
  #checkAtNs = Number.POSITIVE_INFINITY;
  #stopped = false;

  /**
   * `oscillatorError`: 0.07 where it runs 7 % too fast. `reset` restarts the processor; the caller then makes a new
   * watchdog and stops this one.
   */
  constructor(
    cpu: CPU,
    { vector, oscillatorError }: { readonly vector: number; readonly oscillatorError: number },
    clock: Clock,
    reset: () => void,
  ) {
    this.#cpu = cpu;
    this.#shortestPeriodNs = SHORTEST_PERIOD_NS / (1 + oscillatorError);
    this.#interrupt = {
      address: vector,
      flagRegister: WDTCSR,
      flagMask: INTERRUPT_FLAG,
      enableRegister: WDTCSR,
      enableMask: INTERRUPT_ENABLE,
    };
    this.#clock = clock;
    this.#reset = reset;
    cpu.onWatchdogReset = () => this.#restart();
    cpu.writeHooks[WDTCSR] = (value) => {
      this.#write(value);
      return true;
    };
    cpu.readHooks[WDTCSR] = () => {
      this.#noteService();
      return cpu.data[WDTCSR];
    };
    if (cpu.data[MCUSR] & WATCHDOG_RESET_FLAG) {
      cpu.data[WDTCSR] = RESET_ENABLE;
      this.#restart();
    }
  }

  /** Power is gone, or the processor was reset. */
  stop(): void {
    this.#stopped = true;
  }

  /** The core clears the flag of an interrupt that it serves. */
  #noteService(): void {
    const { data } = this.#cpu;
    if (!this.#isLastWarning || data[WDTCSR] & INTERRUPT_FLAG) return;
    this.#isLastWarning = false;
    data[WDTCSR] &= ~INTERRUPT_ENABLE;
  }

  #write(value: number): void {
    this.#noteService();
    const cpu = this.#cpu;
    const old = cpu.data[WDTCSR];
    const changing = cpu.cycles <= this.#changeUntilCycles;
    let next = (value & ~PROTECTED) | ((changing ? value : old) & PROTECTED);
    // WDE may be set at any time, and is set as long as WDRF is.
    next |= cpu.data[MCUSR] & WATCHDOG_RESET_FLAG ? RESET_ENABLE : value & RESET_ENABLE;
    if (value & CHANGE_ENABLE && value & RESET_ENABLE) this.#changeUntilCycles = cpu.cycles + CHANGE_CYCLES;
    next = (next & ~(CHANGE_ENABLE | INTERRUPT_FLAG)) | (old & INTERRUPT_FLAG & ~value);
    const periodChanges = ((old ^ next) & (PROTECTED | INTERRUPT_ENABLE)) !== 0;
    cpu.data[WDTCSR] = next;
    this.#isLastWarning &&= (next & INTERRUPT_FLAG) !== 0;
    cpu.updateInterruptEnable(this.#interrupt, next);
    if (!(next & INTERRUPT_FLAG)) cpu.clearInterrupt(this.#interrupt);
    if (periodChanges) this.#restart();
  }

  #restart(): void {
    const control = this.#cpu.data[WDTCSR];
    if (!(control & (RESET_ENABLE | INTERRUPT_ENABLE))) {
      this.#deadlineNs = Number.POSITIVE_INFINITY;
      return;
    }
    const prescaler = ((control & PRESCALER_3) >> 2) | (control & PRESCALER_210);
    this.#deadlineNs = this.#clock.nowNs() + this.#shortestPeriodNs * 2 ** prescaler;
    if (this.#deadlineNs < this.#checkAtNs) this.#scheduleCheck();
  }

  #scheduleCheck(): void {
    const atNs = this.#deadlineNs;
    this.#checkAtNs = atNs;
    this.#clock.at(atNs, () => this.#check(atNs));
  }

  #check(atNs: number): void {
    if (this.#stopped || atNs !== this.#checkAtNs) return;
    this.#checkAtNs = Number.POSITIVE_INFINITY;
    if (this.#clock.nowNs() >= this.#deadlineNs) this.#expire();
    if (!this.#stopped && this.#deadlineNs < Number.POSITIVE_INFINITY) this.#scheduleCheck();
  }

  /** Interrupt, reset, or the interrupt first and the reset at the next time-out (table 11-1). */
  #expire(): void {
    this.#noteService();
    const cpu = this.#cpu;
    if (cpu.data[WDTCSR] & INTERRUPT_ENABLE && !this.#isLastWarning) {
      cpu.setInterruptFlag(this.#interrupt);
      this.#isLastWarning = (cpu.data[WDTCSR] & RESET_ENABLE) !== 0;
      this.#restart();
    } else {
      this.#reset();
    }
  }
}
