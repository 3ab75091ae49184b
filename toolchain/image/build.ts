/** From TypeScript to an image for a board. */
import {
  type CompileOptions,
  type CompileResult,
  type Compiler,
  createCompiler,
  formatReport,
  imageTooLarge,
  isInternal,
  messages,
} from "../compiler/index.ts";
import { type RegionChoice, regionModule, regionsOf } from "../regions/index.ts";
import { aesOf } from "./aes-core.ts";
import { type Board, isLuaBoard, type ProcessorBoard, vectorsOf } from "./board.ts";
import { BuildError, OversizedArrays, UndefinedSymbols } from "./errors.ts";
import type { LinkOptions } from "./gcc.ts";
import { type Image, type Keeping, linkImage } from "./link.ts";
import { radioConfig, radioDriver } from "./radio-driver.ts";
import { VECTORS } from "./vectors.ts";

/** What an image is made from. */
export interface Firmware {
  readonly board: Board;
  /** The module behind "#app". */
  readonly app?: string;
  /** The module that exports `main`. */
  readonly entry?: string;
  /** The region, or those that the application chooses from; EU868 where not given. */
  readonly region?: RegionChoice;
  /**
   * Values of `@config` constants. The board gives CLOCK_ERROR_PPM, COMMAND_LATENCY_US and those of its radio unless
   * they do.
   */
  readonly config?: Readonly<Record<string, number | boolean>>;
  /** The joinery.json whose field "config" gives some of these values: what is wrong with one is shown there. */
  readonly configFile?: string;
  /** C files of the application, by absolute path, that the image is linked with. Not for a board that runs Lua. */
  readonly c?: readonly string[];
  /** Assertions trap. */
  readonly debug?: boolean;
  /** Texts that take the place of files, by path: an editor's unsaved buffers. */
  readonly sources?: Readonly<Record<string, string>>;
  /** That of the process where not given: what a build leaves makes the next one faster. */
  readonly compiler?: Compiler;
}

/** For the builds of this process, which are often of the same sources. */
const sharedCompiler = createCompiler();

/** What a board decides of the firmware, unless the caller does. */
export function boardConfig(board: Board): Record<string, number | boolean> {
  return {
    CLOCK_ERROR_PPM: board.clockErrorPpm,
    COMMAND_LATENCY_US: board.commandLatencyUs,
    ...radioConfig(board.radio),
  };
}

/** What every back end is given: what the caller chose, and what the board and the regions decide. */
export function compileOptions({ board, region, sources, ...chosen }: Firmware): CompileOptions {
  const plans = regionModule(regionsOf(region));
  return {
    ...chosen,
    radio: radioDriver(board.radio),
    aes: aesOf(board),
    region: plans.path,
    sources: { ...plans.sources, ...sources },
    boardConfig: boardConfig(board),
  };
}

/** Throws BuildError where the compiler found faults in the sources, or broke down. */
export function refuseFaults(diagnostics: CompileResult["diagnostics"]): void {
  if (diagnostics.length === 0) return;
  const colour = process.stderr.isTTY === true;
  const kind = diagnostics.some(isInternal) ? "fault" : "failed";
  throw new BuildError(formatReport(diagnostics, { colour }).trimEnd(), kind, diagnostics);
}

/** Compiles the firmware to C as `board` gets it; needs no C compiler. */
export function compileForBoard(firmware: Firmware): CompileResult {
  const { board, compiler = sharedCompiler } = firmware;
  const boardInterrupts = isLuaBoard(board)
    ? { board: board.name, vectors: [] }
    : {
        board: board.name,
        vectors: vectorsOf(board, firmware.config?.CONSOLE_COMMANDS === true),
        processor: { name: board.processor, vectors: VECTORS[board.processor] },
      };
  return compiler.compile({ ...compileOptions(firmware), boardInterrupts });
}

/**
 * Compiles the firmware and links it for its board; `outDir` receives the files that `linkImage` names.
 * Throws BuildError with the compiler's diagnostics or gcc's words.
 */
export async function buildImage(
  options: Firmware &
    Pick<LinkOptions, "exactLines" | "objects"> &
    Keeping & { readonly board: ProcessorBoard; readonly outDir: string },
): Promise<Image> {
  const { outDir, exactLines, objects, beside, c, ...firmware } = options;
  const result = compileForBoard(firmware);
  refuseFaults(result.diagnostics);
  const { board, config } = firmware;
  const lorawan = config?.LORAWAN_1_1 === false ? "1.0.4" : "1.1";
  try {
    return await linkImage(board, result, outDir, { exactLines, objects, beside, lorawan, ownC: c });
  } catch (error) {
    if (error instanceof UndefinedSymbols) refuseFaults(unimplemented(board, result, error));
    if (error instanceof OversizedArrays) refuseFaults(outOfReach(result, error));
    throw error;
  }
}

/** The arrays that are larger than the processor can reach, as diagnostics at their declarations. */
function outOfReach(
  { symbols }: CompileResult,
  { symbols: oversized, message }: OversizedArrays,
): CompileResult["diagnostics"] {
  const [why] = message.split("\n");
  const declared = [...symbols.values()].filter(({ symbol }) => oversized.includes(symbol));
  return declared.map(({ node }) => imageTooLarge(why, node));
}

/** The functions of the program that no C defines, as diagnostics at their declarations. */
function unimplemented(
  { name }: ProcessorBoard,
  { externals }: CompileResult,
  { symbols }: UndefinedSymbols,
): CompileResult["diagnostics"] {
  const wayOut = 'correct the name after @extern, or define it in a C file that "c" of joinery.json names';
  return symbols.flatMap((symbol) => {
    const node = externals.get(symbol);
    return node ? [messages.noImplementation(node, node.getText(), symbol, name, { wayOut })] : [];
  });
}
