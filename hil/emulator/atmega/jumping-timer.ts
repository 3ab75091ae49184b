/**
 * A timer of avr8js that jumps to its next compare match or overflow, where avr8js counts tick by tick.
 * A sleeping board then costs nothing. Data sheet DS40002061B, sections 15 (Timer0), 16 (Timer1) and 18
 * (Timer2); Atmel-7766J, sections 13 (Timer0) and 14 (Timer1 and Timer3, which have a third compare value).
 *
 * Between two matches only TCNT changes, and avr8js computes that from the cycles whenever it is read.
 * Jumps are made where they change nothing else: not in the PWM modes, and not below a prescaler of 8,
 * where a match can fall inside the instruction that moves it.
 *
 * It also keeps the other flags of TIFR when one is cleared (16.11.9), which avr8js loses, and lets the interrupt of
 * the third compare value be enabled and its flag be cleared, which avr8js forgets.
 */
import { AVRTimer, type AVRTimerConfig, type CPU } from "avr8js";

const SHORTEST_JUMPING_DIVIDER = 8;
/** Waveform generation modes that only count up: normal and clear on compare match (tables 15-8 and 16-4). */
const JUMPING_MODES_8_BIT: ReadonlySet<number> = new Set([0, 2]);
const JUMPING_MODES_16_BIT: ReadonlySet<number> = new Set([0, 4, 12]);

/** What this class needs of the private side of avr8js's timer. */
interface TimerInternals {
  /** Brings TCNT and the flags up to the present cycle; also what the next event calls. */
  count: (reschedule?: boolean, external?: boolean) => void;
  readonly divider: number;
  /** A new prescaler, or a new TCNT, waits for the next call of `count`. */
  readonly updateDivider: boolean;
  readonly tcntUpdated: boolean;
  readonly lastCycle: number;
  readonly tcnt: number;
  readonly ocrA: number;
  readonly ocrB: number;
  /** Zero where the timer has no third. */
  readonly ocrC: number;
  readonly hasOCRC: boolean;
  readonly OCFC: Parameters<CPU["setInterruptFlag"]>[0];
  readonly TOP: number;
  readonly WGM: number;
}

export class JumpingTimer extends AVRTimer {
  readonly #cpu: CPU;
  readonly #jumpingModes: ReadonlySet<number>;

  constructor(cpu: CPU, config: AVRTimerConfig) {
    super(cpu, config);
    this.#cpu = cpu;
    this.#jumpingModes = config.bits === 16 ? JUMPING_MODES_16_BIT : JUMPING_MODES_8_BIT;
    this.#replaceCount();
    this.#keepOtherFlags(config.TIFR);
    if (this.#internals.hasOCRC) this.#connectThirdCompare(config);
    const { OCRA, OCRB, OCRC, ICR, TCCRA } = config;
    for (const register of [OCRA, OCRB, OCRC, ICR, TCCRA])
      if (register !== 0) this.#rescheduleAfterWrite(register);
  }

  get #internals(): TimerInternals {
    return this as unknown as TimerInternals;
  }

  /** avr8js calls `count` at each event, and `count` schedules the next event one tick later. */
  #replaceCount(): void {
    const timer = this.#internals;
    const countOnce = timer.count;
    timer.count = (reschedule = true, external = false) => {
      const dividerChanges = timer.updateDivider; // countOnce then schedules the first tick itself
      countOnce(false, external);
      if (reschedule && !dividerChanges) this.#schedule();
    };
  }

  /** A flag is cleared by writing one to it; with SBI, the bit that is written is in the mask. */
  #keepOtherFlags(register: number): void {
    const cpu = this.#cpu;
    const write = cpu.writeHooks[register];
    cpu.writeHooks[register] = (value, old, address, mask) => {
      write(value & mask, old, address, mask);
      cpu.data[register] = old & ~(value & mask);
      return true;
    };
  }

  #connectThirdCompare({ TIFR, TIMSK }: AVRTimerConfig): void {
    const cpu = this.#cpu;
    const { OCFC } = this.#internals;
    const clear = cpu.writeHooks[TIFR];
    cpu.writeHooks[TIFR] = (value, old, address, mask) => {
      const handled = clear(value, old, address, mask);
      cpu.clearInterruptByFlag(OCFC, value & mask);
      return handled;
    };
    const enable = cpu.writeHooks[TIMSK];
    cpu.writeHooks[TIMSK] = (value, old, address, mask) => {
      cpu.updateInterruptEnable(OCFC, value);
      return enable(value, old, address, mask);
    };
  }

  /** What was passed so far counts by the old value of the register, the next event by the new one. */
  #rescheduleAfterWrite(register: number): void {
    const timer = this.#internals;
    const write = this.#cpu.writeHooks[register];
    this.#cpu.writeHooks[register] = (value, old, address, mask) => {
      const running = timer.divider !== 0 && !timer.updateDivider && !timer.tcntUpdated;
      if (running) timer.count(false);
      const handled = write(value, old, address, mask);
      if (running && this.#cpu.clearClockEvent(timer.count)) this.#schedule();
      return handled;
    };
  }

  #schedule(): void {
    const { divider, lastCycle } = this.#internals;
    if (divider === 0) return;
    const dueCycles = lastCycle + divider * this.#ticksToNextEvent();
    this.#cpu.addClockEvent(this.#internals.count, dueCycles - this.#cpu.cycles);
  }

  /** Ticks until the counter reaches a compare value, or passes its top; at most one round less one tick. */
  #ticksToNextEvent(): number {
    const { divider, WGM, tcnt, TOP, ocrA, ocrB, ocrC } = this.#internals;
    if (divider < SHORTEST_JUMPING_DIVIDER || !this.#jumpingModes.has(WGM)) return 1;
    let ticks = tcnt <= TOP ? TOP + 1 - tcnt : 1;
    for (const compare of [ocrA, ocrB, ocrC]) {
      if (compare > tcnt && compare - tcnt < ticks) ticks = compare - tcnt;
    }
    return Math.max(1, Math.min(ticks, TOP));
  }
}
