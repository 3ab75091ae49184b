/** Builds what the command line or the project chooses. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Compiler } from "../toolchain/compiler/index.ts";
import { BuildError, buildImage, type Image, loadProcessorBoard } from "../toolchain/image/index.ts";
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

/** Throws Refusal where it cannot be built or written. A `compiler` that is kept makes the next build faster. */
export async function buildChosenImage(
  application: string | undefined,
  options: ImageOptions,
  compiler?: Compiler,
): Promise<ChosenImage> {
  const choice = choiceOf(application, options);
  const board = loadProcessorBoard(choice.board);
  const outDir = resolve(options.out ?? join(choice.folder ?? ".", "build"));
  try {
    mkdirSync(outDir, { recursive: true });
  } catch (error) {
    throw new Refusal(
      `cannot write the image: ${(error as Error).message}; choose another --out`,
      EXIT.usage,
    );
  }
  const image = await refusing(
    buildImage({
      board,
      app: choice.app,
      config: { ...choice.config, LORAWAN_1_1: choice.lorawan === "1.1" },
      debug: options.debug,
      outDir,
      compiler,
    }),
  );
  return { choice, image, outDir };
}

/** Turns the BuildError of what is awaited into a Refusal. */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BuildError ? new Refusal(error.message, EXIT[error.kind]) : error;
  }
}
