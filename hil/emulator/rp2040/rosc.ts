/**
 * The ring oscillator, which the chip starts with: RP2040 datasheet, section 2.17. Its frequency cannot be set here.
 */
import type { Host } from "../cortex-m/machine.ts";
import type { Peripheral } from "./peripheral.ts";

const CTRL = 0x00;
const FREQA = 0x04;
const FREQB = 0x08;
const DORMANT = 0x0c;
const DIV = 0x10;
const PHASE = 0x14;
const STATUS = 0x18;
const RANDOMBIT = 0x1c;
const COUNT = 0x20;

/** Nominally 6.5 MHz, and anywhere from 1.8 to 12 MHz (2.17.1, 2.17.3): this one is slow. */
const ROSC_HZ = 6_100_000;
const ENABLE_SHIFT = 12;
const DISABLE = 0xd1e;
const STATUS_STABLE = 0x80000000;
const STATUS_ENABLED = 1 << 12;

const RESET_VALUES: readonly (readonly [number, number])[] = [
  [CTRL, 0xaa0],
  [FREQA, 0],
  [FREQB, 0],
  [DIV, 0xaa0],
  [PHASE, 8],
];

export class Rosc implements Peripheral {
  readonly #host: Host;
  readonly #onChange: () => void;
  readonly #words = new Map(RESET_VALUES);
  #enabled = true;

  constructor(host: Host, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
  }

  reset(): void {}

  get hz(): number {
    return this.#enabled ? ROSC_HZ : 0;
  }

  read(offset: number): number | undefined {
    if (offset === STATUS) return this.#enabled ? STATUS_STABLE | STATUS_ENABLED : 0;
    if (offset === RANDOMBIT) return 1;
    return offset === DORMANT || offset === COUNT ? 0 : this.#words.get(offset);
  }

  write(offset: number, value: number): boolean {
    if (offset === DORMANT)
      this.#host.report("stops the ring oscillator by DORMANT, which the emulation does not have");
    if (offset === FREQA || offset === FREQB || offset === DIV)
      this.#host.report("changes the frequency of the ring oscillator, which the emulation does not follow");
    if (this.read(offset) === undefined) return false;
    if (this.#words.has(offset)) this.#words.set(offset, value);
    if (offset === CTRL) {
      this.#enabled = (value >>> ENABLE_SHIFT) % 0x1000 !== DISABLE;
      this.#onChange();
    }
    return true;
  }
}
