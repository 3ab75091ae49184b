/** What is to be built: what the command line says, else the project's `joinery.json`, else the example. */
import { statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { BoardError, boardNames, isLuaBoard, loadBoard } from "../toolchain/image/index.ts";
import { packageRoot } from "../toolchain/package-root.ts";
import {
  findProject,
  ownBoardsFolder,
  type Project,
  ProjectError,
  readProject,
} from "../toolchain/project/index.ts";
import {
  DEFAULT_REGION,
  isRegionName,
  nearestRegion,
  REGION_NAMES,
  type RegionChoice,
  type RegionName,
} from "../toolchain/regions/index.ts";
import { closestName } from "../toolchain/spelling.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";

/** The options that `addChoice` gives a command. */
export interface ChoiceOptions {
  board?: string;
  lorawan?: "1.0.4" | "1.1";
  region?: RegionChoice;
  config?: Readonly<Record<string, number | boolean>>;
}

export interface Choice extends Omit<Project, "file" | "folder" | "app" | "boards" | "region"> {
  readonly region: RegionChoice;
  /** The project's `joinery.json`; undefined where none counts. */
  readonly file?: string;
  /** The TypeScript file of the application; undefined: the sensor example. */
  readonly app?: string;
  /** The folder of the project's `joinery.json`; undefined where none counts. */
  readonly folder?: string;
  /** The folder of the boards that are the project's own. */
  readonly boards?: string;
}

/** What is built where nobody says what, from the package's folder. */
const EXAMPLE = "firmware/apps/sensor.ts";
const WAYS_OUT = "name the TypeScript file of an application, or begin one with joinery new NAME";

const DEFAULTS = { board: "pro-mini-rfm95", lorawan: "1.1", region: DEFAULT_REGION } as const;

/** The boards that a command serves: all, or those that have an image. */
type Served = "all" | "images";

/** Gives a command the options by which a board, or several, a version, a region and a configuration are chosen. */
export function addChoice(
  command: Command,
  served: Served = "all",
  boards: "one" | "several" = "one",
): Command {
  const own = ownBoards();
  const { known, fault } = boardsToChoose(own);
  const shown = served === "all" ? known : known.filter((name) => mayHaveImage(name, own));
  const checked = (name: string) => {
    // A board that is known, but not to this command, is refused with the reason where it is loaded.
    if (!known.includes(name)) {
      if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
      const near = closestName(name, shown);
      const hint = near === undefined ? "" : `Did you mean ${near}? `;
      throw new InvalidArgumentError(`${hint}Allowed choices are ${shown.join(", ")}.`);
    }
    return name;
  };
  const board =
    boards === "one"
      ? new Option("--board <name>", `the board (default: the project's, or ${DEFAULTS.board})`)
          .choices(shown)
          .argParser(checked)
      : new Option(
          "--board <names>",
          `the board, or with commas those that take turns (default: the project's, or ${DEFAULTS.board})`,
        )
          .choices(shown)
          .argParser((names) => names.split(",").map(checked));
  return command
    .addOption(board)
    .addOption(
      new Option(
        "--lorawan <version>",
        `the version of LoRaWAN L2 (default: the project's, or ${DEFAULTS.lorawan})`,
      ).choices(["1.0.4", "1.1"]),
    )
    .option(
      "--region <names>",
      `the region, or with commas those that the application selects from (default: the project's, or ${DEFAULTS.region}): ${REGION_NAMES.join(", ")}`,
      regionsNamed,
    )
    .option("--config <name=value>", "the value of a @config constant; may be given again", configured);
}

/** The folder of the boards of the project that the working folder belongs to, whatever else of that project counts. */
export function ownBoards(): string | undefined {
  const folder = findProject(process.cwd());
  return folder === undefined ? undefined : ownBoardsFolder(folder);
}

/**
 * The boards that an option may name. Where the project's own cannot be read, those of joinery, and what is wrong: a
 * command that needs no board goes on.
 */
function boardsToChoose(boards: string | undefined): { known: readonly string[]; fault?: string } {
  try {
    return { known: boardNames(boards) };
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    return { known: boardNames(), fault: error.message };
  }
}

/**
 * Whether a board has an image. One whose board.json is faulty may: where it is loaded, that is refused with the
 * reason.
 */
function mayHaveImage(name: string, boards: string | undefined): boolean {
  try {
    return !isLuaBoard(loadBoard(name, boards));
  } catch (error) {
    if (error instanceof BoardError) return true;
    throw error;
  }
}

/**
 * `application` as given on the command line. Without one the nearest `joinery.json` counts, from the working
 * folder upwards; options go before it. Where there is none it is the example: in the package's own folder, or
 * anywhere if `exampleFrom` says so. Throws Refusal.
 */
export function choiceOf(
  application: string | undefined,
  options: ChoiceOptions,
  exampleFrom: "package" | "anywhere" = "package",
): Choice {
  if (application !== undefined && !statSync(application, { throwIfNoEntry: false })?.isFile()) {
    throw new Refusal(
      `there is no application ${resolve(application)}: name its TypeScript file`,
      EXIT.usage,
    );
  }
  const project: Partial<Project> =
    application === undefined ? currentProject() : { app: resolve(application) };
  if (project.app === undefined && exampleFrom === "package" && !isInPackage(process.cwd())) {
    throw new Refusal(`there is no joinery.json here or above: ${WAYS_OUT}`, EXIT.usage);
  }
  const config = { ...project.config, ...options.config };
  return {
    ...project,
    boards: ownBoards(),
    board: options.board ?? project.board ?? DEFAULTS.board,
    lorawan: options.lorawan ?? project.lorawan ?? DEFAULTS.lorawan,
    region: options.region ?? project.region ?? DEFAULTS.region,
    config: Object.keys(config).length > 0 ? config : undefined,
  };
}

/** Says on stderr what is built where nobody has chosen it, and how to choose. */
export function sayExample({ app }: Choice): void {
  if (app === undefined) {
    process.stderr.write(`joinery: this is the sensor example, ${EXAMPLE}; for another, ${WAYS_OUT}\n`);
  }
}

/** How people name what is built. */
export function applicationName({ app }: Choice): string {
  return app === undefined ? "the sensor example" : relative(process.cwd(), app);
}

/** Whether a folder lies in that of joinery itself. */
export function isInPackage(folder: string): boolean {
  return `${folder}${sep}`.startsWith(`${packageRoot}${sep}`);
}

/** The project that the working folder belongs to; nothing where it belongs to none. */
function currentProject(): Partial<Project> {
  const folder = findProject(process.cwd());
  if (folder === undefined) return {};
  try {
    return readProject(folder);
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    const { message, diagnostic } = error;
    throw refusalOf({ message, kind: "usage", diagnostics: [diagnostic] });
  }
}

function regionsNamed(text: string): readonly RegionName[] {
  const names = text.split(",");
  for (const [index, name] of names.entries()) {
    if (!isRegionName(name)) {
      const near = nearestRegion(name);
      const hint = near === undefined ? "" : `Did you mean ${near}? `;
      throw new InvalidArgumentError(`${hint}Regions are ${REGION_NAMES.join(", ")}.`);
    }
    if (names.indexOf(name) !== index) throw new InvalidArgumentError(`It names ${name} twice.`);
  }
  return names.filter(isRegionName);
}

function configured(
  text: string,
  earlier: Readonly<Record<string, number | boolean>> = {},
): Record<string, number | boolean> {
  const [, name, value] = /^([A-Za-z_$][\w$]*)=(\S+)$/.exec(text) ?? [];
  const parsed = value === "true" ? true : value === "false" ? false : Number(value);
  if (name === undefined || (typeof parsed === "number" && !Number.isSafeInteger(parsed))) {
    throw new InvalidArgumentError("Write NAME=integer, NAME=true or NAME=false.");
  }
  if (name === "LORAWAN_1_1") throw new InvalidArgumentError("Leave it out, since --lorawan decides it.");
  return { ...earlier, [name]: parsed };
}
