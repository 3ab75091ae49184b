/** `joinery watch`: builds at each change of the application, and says what the change costs. */
import { dirname, relative } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { createCompiler } from "../toolchain/compiler/index.ts";
import { isSameTarget, type SizeReport } from "../toolchain/image/index.ts";
import { regionText } from "../toolchain/regions/index.ts";
import { sayUnlimited } from "./budget.ts";
import { addChoice, applicationName, type Choice, choiceOf, sayExample } from "./choice.ts";
import { buildChosen, generatedFolder, type ImageOptions } from "./chosen-image.ts";
import { EXIT, Refusal } from "./exit.ts";
import { SourceWatch } from "./source-watch.ts";

/** Editors write a file in several steps: what follows within this time is one change. */
const SETTLE_MS = 50;

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .description(
      "build at each change of a source in the application's folder, and say what the change costs",
    )
    .argument("[application]", "the TypeScript file of the application; without one, the project's");
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
  const choice = choiceOf(application, options);
  sayExample(choice);
  const { folder: project, app } = choice;
  const folder = project ?? (app === undefined ? process.cwd() : dirname(app));
  const builds = new Builds(application, options);
  const place = relative(process.cwd(), folder) || ".";
  process.stdout.write(`${whatIsBuilt(choice)} at each change in ${place}; Ctrl-C ends\n`);
  let waiting: NodeJS.Timeout | undefined;
  let watched: SourceWatch | undefined;
  try {
    await new Promise<void>((done, fail) => {
      process.once("SIGINT", done);
      const unwatched = ({ message }: Error) =>
        fail(new Refusal(`cannot watch ${folder}: ${message}`, EXIT.usage));
      const changed = (path: string) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => builds.build(path).catch(fail), SETTLE_MS);
      };
      try {
        // Before the first build, which does not see what changes while it runs.
        watched = new SourceWatch(folder, generatedFolder(choice, options), changed, unwatched);
      } catch (error) {
        return unwatched(error as Error);
      }
      builds.build().catch(fail);
    });
  } finally {
    clearTimeout(waiting);
    watched?.close();
  }
}

function whatIsBuilt(choice: Choice): string {
  return `builds ${applicationName(choice)} for ${choice.board}, LoRaWAN ${choice.lorawan}, ${regionText(choice.region)},`;
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

  /** Builds because of the change of a file; for the first time where none is named. */
  async build(changed?: string): Promise<void> {
    if (this.#running) {
      this.#missed = changed;
      return;
    }
    this.#running = true;
    await this.#buildOnce(changed);
    for (let next = this.#missed; next !== undefined; next = this.#missed) {
      this.#missed = undefined;
      await this.#buildOnce(next);
    }
    this.#running = false;
  }

  async #buildOnce(changed: string | undefined): Promise<void> {
    const begun = performance.now();
    this.#print(changed === undefined ? "building" : `${changed} has changed, building`);
    try {
      const built = await buildChosen(
        choiceOf(this.#application, this.#options),
        this.#options,
        this.#compiler,
      );
      if (changed === undefined) sayUnlimited(built.choice);
      const what =
        "program" in built
          ? `${built.program.bundleBytes} B of Lua ${built.program.dialect}`
          : this.#sizes(built.report);
      const took = `${((performance.now() - begun) / 1000).toFixed(2)} s`;
      this.#print(`${this.#palette.green("built")} in ${took}: ${what}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#print(`${this.#palette.red("refused")}:\n${error.message}`);
    }
  }

  /** The figures of an image, with what has changed since the one before. */
  #sizes(report: SizeReport): string {
    const last = this.#last !== undefined && isSameTarget(this.#last, report) ? this.#last : undefined;
    const figure = (name: string, of: (report: SizeReport) => number | null) => {
      const [now, before] = [of(report), last === undefined ? null : of(last)];
      const change = now === null || before === null || now === before ? "" : ` (${signed(now - before)})`;
      return `${name} ${now ?? "unknown"} B${change}`;
    };
    const sizes = [
      figure("flash", ({ flashBytes }) => flashBytes),
      figure("RAM", ({ ramBytes }) => ramBytes),
      figure("stack", ({ stackBytes }) => stackBytes),
    ].join(", ");
    this.#last = report;
    return sizes;
  }

  #print(text: string): void {
    process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${text}\n`);
  }
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${bytes}` : String(bytes);
}
