/** The watchdog, and the ticks that it makes from clk_ref: RP2040 datasheet, section 4.7. */
import { Due } from "../cortex-m/due.ts";
import type { Host, ResetCause } from "../cortex-m/machine.ts";
import { TickCount } from "../cortex-m/tick-count.ts";
import type { Peripheral } from "./peripheral.ts";

const CTRL = 0x00;
const LOAD = 0x04;
const REASON = 0x08;
const SCRATCH0 = 0x0c;
const TICK = 0x2c;
const SCRATCHES = 8;

const ENABLE = 1 << 30;
const TRIGGER = 0x80000000;
const CTRL_RESET = 0x07000000;
const TIME_MASK = 0xffffff;
const REASON_TIMER = 1;
const TICK_CYCLES = 0x1ff;
const TICK_ENABLE = 1 << 9;
const TICK_RUNNING = 1 << 10;
/** The counter loses two with each tick (erratum RP2040-E1). */
const LOSS = 2;

interface WatchdogOptions {
  readonly host: Host;
  readonly cause: ResetCause;
  readonly refHz: () => number;
  /** Whether the watchdog itself has a clock. */
  readonly clocked: () => boolean;
  /** The number of ticks in a second has changed. */
  readonly onTick: () => void;
  /** It resets the chip. */
  readonly onReset: () => void;
}

export class Watchdog implements Peripheral {
  readonly #options: WatchdogOptions;
  readonly #count: TickCount;
  readonly #due: Due;
  readonly #scratch = new Uint32Array(SCRATCHES);
  #control = CTRL_RESET;
  #load = 0;
  #tick = TICK_ENABLE;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#count = new TickCount(options.host.clock);
    this.#due = new Due(options.host.clock, () => options.onReset());
  }

  reset(): void {}

  /** Ticks in a second: clk_ref by the cycles of TICK. */
  get tickHz(): number {
    const cycles = this.#tick & TICK_CYCLES;
    return this.#tick & TICK_ENABLE && cycles > 0 ? this.#options.refHz() / cycles : 0;
  }

  /** The clock may have changed. */
  clockChanged(): void {
    const counts = (this.#control & ENABLE) !== 0 && this.#options.clocked();
    const hz = counts ? this.tickHz * LOSS : 0;
    if (hz !== this.#count.hz) this.#count.setRate(hz);
    this.#due.plan(this.#count.whenNs(this.#load));
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case CTRL:
        return this.#control | Math.max(0, this.#load - this.#count.whole);
      case LOAD:
        return 0;
      case REASON:
        return this.#options.cause === "watchdog" ? REASON_TIMER : 0;
      case TICK:
        return this.#tick | (this.tickHz > 0 ? TICK_RUNNING : 0);
    }
    return this.#scratch[(offset - SCRATCH0) / 4];
  }

  write(offset: number, value: number): boolean {
    switch (offset) {
      case CTRL:
        this.#control = value & (ENABLE | CTRL_RESET);
        this.clockChanged();
        if (value & TRIGGER) this.#options.onReset();
        return true;
      case LOAD:
        this.#load = value & TIME_MASK;
        this.#count.set(0);
        this.clockChanged();
        return true;
      case TICK:
        this.#tick = value & (TICK_CYCLES | TICK_ENABLE);
        this.clockChanged();
        this.#options.onTick();
        return true;
      case REASON:
        return true;
    }
    const scratch = (offset - SCRATCH0) / 4;
    if (this.#scratch[scratch] === undefined) return false;
    this.#scratch[scratch] = value;
    return true;
  }
}
