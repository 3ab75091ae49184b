/**
 * The processor as a debugger sees it, between two instructions: R0 to R15 and xPSR, described by a target
 * description ("Debugging with GDB", appendix G "Target Descriptions", feature org.gnu.gdb.arm.m-profile), and the
 * one address space of the processor. Peripherals are not read: that may change them.
 */
import type { DebugPort } from "../machine.ts";
import { Watchpoints } from "../watchpoints.ts";
import type { CortexM0 } from "./core.ts";

const GENERAL_REGISTERS = 16;
const PC = 15;
const WORD = 4;
const XPSR_AT = GENERAL_REGISTERS * WORD;
const REGISTER_OCTETS = XPSR_AT + WORD;

/** A memory at an address. */
export interface DebugMemory {
  readonly start: number;
  readonly octets: Uint8Array;
  /** RAM, as opposed to flash. */
  readonly writable: boolean;
}

const NAMES = [...Array.from({ length: 13 }, (_, index) => `r${index}`), "sp", "lr", "pc", "xpsr"];
const TYPES: Readonly<Record<string, string>> = { sp: "data_ptr", pc: "code_ptr" };

export class CortexMDebugPort implements DebugPort {
  readonly breakpoints = new Set<number>();
  readonly watchpoints = new Watchpoints((address, length) => this.#memoryAt(address, length)?.octets);
  stepping = false;
  onStop: (changed?: number) => void = () => {};

  readonly #processor: () => { readonly core: CortexM0; readonly memories: readonly DebugMemory[] };

  /** `processor` gives that of the present boot. */
  constructor(processor: () => { readonly core: CortexM0; readonly memories: readonly DebugMemory[] }) {
    this.#processor = processor;
  }

  readonly registerRuns = NAMES.map((_, index) => [index * WORD, WORD] as const);

  readonly targetDescription = [
    '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd">',
    '<target version="1.0"><architecture>armv6s-m</architecture>',
    '<feature name="org.gnu.gdb.arm.m-profile">',
    ...NAMES.map((name) => `<reg name="${name}" bitsize="32" type="${TYPES[name] ?? "int"}"/>`),
    "</feature></target>",
  ].join("");

  readRegisters(): Uint8Array {
    const { core } = this.#processor();
    const octets = Buffer.alloc(REGISTER_OCTETS);
    for (let index = 0; index < GENERAL_REGISTERS; index++) {
      octets.writeUInt32LE(core.registers[index], index * WORD);
    }
    octets.writeUInt32LE(core.xPSR >>> 0, XPSR_AT);
    return octets;
  }

  writeRegisters(octets: Uint8Array): void {
    const { core } = this.#processor();
    const registers = Buffer.from(octets);
    for (let index = 0; index < GENERAL_REGISTERS; index++) {
      core.registers[index] = registers.readUInt32LE(index * WORD);
    }
    core.registers[PC] &= ~1;
    core.xPSR = registers.readUInt32LE(XPSR_AT);
  }

  readMemory(address: number, length: number): Uint8Array | undefined {
    return this.#memoryAt(address, length)?.octets.slice();
  }

  /** The flash is not to be written. */
  writeMemory(address: number, octets: Uint8Array): boolean {
    const memory = this.#memoryAt(address, octets.length);
    if (!memory?.writable) return false;
    memory.octets.set(octets);
    return true;
  }

  /** Whether the program stands still before its next instruction: not where it sleeps before it. A step ends here. */
  stops(): boolean {
    const { core } = this.#processor();
    const changed = this.watchpoints.changed();
    const stops = changed !== undefined || this.stepping || (!core.asleep && this.breakpoints.has(core.PC));
    if (stops) {
      this.stepping = false;
      this.onStop(changed);
    }
    return stops;
  }

  #memoryAt(address: number, length: number): DebugMemory | undefined {
    for (const { start, octets, writable } of this.#processor().memories) {
      const from = address - start;
      if (from >= 0 && from + length <= octets.length) {
        return { start: address, octets: octets.subarray(from, from + length), writable };
      }
    }
    return undefined;
  }
}
