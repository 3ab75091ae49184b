/**
 * The bus of a Cortex-M0+: program memory and SRAM at once, everything else by the chip. The core has no unaligned
 * access (ARMv6-M Architecture Reference Manual, DDI 0419, A3.2).
 */
import { type Bus, Fault } from "./core.ts";
import { hex } from "./hex.ts";

export type Width = 1 | 2 | 4;

/** What lies beside program memory and SRAM. Throws Fault where nothing is. */
export interface AddressSpace {
  read(address: number, width: Width): number;
  write(address: number, width: Width, value: number): void;
  onBreak(code: number): void;
}

/** A memory of the chip, from an address on. */
export interface Memory {
  readonly start: number;
  readonly octets: Uint8Array;
}

export class SystemBus implements Bus {
  readonly #program: Memory;
  readonly #programView: DataView;
  readonly #programWords: Uint16Array;
  readonly #sram: Memory;
  readonly #sramView: DataView;
  readonly #space: AddressSpace;

  /**
   * `program` is read and executed at once and written through `space`; `sram` is the chip's. Both of an even number of
   * octets.
   */
  constructor(program: Memory, sram: Memory, space: AddressSpace) {
    this.#program = program;
    this.#programView = viewOf(program.octets);
    this.#programWords = new Uint16Array(
      program.octets.buffer,
      program.octets.byteOffset,
      program.octets.length / 2,
    );
    this.#sram = sram;
    this.#sramView = viewOf(sram.octets);
    this.#space = space;
  }

  readUint16(sum: number): number {
    const address = sum >>> 0;
    if (address & 1) throw new Fault(`reads a half-word at ${hex(address)}, which is odd`);
    const inProgram = address - this.#program.start;
    if (inProgram >= 0 && inProgram < this.#program.octets.length) return this.#programWords[inProgram >> 1];
    const inSram = address - this.#sram.start;
    if (inSram >= 0 && inSram < this.#sram.octets.length) return this.#sramView.getUint16(inSram, true);
    return this.#space.read(address, 2);
  }

  readUint32(sum: number): number {
    const address = sum >>> 0;
    if (address & 3) throw new Fault(`reads a word at ${hex(address)}, which is no multiple of 4`);
    const inSram = address - this.#sram.start;
    if (inSram >= 0 && inSram < this.#sram.octets.length) return this.#sramView.getUint32(inSram, true);
    const inProgram = address - this.#program.start;
    if (inProgram >= 0 && inProgram < this.#program.octets.length)
      return this.#programView.getUint32(inProgram, true);
    return this.#space.read(address, 4) >>> 0;
  }

  readUint8(sum: number): number {
    const address = sum >>> 0;
    const inSram = address - this.#sram.start;
    if (inSram >= 0 && inSram < this.#sram.octets.length) return this.#sram.octets[inSram];
    const inProgram = address - this.#program.start;
    if (inProgram >= 0 && inProgram < this.#program.octets.length) return this.#program.octets[inProgram];
    return this.#space.read(address, 1);
  }

  writeUint32(sum: number, value: number): void {
    const address = sum >>> 0;
    if (address & 3) throw new Fault(`writes a word at ${hex(address)}, which is no multiple of 4`);
    const inSram = address - this.#sram.start;
    if (inSram >= 0 && inSram < this.#sram.octets.length) this.#sramView.setUint32(inSram, value, true);
    else this.#space.write(address, 4, value >>> 0);
  }

  writeUint16(sum: number, value: number): void {
    const address = sum >>> 0;
    if (address & 1) throw new Fault(`writes a half-word at ${hex(address)}, which is odd`);
    const inSram = address - this.#sram.start;
    if (inSram >= 0 && inSram < this.#sram.octets.length) this.#sramView.setUint16(inSram, value, true);
    else this.#space.write(address, 2, value & 0xffff);
  }

  writeUint8(sum: number, value: number): void {
    const address = sum >>> 0;
    const inSram = address - this.#sram.start;
    if (inSram >= 0 && inSram < this.#sram.octets.length) this.#sram.octets[inSram] = value;
    else this.#space.write(address, 1, value & 0xff);
  }

  onBreak(code: number): void {
    this.#space.onBreak(code);
  }
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
