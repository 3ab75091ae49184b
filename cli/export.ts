/** `joinery export …`: the firmware for other build systems. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import {
  compileForBoard,
  isLuaBoard,
  loadBoard,
  makeFolder,
  OutputError,
  refuseFaults,
  UsageError,
  writingTo,
} from "../toolchain/image/index.ts";
import { findPlatformIo, platformIoProject } from "../toolchain/platformio/index.ts";
import { addChoice, type ChoiceOptions, choiceOf, sayExample } from "./choice.ts";
import { firmwareOf, refusing } from "./chosen-image.ts";
import { EXIT, Refusal } from "./exit.ts";

interface ExportOptions extends ChoiceOptions {
  out: string;
  build?: boolean;
}

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .description("the firmware as a project for another build system")
    .command("platformio")
    .description("a PlatformIO project: the generated C, the board's C, its linker script and our flags")
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
  addChoice(command, "images")
    .requiredOption("--out <dir>", "the folder of the project: a new one, or one that was exported before")
    .option("--build", "have an installed PlatformIO Core compile it")
    .addHelpText(
      "after",
      `
The project has no framework: the firmware brings its HAL and its start code. Export again after a change of the
TypeScript; src/, ld/, joinery.py and platformio.ini are written anew, and nothing else is touched.

Examples:
  $ joinery export platformio --out pio
  $ joinery export platformio my-sensor.ts --board nucleo-l073rz-sx1276 --out pio --build
  $ pio run -d pio -t upload`,
    )
    .action(exportPlatformIo);
}

/** What is not there any more in the next export. */
const OWN_FOLDERS = ["src", "ld"];
const INI = "platformio.ini";

async function exportPlatformIo(application: string | undefined, options: ExportOptions): Promise<void> {
  const choice = choiceOf(application, options);
  sayExample(choice);
  const folder = resolve(options.out);
  const pio = options.build ? installedPlatformIo() : undefined;
  const files = await refusing(async () => {
    const board = loadBoard(choice.board, choice.boards);
    if (isLuaBoard(board)) {
      throw new Refusal(`${board.name} runs a Lua program, which PlatformIO does not make`, EXIT.usage);
    }
    const result = compileForBoard({ ...firmwareOf(choice, false), board });
    refuseFaults(result.diagnostics);
    try {
      return platformIoProject(board, result, choice.c).files;
    } catch (error) {
      throw error instanceof UsageError ? new Refusal(error.message, EXIT.usage) : error;
    }
  });
  await writtenProject(folder, files);
  process.stdout.write(`${join(folder, INI)}\n`);
  if (pio === undefined) return;
  const { status, error } = spawnSync(pio, ["run", "-d", folder], { stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Refusal(`PlatformIO has not compiled ${folder}`, EXIT.failed);
}

/** Throws Refusal where PlatformIO is not installed, before anything is written. */
function installedPlatformIo(): string {
  const pio = findPlatformIo();
  if (pio !== undefined) return pio;
  throw new Refusal(
    "PlatformIO Core is not installed: apt-get install -y pipx && pipx install platformio && pipx ensurepath",
    EXIT.missing,
  );
}

async function writtenProject(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  if (existsSync(folder) && !existsSync(join(folder, INI)) && readdirSync(folder).length > 0) {
    throw new Refusal(`${folder} is not empty and holds no ${INI}: choose another --out`, EXIT.usage);
  }
  try {
    await writingTo(folder, async () => {
      for (const own of OWN_FOLDERS) rmSync(join(folder, own), { recursive: true, force: true });
      for (const [path, text] of files) {
        makeFolder(dirname(join(folder, path)));
        writeFileSync(join(folder, path), text);
      }
    });
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    throw new Refusal(`${error.message}; choose another --out`, EXIT.usage);
  }
}
