/**
 * INT0, INT1 and their kin: data sheet DS40002061B, section 13 (Atmel-7766J, section 11). Takes the place of avr8js's,
 * which drops an edge that comes while the interrupt is masked; the chip keeps it in EIFR until it is served or
 * cleared.
 */
import type { CPU } from "avr8js";
import { onPinChange } from "./input-edges.ts";
import type { ExternalInterrupt } from "./part.ts";
import { type Ports, portOf } from "./ports.ts";
import { EIFR, EIMSK } from "./registers.ts";

/** Sense control, ISCn1:0 (tables 13-1 and 13-2). */
const LOW_LEVEL = 0;
const ANY_EDGE = 1;
const FALLING_EDGE = 2;

interface Line extends ExternalInterrupt {
  readonly interrupt: Parameters<CPU["setInterruptFlag"]>[0];
  /** What the pin is at. */
  level: boolean;
}

export class ExternalInterrupts {
  readonly #cpu: CPU;
  readonly #lines: readonly Line[];
  readonly #ioClockRuns: () => boolean;

  /** The ports must be without external interrupts of their own. */
  constructor(cpu: CPU, ports: Ports, interrupts: readonly ExternalInterrupt[], ioClockRuns: () => boolean) {
    this.#cpu = cpu;
    this.#lines = interrupts.map(lineOf);
    this.#ioClockRuns = ioClockRuns;
    for (const line of this.#lines) {
      onPinChange(portOf(ports, line.port), (pin, level) => {
        if (pin === line.pin) this.#change(line, level);
      });
    }
    for (const register of new Set(interrupts.map(({ senseRegister }) => senseRegister))) {
      cpu.writeHooks[register] = (value) => {
        cpu.data[register] = value;
        for (const line of this.#lines) this.#watchLevel(line);
        return true;
      };
    }
    cpu.writeHooks[EIMSK] = (value) => {
      cpu.data[EIMSK] = value;
      for (const line of this.#lines) {
        cpu.updateInterruptEnable(line.interrupt, value);
        this.#watchLevel(line);
      }
      return true;
    };
    cpu.writeHooks[EIFR] = (value, _old, _address, mask) => {
      for (const { interrupt } of this.#lines) cpu.clearInterruptByFlag(interrupt, value & mask);
      return true;
    };
  }

  #change(line: Line, level: boolean): void {
    line.level = level;
    const sense = this.#sense(line);
    if (sense === LOW_LEVEL) this.#watchLevel(line);
    else if (!line.asynchronous && !this.#ioClockRuns()) return;
    else if (sense === ANY_EDGE || level === (sense !== FALLING_EDGE)) {
      this.#cpu.setInterruptFlag(line.interrupt);
    }
  }

  /** In level mode the interrupt stands as long as the pin is low, and its flag reads zero (13.2.3). */
  #watchLevel(line: Line): void {
    const { interrupt } = line;
    const isLevel = this.#sense(line) === LOW_LEVEL;
    if (isLevel && !line.level && this.#cpu.data[EIMSK] & interrupt.enableMask) {
      this.#cpu.queueInterrupt({ ...interrupt, constant: true });
    } else if (isLevel) {
      this.#cpu.clearInterrupt(interrupt);
    }
  }

  #sense({ senseRegister, senseShift }: Line): number {
    return (this.#cpu.data[senseRegister] >> senseShift) & 3;
  }
}

function lineOf(each: ExternalInterrupt): Line {
  const mask = 1 << each.bit;
  const interrupt = {
    address: each.vector,
    flagRegister: EIFR,
    flagMask: mask,
    enableRegister: EIMSK,
    enableMask: mask,
  };
  return { ...each, interrupt, level: false };
}
