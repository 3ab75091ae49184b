/**
 * Interrupts from pins: SYSCFG, reference manual RM0367, section 10, which tells the port of each line, and EXTI,
 * section 13, which tells the edge.
 */
import type { Host } from "../cortex-m/machine.ts";
import { PORT_LETTERS, type PortLetter } from "./gpio.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const IMR = 0x00;
const EMR = 0x04;
const RTSR = 0x08;
const FTSR = 0x0c;
const SWIER = 0x10;
const PR = 0x14;

/** The lines of peripherals are open from the beginning (13.5.1). */
const IMR_RESET = 0x3f840000;
/** Lines 0 to 17 and 19 to 22 have an edge and a pending bit (13.4). */
const CONFIGURABLE = 0x007bffff;
/** Lines of pins, by the interrupt that they share (table 54 of 12.3). */
const LINE_INTERRUPTS: readonly (readonly [mask: number, irq: number])[] = [
  [0x0003, 5],
  [0x000c, 6],
  [0xfff0, 7],
];

export class Exti implements Peripheral {
  readonly #host: Host;
  readonly #interrupt: (irq: number, level: boolean) => void;
  readonly #portOf: (line: number) => PortLetter | undefined;
  #mask = IMR_RESET;
  #rising = 0;
  #falling = 0;
  #software = 0;
  #pending = 0;

  constructor(
    host: Host,
    interrupt: (irq: number, level: boolean) => void,
    portOf: (line: number) => PortLetter | undefined,
  ) {
    this.#host = host;
    this.#interrupt = interrupt;
    this.#portOf = portOf;
  }

  reset(): void {
    this.#mask = IMR_RESET;
    this.#rising = this.#falling = this.#software = this.#pending = 0;
    this.#update();
  }

  /** A line that is open is pending: no Stop (6.3.9, "Entering Stop mode"). */
  get holdsAwake(): boolean {
    return (this.#pending & this.#mask) !== 0;
  }

  pinChanged(letter: PortLetter, pin: number, level: boolean): void {
    if (this.#portOf(pin) !== letter) return;
    if ((level ? this.#rising : this.#falling) & (1 << pin)) {
      this.#pending |= 1 << pin;
      this.#update();
    }
  }

  read(offset: number): number | undefined {
    return {
      [IMR]: this.#mask,
      [EMR]: 0,
      [RTSR]: this.#rising,
      [FTSR]: this.#falling,
      [SWIER]: this.#software,
      [PR]: this.#pending,
    }[offset];
  }

  write(offset: number, value: number, mask: number): boolean {
    switch (offset) {
      case IMR:
        this.#mask = merge(this.#mask, value, mask);
        break;
      case EMR:
        if (value !== 0) this.#host.report("opens an event line of EXTI, which the emulation does not have");
        break;
      case RTSR:
        this.#rising = merge(this.#rising, value, mask) & CONFIGURABLE;
        break;
      case FTSR:
        this.#falling = merge(this.#falling, value, mask) & CONFIGURABLE;
        break;
      case SWIER:
        this.#pending |= value & ~this.#software & CONFIGURABLE;
        this.#software |= value & CONFIGURABLE;
        break;
      case PR: // cleared by writing one, and SWIER with it (13.5.6)
        this.#pending &= ~value;
        this.#software &= ~value;
        break;
      default:
        return false;
    }
    this.#update();
    return true;
  }

  #update(): void {
    const open = this.#pending & this.#mask;
    for (const [lines, irq] of LINE_INTERRUPTS) this.#interrupt(irq, (open & lines) !== 0);
  }
}

const CFGR1 = 0x00;
const EXTICR1 = 0x08;
const EXTICR4 = 0x14;
const COMP1_CSR = 0x18;
const COMP2_CSR = 0x1c;
const CFGR3 = 0x20;
/** The field of EXTICR for each port (10.2.3); 5 is port H. */
const PORT_CODES: readonly (PortLetter | undefined)[] = PORT_LETTERS;

export class Syscfg implements Peripheral {
  readonly #host: Host;
  readonly #words = new Map<number, number>();

  constructor(host: Host) {
    this.#host = host;
  }

  reset(): void {
    this.#words.clear();
  }

  portOf(line: number): PortLetter | undefined {
    const word = this.#words.get(EXTICR1 + (line & ~3)) ?? 0;
    return PORT_CODES[(word >> (4 * (line & 3))) & 15];
  }

  read(offset: number): number | undefined {
    return offset <= CFGR3 ? (this.#words.get(offset) ?? 0) : undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    if (offset > CFGR3) return false;
    const next = merge(this.#words.get(offset) ?? 0, value, mask);
    if (offset === CFGR1 && next & 3)
      this.#host.report("remaps address 0, which the emulation does not have");
    if ((offset === COMP1_CSR || offset === COMP2_CSR) && next & 1)
      this.#host.report("starts a comparator, which the emulation does not have");
    this.#words.set(offset, offset >= EXTICR1 && offset <= EXTICR4 ? next & 0xffff : next);
    return true;
  }
}
