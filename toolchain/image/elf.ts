/**
 * What an ELF file that avr-gcc linked says: what goes into flash, how much memory it takes, where the
 * variables are.
 *
 * avr-gcc maps its separate memories into one address space: flash from 0, RAM from 0x800000, EEPROM
 * from 0x810000, fuses and above from 0x820000.
 */
import { type ElfFile, readElfFile } from "./elf-file.ts";
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

/** e_machine of AVR processors. */
export const EM_AVR = 83;
/** Where the RAM begins in the linker's address space. */
export const RAM = 0x800000;
/** Where the EEPROM begins there, behind the RAM. */
export const EEPROM = 0x810000;

/** Reads a linked AVR program. Throws BuildError where `file` is something else. */
export function readAvrElf(file: Uint8Array): ElfImage {
  const elf = readElfFile(file);
  if (elf.machine !== EM_AVR) {
    throw new BuildError(`an ELF file of machine ${elf.machine}, not of an AVR (${EM_AVR})`);
  }
  return { ...readMemories(elf), symbols: readSymbols(elf) };
}

function readMemories({ segments }: ElfFile): Omit<ElfImage, "symbols"> {
  const stored = segments.filter(({ physicalAddress }) => physicalAddress < RAM);
  const inRam = segments.filter(({ virtualAddress: at }) => at >= RAM && at < EEPROM);
  const flash = new Uint8Array(
    Math.max(0, ...stored.map(({ physicalAddress, octets }) => physicalAddress + octets.length)),
  ).fill(0xff);
  for (const { physicalAddress, octets } of stored) flash.set(octets, physicalAddress);
  return {
    flash,
    flashBytes: stored.reduce((sum, { octets }) => sum + octets.length, 0),
    ramBytes: inRam.reduce((sum, { memorySize }) => sum + memorySize, 0),
    ramEnd: Math.max(0, ...inRam.map(({ virtualAddress, memorySize }) => virtualAddress - RAM + memorySize)),
  };
}

/** Of equal names the global one counts, else the first. */
function readSymbols(elf: ElfFile): Map<string, ElfSymbol> {
  const symbols = new Map<string, ElfSymbol>();
  for (const { name, address, size, isGlobal } of elf.symbols) {
    if (symbols.has(name) && !isGlobal) continue;
    symbols.set(name, { address: address < RAM ? address : address - RAM, size });
  }
  return symbols;
}
