/** From C to an image for a board: link with the C of the board and its processor, read back what came out. */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atExit } from "../process-exit/index.ts";
import { type ProcessorBoard, processorOf, sourcesOf } from "./board.ts";
import { markBoard } from "./board-mark.ts";
import type { ElfSymbol } from "./elf.ts";
import { familyOf } from "./family.ts";
import type { LinkOptions } from "./gcc.ts";
import { includedFiles } from "./included-files.ts";
import { intelHex } from "./intel-hex.ts";
import { makeFolder } from "./output-folder.ts";
import { type CompilerNames, checkFit } from "./report/index.ts";
import { uf2 } from "./uf2.ts";

/** A linked firmware for one board. It holds no keys and no names: those are the EEPROM's. */
export interface Image {
  readonly board: ProcessorBoard;
  readonly elfPath: string;
  readonly hexPath: string;
  /** The contents of the flash alone, where programmers of the processor take them so. */
  readonly binPath?: string;
  /** The flash for a boot loader that shows up as a drive, where the processor has one. */
  readonly uf2Path?: string;
  /** Where the flash begins. */
  readonly flashAddress: number;
  /** The flash from its beginning to the last octet used. */
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
  /** The linked program with its debug information. */
  readonly elf: Uint8Array;
  /** Where the C symbols come from. */
  readonly names: CompilerNames;
  /** The C files that are the application's own. */
  readonly ownC: readonly string[];
}

/** What a program is made of, apart from the C of the board. */
export interface GeneratedC extends CompilerNames {
  /** Text by flat file name: "aes.c", "aes.h". */
  readonly files: ReadonlyMap<string, string>;
}

/** What a folder is to hold beside an image. */
export interface Keeping {
  /**
   * Sees an image before the folder has it, and gives the texts of further files, by name: they are written with it or,
   * where this throws, neither is.
   */
  readonly beside?: (image: Image) => Promise<ReadonlyMap<string, string>>;
  /** The version of LoRaWAN that the image is for: what can be done about one that does not fit goes by it. */
  readonly lorawan?: "1.0.4" | "1.1";
}

const ELF = "joinery.elf";
const HEX = "joinery.hex";
const BIN = "joinery.bin";
const UF2 = "joinery.uf2";
const STAMP = "joinery.key";
/** The files elsewhere that the build was made from. */
const SOURCES = "joinery.sources.json";
/** Where the C lies in the folder of a build. */
export const C_FOLDER = "c";

/**
 * Links generated C with the C of the board and its processor, and with the application's own. `outDir` receives
 * `joinery.elf`, `joinery.hex`, for some processors `joinery.bin` and `joinery.uf2`, and the C in `c/`; where it
 * already holds the same build, gcc is not run again. Builds may share a folder at the same time: each returns its own
 * contents, the folder keeps those of the last. Throws BuildError where the C does not compile without a warning, or
 * does not fit.
 */
export async function linkImage(
  board: ProcessorBoard,
  generated: GeneratedC,
  outDir: string,
  { beside = async () => new Map(), lorawan, ...options }: LinkOptions & Keeping = {},
): Promise<Image> {
  const family = familyOf(board);
  const ofBoard = sourcesOf(board, ".c", ".h", ".ld").map((path) => readFile(path, "utf8"));
  const inputs = digest([
    board.name,
    await family.version(),
    ...family.flags(board, options),
    ...(options.ownC ?? []),
    ...(await Promise.all(ofBoard)),
    ...[...generated.files].sort(([a], [b]) => (a < b ? -1 : 1)).flat(),
  ]);
  const fitting = (elf: Buffer): Image => {
    const image = imageOf(board, generated, outDir, elf, options.ownC ?? []);
    checkFit({ ...image, lorawan });
    return image;
  };
  const kept = await keptBuild(outDir, generated, inputs, outputsOf(board));
  if (kept === undefined) return newBuild({ ...options, board, generated, outDir, inputs, fitting, beside });
  const image = fitting(kept.elf);
  for (const [name, text] of await beside(image)) await writeFile(join(outDir, name), text);
  return image;
}

/** What an image is written as, beside the ELF file. */
function outputsOf(board: ProcessorBoard): readonly string[] {
  const { uf2Family } = processorOf(board);
  return [HEX, ...(familyOf(board).hasBin ? [BIN] : []), ...(uf2Family === undefined ? [] : [UF2])];
}

function imageOf(
  board: ProcessorBoard,
  generated: GeneratedC,
  outDir: string,
  elf: Buffer,
  ownC: readonly string[],
): Image {
  const { symbols, functions, dispatches } = generated;
  const program = familyOf(board).readElf(elf);
  const outputs = outputsOf(board);
  return {
    board,
    elfPath: join(outDir, ELF),
    hexPath: join(outDir, HEX),
    ...(outputs.includes(BIN) && { binPath: join(outDir, BIN) }),
    ...(outputs.includes(UF2) && { uf2Path: join(outDir, UF2) }),
    ...program,
    sourceSymbols: sourceSymbols(generated, program.symbols),
    elf,
    names: { symbols, functions, dispatches },
    ownC,
  };
}

/** The contents of the files that a build consists of. */
interface Build {
  readonly elf: Buffer;
  /** In the order of `outputsOf`. */
  readonly outputs: readonly Buffer[];
  /** In the order of the generated files. */
  readonly c: readonly string[];
  /** The names of the files elsewhere that it was made from, each followed by what it held. */
  readonly sources: readonly string[];
}

const NO_FILE: ReadonlySet<string | undefined> = new Set(["ENOENT", "EISDIR", "ENOTDIR"]);

/** The build that `outDir` holds, if it is the one of these inputs, and whole. */
async function keptBuild(
  outDir: string,
  { files }: GeneratedC,
  inputs: string,
  outputs: readonly string[],
): Promise<Build | undefined> {
  try {
    const sources: string[] = JSON.parse(await readFile(join(outDir, SOURCES), "utf8"));
    const build: Build = {
      elf: await readFile(join(outDir, ELF)),
      outputs: await Promise.all(outputs.map((name) => readFile(join(outDir, name)))),
      c: await Promise.all([...files.keys()].map((name) => readFile(join(outDir, C_FOLDER, name), "utf8"))),
      sources: await withContents(sources),
    };
    const stamp = await readFile(join(outDir, STAMP), "utf8");
    return stamp === stampOf(inputs, build) ? build : undefined;
  } catch (error) {
    // Where something else has the name of a file, writing it says so.
    if (NO_FILE.has((error as NodeJS.ErrnoException).code) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function withContents(paths: readonly string[]): Promise<string[]> {
  return (await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")]))).flat();
}

/**
 * Links in a folder of its own, then moves what came out to `outDir`, if `fitting` takes it for an image and `beside`
 * does not refuse it.
 */
async function newBuild(
  options: LinkOptions & {
    board: ProcessorBoard;
    generated: GeneratedC;
    outDir: string;
    inputs: string;
    fitting: (elf: Buffer) => Image;
    beside: NonNullable<Keeping["beside"]>;
  },
): Promise<Image> {
  const { board, generated, outDir, inputs, fitting, beside, exactLines, objects, ownC = [] } = options;
  const { files } = generated;
  makeFolder(join(outDir, C_FOLDER));
  const workDir = await mkdtemp(join(outDir, ".link-"));
  const forget = atExit(() => rmSync(workDir, { recursive: true, force: true }));
  try {
    for (const [name, text] of files) await writeFile(join(workDir, name), text);
    const sources = [...files.keys()].filter((name) => name.endsWith(".c"));
    const family = familyOf(board);
    const program = await family.link(board, {
      sources: [...sources.map((name) => join(workDir, name)), ...sourcesOf(board, ".c"), ...ownC],
      workDir,
      exactLines,
      objects,
    });
    await markBoard(family.objcopy, program, board, workDir);
    const included = await includedFiles(workDir);
    const elf = await readFile(program);
    const image = fitting(elf);
    const further = await beside(image);
    const names = outputsOf(board);
    const outputs = names.map((name) => outputOf(name, image));
    const build: Build = {
      elf,
      outputs,
      c: [...files.values()],
      sources: await withContents(included),
    };
    await rename(program, join(workDir, ELF));
    for (const [index, name] of names.entries()) await writeFile(join(workDir, name), outputs[index]);
    for (const [name, text] of further) await writeFile(join(workDir, name), text);
    await writeFile(join(workDir, SOURCES), JSON.stringify(included));
    await writeFile(join(workDir, STAMP), stampOf(inputs, build));
    await publish(workDir, outDir, generated, [...names, ...further.keys()]);
    return image;
  } finally {
    forget();
    await rm(workDir, { recursive: true, force: true });
  }
}

/** The contents of a file that `outputsOf` names. */
function outputOf(name: string, { board, flash, flashAddress }: Image): Buffer {
  const { uf2Family } = processorOf(board);
  if (name === UF2 && uf2Family !== undefined) return uf2(flash, flashAddress, uf2Family);
  return Buffer.from(name === HEX ? intelHex(flash, flashAddress) : flash);
}

/**
 * Moves a build in place, file by file. Where another one does the same meanwhile, files of both may be
 * left there: no stamp fits those, so the next build runs again.
 */
async function publish(
  workDir: string,
  outDir: string,
  { files }: GeneratedC,
  outputs: readonly string[],
): Promise<void> {
  for (const name of await readdir(join(outDir, C_FOLDER))) {
    if (!files.has(name)) await rm(join(outDir, C_FOLDER, name), { force: true });
  }
  for (const name of files.keys()) await rename(join(workDir, name), join(outDir, C_FOLDER, name));
  // A folder may hold the build for a board of another kind.
  for (const name of [BIN, UF2]) {
    if (!outputs.includes(name)) await rm(join(outDir, name), { force: true });
  }
  for (const name of [...outputs, ELF, SOURCES, STAMP]) await rename(join(workDir, name), join(outDir, name));
}

/** What a build was made of and what came out: a stamp beside any other files does not fit. */
function stampOf(inputs: string, { elf, outputs, c, sources }: Build): string {
  return digest([inputs, elf, ...outputs, ...c, ...sources]);
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

/** One digest of several contents; their lengths keep them apart. */
function digest(contents: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(`${Buffer.byteLength(content)}:`).update(content);
  return hash.digest("hex");
}
