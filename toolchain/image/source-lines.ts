/** From an address in the flash to the line of the sources that its code was written in. */

import { packageRoot } from "../package-root.ts";
import { readElfFile } from "./elf-file.ts";
import { type LineRow, readLineRows } from "./line-table.ts";
import { readDebugInfo, type Scope } from "./report/dwarf.ts";

/** A line of the TypeScript, or of a board's C. */
export interface SourceLine {
  /** From the package's folder on where the file lies there, as `#line` or the compiler's command line named it elsewhere. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Code of one line: half-open. */
interface Stretch extends SourceLine {
  readonly low: number;
  readonly high: number;
}

/** Helpers of headers belong to who uses them. */
const HELPERS = /\.h$/;

export class SourceLines {
  readonly #stretches: readonly Stretch[];
  readonly #functions: readonly Scope[];

  /** `elf`: a linked program with its debug information, as `Image` has it. Throws BuildError where it is none. */
  constructor(elf: Uint8Array) {
    const file = readElfFile(elf);
    const lines = file.sections.get(".debug_line")?.octets ?? Buffer.alloc(0);
    this.#stretches = stretchesOf(readLineRows(lines));
    this.#functions = readDebugInfo(file).functions;
  }

  /** Undefined for code that no debug information speaks of, as that of libraries. */
  at(address: number): SourceLine | undefined {
    const written = this.#lineAt(address);
    if (written === undefined) return undefined;
    const inlinedFrom = scopesAt(this.#functions, address).map(({ calledAt }) => calledAt);
    const { file, line } =
      [written, ...inlinedFrom.reverse()].find((place) => place !== undefined && !HELPERS.test(place.file)) ??
      written;
    return { file: shortName(file), line };
  }

  #lineAt(address: number): SourceLine | undefined {
    let [from, to] = [0, this.#stretches.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#stretches[middle].high <= address) from = middle + 1;
      else to = middle;
    }
    const found = this.#stretches[from];
    return found !== undefined && found.low <= address ? found : undefined;
  }
}

/** In the order of their addresses. Code that the linker has dropped keeps its rows, from address 0 on: no line begins there. */
function stretchesOf(rows: readonly LineRow[]): Stretch[] {
  const stretches: Stretch[] = [];
  let isDropped = false;
  for (const [index, { address, file, line, isEnd }] of rows.entries()) {
    if (index === 0 || rows[index - 1].isEnd) isDropped = address === 0;
    const next = rows[index + 1];
    if (isEnd || isDropped || next === undefined || next.address <= address) continue;
    stretches.push({ low: address, high: next.address, file, line });
  }
  return stretches.sort((a, b) => a.low - b.low);
}

/** The function at an address and what is inlined there, from outside. */
function scopesAt(scopes: readonly Scope[], address: number): Scope[] {
  const scope = scopes.find(({ ranges }) => ranges.some(({ low, high }) => low <= address && address < high));
  return scope === undefined ? [] : [scope, ...scopesAt(scope.inner, address)];
}

function shortName(file: string): string {
  const folder = packageRoot.endsWith("/") ? packageRoot : `${packageRoot}/`;
  return file.startsWith(folder) ? file.slice(folder.length) : file.replace(/^\.\//, "");
}
