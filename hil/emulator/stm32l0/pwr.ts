/** Power control: reference manual RM0367, section 6. Voltage range, Stop mode, the lock of the RTC domain. */
import type { Host } from "../cortex-m/machine.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const CR = 0x00;
const CSR = 0x04;

/** CR (6.4.1). */
const LPSDSR = 1 << 0;
const PDDS = 1 << 1;
const CLEAR_FLAGS = 3 << 2;
const PVDE = 1 << 4;
const DBP = 1 << 8;
const ULP = 1 << 9;
const FWU = 1 << 10;
const VOS_SHIFT = 11;
/** Range 2. */
const CR_RESET = 0x1000;
/** CSR (6.4.2). */
const VREFINTRDYF = 1 << 3;
const VOSF = 1 << 4;
const CSR_SETTINGS = 7 << 8;

/** The regulator settles within this (data sheet DS10685, table 27 names no value; 6.1.3: wait for VOSF). */
const VOLTAGE_CHANGE_NS = 20_000;
/**
 * From Stop with the regulator in its main and its low-power mode (DS10685, table 42), and until VREFINT is back (table
 * 25).
 */
const WAKE_MAIN_NS = 4_900;
const WAKE_LOW_POWER_NS = 8_000;
const WAKE_REFERENCE_NS = 3_000_000;

export class Pwr implements Peripheral {
  readonly #host: Host;
  readonly #onVoltage: () => void;
  #control = CR_RESET;
  #status = 0;
  #settlesAtNs = 0;

  /** `onVoltage`: the range has changed. */
  constructor(host: Host, onVoltage: () => void) {
    this.#host = host;
    this.#onVoltage = onVoltage;
  }

  reset(): void {
    this.#control = CR_RESET;
    this.#status = 0;
    this.#onVoltage();
  }

  /** 1 to 3: 1.8, 1.5 and 1.2 V (6.1.3). */
  get voltageRange(): number {
    return (this.#control >> VOS_SHIFT) & 3;
  }

  get rtcDomainWritable(): boolean {
    return (this.#control & DBP) !== 0;
  }

  /** A deep sleep is Standby, which loses RAM and registers (6.3.10). */
  get standby(): boolean {
    return (this.#control & PDDS) !== 0;
  }

  /** From the interrupt to the first instruction after a Stop, besides the start of the oscillator. */
  get wakeUpNs(): number {
    const regulator = this.#control & LPSDSR ? WAKE_LOW_POWER_NS : WAKE_MAIN_NS;
    const waitsForReference = (this.#control & (ULP | FWU)) === ULP;
    return regulator + (waitsForReference ? WAKE_REFERENCE_NS : 0);
  }

  read(offset: number): number | undefined {
    if (offset === CR) return this.#control;
    if (offset !== CSR) return undefined;
    const settling = this.#host.clock.nowNs() < this.#settlesAtNs ? VOSF : 0;
    return this.#status | VREFINTRDYF | settling;
  }

  write(offset: number, value: number, mask: number): boolean {
    if (offset === CSR) {
      this.#status = merge(this.#status, value, mask) & CSR_SETTINGS;
      return true;
    }
    if (offset !== CR) return false;
    const old = this.#control;
    const next = merge(old, value, mask) & ~CLEAR_FLAGS & 0x7fff;
    if (next & PVDE) this.#host.report("starts the voltage detector, which the emulation does not have");
    if (((next >> VOS_SHIFT) & 3) === 0) {
      this.#host.report("selects the forbidden voltage range 00 (RM0367 6.4.1)");
      return true;
    }
    this.#control = next;
    if ((next ^ old) & (3 << VOS_SHIFT)) {
      this.#settlesAtNs = this.#host.clock.nowNs() + VOLTAGE_CHANGE_NS;
      this.#onVoltage();
    }
    return true;
  }
}
