/**
 * The way by which a program came to an instruction, read off its stack: the analysis of the machine code knows at each
 * instruction where the return address lies. Each is held against the calls of the program, so that none is made up.
 */
import { EM_AVR } from "../elf.ts";
import { type ElfFile, readElfFile } from "../elf-file.ts";
import { armCode } from "./arm-code.ts";
import { avrCode } from "./avr-code.ts";
import type { MachineCode } from "./routine.ts";

/** What a processor holds of how it came where it is. */
export interface StackContents {
  /** From the stack pointer on: what was pushed last comes first. */
  readonly octets: Uint8Array;
  /** Registers that may hold a return address, by number; none of an AVR. */
  readonly registers: ArrayLike<number>;
}

/** More calls than any image has room for. */
const MOST_CALLS = 64;
/** Octets of an instruction that calls. */
const CALL_LENGTHS = [2, 4];

export class ReturnAddresses {
  readonly #elf: ElfFile;
  readonly #code: MachineCode;

  /** `elf`: the linked program, `flash`: its contents from where the flash begins. */
  constructor(elf: Uint8Array, flash: Uint8Array) {
    this.#elf = readElfFile(elf);
    this.#code = this.#elf.machine === EM_AVR ? avrCode(this.#elf, flash) : armCode(this.#elf);
  }

  /**
   * Where each call goes on that the program is in, from inside out, as far as it is known: up to a handler of an
   * interrupt, to the start-up code, or to code that is not understood.
   */
  from(programCounter: number, { octets, registers }: StackContents): number[] {
    const found: number[] = [];
    let at = programCounter;
    let used = 0;
    while (found.length < MOST_CALLS) {
      const entry = this.#functionAt(at);
      if (entry === undefined || this.#code.handlers.includes(entry)) break;
      const place = this.#code.routine(entry).returnPlace(at);
      if (place === undefined) break;
      // Outside the innermost call registers have changed since.
      if (place.register !== undefined && found.length > 0) break;
      const address =
        place.register === undefined
          ? this.#stackedAddress(octets.subarray(used + place.offset))
          : registers[place.register] & ~1;
      if (address === undefined || !this.#isBehindCall(address)) break;
      used += place.frameBytes;
      found.push(address);
      at = address;
    }
    return found;
  }

  #functionAt(address: number): number | undefined {
    return this.#elf.symbols.find(
      ({ kind, address: start, size }) => kind === "function" && start <= address && address < start + size,
    )?.address;
  }

  #stackedAddress(octets: Uint8Array): number | undefined {
    const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    // The AVR counts words, and pushes the low octet first.
    if (this.#elf.machine === EM_AVR) return bytes.length < 2 ? undefined : 2 * bytes.readUInt16BE();
    return bytes.length < 4 ? undefined : bytes.readUInt32LE() & ~1;
  }

  #isBehindCall(address: number): boolean {
    const entry = this.#functionAt(address - 2);
    if (entry === undefined) return false;
    const { calls, pointerCalls } = this.#code.routine(entry);
    return [...calls, ...pointerCalls].some(({ at }) =>
      CALL_LENGTHS.some((length) => at + length === address),
    );
  }
}
