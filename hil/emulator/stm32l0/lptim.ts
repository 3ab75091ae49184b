/**
 * Low-power timer: reference manual RM0367, section 24. A counter of 16 bits that goes on in Stop mode when LSE or LSI
 * clocks it. Its registers are in its own clock domain: a new compare value or period takes effect two of its periods
 * later, which CMPOK and ARROK tell (24.4.11).
 */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import { TickCount } from "../cortex-m/tick-count.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const ISR = 0x00;
const ICR = 0x04;
const IER = 0x08;
const CFGR = 0x0c;
const CR = 0x10;
const CMP = 0x14;
const ARR = 0x18;
const CNT = 0x1c;

/** ISR, ICR and IER (24.7.1). */
const CMPM = 1 << 0;
const ARRM = 1 << 1;
const CMPOK = 1 << 3;
const ARROK = 1 << 4;
const FLAGS = 0x7f;
/** CFGR (24.7.4): what there is of it here is the prescaler. */
const PRESC_SHIFT = 9;
const NOT_MODELLED = 0x01d8e0d9;
/** CR (24.7.5). */
const ENABLE = 1 << 0;
const SNGSTRT = 1 << 1;
const CNTSTRT = 1 << 2;
/** Periods of the kernel clock until a register write has arrived. */
const SYNCHRONISATION = 2;

interface LptimOptions {
  readonly name: string;
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** The clock that CCIPR selects; 0 while it stands. */
  readonly kernelHz: () => number;
}

export class Lptim implements Peripheral {
  readonly #options: LptimOptions;
  /** Counts prescaled periods since the start. */
  readonly #count: TickCount;
  readonly #due: Due;
  readonly #compareArrives: Due;
  readonly #periodArrives: Due;
  #flags = 0;
  #enabledFlags = 0;
  #configuration = 0;
  #enabled = false;
  #running = false;
  #single = false;
  #compare = 0;
  #reload = 1;
  #writtenCompare = 0;
  #writtenReload = 1;
  /** The tick that the flags are up to date with. */
  #seen = 0;

  constructor(options: LptimOptions) {
    this.#options = options;
    const { clock } = options.host;
    this.#count = new TickCount(clock);
    this.#due = new Due(clock, () => this.#catchUp());
    this.#compareArrives = new Due(clock, () => this.#takeCompare());
    this.#periodArrives = new Due(clock, () => this.#takeReload());
  }

  reset(): void {
    this.#stop();
    this.#flags = this.#enabledFlags = this.#configuration = 0;
    this.#compare = this.#writtenCompare = 0;
    this.#reload = this.#writtenReload = 1;
    this.#enabled = false;
    this.#update();
  }

  /** The kernel clock may have changed. */
  clockChanged(): void {
    if (!this.#running) return;
    this.#catchUp();
    this.#count.setRate(this.#tickHz);
    this.#plan();
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case ISR:
        return this.#flags;
      case ICR:
        return 0;
      case IER:
        return this.#enabledFlags;
      case CFGR:
        return this.#configuration;
      case CR:
        return this.#enabled ? ENABLE : 0;
      case CMP:
        return this.#writtenCompare;
      case ARR:
        return this.#writtenReload;
      case CNT:
        return this.#count.whole % (this.#reload + 1);
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    const { name, host } = this.#options;
    switch (offset) {
      case ISR:
      case CNT:
        return true;
      case ICR:
        this.#flags &= ~(value & FLAGS);
        this.#update();
        return true;
      case IER:
      case CFGR:
        if (this.#enabled) {
          host.report(
            `writes ${offset === IER ? "IER" : "CFGR"} of ${name} while it is enabled: clear ENABLE first (RM0367 24.7)`,
          );
          return true;
        }
        if (offset === IER) this.#enabledFlags = merge(this.#enabledFlags, value, mask) & FLAGS;
        else this.#configure(merge(this.#configuration, value, mask));
        this.#update();
        return true;
      case CR:
        this.#writeControl(merge(this.#enabled ? ENABLE : 0, value, mask));
        return true;
      case CMP:
        if (this.#mayWrite("CMP", this.#compareArrives)) {
          this.#writtenCompare = merge(this.#writtenCompare, value, mask) & 0xffff;
          this.#compareArrives.plan(this.#arrivalNs);
        }
        return true;
      case ARR:
        if (this.#mayWrite("ARR", this.#periodArrives)) {
          this.#writtenReload = merge(this.#writtenReload, value, mask) & 0xffff;
          this.#periodArrives.plan(this.#arrivalNs);
        }
        return true;
    }
    return false;
  }

  get #tickHz(): number {
    return this.#options.kernelHz() / 2 ** ((this.#configuration >> PRESC_SHIFT) & 7);
  }

  get #arrivalNs(): number {
    const hz = this.#options.kernelHz();
    return hz === 0
      ? Number.POSITIVE_INFINITY
      : this.#options.host.clock.nowNs() + (SYNCHRONISATION * 1e9) / hz;
  }

  #configure(next: number): void {
    this.#configuration = next;
    if (next & NOT_MODELLED)
      this.#options.host.report(
        `configures ${this.#options.name} for what the emulation does not have: it counts its internal clock`,
      );
  }

  /** CMP and ARR are written while the timer is enabled, and not before the last value has arrived (24.4.11). */
  #mayWrite(register: string, arriving: Due): boolean {
    const { name, host } = this.#options;
    if (!this.#enabled) {
      host.report(`writes ${register} of ${name} while it is disabled: set ENABLE first (RM0367 24.7)`);
    } else if (arriving.planned) {
      host.report(
        `writes ${register} of ${name} while the last value is on its way: wait for ${register}OK (RM0367 24.4.11)`,
      );
    } else {
      return true;
    }
    return false;
  }

  #writeControl(next: number): void {
    const { name, host } = this.#options;
    const starts = next & (CNTSTRT | SNGSTRT);
    if (!(next & ENABLE)) {
      this.#enabled = false;
      this.#stop();
      return;
    }
    if (starts !== 0 && !this.#enabled) {
      host.report(`starts ${name} in the write that enables it: set ENABLE first (RM0367 24.7.5)`);
    } else if (starts !== 0 && !this.#running) {
      this.#single = (starts & SNGSTRT) !== 0;
      this.#running = true;
      this.#seen = 0;
      this.#count.set(0);
      this.#count.setRate(this.#tickHz);
      this.#plan();
    }
    this.#enabled = true;
  }

  #stop(): void {
    this.#running = false;
    this.#count.setRate(0);
    this.#count.set(0);
    for (const due of [this.#due, this.#compareArrives, this.#periodArrives])
      due.plan(Number.POSITIVE_INFINITY);
  }

  #takeCompare(): void {
    this.#catchUp();
    this.#compare = this.#writtenCompare;
    this.#flags |= CMPOK;
    this.#plan();
    this.#update();
  }

  /** The phase is kept: the counter goes on to the new end. */
  #takeReload(): void {
    this.#catchUp();
    const phase = this.#count.whole % (this.#reload + 1);
    this.#reload = this.#writtenReload;
    if (this.#running) {
      this.#count.set(phase);
      this.#seen = phase;
    }
    this.#flags |= ARROK;
    this.#plan();
    this.#update();
  }

  /** The first tick after `after` at which the counter is at `value`. */
  #tickOf(value: number, after: number): number {
    const period = this.#reload + 1;
    const round = Math.floor(after / period) * period;
    return round + value > after ? round + value : round + value + period;
  }

  #plan(): void {
    if (!this.#running) return;
    const next = Math.min(this.#tickOf(this.#reload, this.#seen), this.#nextMatch);
    this.#due.plan(this.#count.whenNs(next));
  }

  get #nextMatch(): number {
    return this.#compare <= this.#reload ? this.#tickOf(this.#compare, this.#seen) : Number.POSITIVE_INFINITY;
  }

  /** Sets the flags of the matches since the last look. */
  #catchUp(): void {
    if (!this.#running) return;
    const now = this.#count.whole;
    if (this.#nextMatch <= now) this.#flags |= CMPM;
    const ends = this.#tickOf(this.#reload, this.#seen) <= now;
    if (ends) this.#flags |= ARRM;
    this.#seen = now;
    if (ends && this.#single) {
      this.#running = false;
      this.#count.setRate(0);
      this.#count.set(0);
      this.#due.plan(Number.POSITIVE_INFINITY);
    } else {
      this.#plan();
    }
    this.#update();
  }

  #update(): void {
    this.#options.interrupt((this.#flags & this.#enabledFlags) !== 0);
  }
}
