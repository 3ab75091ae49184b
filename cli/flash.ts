/** `joinery flash`: gets an image into a board. */
import { dirname, relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  builtImage,
  FLASH_METHODS,
  FlashError,
  type FlashImage,
  type FlashWish,
  planFlash,
  readImageFile,
  requireTool,
  runSteps,
  toolFor,
} from "../toolchain/flash/index.ts";
import { isLuaBoard, loadBoard, type ProcessorBoard } from "../toolchain/image/index.ts";
import { shellLine } from "../toolchain/shell-words.ts";
import { addChoice, type Choice, choiceOf, sayExample } from "./choice.ts";
import { buildChosenImage, type ImageOptions, refusing } from "./chosen-image.ts";
import { EXIT, Refusal } from "./exit.ts";

interface FlashOptions extends Omit<ImageOptions, "debug">, FlashWish {
  image?: string;
  force?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addFlash(program: Command): void {
  const command = program
    .command("flash")
    .description("build an image and get it into a board")
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
  addChoice(command, "images")
    .option("--image <file>", "flash this .elf or .hex file instead of building one")
    .addOption(
      new Option("--method <name>", 'how (default: the first that board.json has under "flashing")').choices(
        FLASH_METHODS,
      ),
    )
    .option("--port <device>", "the serial port: of the board's boot loader, or of the programmer")
    .option("--programmer <name>", "an ISP programmer, by avrdude's name for it: usbasp, stk500v1, …")
    .option("--baud <n>", "the rate of that port, where it is not the usual one", rate)
    .option("--volume <dir>", "where the drive of a UF2 boot loader is mounted (default: found by its label)")
    .option("--erase-store", "erase the store too: the device loses its names, its keys and its nonces")
    .option("--force", "flash a file that does not say which board it is for, as no .hex does")
    .option("--out <dir>", "where the image is built (default: build, in the project's folder)")
    .option(
      "--dry-run",
      "build the image, print the commands, one a line as a shell takes them, and run none",
    )
    .option("--json", "print one JSON document on stdout and nothing else")
    .addHelpText("after", `\n${HELP}`)
    .action(flash);
}

const HELP = `The store (EEPROM), where the device has its names, its keys and its nonces, is left alone unless --erase-store
says otherwise. A boot loader does not touch it. An ISP programmer can only erase the whole chip, and the store with
it unless the fuse EESAVE is set: so the high fuse is compared with board.json first, and nothing is changed where it
differs. OpenOCD, st-flash and UF2 boot loaders erase what they write and nothing else.

An .elf file of joinery build says which board it is for, and is refused for another.

Examples:
  $ joinery flash --port /dev/ttyUSB0
  $ joinery flash --programmer usbasp --dry-run
  $ joinery flash --programmer stk500v1 --port /dev/ttyUSB0 --baud 19200
  $ joinery flash my-sensor.ts --board nucleo-l073rz-sx1276
  $ joinery flash --board nucleo-l073rz-sx1276 --method st-flash --image build/joinery.elf

--json prints { board, method, image, commands: [[word]], flashed }; flashed is false with --dry-run.`;

async function flash(application: string | undefined, options: FlashOptions): Promise<void> {
  if (application !== undefined && options.image !== undefined) {
    throw new Refusal("an application is built, and --image is built already: give one of them", EXIT.usage);
  }
  const choice = choiceOf(application, options, options.image === undefined ? "package" : "anywhere");
  const { dryRun = false, json = false } = options;
  await refusingFlash(async () => {
    const board = await boardOf(choice);
    // Before a build is spent on it.
    const tool = toolFor(board, options);
    if (!dryRun) requireTool(tool);
    const image = await imageOf(board, choice, options);
    const { method, steps } = planFlash(board, image, options);
    const begun = performance.now();
    if (!dryRun) await runSteps(steps);
    const commands = steps.map(({ words }) => words);
    if (json) {
      const document = { board: board.name, method, image: image.hexPath, commands, flashed: !dryRun };
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else if (dryRun) {
      process.stdout.write(commands.map((words) => `${shellLine(words)}\n`).join(""));
      process.stderr.write(
        `joinery: nothing is flashed; the files that the commands name lie in ${resolve(dirname(image.hexPath))}\n`,
      );
    } else {
      const took = ((performance.now() - begun) / 1000).toFixed(1);
      process.stdout.write(
        `${image.contents.octets.length} B are in ${board.name}, by ${tool} in ${took} s\n`,
      );
    }
  });
}

async function boardOf(choice: Choice): Promise<ProcessorBoard> {
  const board = await refusing(async () => loadBoard(choice.board, choice.boards));
  if (!isLuaBoard(board)) return board;
  throw new Refusal(
    `${board.name} runs a Lua program, which is uploaded and not flashed: joinery build --board ${board.name} makes its files, and the board's README says how they get there`,
    EXIT.usage,
  );
}

async function imageOf(board: ProcessorBoard, choice: Choice, options: FlashOptions): Promise<FlashImage> {
  if (options.image !== undefined)
    return shortened(readImageFile(resolve(options.image), board, options.force === true));
  sayExample(choice);
  return shortened(builtImage((await buildChosenImage(choice, options)).image));
}

/** Below the working folder a path is written from there. */
function shortened(image: FlashImage): FlashImage {
  const path = relative(process.cwd(), image.hexPath);
  return path.startsWith("..") ? image : { ...image, hexPath: path };
}

/** Turns the FlashError of some work into a Refusal. */
async function refusingFlash(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof FlashError ? new Refusal(error.message, EXIT[error.kind]) : error;
  }
}

function rate(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 300)
    throw new InvalidArgumentError("It must be a rate in baud of at least 300.");
  return value;
}
