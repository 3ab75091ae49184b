/** A phase-locked loop on the crystal: RP2040 datasheet, section 2.18. */
import { Due } from "../cortex-m/due.ts";
import type { Host } from "../cortex-m/machine.ts";
import type { Peripheral } from "./peripheral.ts";

const CS = 0x0;
const PWR = 0x4;
const FBDIV_INT = 0x8;
const PRIM = 0xc;

const CS_RESET = 1;
const REFDIV_MASK = 0x3f;
const BYPASS = 1 << 8;
const LOCK = 0x80000000;
const PWR_RESET = 0x2d;
const PD = 1 << 0;
const POSTDIVPD = 1 << 3;
const VCOPD = 1 << 5;
const PRIM_RESET = 0x77000;
/** The oscillator runs within these (2.18.1). */
const VCO_LEAST_HZ = 750e6;
const VCO_MOST_HZ = 1600e6;
/** The datasheet names no time: that of many loops of this kind, in periods of its reference. */
const LOCK_PERIODS = 500;

interface PllOptions {
  readonly name: string;
  readonly host: Host;
  readonly referenceHz: () => number;
  readonly onChange: () => void;
}

export class Pll implements Peripheral {
  readonly #options: PllOptions;
  readonly #lockDue: Due;
  #control = CS_RESET;
  #power = PWR_RESET;
  #feedback = 0;
  #postDividers = PRIM_RESET;
  #locked = false;

  constructor(options: PllOptions) {
    this.#options = options;
    this.#lockDue = new Due(options.host.clock, () => {
      this.#locked = true;
      options.onChange();
    });
  }

  reset(): void {
    this.#control = CS_RESET;
    this.#power = PWR_RESET;
    this.#feedback = 0;
    this.#postDividers = PRIM_RESET;
    this.#start();
  }

  /** 0 until it is locked and its dividers have power. */
  get hz(): number {
    if (this.#control & BYPASS) return this.#options.referenceHz();
    if (!this.#locked || this.#power & POSTDIVPD) return 0;
    const divider1 = Math.max(1, (this.#postDividers >> 16) & 7);
    const divider2 = Math.max(1, (this.#postDividers >> 12) & 7);
    return this.#vcoHz / (divider1 * divider2);
  }

  read(offset: number): number | undefined {
    if (offset === CS) return (this.#control | (this.#locked ? LOCK : 0)) >>> 0;
    if (offset === PWR) return this.#power;
    if (offset === FBDIV_INT) return this.#feedback;
    return offset === PRIM ? this.#postDividers : undefined;
  }

  write(offset: number, value: number): boolean {
    if (offset === CS) this.#control = value & (REFDIV_MASK | BYPASS);
    else if (offset === PWR) this.#power = value & 0x2d;
    else if (offset === FBDIV_INT) this.#feedback = value & 0xfff;
    else if (offset === PRIM) this.#postDividers = value & 0x77000;
    else return false;
    if (offset === PRIM) this.#options.onChange();
    else this.#start();
    return true;
  }

  get #vcoHz(): number {
    return (this.#options.referenceHz() / Math.max(1, this.#control & REFDIV_MASK)) * this.#feedback;
  }

  #start(): void {
    const { host, name, referenceHz, onChange } = this.#options;
    const powered = !(this.#power & (PD | VCOPD));
    const vcoHz = this.#vcoHz;
    const runs = powered && vcoHz >= VCO_LEAST_HZ && vcoHz <= VCO_MOST_HZ;
    if (powered && !runs)
      host.report(`has the oscillator of ${name} run at ${vcoHz / 1e6} MHz instead of 750 to 1600 (2.18.1)`);
    if (!runs) {
      this.#locked = false;
      this.#lockDue.plan(Number.POSITIVE_INFINITY);
    } else if (!this.#locked && !this.#lockDue.planned) {
      this.#lockDue.plan(host.clock.nowNs() + (LOCK_PERIODS * 1e9) / referenceHz());
    }
    onChange();
  }
}
