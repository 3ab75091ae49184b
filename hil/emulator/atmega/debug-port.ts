/**
 * The processor as a debugger sees it, between two instructions. Addresses and the order of the registers are
 * those of avr-gdb: flash from 0, data from 0x800000, EEPROM from 0x810000; R0 to R31, SREG, SP, PC.
 */
import type { DebugPort } from "../machine.ts";
import { Watchpoints } from "../watchpoints.ts";
import type { AvrCore } from "./core.ts";
import { SRAM_START } from "./io-space.ts";
import { SPL, SREG } from "./registers.ts";

const DATA_SPACE = 0x800000;
const EEPROM_SPACE = 0x810000;
const WORKING_REGISTERS = 32;
/** One octet of SREG, two of SP, four of PC, which counts octets here. */
const SREG_AT = WORKING_REGISTERS;
const SP_AT = SREG_AT + 1;
const PC_AT = SP_AT + 2;
const REGISTER_OCTETS = PC_AT + 4;

export class AvrDebugPort implements DebugPort {
  readonly breakpoints = new Set<number>();
  readonly watchpoints = new Watchpoints((address, length) => this.#memoryAt(address, length));
  stepping = false;
  onStop: (changed?: number) => void = () => {};

  readonly #core: () => AvrCore;
  readonly #eeprom: Uint8Array;

  /** `core` gives the core of the present boot. */
  constructor(core: () => AvrCore, eeprom: Uint8Array) {
    this.#core = core;
    this.#eeprom = eeprom;
  }

  readonly registerRuns = [
    ...Array.from({ length: WORKING_REGISTERS + 1 }, (_, index) => [index, 1] as const),
    [SP_AT, 2] as const,
    [PC_AT, 4] as const,
  ];

  readRegisters(): Uint8Array {
    const core = this.#core();
    const registers = Buffer.alloc(REGISTER_OCTETS);
    registers.set(core.data.subarray(0, WORKING_REGISTERS));
    registers[SREG_AT] = core.data[SREG];
    registers.writeUInt16LE(core.SP, SP_AT);
    registers.writeUInt32LE(2 * core.pc, PC_AT);
    return registers;
  }

  writeRegisters(octets: Uint8Array): void {
    const core = this.#core();
    const registers = Buffer.from(octets);
    core.data.set(registers.subarray(0, WORKING_REGISTERS));
    core.data[SREG] = registers[SREG_AT];
    core.data.set(registers.subarray(SP_AT, PC_AT), SPL);
    core.pc = registers.readUInt32LE(PC_AT) >> 1;
  }

  readMemory(address: number, length: number): Uint8Array | undefined {
    return this.#memoryAt(address, length)?.slice();
  }

  /** I/O registers are written as the program would; the flash is not to be written. */
  writeMemory(address: number, octets: Uint8Array): boolean {
    const memory = this.#memoryAt(address, octets.length);
    if (memory === undefined || address < DATA_SPACE) return false;
    const core = this.#core();
    octets.forEach((octet, index) => {
      const at = address - DATA_SPACE + index;
      if (at >= WORKING_REGISTERS && at < SRAM_START) core.writeData(at, octet);
      else memory[index] = octet;
    });
    return true;
  }

  /** Whether the program stands still before its next instruction: not where it sleeps before it. A step ends here. */
  stops(): boolean {
    const { pc, sleepMode } = this.#core();
    const changed = this.watchpoints.changed();
    const stops =
      changed !== undefined || this.stepping || (sleepMode === undefined && this.breakpoints.has(2 * pc));
    if (stops) {
      this.stepping = false;
      this.onStop(changed);
    }
    return stops;
  }

  #memoryAt(address: number, length: number): Uint8Array | undefined {
    const core = this.#core();
    const [memory, start] =
      address >= EEPROM_SPACE
        ? [this.#eeprom, EEPROM_SPACE]
        : address >= DATA_SPACE
          ? [core.data, DATA_SPACE]
          : [core.progBytes, 0];
    const from = address - start;
    return from + length <= memory.length ? memory.subarray(from, from + length) : undefined;
  }
}
