/** `joinery build`: compiles an application for a board and says what it takes. */
import { join } from "node:path";
import type { Command } from "commander";
import { figureLines, type Image, type LuaProgram, type SizeReport } from "../toolchain/image/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { sayUnlimited } from "./budget.ts";
import { addChoice, type Choice, choiceOf, sayExample } from "./choice.ts";
import { buildChosen, type ChosenProgram, type ImageOptions } from "./chosen-image.ts";
import { addEnergy, ENERGY_HELP } from "./energy.ts";
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
  addEnergy(addChoice(command))
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

${ENERGY_HELP}

Examples:
  $ joinery build
  $ joinery build my-sensor.ts --board pro-mini-rfm95 --lorawan 1.0.4 --out build
  $ joinery build my-sensor.ts --board nucleo-l073rz-sx1276
  $ joinery build --energy --battery 2400
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
  const { image, report } = built;
  process.stdout.write(json ? jsonText(choice, image, report) : plainText(image, report));
}

function programJson({ choice, program }: ChosenProgram): string {
  const { board, dialect, bundleBytes } = program;
  const { lorawan } = choice;
  const region = regionsOf(choice.region);
  const document = { board: board.name, lorawan, region, lua: dialect, files: filesOf(program), bundleBytes };
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

function jsonText({ lorawan, region }: Choice, image: Image, report: SizeReport): string {
  const { board, elfPath, hexPath, binPath } = image;
  const { flashBytes, ramBytes, stackBytes, energy } = report;
  const document = {
    ...{ board: board.name, lorawan, region: regionsOf(region), elfPath, hexPath, binPath },
    ...{ flashBytes, ramBytes, stackBytes, energy },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function plainText({ hexPath, binPath }: Image, report: SizeReport): string {
  const figures = figureLines(report).map((line) => `  ${line}`);
  return [hexPath, ...(binPath === undefined ? [] : [binPath]), ...figures, ""].join("\n");
}
