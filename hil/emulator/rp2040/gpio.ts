/**
 * The pins: what drives them and their interrupts (IO_BANK0), their pads, and the registers of the processor that set
 * them at once (SIO). RP2040 datasheet, sections 2.19 and 2.3.1.
 */
import type { Host } from "../cortex-m/machine.ts";
import type { Pins } from "../pins.ts";
import type { Peripheral } from "./peripheral.ts";

const PIN_COUNT = 30;
const PIN_MASK = (1 << PIN_COUNT) - 1;
/** Of the functions of table 279 (2.19.2) that of the SIO, and the one of no peripheral. */
const FUNCTION_SIO = 5;
const FUNCTION_NULL = 31;
const FUNCSEL_MASK = 31;
/** PADS_BANK0 (2.19.6.3). */
const PULL_DOWN = 1 << 2;
const PULL_UP = 1 << 3;
const INPUT_ENABLE = 1 << 6;
const OUTPUT_DISABLE = 1 << 7;
const PAD_RESET = 0x56;
/** The events of a pin in INTR, of which the edges are latched (2.19.3). */
const LEVEL_LOW = 1;
const LEVEL_HIGH = 2;
const EDGE_LOW = 4;
const EDGE_HIGH = 8;
const EDGES = 0xcccccccc;
const PINS_IN_WORD = 8;

/** Offsets of IO_BANK0 (2.19.6.1). */
const IO_END = 8 * PIN_COUNT;
const INTR = 0x0f0;
const PROC0_INTE = 0x100;
const PROC0_INTF = 0x110;
const PROC0_INTS = 0x120;
const PROC1_INTE = 0x130;
const OTHERS_END = 0x190;
/** Offsets of PADS_BANK0. */
const VOLTAGE_SELECT = 0x00;
const PADS = 0x04;
const PADS_END = PADS + 4 * (PIN_COUNT + 2);

/** Offsets of the SIO (2.3.1.7). */
const CPUID = 0x00;
const GPIO_IN = 0x04;
const GPIO_HI_IN = 0x08;
const GPIO_OUT = 0x10;
const GPIO_OE = 0x20;

export class Gpio implements Pins {
  readonly ioBank: Peripheral = {
    read: (offset) => this.#readBank(offset),
    write: (offset, value) => this.#writeBank(offset, value),
    reset: () => this.#resetBank(),
  };
  readonly pads: Peripheral = {
    read: (offset) => this.#readPad(offset),
    write: (offset, value) => this.#writePad(offset, value),
    reset: () => {
      this.#pads.fill(PAD_RESET);
      this.#update();
    },
  };
  readonly sio: Peripheral = {
    read: (offset) => this.#readSio(offset),
    write: (offset, value) => this.#writeSio(offset, value),
    reset: () => {},
  };

  readonly #host: Host;
  readonly #interrupt: (level: boolean) => void;
  /** Whether IO_BANK0 has a clock: without one an edge leaves no trace (2.19.3). */
  readonly #clocked: () => boolean;
  readonly #listeners: (() => void)[] = [];
  readonly #functions = new Uint32Array(PIN_COUNT).fill(FUNCTION_NULL);
  readonly #pads = new Uint32Array(PIN_COUNT + 2).fill(PAD_RESET);
  readonly #edges = new Uint32Array(4);
  readonly #enabled = new Uint32Array(4);
  readonly #forced = new Uint32Array(4);
  #outputs = 0;
  #outputEnabled = 0;
  /** What is driven from outside, and the pins that are. */
  #driven = 0;
  #drivenPins = 0;
  #levels = 0;

  constructor(host: Host, interrupt: (level: boolean) => void, clocked: () => boolean) {
    this.#host = host;
    this.#interrupt = interrupt;
    this.#clocked = clocked;
  }

  drive(pin: string, level: boolean): void {
    const bit = 1 << numberOf(pin);
    this.#drivenPins |= bit;
    if (level) this.#driven |= bit;
    else this.#driven &= ~bit;
    this.#update();
  }

  driven(pin: string): boolean | undefined {
    const number = numberOf(pin);
    return this.#drives(number) ? (this.#outputs & (1 << number)) !== 0 : undefined;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Whether one of the pins has a function. */
  carries(pins: readonly number[], wanted: number): boolean {
    return pins.some((pin) => this.#functions[pin] === wanted);
  }

  /** The SIO drives it, and its pad lets it. */
  #drives(pin: number): boolean {
    return (
      this.#functions[pin] === FUNCTION_SIO &&
      (this.#outputEnabled & (1 << pin)) !== 0 &&
      !(this.#pads[pin] & OUTPUT_DISABLE)
    );
  }

  #levelOf(pin: number): boolean {
    const bit = 1 << pin;
    if (!(this.#pads[pin] & INPUT_ENABLE)) return false;
    if (this.#drives(pin)) return (this.#outputs & bit) !== 0;
    if (this.#drivenPins & bit) return (this.#driven & bit) !== 0;
    return (this.#pads[pin] & (PULL_UP | PULL_DOWN)) === PULL_UP;
  }

  #update(): void {
    let levels = 0;
    for (let pin = 0; pin < PIN_COUNT; pin++) if (this.#levelOf(pin)) levels |= 1 << pin;
    const changed = levels ^ this.#levels;
    this.#levels = levels;
    if (changed !== 0 && this.#clocked()) {
      for (let pin = 0; pin < PIN_COUNT; pin++) {
        const bit = 1 << pin;
        if (changed & bit) this.#edges[pin >> 3] |= (levels & bit ? EDGE_HIGH : EDGE_LOW) << shiftOf(pin);
      }
    }
    this.#updateInterrupt();
    for (const listener of this.#listeners) listener();
  }

  #updateInterrupt(): void {
    this.#interrupt([0, 1, 2, 3].some((word) => this.#pending(word) !== 0));
  }

  #pending(word: number): number {
    return (this.#raw(word) & this.#enabled[word]) | this.#forced[word];
  }

  /** The latched edges of eight pins, and their levels. */
  #raw(word: number): number {
    let events = this.#edges[word];
    for (let index = 0; index < PINS_IN_WORD; index++) {
      const pin = word * PINS_IN_WORD + index;
      if (pin >= PIN_COUNT) break;
      events |= (this.#levels & (1 << pin) ? LEVEL_HIGH : LEVEL_LOW) << shiftOf(pin);
    }
    return events >>> 0;
  }

  #resetBank(): void {
    this.#functions.fill(FUNCTION_NULL);
    for (const words of [this.#edges, this.#enabled, this.#forced]) words.fill(0);
    this.#update();
  }

  #readBank(offset: number): number | undefined {
    if (offset < IO_END) {
      const pin = offset >> 3;
      // STATUS: the level at the pad is bit 17.
      return offset & 4 ? this.#functions[pin] : this.#levels & (1 << pin) ? 1 << 17 : 0;
    }
    const word = (offset >> 2) & 3;
    switch (offset & ~15) {
      case INTR:
        return this.#raw(word);
      case PROC0_INTE:
        return this.#enabled[word];
      case PROC0_INTF:
        return this.#forced[word];
      case PROC0_INTS:
        return this.#pending(word) >>> 0;
    }
    return offset >= PROC1_INTE && offset < OTHERS_END ? 0 : undefined;
  }

  #writeBank(offset: number, value: number): boolean {
    const word = (offset >> 2) & 3;
    if (offset < IO_END) {
      if (offset & 4) this.#writeControl(offset >> 3, value);
      return true;
    }
    switch (offset & ~15) {
      case INTR: // an edge is cleared by writing one
        this.#edges[word] &= ~(value & EDGES);
        break;
      case PROC0_INTE:
        this.#enabled[word] = value;
        break;
      case PROC0_INTF:
        this.#forced[word] = value;
        break;
      case PROC0_INTS:
        break;
      default:
        if (offset < PROC1_INTE || offset >= OTHERS_END) return false;
        this.#host.report(
          "uses pin interrupts of the other processor or of DORMANT, which the emulation does not have",
        );
    }
    this.#updateInterrupt();
    return true;
  }

  #writeControl(pin: number, value: number): void {
    if (value & ~FUNCSEL_MASK)
      this.#host.report(`overrides GPIO${pin} beside its function, which the emulation does not have`);
    this.#functions[pin] = value & FUNCSEL_MASK;
    this.#update();
  }

  #readPad(offset: number): number | undefined {
    if (offset === VOLTAGE_SELECT) return 0;
    return offset < PADS_END ? this.#pads[(offset - PADS) / 4] : undefined;
  }

  #writePad(offset: number, value: number): boolean {
    if (offset === VOLTAGE_SELECT && value !== 0)
      this.#host.report("sets the pads to 1.8 V, on a board of 3.3 V");
    if (offset >= PADS && offset < PADS_END) {
      this.#pads[(offset - PADS) / 4] = value & 0xff;
      this.#update();
    }
    return offset < PADS_END;
  }

  #readSio(offset: number): number | undefined {
    switch (offset) {
      case CPUID:
      case GPIO_HI_IN:
        return 0;
      case GPIO_IN:
        return this.#levels >>> 0;
      case GPIO_OUT:
        return this.#outputs >>> 0;
      case GPIO_OE:
        return this.#outputEnabled >>> 0;
    }
    return undefined;
  }

  /** Each of OUT and OE has a register that sets, one that clears and one that inverts behind it. */
  #writeSio(offset: number, value: number): boolean {
    const action = (offset >> 2) & 3;
    const apply = (old: number) =>
      PIN_MASK &
      (action === 0 ? value : action === 1 ? old | value : action === 2 ? old & ~value : old ^ value);
    if ((offset & ~15) === GPIO_OUT) this.#outputs = apply(this.#outputs);
    else if ((offset & ~15) === GPIO_OE) this.#outputEnabled = apply(this.#outputEnabled);
    else return offset === CPUID || offset === GPIO_IN || offset === GPIO_HI_IN;
    this.#update();
    return true;
  }
}

function shiftOf(pin: number): number {
  return 4 * (pin % PINS_IN_WORD);
}

/** Throws RangeError for a name that is none. */
function numberOf(pin: string): number {
  const number = Number(/^GPIO(\d{1,2})$/.exec(pin)?.[1] ?? Number.NaN);
  if (!(number < PIN_COUNT)) throw new RangeError(`an RP2040 has no pin "${pin}"`);
  return number;
}
