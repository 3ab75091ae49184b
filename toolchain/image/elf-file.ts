/**
 * A reader of ELF files of small processors: segments, sections, symbols. "Tool Interface Standard (TIS)
 * Executable and Linking Format Specification", version 1.2, book I, chapter 1; 32 bit, least significant
 * octet first.
 */
import { BuildError } from "./errors.ts";

/** A segment that is loaded (figure 2-1). */
export interface ElfSegment {
  /** Where the program finds it. */
  readonly virtualAddress: number;
  /** Where it is stored. */
  readonly physicalAddress: number;
  /** What is stored of it. */
  readonly octets: Uint8Array;
  /** What it takes while the program runs: `octets`, and zeros. */
  readonly memorySize: number;
}

export interface ElfSection {
  readonly name: string;
  readonly address: number;
  /** Empty where the file stores nothing of it. */
  readonly octets: Buffer;
}

/** An entry of the symbol table (figure 1-15) that stands for a place in a section. */
export interface ElfFileSymbol {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly kind: "function" | "object" | "label";
  readonly isGlobal: boolean;
}

export interface ElfFile {
  /** e_machine. */
  readonly machine: number;
  /** e_flags: the kind of processor. */
  readonly flags: number;
  /** e_entry: where the program begins. */
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: ReadonlyMap<string, ElfSection>;
  /** In the order of the file. */
  readonly symbols: readonly ElfFileSymbol[];
}

/** e_machine of ARM processors. */
export const EM_ARM = 40;

/** Octets of an entry of the tables (figures 1-15, 1-9 and 2-1). */
const SYMBOL_OCTETS = 16;
const SECTION_HEADER_OCTETS = 40;
const SEGMENT_HEADER_OCTETS = 32;

const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHN_UNDEF = 0;
const SHN_LORESERVE = 0xff00;
const SYMBOL_KINDS: Readonly<Record<number, ElfFileSymbol["kind"]>> = {
  0: "label",
  1: "object",
  2: "function",
};

/** Reads a file. Throws BuildError where it is not a 32-bit little-endian ELF file, or not whole. */
export function readElfFile(file: Uint8Array): ElfFile {
  const data = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (data.length < 52 || data.readUInt32BE(0) !== 0x7f454c46 || data[4] !== 1 || data[5] !== 1) {
    throw new BuildError("not a 32-bit little-endian ELF file");
  }
  const headers = readSectionHeaders(data);
  return {
    machine: data.readUInt16LE(18),
    flags: data.readUInt32LE(36),
    entry: data.readUInt32LE(24),
    segments: readSegments(data),
    sections: new Map(headers.map(({ name, address, octets }) => [name, { name, address, octets }])),
    symbols: readSymbols(headers, data.readUInt16LE(18)),
  };
}

function readSegments(data: Buffer): ElfSegment[] {
  const segments: ElfSegment[] = [];
  for (const header of tableEntries(data, data.readUInt32LE(28), 42, 44, SEGMENT_HEADER_OCTETS)) {
    const [type, offset, virtualAddress, physicalAddress, fileSize, memorySize] = [0, 4, 8, 12, 16, 20].map(
      (field) => header.readUInt32LE(field),
    );
    if (type !== PT_LOAD) continue;
    const octets = inside(data, offset, fileSize);
    segments.push({ virtualAddress, physicalAddress, octets, memorySize });
  }
  return segments;
}

interface SectionHeader extends ElfSection {
  readonly type: number;
  readonly link: number;
}

function readSectionHeaders(data: Buffer): SectionHeader[] {
  const headers = tableEntries(data, data.readUInt32LE(32), 46, 48, SECTION_HEADER_OCTETS).map((header) => {
    const [nameAt, type, , address, offset, size, link] = [0, 4, 8, 12, 16, 20, 24].map((field) =>
      header.readUInt32LE(field),
    );
    const octets = type === SHT_NOBITS ? data.subarray(0, 0) : inside(data, offset, size);
    return { nameAt, type, address, octets, link };
  });
  const names = headers[data.readUInt16LE(50)]?.octets;
  return headers.map(({ nameAt, ...header }) => ({
    ...header,
    name: names === undefined ? "" : text(names, nameAt),
  }));
}

/**
 * Bit 0 of the address of an ARM function says that its code is Thumb ("ELF for the Arm Architecture", 5.5.3); the
 * code lies at the address without it.
 */
function readSymbols(headers: readonly SectionHeader[], machine: number): ElfFileSymbol[] {
  const table = headers.find((header) => header.type === SHT_SYMTAB);
  if (table === undefined) return [];
  const names = headers[table.link]?.octets;
  if (names === undefined || table.octets.length % SYMBOL_OCTETS !== 0) throw damaged();
  const symbols: ElfFileSymbol[] = [];
  for (let at = 0; at < table.octets.length; at += SYMBOL_OCTETS) {
    const name = text(names, table.octets.readUInt32LE(at));
    const info = table.octets[at + 12];
    const section = table.octets.readUInt16LE(at + 14);
    const kind = SYMBOL_KINDS[info & 0xf];
    if (name === "" || section === SHN_UNDEF || section >= SHN_LORESERVE || kind === undefined) continue;
    const value = table.octets.readUInt32LE(at + 4);
    symbols.push({
      name,
      address: machine === EM_ARM && kind === "function" ? (value & ~1) >>> 0 : value,
      size: table.octets.readUInt32LE(at + 8),
      kind,
      isGlobal: info >> 4 !== 0,
    });
  }
  return symbols;
}

/** The text that begins at an offset and ends with a zero. */
export function text(octets: Buffer, at: number): string {
  return octets.toString("latin1", at, octets.indexOf(0, at));
}

/** The entries of a header table; `sizeField` and `countField` are the offsets of the figures in the ELF header. */
function tableEntries(
  data: Buffer,
  offset: number,
  sizeField: number,
  countField: number,
  ownSize: number,
): Buffer[] {
  const size = data.readUInt16LE(sizeField);
  const count = data.readUInt16LE(countField);
  if (count > 0 && size !== ownSize) throw damaged();
  return Array.from({ length: count }, (_, index) => inside(data, offset + index * size, size));
}

/** A part of the file, which must lie within it. */
function inside(data: Buffer, offset: number, size: number): Buffer {
  if (offset + size > data.length) throw damaged();
  return data.subarray(offset, offset + size);
}

function damaged(): BuildError {
  return new BuildError("the ELF file is damaged or cut short: build it again");
}
