/**
 * INT0 (PD2) and INT1 (PD3): data sheet DS40002061B, section 13. Takes the place of avr8js's, which drops
 * an edge that comes while the interrupt is masked; the chip keeps it in EIFR until it is served or
 * cleared.
 */
import type { AVRIOPort, CPU } from "avr8js";
import { EICRA, EIFR, EIMSK } from "./registers.ts";

/** Sense control, ISCn1:0 (tables 13-1 and 13-2). */
const LOW_LEVEL = 0;
const ANY_EDGE = 1;
const FALLING_EDGE = 2;

interface Line {
  readonly pin: number;
  readonly bit: number;
  readonly senseShift: number;
  readonly interrupt: Parameters<CPU["setInterruptFlag"]>[0];
}

const LINES: readonly Line[] = [line(0, 2, 0x02), line(1, 3, 0x04)];

export class ExternalInterrupts {
  readonly #cpu: CPU;
  readonly #levels: [boolean, boolean] = [false, false];
  readonly #edgesSeen: () => boolean;

  /** `portD` must be one without external interrupts of its own. `edgesSeen`: the I/O clock runs (section 13). */
  constructor(cpu: CPU, portD: AVRIOPort, edgesSeen: () => boolean) {
    this.#cpu = cpu;
    this.#edgesSeen = edgesSeen;
    for (const each of LINES) {
      portD.externalClockListeners[each.pin] = (level) => this.#change(each, level);
    }
    cpu.writeHooks[EICRA] = (value) => {
      cpu.data[EICRA] = value;
      for (const each of LINES) this.#watchLevel(each);
      return true;
    };
    cpu.writeHooks[EIMSK] = (value) => {
      cpu.data[EIMSK] = value;
      for (const each of LINES) {
        cpu.updateInterruptEnable(each.interrupt, value);
        this.#watchLevel(each);
      }
      return true;
    };
    cpu.writeHooks[EIFR] = (value, _old, _address, mask) => {
      for (const each of LINES) cpu.clearInterruptByFlag(each.interrupt, value & mask);
      return true;
    };
  }

  #change(each: Line, level: boolean): void {
    this.#levels[each.bit] = level;
    const sense = this.#sense(each);
    if (sense === LOW_LEVEL) this.#watchLevel(each);
    else if (!this.#edgesSeen()) return;
    else if (sense === ANY_EDGE || level === (sense !== FALLING_EDGE)) {
      this.#cpu.setInterruptFlag(each.interrupt);
    }
  }

  /** In level mode the interrupt stands as long as the pin is low, and its flag reads zero (13.2.3). */
  #watchLevel(each: Line): void {
    const { interrupt } = each;
    const isLevel = this.#sense(each) === LOW_LEVEL;
    if (isLevel && !this.#levels[each.bit] && this.#cpu.data[EIMSK] & interrupt.enableMask) {
      this.#cpu.queueInterrupt({ ...interrupt, constant: true });
    } else if (isLevel) {
      this.#cpu.clearInterrupt(interrupt);
    }
  }

  #sense(each: Line): number {
    return (this.#cpu.data[EICRA] >> each.senseShift) & 3;
  }
}

function line(bit: number, pin: number, vector: number): Line {
  const mask = 1 << bit;
  const interrupt = {
    address: vector,
    flagRegister: EIFR,
    flagMask: mask,
    enableRegister: EIMSK,
    enableMask: mask,
  };
  return { pin, bit, senseShift: 2 * bit, interrupt };
}
