/** From C to an image for a board: link with the board's `hal.c`, read back what came out. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { avrGccFlags, avrGccVersion, linkProgram } from "./avr-gcc.ts";
import type { Board } from "./board.ts";
import { type ElfSymbol, readAvrElf } from "./elf.ts";
import { BuildError } from "./errors.ts";
import { intelHex } from "./intel-hex.ts";

/** A linked firmware for one board. It holds no keys and no names: those are the EEPROM's. */
export interface Image {
  readonly board: Board;
  readonly elfPath: string;
  readonly hexPath: string;
  /** The flash from address 0 to the last octet used. */
  readonly flash: Uint8Array;
  /** Octets of flash taken. */
  readonly flashBytes: number;
  /** Octets of RAM taken before the stack: .data and .bss. */
  readonly ramBytes: number;
  /** The first data address after the variables. */
  readonly ramEnd: number;
  /** C symbols. */
  readonly symbols: ReadonlyMap<string, ElfSymbol>;
  /** Module-level variables by where they were written: "lorawan/session.ts:appSKey". */
  readonly sourceSymbols: ReadonlyMap<string, ElfSymbol>;
}

/** What a program is made of, apart from the board's own `hal.c`. */
export interface GeneratedC {
  /** Text by flat file name: "aes.c", "aes.h". */
  readonly files: ReadonlyMap<string, string>;
  /** The C symbol of each variable of the sources. */
  readonly symbols: ReadonlyMap<string, { readonly symbol: string }>;
}

/**
 * Links generated C with the board's `hal.c`. `outDir` receives `joinery.elf`, `joinery.hex` and the C in
 * `c/`; where it already holds the same build, gcc is not run again. Throws BuildError where the C does
 * not compile without a warning, or does not fit.
 */
export async function linkImage(board: Board, generated: GeneratedC, outDir: string): Promise<Image> {
  const defines = { F_CPU: `${board.clockHz}UL`, CONSOLE_BAUD: `${board.console.baud}UL` };
  const halPath = join(board.dir, "hal.c");
  const key = contentKey([
    await avrGccVersion(),
    ...avrGccFlags(board.processor, defines),
    await readFile(halPath, "utf8"),
    ...[...generated.files].sort(([a], [b]) => (a < b ? -1 : 1)).flat(),
  ]);
  const elfPath = join(outDir, "joinery.elf");
  const hexPath = join(outDir, "joinery.hex");
  const keyPath = join(outDir, "joinery.key");
  if ((await readIfThere(keyPath)) !== key) {
    await rm(keyPath, { force: true });
    await link({ board, files: generated.files, halPath, defines, outDir, elfPath, hexPath });
    await writeFile(keyPath, key);
  }
  const elf = readAvrElf(await readFile(elfPath));
  checkFit(board, elf);
  return { board, elfPath, hexPath, ...elf, sourceSymbols: sourceSymbols(generated, elf.symbols) };
}

/** Works beside the results and moves them in place whole: two builds into one folder do not mix. */
async function link(options: {
  board: Board;
  files: ReadonlyMap<string, string>;
  halPath: string;
  defines: Record<string, string>;
  outDir: string;
  elfPath: string;
  hexPath: string;
}): Promise<void> {
  const { board, files, halPath, defines, outDir, elfPath, hexPath } = options;
  const cDir = join(outDir, "c");
  await mkdir(cDir, { recursive: true });
  const workDir = await mkdtemp(join(outDir, ".link-"));
  try {
    for (const [name, text] of files) await writeFile(join(workDir, name), text);
    const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
    const program = await linkProgram({
      processor: board.processor,
      sources: [...sources.map((name) => join(workDir, name)), halPath],
      defines,
      workDir,
    });
    const hex = join(workDir, "program.hex");
    await writeFile(hex, intelHex(readAvrElf(await readFile(program)).flash));
    for (const name of files.keys()) await rename(join(workDir, name), join(cDir, name));
    await rename(hex, hexPath);
    await rename(program, elfPath);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

function checkFit(board: Board, { flashBytes, ramBytes }: { flashBytes: number; ramBytes: number }): void {
  for (const [memory, used, size] of [
    ["flash", flashBytes, board.flashBytes],
    ["RAM", ramBytes, board.ramBytes],
  ] as const) {
    if (used > size) {
      throw new BuildError(
        `the image does not fit the ${memory} of ${board.name}: ${used} octets of ${size}; leave out features or choose a larger board`,
      );
    }
  }
}

/** Link-time optimisation makes some variables local to its one unit and marks their names so. */
const LOCALISED = /\.lto_priv\.\d+$/;

/** A variable that the linker found unused has no address and is left out. */
function sourceSymbols(
  generated: GeneratedC,
  symbols: ReadonlyMap<string, ElfSymbol>,
): Map<string, ElfSymbol> {
  const placed = new Map([...symbols].map(([name, symbol]) => [name.replace(LOCALISED, ""), symbol]));
  const found = new Map<string, ElfSymbol>();
  for (const [source, { symbol }] of generated.symbols) {
    const place = placed.get(symbol);
    if (place !== undefined) found.set(source, place);
  }
  return found;
}

/** One digest of several texts; their lengths keep them apart. */
function contentKey(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest("hex");
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
