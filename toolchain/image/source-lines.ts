/** From an address in the flash to the line of the sources that its code was written in. */

import { packageRoot } from "../package-root.ts";
import { EM_AVR } from "./elf.ts";
import { readElfFile } from "./elf-file.ts";
import { type LineRow, readLineRows } from "./line-table.ts";
import { readDebugInfo, type Scope } from "./report/dwarf.ts";

/** A line of the TypeScript, or of a board's C. */
export interface SourceLine {
  /**
   * From the package's folder on where the file lies there, as `#line` or the compiler's command line named it
   * elsewhere.
   */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Code of one line: half-open. */
interface Stretch extends SourceLine {
  readonly low: number;
  readonly high: number;
}

/**
 * The linker of binutils 2.26 shortens the calls of an AVR without moving the addresses of lines along, as far as this;
 * those of functions and of what is inlined it moves.
 */
const DRIFT_OCTETS = 16;

/** Of the stretches that lie where they belong, so many look moved: two scopes can have the same edge. */
const MOST_MISTAKEN = 0.05;

/** Helpers of headers belong to who uses them. */
const HELPERS = /\.h$/;

export class SourceLines {
  readonly #stretches: readonly Stretch[];
  readonly #functions: readonly Scope[];
  /** How far the addresses of lines may be off, in octets. */
  readonly #drift: number;

  /** `elf`: a linked program with its debug information, as `Image` has it. Throws BuildError where it is none. */
  constructor(elf: Uint8Array) {
    const file = readElfFile(elf);
    const lines = file.sections.get(".debug_line")?.octets ?? Buffer.alloc(0);
    this.#functions = readDebugInfo(file).functions;
    const stretches = stretchesOf(readLineRows(lines));
    const drifts = file.machine === EM_AVR ? driftsOf(stretches, this.#functions) : [];
    const isOff = drifts.filter((drift) => drift !== 0).length > MOST_MISTAKEN * drifts.length;
    this.#drift = isOff ? DRIFT_OCTETS : 0;
    this.#stretches = isOff ? moved(stretches, drifts) : stretches;
  }

  /** Undefined for code that no debug information speaks of, as that of libraries. */
  at(address: number): SourceLine | undefined {
    const places = this.allAt(address);
    return places.find(({ file }) => !HELPERS.test(file)) ?? places[0];
  }

  /**
   * The line that the code at an address was written in, and those of the calls that it was inlined for, from inside
   * out.
   */
  allAt(address: number): SourceLine[] {
    const scopes = scopesAt(this.#functions, address);
    const written = this.#lineAt(address, scopes.at(-1)?.file);
    if (written === undefined) return [];
    const inlinedFrom = scopes
      .flatMap(({ calledAt }) => (calledAt === undefined ? [] : [calledAt]))
      .reverse();
    return [written, ...inlinedFrom].map(({ file, line }) => ({ file: shortName(file), line }));
  }

  /**
   * The stretch at an address; where that is not of the file that the code there is declared in, the nearest that is.
   */
  #lineAt(address: number, declaredIn: string | undefined): SourceLine | undefined {
    const distance = ({ low, high }: Stretch) => Math.max(low - address, address - (high - 1), 0);
    const near = this.#stretches.filter((stretch) => distance(stretch) <= this.#drift);
    const covering = near.find((stretch) => distance(stretch) === 0);
    if (declaredIn === undefined || covering?.file === declaredIn) return covering;
    const [nearest] = near
      .filter(({ file }) => file === declaredIn)
      .sort((a, b) => distance(a) - distance(b));
    return nearest ?? covering;
  }
}

/**
 * By how much each stretch must move for the code that it is of. Where the table goes over to another file the debug
 * information of functions says where that is; up to the next such place the lines are off by as much.
 */
function driftsOf(stretches: readonly Stretch[], functions: readonly Scope[]): number[] {
  const edges = new Set(functions.flatMap(edgesOf));
  const fileAt = (address: number) => scopesAt(functions, address).at(-1)?.file;
  let drift = 0;
  return stretches.map(({ low, file }, index) => {
    const before = stretches[index - 1]?.file;
    if (file === before) return drift;
    for (let by = 0; by <= DRIFT_OCTETS; by += 2) {
      const edge = [low - by, low + by].find(
        (at) => edges.has(at) && fileAt(at) === file && fileAt(at - 1) === before,
      );
      if (edge === undefined) continue;
      drift = edge - low;
      break;
    }
    return drift;
  });
}

function moved(stretches: readonly Stretch[], drifts: readonly number[]): Stretch[] {
  return stretches.map((stretch, index) => {
    const isJoined = stretches[index + 1]?.low === stretch.high;
    return {
      ...stretch,
      low: stretch.low + drifts[index],
      high: stretch.high + drifts[isJoined ? index + 1 : index],
    };
  });
}

/**
 * In the order of their addresses. Code that the linker has dropped keeps its rows, from address 0 on: no line begins
 * there.
 */
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

/** Where code of a function, or inlined in it, begins and ends. */
function edgesOf({ ranges, inner }: Scope): number[] {
  return [...ranges.flatMap(({ low, high }) => [low, high]), ...inner.flatMap(edgesOf)];
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
