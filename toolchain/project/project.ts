/** `joinery.json`: what an application's folder says of itself, so that no command has to. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { unusableProject } from "../compiler/index.ts";
import { BoardError, boardNames, isLuaBoard, loadBoard } from "../image/index.ts";
import {
  type Check,
  DocumentError,
  named,
  oneOf,
  optional,
  readJsonDocument,
  text,
} from "../json-document/index.ts";
import { isRegionName, nearestRegion, REGION_NAMES, type RegionChoice } from "../regions/index.ts";
import { budgetOf, isByBoard, type ProjectBudget } from "./budget.ts";
import { ownBoardsFolder } from "./own-boards.ts";

/** A `joinery.json`, with its paths made absolute. */
export interface Project {
  readonly file: string;
  /** The folder of the file. */
  readonly folder: string;
  /** The TypeScript file of the application. */
  readonly app: string;
  readonly board: string;
  /** The folder of the boards that are its own, which need not be there. */
  readonly boards: string;
  readonly lorawan: "1.0.4" | "1.1";
  /** EU868 where not given. Of several in one image the first counts until the application selects another. */
  readonly region?: RegionChoice;
  /** The C files that are the application's own. */
  readonly c?: readonly string[];
  /** Values for `@config` constants, by name. */
  readonly config?: Readonly<Record<string, number | boolean>>;
  /** What an image may take; a build that takes more fails. Not for a board that runs Lua. */
  readonly budget?: ProjectBudget;
}

/**
 * A `joinery.json`, or a board that it names, cannot be used: the message names file, line, field and what belongs
 * there.
 */
export class ProjectError extends Error {
  override readonly name = "ProjectError";
  /** The same as the compiler's diagnostics, at its place in the file. */
  readonly diagnostic: ReturnType<typeof unusableProject>;

  constructor(message: string, diagnostic: ProjectError["diagnostic"]) {
    super(message);
    this.diagnostic = diagnostic;
  }
}

const FILE = "joinery.json";

const configuration: Check = (value, field, fail) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(field, "an object", value);
  for (const [name, chosen] of Object.entries(value as object)) {
    if (name === "LORAWAN_1_1") fail(`${field}.${name}`, 'left out, since "lorawan" decides it', chosen);
    if (typeof chosen !== "boolean" && !Number.isSafeInteger(chosen)) {
      fail(`${field}.${name}`, "an integer, true or false", chosen);
    }
  }
};

/** One region, or a list of several. */
const regions: Check = (value, field, fail) => {
  const check = (name: unknown, at: string) => {
    if (isRegionName(name)) return;
    const known = REGION_NAMES.map((region) => JSON.stringify(region)).join(" or ");
    fail(at, known, name, typeof name === "string" ? nearestRegion(name) : undefined);
  };
  if (!Array.isArray(value)) return check(value, field);
  if (value.length === 0) fail.because(field, 'is an empty list: name a region, as "EU868"');
  for (const [index, name] of value.entries()) {
    check(name, `${field}.${index}`);
    if (value.indexOf(name) !== index) fail.because(`${field}.${index}`, `is ${name} once more`);
  }
};

/** What has no place in the project of a board that runs Lua, and why. */
const OF_IMAGES = { c: "which can hold no C", budget: "and a budget is an image's" };

/** A list of C files in a folder or below it. */
const sourcesIn =
  (folder: string): Check =>
  (value, field, fail) => {
    if (!Array.isArray(value)) return fail(field, 'a list of C files, as ["battery.c"]', value);
    for (const [index, name] of value.entries()) {
      const entry = `${field}.${index}`;
      if (typeof name !== "string" || !name.endsWith(".c")) return fail(entry, "a C file, name.c", name);
      const path = resolve(folder, name);
      if (!path.startsWith(folder + sep)) fail.because(entry, `is ${name}, outside ${folder}: copy it there`);
      if (value.findIndex((other) => resolve(folder, String(other)) === path) !== index) {
        fail.because(entry, `is ${name} once more`);
      }
      if (!statSync(path, { throwIfNoEntry: false })?.isFile())
        fail.because(entry, `is ${path}, and there is no such file`);
    }
  };

/** The folder of the nearest `joinery.json`, from a folder upwards; undefined where there is none. */
export function findProject(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, FILE))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Reads the `joinery.json` of a folder. Throws ProjectError. */
export function readProject(folder: string): Project {
  const path = resolve(folder, FILE);
  const boards = ownBoardsFolder(resolve(folder));
  try {
    const document = readJsonDocument(
      path,
      {
        app: text,
        board: named(...boardNames(boards)),
        lorawan: oneOf("1.0.4", "1.1"),
        region: optional(regions),
        c: optional(sourcesIn(resolve(folder))),
        config: optional(configuration),
        budget: optional(budgetOf(boards)),
      },
      ({ app, board, ...fields }, fail) => {
        const file = resolve(folder, app as string);
        if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
          fail.because(
            "app",
            `must be the path of the application's TypeScript file, but there is no file ${file}`,
          );
        }
        if (!isLuaBoard(loadBoard(board as string, boards))) return;
        for (const [field, why] of Object.entries(OF_IMAGES)) {
          if (fields[field] === undefined || (field === "budget" && isByBoard(fields.budget as object)))
            continue;
          fail.because(field, `must be left out: ${board} runs a Lua program, ${why}`);
        }
      },
    ) as unknown as Omit<Project, "file" | "folder" | "boards">;
    const c = document.c?.map((name) => resolve(folder, name));
    return {
      ...document,
      ...(c && { c }),
      file: path,
      folder: resolve(folder),
      boards,
      app: resolve(folder, document.app),
    };
  } catch (error) {
    if (error instanceof BoardError) throw new ProjectError(error.message, error.diagnostic);
    if (!(error instanceof DocumentError)) throw error;
    throw new ProjectError(error.message, unusableProject(error.fault, error.place));
  }
}
