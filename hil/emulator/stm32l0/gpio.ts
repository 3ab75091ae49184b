/**
 * General-purpose I/O: reference manual RM0367, section 9. Six ports of 16 pins, each input, output, alternate function
 * or analogue.
 */
import type { Pins } from "../pins.ts";
import { merge, type Peripheral } from "./peripheral.ts";

const MODER = 0x00;
const OTYPER = 0x04;
const OSPEEDR = 0x08;
const PUPDR = 0x0c;
const IDR = 0x10;
const ODR = 0x14;
const BSRR = 0x18;
const LCKR = 0x1c;
const AFRL = 0x20;
const AFRH = 0x24;
const BRR = 0x28;

/** MODEy (9.4.1). */
const OUTPUT = 1;
const ALTERNATE = 2;
const ANALOGUE = 3;
/** PUPDy (9.4.4). */
const PULL_UP = 1;

export const PORT_LETTERS = ["A", "B", "C", "D", "E", "H"] as const;
export type PortLetter = (typeof PORT_LETTERS)[number];

/** PA13 and PA14 are the debugger's (9.3.1). */
const RESET_MODES: Readonly<Partial<Record<PortLetter, number>>> = { A: 0xebfffcff };
const RESET_PULLS: Readonly<Partial<Record<PortLetter, number>>> = { A: 0x24000000 };

export class Port implements Peripheral {
  readonly #letter: PortLetter;
  readonly #onLevel: (pin: number, level: boolean) => void;
  readonly #onOutput: () => void;
  readonly #words = new Map<number, number>();
  #outputs = 0;
  /** What is driven from outside, and the pins that are. */
  #driven = 0;
  #drivenPins = 0;
  #levels = 0;

  /** `onLevel`: the level of a pin has changed. `onOutput`: what the port drives may have. */
  constructor(letter: PortLetter, onLevel: (pin: number, level: boolean) => void, onOutput: () => void) {
    this.#letter = letter;
    this.#onLevel = onLevel;
    this.#onOutput = onOutput;
    this.#initialise();
  }

  reset(): void {
    this.#initialise();
    this.#update();
  }

  drive(pin: number, level: boolean): void {
    this.#drivenPins |= 1 << pin;
    if (level) this.#driven |= 1 << pin;
    else this.#driven &= ~(1 << pin);
    this.#update();
  }

  /** An open drain drives nothing where it is not low. */
  driven(pin: number): boolean | undefined {
    if (this.#mode(pin) !== OUTPUT) return undefined;
    const high = (this.#outputs & (1 << pin)) !== 0;
    return high && this.#word(OTYPER) & (1 << pin) ? undefined : high;
  }

  level(pin: number): boolean {
    return (this.#levels & (1 << pin)) !== 0;
  }

  /** The alternate function that a pin carries, if any. */
  alternateFunction(pin: number): number | undefined {
    if (this.#mode(pin) !== ALTERNATE) return undefined;
    return (this.#word(pin < 8 ? AFRL : AFRH) >> (4 * (pin & 7))) & 15;
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case IDR:
        return this.#levels;
      case ODR:
        return this.#outputs;
      case BSRR:
      case BRR:
        return 0;
      case MODER:
      case OTYPER:
      case OSPEEDR:
      case PUPDR:
      case LCKR:
      case AFRL:
      case AFRH:
        return this.#word(offset);
    }
    return undefined;
  }

  write(offset: number, value: number, mask: number): boolean {
    const bits = value & mask;
    switch (offset) {
      case IDR: // read-only
        return true;
      case ODR:
        this.#outputs = merge(this.#outputs, value, mask) & 0xffff;
        break;
      case BSRR: // a bit that is set and reset is set (9.4.7)
        this.#outputs = (this.#outputs & ~(bits >>> 16)) | (bits & 0xffff);
        break;
      case BRR:
        this.#outputs &= ~bits;
        break;
      default:
        if (this.read(offset) === undefined) return false;
        this.#words.set(offset, merge(this.#word(offset), value, mask));
    }
    this.#update();
    return true;
  }

  #initialise(): void {
    this.#words.clear();
    this.#words.set(MODER, RESET_MODES[this.#letter] ?? 0xffffffff);
    this.#words.set(PUPDR, RESET_PULLS[this.#letter] ?? 0);
    this.#outputs = 0;
  }

  #word(offset: number): number {
    return this.#words.get(offset) ?? 0;
  }

  #mode(pin: number): number {
    return (this.#word(MODER) >>> (2 * pin)) & 3;
  }

  #update(): void {
    let levels = 0;
    for (let pin = 0; pin < 16; pin++) if (this.#levelOf(pin)) levels |= 1 << pin;
    const changed = levels ^ this.#levels;
    this.#levels = levels;
    for (let pin = 0; pin < 16; pin++) {
      if (changed & (1 << pin)) this.#onLevel(pin, (levels & (1 << pin)) !== 0);
    }
    this.#onOutput();
  }

  /** An analogue pin reads zero (9.3.12); an open drain that is not low follows what is outside. */
  #levelOf(pin: number): boolean {
    const bit = 1 << pin;
    const mode = this.#mode(pin);
    if (mode === ANALOGUE) return false;
    if (mode === OUTPUT && !(this.#outputs & bit)) return false;
    if (mode === OUTPUT && !(this.#word(OTYPER) & bit)) return true;
    if (this.#drivenPins & bit) return (this.#driven & bit) !== 0;
    return ((this.#word(PUPDR) >>> (2 * pin)) & 3) === PULL_UP;
  }
}

/** All pins, by names such as "PA4". */
export class PortPins implements Pins {
  readonly #ports: Readonly<Record<PortLetter, Port>>;
  readonly #listeners: (() => void)[];

  /** `listeners` are called by the owner of the ports. */
  constructor(ports: Readonly<Record<PortLetter, Port>>, listeners: (() => void)[]) {
    this.#ports = ports;
    this.#listeners = listeners;
  }

  drive(pin: string, level: boolean): void {
    const { port, index } = this.#find(pin);
    port.drive(index, level);
  }

  driven(pin: string): boolean | undefined {
    const { port, index } = this.#find(pin);
    return port.driven(index);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Whether one of the pins carries an alternate function: ["PA5", 0]. */
  carries(functions: readonly (readonly [pin: string, alternateFunction: number])[]): boolean {
    return functions.some(([pin, wanted]) => {
      const { port, index } = this.#find(pin);
      return port.alternateFunction(index) === wanted;
    });
  }

  #find(pin: string): { port: Port; index: number } {
    const match = /^P([A-EH])(1[0-5]|[0-9])$/.exec(pin);
    if (match === null) throw new RangeError(`an STM32L073 has no pin "${pin}"`);
    return { port: this.#ports[match[1] as PortLetter], index: Number(match[2]) };
  }
}
