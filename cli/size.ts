/** `joinery size`: what an image takes, by module, function or variable, and its deepest stack. */
import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import pc from "picocolors";
import {
  comparisonText,
  describeFileError,
  type Grouping,
  readReport,
  reportJson,
  type SizeReport,
  sizeHtml,
  sizeReport,
  sizeText,
} from "../toolchain/image/index.ts";
import { regionsOf } from "../toolchain/regions/index.ts";
import { addChoice, choiceOf, sayExample } from "./choice.ts";
import { type ImageOptions, measuredImage, refusing } from "./chosen-image.ts";
import { addEnergy, ENERGY_HELP, energyOf } from "./energy.ts";
import { EXIT, Refusal } from "./exit.ts";

interface SizeOptions extends ImageOptions {
  by: Grouping;
  html?: string;
  json?: boolean;
  compare?: string;
}

export function addSize(program: Command): void {
  const command = program
    .command("size")
    .description("say what an image takes: flash, RAM and worst-case stack, by what takes it")
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
  addEnergy(addChoice(command, "images"))
    .addOption(
      new Option("--by <what>", "the rows of the table")
        .choices(["module", "function", "variable"])
        .default("module"),
    )
    .option("--html <file>", "write a page with a map of flash and RAM")
    .addOption(
      new Option("--json", "print the report as one JSON document on stdout and nothing else").conflicts(
        "compare",
      ),
    )
    .option("--compare <file>", "print what has changed since a report: the size.json of a build")
    .option(
      "--out <dir>",
      "the folder of the build, which stays as it is (default: build, in the project's folder)",
    )
    .addHelpText(
      "after",
      `
The octets of a function that was inlined count for that function, wherever they lie; all of them add up to the
image's, and only boards that run an image have one. The stack is that of the deepest calls and of one interrupt, read from the machine code: what a run
needs is never more. ${ENERGY_HELP}

Examples:
  $ joinery size
  $ joinery size --by function
  $ joinery size --by variable --lorawan 1.0.4
  $ joinery size --html size.html
  $ joinery size --energy --config PERIOD_S=600 --battery 2400
  $ joinery size my-sensor.ts --json > before.json
  $ joinery size my-sensor.ts --compare before.json --by function`,
    )
    .action(size);
}

async function size(application: string | undefined, options: SizeOptions): Promise<void> {
  const before = options.compare === undefined ? undefined : await earlier(options.compare);
  const choice = choiceOf(application, options);
  sayExample(choice);
  const image = await measuredImage(choice, options);
  const energy = await energyOf(image, choice, options);
  const report = {
    ...sizeReport({ ...image, lorawan: choice.lorawan, region: regionsOf(choice.region) }),
    ...(energy !== undefined && { energy }),
  };
  if (options.html !== undefined) writePage(options.html, report);
  if (options.json) {
    process.stdout.write(reportJson(report));
    return;
  }
  const palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  process.stdout.write(
    before === undefined
      ? sizeText(report, options.by, palette)
      : comparisonText(before, report, options.by, palette),
  );
}

async function earlier(path: string): Promise<SizeReport> {
  try {
    return await refusing(() => readReport(path));
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(error.message, EXIT.usage) : error;
  }
}

function writePage(path: string, report: SizeReport): void {
  try {
    writeFileSync(path, sizeHtml(report));
  } catch (error) {
    throw new Refusal(`cannot write the page: ${describeFileError(error as Error, path)}`, EXIT.usage);
  }
}
