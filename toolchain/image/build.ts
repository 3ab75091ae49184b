/** From TypeScript to an image for a board. */
import { type Compiler, createCompiler, formatDiagnostics } from "../compiler/index.ts";
import type { ProcessorBoard } from "./board.ts";
import { BuildError } from "./errors.ts";
import { type Image, linkImage } from "./link.ts";

/**
 * Compiles the firmware with an application and links it for a board; `outDir` receives the files that
 * `linkImage` names. The board gives CLOCK_ERROR_PPM unless `config` does. Throws
 * BuildError with the compiler's diagnostics or gcc's words.
 */
export async function buildImage(options: {
  board: ProcessorBoard;
  /** The module behind "#app". */
  app?: string;
  /** The module that exports `main`. */
  entry?: string;
  config?: Record<string, number | boolean>;
  /** Assertions trap. */
  debug?: boolean;
  outDir: string;
  /** One that is kept between builds makes the next one faster. */
  compiler?: Compiler;
}): Promise<Image> {
  const { board, app, entry, config, debug, outDir, compiler = createCompiler() } = options;
  const result = compiler.compile({
    app,
    entry,
    config,
    boardConfig: { CLOCK_ERROR_PPM: board.clockErrorPpm },
    debug,
  });
  if (result.diagnostics.length > 0) {
    throw new BuildError(formatDiagnostics(result.diagnostics, { colour: process.stderr.isTTY === true }));
  }
  return linkImage(board, result, outDir);
}
