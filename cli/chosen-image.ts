/** Builds what the command line or the project chooses. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Compiler } from "../toolchain/compiler/index.ts";
import {
  BuildError,
  buildImage,
  buildLuaProgram,
  type Image,
  isLuaBoard,
  type LuaProgram,
  loadBoard,
  type ProcessorBoard,
} from "../toolchain/image/index.ts";
import { type Choice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, Refusal } from "./exit.ts";

export interface ImageOptions extends ChoiceOptions {
  /** The folder for the image; `build` in the project's folder where not given. */
  out?: string;
  debug?: boolean;
}

/** An image, what it was built from, and the folder that it lies in. */
export interface ChosenImage {
  readonly choice: Choice;
  readonly image: Image;
  readonly outDir: string;
}

/** The same for a board that runs Lua. */
export interface ChosenProgram {
  readonly choice: Choice;
  readonly program: LuaProgram;
}

/**
 * Throws Refusal where it cannot be built or written, and where the board has no image: it runs Lua. A
 * `compiler` that is kept makes the next build faster.
 */
export async function buildChosenImage(
  application: string | undefined,
  options: ImageOptions,
  compiler?: Compiler,
): Promise<ChosenImage> {
  const choice = choiceOf(application, options);
  const board = processorBoard(choice.board);
  const outDir = madeFolder(choice, options.out);
  const image = await refusing(buildImage({ ...firmwareOf(choice, options.debug), board, outDir, compiler }));
  return { choice, image, outDir };
}

/** A board by its name. Throws Refusal where it runs Lua. */
function processorBoard(name: string): ProcessorBoard {
  const board = loadBoard(name);
  if (isLuaBoard(board)) throw new Refusal(`${name} runs a Lua program: there is no image of it`, EXIT.usage);
  return board;
}

/** Builds what the board runs: an image, or a Lua program. Throws Refusal where it cannot be built or written. */
export async function buildChosen(
  application: string | undefined,
  options: ImageOptions & { readonly lua?: LuaProgram["dialect"] },
): Promise<ChosenImage | ChosenProgram> {
  const choice = choiceOf(application, options);
  const board = loadBoard(choice.board);
  if (!isLuaBoard(board)) {
    if (options.lua === undefined) return buildChosenImage(application, options);
    throw new Refusal(`${board.name} runs no Lua: leave --lua out`, EXIT.usage);
  }
  const firmware = { ...firmwareOf(choice, options.debug), outDir: madeFolder(choice, options.out) };
  const program = await refusing(buildLuaProgram({ ...firmware, board, dialect: options.lua ?? "5.1" }));
  return { choice, program };
}

function firmwareOf({ app, config, lorawan }: Choice, debug: boolean | undefined) {
  return { app, config: { ...config, LORAWAN_1_1: lorawan === "1.1" }, debug };
}

function madeFolder(choice: Choice, out: string | undefined): string {
  const folder = resolve(out ?? join(choice.folder ?? ".", "build"));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Refusal(
      `cannot write the image: ${(error as Error).message}; choose another --out`,
      EXIT.usage,
    );
  }
  return folder;
}

/** Turns the BuildError of what is awaited into a Refusal. */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BuildError ? new Refusal(error.message, EXIT[error.kind]) : error;
  }
}
