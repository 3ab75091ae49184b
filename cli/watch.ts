/** `joinery watch`: builds at each change of the application, and says what the change costs. */
import { mkdirSync, watch } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { createCompiler } from "../toolchain/compiler/index.ts";
import { BuildError, buildImage, type Image, loadProcessorBoard } from "../toolchain/image/index.ts";
import { addChoice, type Choice, type ChoiceOptions, choiceOf } from "./choice.ts";
import { EXIT, Refusal } from "./exit.ts";

interface WatchOptions extends ChoiceOptions {
  out?: string;
}

/** Editors write a file in several steps: what follows within this time is one change. */
const SETTLE_MS = 50;
/** Folders whose files are made, not written. */
const MADE = new Set(["node_modules", ".git", "build"]);

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .description("build at each change of the application's folder, and say what the change costs")
    .argument(
      "[application]",
      "the TypeScript file of the application; without one, the project's or the sensor example",
    );
  addChoice(command)
    .option("--out <dir>", "where the image goes (default: build, in the project's folder)")
    .addHelpText(
      "after",
      `
Ends with Ctrl-C.

Examples:
  $ joinery watch
  $ joinery watch my-sensor.ts --board pro-mini-rfm95`,
    )
    .action(watchApplication);
}

async function watchApplication(application: string | undefined, options: WatchOptions): Promise<void> {
  const first = choiceOf(application, options);
  const folder = first.folder ?? (first.app === undefined ? process.cwd() : dirname(first.app));
  const outDir = resolve(options.out ?? join(first.folder ?? ".", "build"));
  try {
    mkdirSync(outDir, { recursive: true });
  } catch (error) {
    throw new Refusal(
      `cannot write the image: ${(error as Error).message}; choose another --out`,
      EXIT.usage,
    );
  }
  const builds = new Builds(() => choiceOf(application, options), outDir);
  await builds.build("the first build");
  let waiting: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name === null || isMade(name, folder, outDir)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => void builds.build(name), SETTLE_MS);
  });
  await new Promise<void>((done, fail) => {
    process.once("SIGINT", done);
    watcher.once("error", fail);
  });
  clearTimeout(waiting);
  watcher.close();
}

function isMade(name: string, folder: string, outDir: string): boolean {
  return name.split(sep).some((part) => MADE.has(part)) || join(folder, name).startsWith(outDir + sep);
}

/** One build after another, and what changed between them. */
class Builds {
  readonly #compiler = createCompiler();
  readonly #palette = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  readonly #choice: () => Choice;
  readonly #outDir: string;
  #last: Image | undefined;
  #running = false;
  /** The change that came while a build was running. */
  #missed: string | undefined;

  constructor(choice: () => Choice, outDir: string) {
    this.#choice = choice;
    this.#outDir = outDir;
  }

  async build(reason: string): Promise<void> {
    if (this.#running) {
      this.#missed = reason;
      return;
    }
    this.#running = true;
    try {
      await this.#buildOnce(reason);
    } finally {
      this.#running = false;
    }
    const missed = this.#missed;
    this.#missed = undefined;
    if (missed !== undefined) await this.build(missed);
  }

  async #buildOnce(reason: string): Promise<void> {
    const begun = performance.now();
    try {
      const { app, board, config, lorawan } = this.#choice();
      const image = await buildImage({
        board: loadProcessorBoard(board),
        app,
        config: { ...config, LORAWAN_1_1: lorawan === "1.1" },
        outDir: this.#outDir,
        compiler: this.#compiler,
      });
      const took = `${((performance.now() - begun) / 1000).toFixed(2)} s`;
      this.#print(`${this.#palette.green("built")} in ${took} after ${reason}: ${this.#sizes(image)}`);
      this.#last = image;
    } catch (error) {
      if (!(error instanceof BuildError || error instanceof Refusal)) throw error;
      this.#print(`${this.#palette.red("refused")} after ${reason}:\n${error.message}`);
    }
  }

  #sizes({ flashBytes, ramBytes }: Image): string {
    const since = (bytes: number, last: number | undefined) =>
      last === undefined || last === bytes ? "" : ` (${bytes > last ? "+" : ""}${bytes - last})`;
    return `flash ${flashBytes} B${since(flashBytes, this.#last?.flashBytes)}, RAM ${ramBytes} B${since(ramBytes, this.#last?.ramBytes)}`;
  }

  #print(text: string): void {
    process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n`);
  }
}
