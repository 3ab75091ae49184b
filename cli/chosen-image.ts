/** Builds what the command line or the project chooses. */
import { join, resolve } from "node:path";
import type { Compiler } from "../toolchain/compiler/index.ts";
import {
  BuildError,
  buildImage,
  buildLuaProgram,
  C_FOLDER,
  type Image,
  isLuaBoard,
  type LuaProgram,
  loadBoard,
  OutputError,
  type ProcessorBoard,
  REPORT_FILE,
  reportJson,
  type SizeReport,
  writingTo,
} from "../toolchain/image/index.ts";
import { reportWithinBudget } from "./budget.ts";
import type { Choice, ChoiceOptions } from "./choice.ts";
import { type EnergyOptions, energyOf } from "./energy.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";

export interface ImageOptions extends ChoiceOptions, EnergyOptions {
  /** The folder for the image; `build` in the project's folder where not given. */
  out?: string;
  debug?: boolean;
}

/** An image, what it was built from, and what it takes. */
export interface ChosenImage {
  readonly choice: Choice;
  readonly image: Image;
  readonly report: SizeReport;
}

/** Where, in the folder of a build, an image lies that is not that build's. */
const MEASURED = ".size";

/** The same for a board that runs Lua. */
export interface ChosenProgram {
  readonly choice: Choice;
  readonly program: LuaProgram;
}

/**
 * Throws Refusal where it cannot be built or written, takes more than its budget, or the board has no image: it runs
 * Lua. Then the folder of the build stays as it was.
 */
export async function buildChosenImage(choice: Choice, options: ImageOptions): Promise<ChosenImage> {
  return linkedImage(choice, await imageBoard(choice), options);
}

/**
 * An image for its figures alone: it may take more than its budget, and lies beside the build, whose folder is left as
 * it is. Throws Refusal as `buildChosenImage` does.
 */
export async function measuredImage(choice: Choice, options: ImageOptions): Promise<Image> {
  const board = await imageBoard(choice);
  const outDir = join(outFolder(choice, options.out), MEASURED);
  return written(outDir, () => buildImage({ ...firmwareOf(choice, options.debug), board, outDir }));
}

async function imageBoard(choice: Choice): Promise<ProcessorBoard> {
  const board = await refusing(async () => loadBoard(choice.board, choice.boards));
  if (!isLuaBoard(board)) return board;
  throw new Refusal(
    `${board.name} runs a Lua program: there is no image of it; joinery hil run join --board ${board.name} reports its heap`,
    EXIT.usage,
  );
}

/**
 * Builds what the board runs: an image with the report of what it takes, or a Lua program. Throws Refusal where it
 * cannot be built or written, or takes more than its budget. A `compiler` that is kept makes the next build faster.
 */
export async function buildChosen(
  choice: Choice,
  options: ImageOptions & { readonly lua?: LuaProgram["dialect"] },
  compiler?: Compiler,
): Promise<ChosenImage | ChosenProgram> {
  const board = await refusing(async () => loadBoard(choice.board, choice.boards));
  if (!isLuaBoard(board)) {
    if (options.lua !== undefined)
      throw new Refusal(`${board.name} runs no Lua: leave --lua out`, EXIT.usage);
    return linkedImage(choice, board, options, compiler);
  }
  if (options.energy) {
    throw new Refusal(
      `${board.name} runs a Lua program: what it draws is measured of images only; leave --energy out`,
      EXIT.usage,
    );
  }
  const outDir = outFolder(choice, options.out);
  const program = await written(outDir, () =>
    buildLuaProgram({ ...firmwareOf(choice, options.debug), outDir, board, dialect: options.lua ?? "5.1" }),
  );
  return { choice, program };
}

async function linkedImage(
  choice: Choice,
  board: ProcessorBoard,
  options: ImageOptions,
  compiler?: Compiler,
): Promise<ChosenImage> {
  const outDir = outFolder(choice, options.out);
  return written(outDir, async () => {
    let report: SizeReport | undefined;
    const image = await buildImage({
      ...firmwareOf(choice, options.debug),
      exactLines: options.debug,
      board,
      outDir,
      compiler,
      beside: async (linked) => {
        report = await reportWithinBudget(choice, linked, outDir);
        const energy = await energyOf(linked, choice, options);
        if (energy !== undefined) report = { ...report, energy };
        return new Map([[REPORT_FILE, reportJson(report)]]);
      },
    });
    return { choice, image, report: report! };
  });
}

/** What the compiler is given. */
export function firmwareOf({ app, c, config, lorawan, region, file }: Choice, debug: boolean | undefined) {
  return { app, c, region, config: { ...config, LORAWAN_1_1: lorawan === "1.1" }, configFile: file, debug };
}

function outFolder(choice: Choice, out: string | undefined): string {
  return resolve(out ?? join(choice.folder ?? ".", "build"));
}

/** The folder that a build writes its C into. */
export function generatedFolder(choice: Choice, { out }: ImageOptions): string {
  return join(outFolder(choice, out), C_FOLDER);
}

/**
 * Builds into a folder, which is made where there is none. Throws Refusal where it, or what it holds, cannot be
 * written.
 */
async function written<T>(folder: string, build: () => Promise<T>): Promise<T> {
  try {
    return await writingTo(folder, () => refusing(build));
  } catch (error) {
    throw error instanceof OutputError
      ? new Refusal(`${error.message}; remove what is there, or choose another --out`, EXIT.usage)
      : error;
  }
}

/** Turns the BuildError of some work into a Refusal. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw refusalOf(error);
  }
}
