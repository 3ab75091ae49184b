/**
 * What a linked ELF file says: what goes into flash, how much memory it takes, where the variables are.
 *
 * avr-gcc maps its separate memories into one address space: flash from 0, RAM from 0x800000, EEPROM
 * from 0x810000, fuses and above from 0x820000.
 */
import { type ElfFile, EM_ARM, readElfFile } from "./elf-file.ts";
import { BuildError } from "./errors.ts";

/** Where a symbol lies, in the address space of the data memory or of the flash, and how long it is. */
export interface ElfSymbol {
  readonly address: number;
  readonly size: number;
}

export interface ElfImage {
  /** Where the flash begins. */
  readonly flashAddress: number;
  /** The flash from its beginning to the last octet used; gaps are as in erased flash. */
  readonly flash: Uint8Array;
  /** Octets of flash: the code, the constants, and the initial values of the variables. */
  readonly flashBytes: number;
  /** Octets of RAM taken by variables, initialised (.data) and zeroed (.bss), and by .noinit. */
  readonly ramBytes: number;
  /** The first data address after the last variable. The stack must stay at or above it. */
  readonly ramEnd: number;
  /** Functions by address in flash, variables by address in data memory; an AVR counts both from 0. */
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
  return { ...readMemories(elf), symbols: symbolsOf(elf, (at) => (at < RAM ? at : at - RAM)) };
}

function nothingStored(): BuildError {
  return new BuildError("the ELF file holds nothing for the flash: build it again");
}

function readMemories({ segments }: ElfFile): Omit<ElfImage, "symbols"> {
  const stored = segments.filter(({ physicalAddress }) => physicalAddress < RAM);
  if (stored.length === 0) throw nothingStored();
  const inRam = segments.filter(({ virtualAddress: at }) => at >= RAM && at < EEPROM);
  const flash = new Uint8Array(
    Math.max(0, ...stored.map(({ physicalAddress, octets }) => physicalAddress + octets.length)),
  ).fill(0xff);
  for (const { physicalAddress, octets } of stored) flash.set(octets, physicalAddress);
  return {
    flashAddress: 0,
    flash,
    flashBytes: stored.reduce((sum, { octets }) => sum + octets.length, 0),
    ramBytes: inRam.reduce((sum, { memorySize }) => sum + memorySize, 0),
    ramEnd: Math.max(0, ...inRam.map(({ virtualAddress, memorySize }) => virtualAddress - RAM + memorySize)),
  };
}

/**
 * Of a Cortex-M: where the RAM begins ("ARMv6-M Architecture Reference Manual", B3.1). What is stored lies below it.
 */
export const CORTEX_M_RAM = 0x20000000;

/** Reads a linked program of a Cortex-M. Throws BuildError where `file` is something else. */
export function readArmElf(file: Uint8Array): ElfImage {
  const elf = readElfFile(file);
  if (elf.machine !== EM_ARM) {
    throw new BuildError(`an ELF file of machine ${elf.machine}, not of an ARM (${EM_ARM})`);
  }
  const stored = elf.segments.filter(({ octets }) => octets.length > 0);
  const inRam = elf.segments.filter(({ virtualAddress }) => virtualAddress >= CORTEX_M_RAM);
  if (stored.length === 0) throw nothingStored();
  const flashAddress = Math.min(...stored.map(({ physicalAddress }) => physicalAddress));
  const ends = stored.map(({ physicalAddress, octets }) => physicalAddress + octets.length);
  const flash = new Uint8Array(Math.max(flashAddress, ...ends) - flashAddress);
  for (const { physicalAddress, octets } of stored) flash.set(octets, physicalAddress - flashAddress);
  return {
    flashAddress,
    flash,
    flashBytes: flash.length,
    ramBytes: inRam.reduce((sum, { memorySize }) => sum + memorySize, 0),
    ramEnd: Math.max(
      CORTEX_M_RAM,
      ...inRam.map(({ virtualAddress, memorySize }) => virtualAddress + memorySize),
    ),
    symbols: symbolsOf(elf, (at) => at),
  };
}

/** The symbols at the addresses that the program has for them. Of equal names the global one counts, else the first. */
function symbolsOf(elf: ElfFile, addressOf: (address: number) => number): Map<string, ElfSymbol> {
  const symbols = new Map<string, ElfSymbol>();
  for (const { name, address, size, isGlobal } of elf.symbols) {
    if (symbols.has(name) && !isGlobal) continue;
    symbols.set(name, { address: addressOf(address), size });
  }
  return symbols;
}
