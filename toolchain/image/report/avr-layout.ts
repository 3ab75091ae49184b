/** The layout of the linker scripts that avr-gcc brings (avr5.x and its kin). */
import { EEPROM, RAM } from "../elf.ts";
import type { ElfFile } from "../elf-file.ts";
import type { MemoryLayout, Piece } from "./memory-layout.ts";
import { LIBRARIES } from "./source-names.ts";

/** EF_AVR_MACH: architectures without JMP, whose vectors are one word. */
const SHORT_VECTORS = [1, 2, 25, 4, 100];

const START_UP = new Set([
  "__init",
  "__do_copy_data",
  "__do_clear_bss",
  "__bad_interrupt",
  "exit",
  "_exit",
  "__stop_program",
]);

/**
 * Flash begins with the vectors; tables of `switch` statements, trampolines and constants follow, then the
 * start-up code, then the program.
 */
export function avrLayout(elf: ElfFile): MemoryLayout {
  const address = (name: string) => elf.symbols.find((symbol) => symbol.name === name)?.address;
  const last = Math.max(0, ...elf.symbols.map(({ name }) => Number(/^__vector_(\d+)$/.exec(name)?.[1] ?? 0)));
  const vectorsEnd = (last + 1) * (SHORT_VECTORS.includes(elf.flags & 0x7f) ? 2 : 4);
  const tablesEnd = address("__trampolines_start") ?? vectorsEnd;
  const trampolinesEnd = address("__trampolines_end") ?? tablesEnd;
  const startUpBegin = address("__ctors_start") ?? trampolinesEnd;
  const startUpEnd = (address("__bad_interrupt") ?? startUpBegin - 2) + 2;
  const areas: readonly Piece[] = [
    system(0, vectorsEnd, "interrupt vectors", "vectors"),
    system(vectorsEnd, tablesEnd, "switch tables", "tables"),
    system(tablesEnd, trampolinesEnd, "start-up", "trampolines"),
    system(trampolinesEnd, startUpBegin, "padding", "flash"),
    system(startUpBegin, startUpEnd, "start-up", "code"),
  ];
  const labels = elf.symbols
    .filter((symbol) => symbol.kind !== "object" && symbol.address < RAM && !/^__[A-Z]/.test(symbol.name))
    .sort((a, b) => a.address - b.address);

  /** Code behind the start-up code is named after the label before it, unless it is too short for an instruction. */
  const pieceOfCode = (low: number, high: number): Piece => {
    if (high - low < 2) return system(low, high, "padding", "flash");
    const before = labels.findLast((symbol) => symbol.address <= low);
    const name = labels.find((symbol) => symbol.address === before?.address)?.name ?? "code";
    if (START_UP.has(name)) return system(low, high, "start-up", name);
    return { low, high, origin: "library", module: LIBRARIES, name };
  };
  const piecesBetween = (low: number, high: number): Piece[] => {
    const pieces: Piece[] = [];
    for (let at = low; at < high; at = pieces[pieces.length - 1].high) {
      const area = areas.find((candidate) => at >= candidate.low && at < candidate.high);
      if (area === undefined) pieces.push(pieceOfCode(at, high));
      else pieces.push({ ...area, low: at, high: Math.min(high, area.high) });
    }
    return pieces;
  };

  return {
    isRam: (at) => at >= RAM && at < EEPROM,
    isFlash: (at) => at < RAM,
    isCode: (at) => at < RAM,
    piecesBetween,
    startUp: START_UP,
  };
}

function system(low: number, high: number, module: string, name: string): Piece {
  return { low, high, origin: "system", module, name };
}
