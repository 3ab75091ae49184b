/**
 * General-purpose and basic timers, counting up the clock of their bus: reference manual RM0367, sections 21 to 23. The
 * compare channels raise their flags; there are no inputs, outputs, triggers or DMA.
 */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import { TickCount } from "../cortex-m/tick-count.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const CR1 = 0x00;
const CR2 = 0x04;
const SMCR = 0x08;
const DIER = 0x0c;
const SR = 0x10;
const EGR = 0x14;
const CCMR1 = 0x18;
const CCMR2 = 0x1c;
const CCER = 0x20;
const CNT = 0x24;
const PSC = 0x28;
const ARR = 0x2c;
const CCR1 = 0x34;

/** CR1 (21.4.1). */
const CEN = 1 << 0;
const UDIS = 1 << 1;
const URS = 1 << 2;
const OPM = 1 << 3;
const ARPE = 1 << 7;
const OTHER_DIRECTION = 0x70;
/** SR and DIER (21.4.4, 21.4.5): update, and four channels. */
const UIF = 1 << 0;
const FLAGS = 0x1f;
/** EGR (21.4.6). */
const UG = 1 << 0;

interface TimerOptions {
  readonly name: string;
  readonly host: Host;
  readonly interrupt: (level: boolean) => void;
  /** The clock of the timer; 0 while it stands. */
  readonly kernelHz: () => number;
  /** Compare channels: 4, 2 or none. */
  readonly channels: number;
}

export class UpTimer implements Peripheral {
  readonly #options: TimerOptions;
  readonly #count: TickCount;
  readonly #due: Due;
  #control = 0;
  #enabledFlags = 0;
  #flags = 0;
  readonly #modes = new Map<number, number>();
  /** The prescaler and the period in use, and those that the next update brings. */
  #prescaler = 0;
  #nextPrescaler = 0;
  #reload = 0xffff;
  #nextReload = 0xffff;
  #compare = [0, 0, 0, 0];
  #seen = 0;

  constructor(options: TimerOptions) {
    this.#options = options;
    this.#count = new TickCount(options.host.clock);
    this.#due = new Due(options.host.clock, () => this.#catchUp());
  }

  reset(): void {
    this.#control = this.#enabledFlags = this.#flags = 0;
    this.#prescaler = this.#nextPrescaler = 0;
    this.#reload = this.#nextReload = 0xffff;
    this.#compare = [0, 0, 0, 0];
    this.#modes.clear();
    this.#setCounter(0);
    this.#run();
    this.#update();
  }

  /** The clock may have changed. */
  clockChanged(): void {
    this.#catchUp();
    this.#run();
  }

  read(offset: number): number | undefined {
    if (this.#channelOf(offset) !== undefined) return this.#compare[this.#channelOf(offset) as number];
    switch (offset) {
      case CR1:
        return this.#control;
      case DIER:
        return this.#enabledFlags;
      case SR:
        this.#catchUp();
        return this.#flags;
      case EGR:
        return 0;
      case CNT:
        return Math.min(this.#count.whole, 0xffff);
      case PSC:
        return this.#nextPrescaler;
      case ARR:
        return this.#nextReload;
      case CR2:
      case SMCR:
      case CCMR1:
      case CCMR2:
      case CCER:
        return this.#modes.get(offset) ?? 0;
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    const next = merge(this.read(offset) ?? 0, value, mask) & 0xffff;
    this.#catchUp();
    const channel = this.#channelOf(offset);
    if (channel !== undefined) {
      this.#compare[channel] = next;
    } else {
      switch (offset) {
        case CR1:
          this.#control = next;
          if (next & OTHER_DIRECTION) this.#notModelled("counts down");
          break;
        case DIER:
          this.#enabledFlags = next & FLAGS;
          if (next & ~FLAGS) this.#notModelled("triggers or feeds DMA");
          break;
        case SR: // cleared by writing zero
          this.#flags &= next;
          break;
        case EGR:
          if (value & UG) this.#restart((this.#control & URS) === 0);
          break;
        case CNT:
          this.#setCounter(next);
          break;
        case PSC:
          this.#nextPrescaler = next;
          break;
        case ARR:
          this.#nextReload = next;
          if (!(this.#control & ARPE)) this.#reload = next;
          break;
        case CR2:
        case SMCR:
        case CCMR1:
        case CCMR2:
        case CCER:
          this.#modes.set(offset, next);
          if (next !== 0 && (offset === SMCR || offset === CCER)) this.#notModelled("uses inputs or outputs");
          break;
        default:
          return false;
      }
    }
    this.#run();
    this.#update();
    return true;
  }

  #notModelled(what: string): void {
    this.#options.host.report(`${what} with ${this.#options.name}, which the emulation does not have`);
  }

  #channelOf(offset: number): number | undefined {
    const channel = (offset - CCR1) / 4;
    return channel >= 0 && channel < this.#options.channels ? channel : undefined;
  }

  #setCounter(value: number): void {
    this.#count.set(value);
    this.#seen = value;
  }

  /** An update event: the counter begins anew, with what has been prepared (21.3.2). */
  #restart(withFlag: boolean): void {
    this.#setCounter(0);
    if (this.#control & UDIS) return;
    this.#prescaler = this.#nextPrescaler;
    this.#reload = this.#nextReload;
    if (withFlag) this.#flags |= UIF;
  }

  #run(): void {
    const hz = this.#control & CEN ? this.#options.kernelHz() / (this.#prescaler + 1) : 0;
    if (hz !== this.#count.hz) this.#count.setRate(hz);
    const overflow = Math.max(this.#reload, this.#seen) + 1;
    let next = overflow;
    for (const value of this.#compare.slice(0, this.#options.channels)) {
      if (value > this.#seen && value < next) next = value;
    }
    this.#due.plan(this.#count.whenNs(next));
  }

  #catchUp(): void {
    const now = this.#count.whole;
    if (now === this.#seen) return;
    this.#compare.slice(0, this.#options.channels).forEach((value, channel) => {
      if (value > this.#seen && value <= now) this.#flags |= 2 << channel;
    });
    const overflows = now > Math.max(this.#reload, this.#seen);
    this.#seen = now;
    if (overflows) {
      this.#restart(true);
      if (this.#control & OPM) this.#control &= ~CEN;
    }
    this.#run();
    this.#update();
  }

  #update(): void {
    this.#options.interrupt((this.#flags & this.#enabledFlags) !== 0);
  }
}
