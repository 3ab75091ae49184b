/** `joinery build`: compiles an application for a board and says what it takes. */
import { join } from "node:path";
import type { Command } from "commander";
import {
  checkBudget,
  figureLines,
  type Image,
  isLuaBoard,
  keepReport,
  keptReport,
  type LuaProgram,
  loadBoard,
  type SizeReport,
  sizeReport,
} from "../toolchain/image/index.ts";
import { budgetFor } from "../toolchain/project/index.ts";
import { addChoice, type Choice, choiceOf, sayExample } from "./choice.ts";
import {
  buildChosen,
  type ChosenImage,
  type ChosenProgram,
  type ImageOptions,
  refusing,
} from "./chosen-image.ts";
import { EXIT, Refusal } from "./exit.ts";
import { luaOption } from "./lua-option.ts";

interface BuildOptions extends ImageOptions {
  lua?: "5.1" | "5.3";
  json?: boolean;
}

export function addBuild(program: Command): void {
  const command = program
    .command("build")
    .description("compile an application and the LoRaWAN stack for a board: to an image, or to a Lua program")
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
  addChoice(command)
    .addOption(luaOption())
    .option(
      "--out <dir>",
      "where the ELF, the hex file (and for some processors the .bin), the C and size.json go, or the Lua files (default: build, in the project's folder)",
    )
    .option(
      "--debug",
      "for a debugger: assertions of the source trap where they fail, and every line has its address",
    )
    .option("--json", "print one JSON document on stdout and nothing else")
    .addHelpText(
      "after",
      `
Where the image takes more than the "budget" of joinery.json, the build fails and says what grew since the last
build that kept it, if that was for the same board and version. joinery size shows what takes how much.

Examples:
  $ joinery build
  $ joinery build my-sensor.ts --board pro-mini-rfm95 --lorawan 1.0.4 --out build
  $ joinery build my-sensor.ts --board nucleo-l073rz-sx1276
  $ joinery build my-sensor.ts --board nodemcu-rfm95 --lua 5.3`,
    )
    .action(build);
}

async function build(
  application: string | undefined,
  { json = false, ...options }: BuildOptions,
): Promise<void> {
  const choice = choiceOf(application, options);
  sayExample(choice);
  const built = await buildChosen(choice, options);
  sayUnlimited(choice);
  if ("program" in built) {
    process.stdout.write(json ? programJson(built) : programText(built));
    return;
  }
  const report = await keptWithinBudget(built);
  process.stdout.write(json ? jsonText(choice, built.image, report) : plainText(built.image, report));
}

/** Says on stderr that the project's budget does not hold for a board: `--board` may choose one that it does not name. */
export function sayUnlimited({ budget, board }: Choice): void {
  if (budget === undefined) return;
  if (isLuaBoard(loadBoard(board))) {
    process.stderr.write(
      `joinery: the budget of joinery.json is an image's: nothing is held against it for ${board}, which runs a Lua program\n`,
    );
  } else if (budgetFor(budget, board) === undefined) {
    process.stderr.write(
      `joinery: the budget of joinery.json does not name ${board}: nothing is held against it\n`,
    );
  }
}

/**
 * What the image takes, compared with the project's budget and kept beside the image for the next comparison.
 * Throws Refusal where the budget is passed, naming what grew.
 */
export async function keptWithinBudget({ choice, image, outDir }: ChosenImage): Promise<SizeReport> {
  const { board, lorawan, budget } = choice;
  const report = sizeReport({ ...image, lorawan });
  const limits = budget === undefined ? undefined : budgetFor(budget, board);
  const excess = checkBudget(report, limits ?? {}, await keptReport(outDir));
  if (excess !== undefined) throw new Refusal(excess, EXIT.failed);
  await refusing(() => keepReport(outDir, report));
  return report;
}

function programJson({ choice, program }: ChosenProgram): string {
  const { board, dialect, bundleBytes } = program;
  const { lorawan } = choice;
  const document = { board: board.name, lorawan, lua: dialect, files: filesOf(program), bundleBytes };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function programText({ program }: ChosenProgram): string {
  const { bundleBytes, dialect } = program;
  const size = `  ${bundleBytes} B of Lua ${dialect}, to be uploaded with the board's device.eeprom`;
  return [...filesOf(program), size, ""].join("\n");
}

function filesOf({ dir, files }: LuaProgram): string[] {
  return [...files.keys()].map((name) => join(dir, name));
}

function jsonText({ lorawan }: Choice, image: Image, report: SizeReport): string {
  const { board, elfPath, hexPath, binPath } = image;
  const { flashBytes, ramBytes, stackBytes } = report;
  const document = {
    ...{ board: board.name, lorawan, elfPath, hexPath, binPath },
    ...{ flashBytes, ramBytes, stackBytes },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function plainText({ hexPath, binPath }: Image, report: SizeReport): string {
  const figures = figureLines(report).map((line) => `  ${line}`);
  return [hexPath, ...(binPath === undefined ? [] : [binPath]), ...figures, ""].join("\n");
}
