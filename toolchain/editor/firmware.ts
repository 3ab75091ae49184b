/** Which program a file belongs to: that of its project, one of which it is the application, or one with a main. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import ts from "typescript";
import { type Board, loadBoard } from "../image/index.ts";
import { packageRoot } from "../package-root.ts";
import { findProject, readProject } from "../project/index.ts";
import type { RegionChoice } from "../regions/index.ts";

export interface Firmware {
  readonly board: Board;
  readonly app?: string;
  readonly entry?: string;
  readonly region?: RegionChoice;
  readonly config?: Readonly<Record<string, number | boolean>>;
  readonly configFile?: string;
}

const firmwareRoot = join(packageRoot, "firmware");
const DEFAULT_BOARD = "pro-mini-rfm95";
/** What the stack imports of an application, in part. */
const HOOKS = ["setup", "sample"];

/**
 * The program of `file`, an absolute path; undefined where it is no firmware. `sources` are texts that take the
 * place of files. Throws ProjectError where the project's joinery.json cannot be used.
 */
export function firmwareOf(file: string, sources: Readonly<Record<string, string>>): Firmware | undefined {
  const board = loadBoard(DEFAULT_BOARD);
  if (inside(firmwareRoot, file))
    return inside(join(firmwareRoot, "apps"), file) ? { board, app: file } : { board };
  const folder = findProject(dirname(file));
  if (folder !== undefined) {
    const { app, board, boards, lorawan, region, config, file } = readProject(folder);
    const chosen = { ...config, LORAWAN_1_1: lorawan === "1.1" };
    return { board: loadBoard(board, boards), app, region, config: chosen, configFile: file };
  }
  const module = outline(file, sources);
  if (module === undefined || !module.isFirmware) return undefined;
  if (module.functions.has("main")) return { board, entry: file };
  if (HOOKS.every((hook) => module.functions.has(hook))) return { board, app: file };
  const entry = nearestMain(file, sources);
  return entry === undefined ? undefined : { board, entry };
}

/** The main.ts with a main in the folder of `file` or above, as far as its package goes. */
function nearestMain(file: string, sources: Readonly<Record<string, string>>): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const entry = join(folder, "main.ts");
    if (outline(entry, sources)?.functions.has("main")) return entry;
    if (existsSync(join(folder, "package.json")) || folder === dirname(folder)) return undefined;
  }
}

interface Outline {
  /** Whether it imports the language or another part of the firmware. */
  readonly isFirmware: boolean;
  /** The names of the functions that it exports. */
  readonly functions: ReadonlySet<string>;
}

function outline(file: string, sources: Readonly<Record<string, string>>): Outline | undefined {
  const text = sources[file] ?? (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  if (text === undefined) return undefined;
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const isFirmware = statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      ts.isStringLiteral(statement.moduleSpecifier) &&
      isFirmwareModule(statement.moduleSpecifier.text, file),
  );
  const functions = statements
    .filter(ts.isFunctionDeclaration)
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap(({ name }) => (name ? [name.text] : []));
  return { isFirmware, functions: new Set(functions) };
}

function isFirmwareModule(specifier: string, from: string): boolean {
  if (specifier.startsWith("joinery/")) return !specifier.startsWith("joinery/hil");
  return inside(firmwareRoot, specifier.startsWith(".") ? join(dirname(from), specifier) : specifier);
}

function inside(folder: string, path: string): boolean {
  return path.startsWith(folder + sep);
}
