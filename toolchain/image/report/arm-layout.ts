/**
 * The layout of the linker scripts in boards/processors: flash below the RAM; code in the section .text, vectors first.
 */
import { CORTEX_M_RAM } from "../elf.ts";
import type { ElfFile } from "../elf-file.ts";
import type { MemoryLayout, Piece } from "./memory-layout.ts";
import { LIBRARIES } from "./source-names.ts";

/** Code and tables begin at multiples of it. */
const ALIGNMENT = 4;

export function armLayout(elf: ElfFile): MemoryLayout {
  const { address: low = 0, octets: { length = 0 } = {} } = elf.sections.get(".text") ?? {};
  const isCode = (at: number) => at < CORTEX_M_RAM || (at >= low && at < low + length);
  const labels = elf.symbols
    .filter(({ kind, name, address }) => kind !== "object" && isCode(address) && !name.startsWith("$"))
    .sort((a, b) => a.address - b.address);

  /** Code without a size, as in libgcc, is named after the label before it. */
  const pieceBetween = (low: number, high: number): Piece => {
    const isPadding = high - low < ALIGNMENT && high % ALIGNMENT === 0;
    if (isPadding) return { low, high, origin: "system", module: "padding", name: "flash" };
    const name = labels.findLast(({ address }) => address <= low)?.name ?? "code";
    return { low, high, origin: "library", module: LIBRARIES, name };
  };
  return {
    isRam: (at) => at >= CORTEX_M_RAM,
    isFlash: (at) => at < CORTEX_M_RAM,
    isCode,
    piecesBetween: (low, high) => [pieceBetween(low, high)],
    startUp: new Set([VECTORS]),
  };
}

/** The table of vectors, which start.c of a processor calls so. */
export const VECTORS = "vectors";
