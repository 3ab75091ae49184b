/**
 * A reader of the ELF files that avr-gcc links: what goes into flash, how much memory it takes, where
 * the variables are. "Tool Interface Standard (TIS) Executable and Linking Format Specification",
 * version 1.2, book I, chapter 1; 32 bit, least significant octet first.
 *
 * avr-gcc maps its separate memories into one address space: flash from 0, RAM from 0x800000, EEPROM
 * from 0x810000, fuses and above from 0x820000.
 */
import { BuildError } from "./errors.ts";

/** Where a symbol lies, in the address space of the data memory or of the flash, and how long it is. */
export interface ElfSymbol {
  readonly address: number;
  readonly size: number;
}

export interface ElfImage {
  /** The flash from address 0 to the last octet used; gaps are 0xff as in erased flash. */
  readonly flash: Uint8Array;
  /** Octets of flash: the code, the constants, and the initial values of the variables. */
  readonly flashBytes: number;
  /** Octets of RAM taken by variables, initialised (.data) and zeroed (.bss), and by .noinit. */
  readonly ramBytes: number;
  /** The first data address after the last variable. The stack must stay at or above it. */
  readonly ramEnd: number;
  /** Functions by word-aligned octet address in flash, variables by address in data memory. */
  readonly symbols: ReadonlyMap<string, ElfSymbol>;
}

const EM_AVR = 83;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHN_UNDEF = 0;
const SHN_LORESERVE = 0xff00;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_NOTYPE = 0;
const RAM = 0x800000;
const EEPROM = 0x810000;

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** Reads a linked AVR program. Throws BuildError where `file` is something else. */
export function readAvrElf(file: Uint8Array): ElfImage {
  const data = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (data.length < 52 || data.readUInt32BE(0) !== 0x7f454c46 || data[4] !== 1 || data[5] !== 1) {
    throw new BuildError("not a 32-bit little-endian ELF file");
  }
  if (data.readUInt16LE(18) !== EM_AVR) {
    throw new BuildError(`an ELF file of machine ${data.readUInt16LE(18)}, not of an AVR (${EM_AVR})`);
  }
  return { ...readSegments(data), symbols: readSymbols(data) };
}

/** The program headers (TIS ELF, figure 2-1) say what is loaded where. */
function readSegments(data: Buffer): Omit<ElfImage, "symbols"> {
  const loads: { at: number; octets: Buffer }[] = [];
  let ramBytes = 0;
  let ramEnd = 0;
  for (const header of tableEntries(data, data.readUInt32LE(28), 42, 44)) {
    const [type, offset, virtualAddress, physicalAddress, fileSize, memorySize] = [0, 4, 8, 12, 16, 20].map(
      (field) => header.readUInt32LE(field),
    );
    if (type !== PT_LOAD) continue;
    if (physicalAddress < RAM) {
      loads.push({ at: physicalAddress, octets: data.subarray(offset, offset + fileSize) });
    }
    if (virtualAddress >= RAM && virtualAddress < EEPROM) {
      ramBytes += memorySize;
      ramEnd = Math.max(ramEnd, virtualAddress - RAM + memorySize);
    }
  }
  const flash = new Uint8Array(Math.max(0, ...loads.map(({ at, octets }) => at + octets.length))).fill(0xff);
  for (const { at, octets } of loads) flash.set(octets, at);
  return { flash, flashBytes: loads.reduce((sum, { octets }) => sum + octets.length, 0), ramBytes, ramEnd };
}

/** The symbol table (TIS ELF, figure 1-15). Of equal names the global one counts, else the first. */
function readSymbols(data: Buffer): Map<string, ElfSymbol> {
  const sections: Section[] = tableEntries(data, data.readUInt32LE(32), 46, 48).map((header) => ({
    type: header.readUInt32LE(4),
    offset: header.readUInt32LE(16),
    size: header.readUInt32LE(20),
    link: header.readUInt32LE(24),
  }));
  const symbols = new Map<string, ElfSymbol>();
  const table = sections.find((section) => section.type === SHT_SYMTAB);
  if (table === undefined) return symbols;
  const names = sections[table.link];
  for (let at = table.offset; at < table.offset + table.size; at += 16) {
    const nameAt = names.offset + data.readUInt32LE(at);
    const name = data.toString("latin1", nameAt, data.indexOf(0, nameAt));
    const info = data[at + 12];
    const section = data.readUInt16LE(at + 14);
    if (name === "" || section === SHN_UNDEF || section >= SHN_LORESERVE) continue;
    if (![STT_OBJECT, STT_FUNC, STT_NOTYPE].includes(info & 0xf)) continue;
    const isGlobal = info >> 4 !== 0;
    if (symbols.has(name) && !isGlobal) continue;
    const value = data.readUInt32LE(at + 4);
    symbols.set(name, { address: value < RAM ? value : value - RAM, size: data.readUInt32LE(at + 8) });
  }
  return symbols;
}

/** The entries of a header table; `sizeField` and `countField` are the offsets of the figures in the ELF header. */
function tableEntries(data: Buffer, offset: number, sizeField: number, countField: number): Buffer[] {
  const size = data.readUInt16LE(sizeField);
  const count = data.readUInt16LE(countField);
  return Array.from({ length: count }, (_, index) =>
    data.subarray(offset + index * size, offset + (index + 1) * size),
  );
}
