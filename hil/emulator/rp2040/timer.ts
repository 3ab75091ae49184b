/** The timer: 64 bits that count the ticks of the watchdog, one a microsecond. RP2040 datasheet, section 4.6. */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import { TickCount } from "../cortex-m/tick-count.ts";
import type { Peripheral } from "./peripheral.ts";

const TIMEHW = 0x00;
const TIMELW = 0x04;
const TIMEHR = 0x08;
const TIMELR = 0x0c;
const ALARM0 = 0x10;
const ARMED = 0x20;
const TIMERAWH = 0x24;
const TIMERAWL = 0x28;
const DBGPAUSE = 0x2c;
const PAUSE = 0x30;
const INTR = 0x34;
const INTE = 0x38;
const INTF = 0x3c;
const INTS = 0x40;

const ALARMS = 4;
const ALL_ALARMS = 15;
const HIGH_WORD = 2 ** 32;

interface TimerOptions {
  readonly host: Host;
  /** One line for each alarm. */
  readonly interrupt: (alarm: number, level: boolean) => void;
  /** The ticks that reach it in a second, 0 while it has no clock. */
  readonly tickHz: () => number;
}

export class Timer implements Peripheral {
  readonly #options: TimerOptions;
  readonly #count: TickCount;
  readonly #dues: readonly Due[];
  readonly #alarms = new Uint32Array(ALARMS);
  #armed = 0;
  #raised = 0;
  #enabled = 0;
  #forced = 0;
  #paused = false;
  #writtenLow = 0;
  #latchedHigh = 0;

  constructor(options: TimerOptions) {
    this.#options = options;
    this.#count = new TickCount(options.host.clock);
    this.#dues = Array.from(
      { length: ALARMS },
      (_, alarm) => new Due(options.host.clock, () => this.#fire(alarm)),
    );
  }

  reset(): void {
    this.#alarms.fill(0);
    this.#armed = this.#raised = this.#enabled = this.#forced = 0;
    this.#writtenLow = this.#latchedHigh = 0;
    this.#paused = false;
    this.#count.set(0);
    this.clockChanged();
    this.#update();
  }

  /** The clock may have changed. */
  clockChanged(): void {
    const hz = this.#paused ? 0 : this.#options.tickHz();
    if (hz === this.#count.hz) return;
    this.#count.setRate(hz);
    for (let alarm = 0; alarm < ALARMS; alarm++) this.#plan(alarm);
  }

  read(offset: number): number | undefined {
    const now = this.#count.whole;
    switch (offset) {
      case TIMEHR:
        return this.#latchedHigh;
      case TIMELR: // keeps the other half for the read that follows (4.6.1)
        this.#latchedHigh = Math.floor(now / HIGH_WORD);
        return now % HIGH_WORD;
      case TIMERAWH:
        return Math.floor(now / HIGH_WORD);
      case TIMERAWL:
        return now % HIGH_WORD;
      case ARMED:
        return this.#armed;
      case DBGPAUSE:
        return 7;
      case PAUSE:
        return this.#paused ? 1 : 0;
      case INTR:
        return this.#raised;
      case INTE:
        return this.#enabled;
      case INTF:
        return this.#forced;
      case INTS:
        return this.#pending;
      case TIMEHW:
      case TIMELW:
        return 0;
    }
    const alarm = (offset - ALARM0) / 4;
    return this.#alarms[alarm];
  }

  write(offset: number, value: number): boolean {
    switch (offset) {
      case TIMELW:
        this.#writtenLow = value;
        return true;
      case TIMEHW:
        this.#count.set(value * HIGH_WORD + this.#writtenLow);
        for (let alarm = 0; alarm < ALARMS; alarm++) this.#plan(alarm);
        return true;
      case ARMED: // an alarm is disarmed by writing one
        this.#armed &= ~value;
        for (let alarm = 0; alarm < ALARMS; alarm++) this.#plan(alarm);
        return true;
      case PAUSE:
        this.#paused = (value & 1) !== 0;
        this.clockChanged();
        return true;
      case INTR: // cleared by writing one
        this.#raised &= ~value;
        break;
      case INTE:
        this.#enabled = value & ALL_ALARMS;
        break;
      case INTF:
        this.#forced = value & ALL_ALARMS;
        break;
      default: {
        const alarm = (offset - ALARM0) / 4;
        if (this.#alarms[alarm] === undefined) return this.read(offset) !== undefined;
        this.#alarms[alarm] = value;
        this.#armed |= 1 << alarm;
        this.#plan(alarm);
        return true;
      }
    }
    this.#update();
    return true;
  }

  get #pending(): number {
    return (this.#raised & this.#enabled) | this.#forced;
  }

  /** When the lower half becomes equal to the alarm; what it already is has been missed. */
  #plan(alarm: number): void {
    const due = this.#dues[alarm];
    if (!(this.#armed & (1 << alarm))) {
      due.plan(Number.POSITIVE_INFINITY);
      return;
    }
    const now = this.#count.whole;
    const left = (this.#alarms[alarm] - (now % HIGH_WORD) + HIGH_WORD) % HIGH_WORD || HIGH_WORD;
    due.plan(this.#count.whenNs(now + left));
  }

  #fire(alarm: number): void {
    this.#armed &= ~(1 << alarm);
    this.#raised |= 1 << alarm;
    this.#update();
  }

  #update(): void {
    for (let alarm = 0; alarm < ALARMS; alarm++) {
      this.#options.interrupt(alarm, (this.#pending & (1 << alarm)) !== 0);
    }
  }
}
