/** `joinery build`: compiles an application for a board and says what it takes. */
import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { BuildError, boardNames, buildImage, loadProcessorBoard } from "../toolchain/image/index.ts";
import { EXIT, Refusal } from "./exit.ts";

interface BuildOptions {
  board: string;
  lorawan: "1.0.4" | "1.1";
  out: string;
  debug?: boolean;
  json?: boolean;
}

export function addBuild(program: Command): void {
  program
    .command("build")
    .description("compile an application and the LoRaWAN stack to an image for a board")
    .argument("[application]", "the TypeScript file of the application; the sensor example if none is named")
    .addOption(new Option("--board <name>", "the board").choices(boardNames()).default("pro-mini-rfm95"))
    .addOption(
      new Option("--lorawan <version>", "the version of LoRaWAN L2").choices(["1.0.4", "1.1"]).default("1.1"),
    )
    .option("--out <dir>", "where the ELF and the hex file go", "build")
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
  const board = loadProcessorBoard(options.board);
  if (application !== undefined && !existsSync(application)) {
    throw new Refusal(`there is no application ${resolve(application)}`, EXIT.usage);
  }
  try {
    mkdirSync(options.out, { recursive: true });
  } catch (error) {
    throw new Refusal(
      `cannot write the image: ${(error as Error).message}; choose another --out`,
      EXIT.usage,
    );
  }
  const image = await buildImage({
    board,
    app: application === undefined ? undefined : resolve(application),
    config: { LORAWAN_1_1: options.lorawan === "1.1" },
    debug: options.debug,
    outDir: resolve(options.out),
  }).catch((error: unknown) => {
    throw error instanceof BuildError ? new Refusal(error.message, EXIT[error.kind]) : error;
  });
  const { elfPath, hexPath, flashBytes, ramBytes } = image;
  if (options.json) {
    const report = { board: board.name, lorawan: options.lorawan, elfPath, hexPath, flashBytes, ramBytes };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const share = (bytes: number, of: number) => `${bytes} of ${of} B (${((100 * bytes) / of).toFixed(1)} %)`;
  process.stdout.write(
    `${hexPath}\n  flash ${share(flashBytes, board.flashBytes)}\n  RAM   ${share(ramBytes, board.ramBytes)} before the stack\n`,
  );
}
