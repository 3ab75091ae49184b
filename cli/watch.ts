/** `joinery watch`: builds at each change of the application, and says what the change costs. */
import { watch } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { createCompiler } from "../toolchain/compiler/index.ts";
import type { SizeReport } from "../toolchain/image/index.ts";
import { keptWithinBudget } from "./build.ts";
import { addChoice, choiceOf } from "./choice.ts";
import { buildChosenImage, type ImageOptions } from "./chosen-image.ts";
import { Refusal } from "./exit.ts";

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

async function watchApplication(application: string | undefined, options: ImageOptions): Promise<void> {
  const { folder: project, app } = choiceOf(application, options);
  const folder = project ?? (app === undefined ? process.cwd() : dirname(app));
  const outDir = resolve(options.out ?? join(project ?? ".", "build"));
  const builds = new Builds(application, options);
  await builds.build("the first build");
  let waiting: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: true });
  await new Promise<void>((done, fail) => {
    process.once("SIGINT", done);
    watcher.once("error", fail);
    watcher.on("change", (_event, name) => {
      if (isMade(String(name), folder, outDir)) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => builds.build(String(name)).catch(fail), SETTLE_MS);
    });
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
  readonly #application: string | undefined;
  readonly #options: ImageOptions;
  #last: SizeReport | undefined;
  #running = false;
  /** The change that came while a build was running. */
  #missed: string | undefined;

  constructor(application: string | undefined, options: ImageOptions) {
    this.#application = application;
    this.#options = options;
  }

  async build(reason: string): Promise<void> {
    if (this.#running) {
      this.#missed = reason;
      return;
    }
    this.#running = true;
    for (let next: string | undefined = reason; next !== undefined; next = this.#missed) {
      this.#missed = undefined;
      await this.#buildOnce(next);
    }
    this.#running = false;
  }

  async #buildOnce(reason: string): Promise<void> {
    const begun = performance.now();
    try {
      const report = await keptWithinBudget(
        await buildChosenImage(this.#application, this.#options, this.#compiler),
      );
      const took = `${((performance.now() - begun) / 1000).toFixed(2)} s`;
      this.#print(`${this.#palette.green("built")} in ${took} after ${reason}: ${this.#sizes(report)}`);
      this.#last = report;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#print(`${this.#palette.red("refused")} after ${reason}:\n${error.message}`);
    }
  }

  #sizes(report: SizeReport): string {
    const figure = (name: string, of: (report: SizeReport) => number | null) => {
      const [now, before] = [of(report), this.#last === undefined ? null : of(this.#last)];
      const change = now === null || before === null || now === before ? "" : ` (${signed(now - before)})`;
      return `${name} ${now ?? "unknown"} B${change}`;
    };
    return [
      figure("flash", ({ flashBytes }) => flashBytes),
      figure("RAM", ({ ramBytes }) => ramBytes),
      figure("stack", ({ stackBytes }) => stackBytes),
    ].join(", ");
  }

  #print(text: string): void {
    process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n`);
  }
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${bytes}` : String(bytes);
}
