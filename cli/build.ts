/** `joinery build`: compiles an application for a board and says what it takes. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { BuildError, buildImage, loadProcessorBoard } from "../toolchain/image/index.ts";
import { addChoice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, Refusal } from "./exit.ts";

interface BuildOptions extends ChoiceOptions {
  out?: string;
  debug?: boolean;
  json?: boolean;
}

export function addBuild(program: Command): void {
  const command = program
    .command("build")
    .description("compile an application and the LoRaWAN stack to an image for a board")
    .argument(
      "[application]",
      "the TypeScript file of the application; without one, the project's or the sensor example",
    );
  addChoice(command)
    .option(
      "--out <dir>",
      "where the ELF, the hex file and the C go (default: build, in the project's folder)",
    )
    .option("--debug", "assertions of the source trap where they fail")
    .option("--json", "print one JSON document on stdout and nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ joinery build
  $ joinery build my-sensor.ts --board pro-mini-rfm95 --lorawan 1.0.4 --out build`,
    )
    .action(build);
}

async function build(application: string | undefined, options: BuildOptions): Promise<void> {
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
  const image = await buildImage({
    board,
    app: choice.app,
    config: { ...choice.config, LORAWAN_1_1: choice.lorawan === "1.1" },
    debug: options.debug,
    outDir,
  }).catch((error: unknown) => {
    throw error instanceof BuildError ? new Refusal(error.message, EXIT[error.kind]) : error;
  });
  const { elfPath, hexPath, flashBytes, ramBytes } = image;
  if (options.json) {
    const report = { board: board.name, lorawan: choice.lorawan, elfPath, hexPath, flashBytes, ramBytes };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const share = (bytes: number, of: number) => `${bytes} of ${of} B (${((100 * bytes) / of).toFixed(1)} %)`;
  process.stdout.write(
    `${hexPath}\n  flash ${share(flashBytes, board.flashBytes)}\n  RAM   ${share(ramBytes, board.ramBytes)} before the stack\n`,
  );
}
