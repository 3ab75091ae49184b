/** The crystal oscillator: RP2040 datasheet, section 2.16. The boards here have a crystal of 12 MHz. */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Peripheral } from "./peripheral.ts";

const CTRL = 0x00;
const STATUS = 0x04;
const DORMANT = 0x08;
const STARTUP = 0x0c;
const COUNT = 0x1c;

const CRYSTAL_HZ = 12_000_000;
/** CTRL: what its fields must hold (2.16.7). */
const ENABLE_SHIFT = 12;
const ENABLE = 0xfab;
const DISABLE = 0xd1e;
const RANGE_MASK = 0xfff;
const RANGE_1_15MHZ = 0xaa0;
const STATUS_ENABLED = 1 << 12;
const STATUS_STABLE = 0x80000000;
/** STARTUP counts 256 periods of the crystal (2.16.4). */
const DELAY_MASK = 0x3fff;
const DELAY_RESET = 0xc4;
const DELAY_PERIODS = 256;

export class Xosc implements Peripheral {
  readonly #host: Host;
  readonly #onChange: () => void;
  readonly #stableDue: Due;
  readonly #trueHz: number;
  #control = 0;
  #delay = DELAY_RESET;
  #enabled = false;
  #stable = false;

  constructor(host: Host, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
    this.#trueHz = CRYSTAL_HZ * (1 + host.clockErrorPpm / 1e6);
    this.#stableDue = new Due(host.clock, () => {
      this.#stable = true;
      onChange();
    });
  }

  reset(): void {}

  /** 0 until it is stable. */
  get hz(): number {
    return this.#stable ? this.#trueHz : 0;
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case CTRL:
        return this.#control;
      case STATUS:
        return (this.#stable ? STATUS_STABLE : 0) | (this.#enabled ? STATUS_ENABLED : 0);
      case DORMANT:
      case COUNT:
        return 0;
      case STARTUP:
        return this.#delay;
    }
    return undefined;
  }

  write(offset: number, value: number): boolean {
    switch (offset) {
      case CTRL:
        this.#writeControl(value);
        return true;
      case STARTUP:
        this.#delay = value & DELAY_MASK;
        return true;
      case DORMANT:
        this.#host.report("stops the crystal oscillator by DORMANT, which the emulation does not have");
        return true;
      case STATUS:
      case COUNT:
        return true;
    }
    return false;
  }

  #writeControl(value: number): void {
    this.#control = value & 0xffffff;
    if ((value & RANGE_MASK) !== RANGE_1_15MHZ) {
      this.#host.report("sets XOSC_CTRL to another range than 1 to 15 MHz (2.16.7)");
    }
    const wanted = value >>> ENABLE_SHIFT;
    if (wanted === ENABLE && !this.#enabled) {
      this.#enabled = true;
      const startNs = (this.#delay * DELAY_PERIODS * 1e9) / this.#trueHz;
      this.#stableDue.plan(this.#host.clock.nowNs() + startNs);
    } else if (wanted === DISABLE) {
      this.#enabled = this.#stable = false;
      this.#stableDue.plan(Number.POSITIVE_INFINITY);
      this.#onChange();
    }
  }
}
