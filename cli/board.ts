/** `joinery board …`: the boards that there are, and the folder of a new one. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import {
  type Board,
  BoardError,
  boardNames,
  describeFileError,
  isLuaBoard,
  loadBoard,
  makeFolder,
  packageBoardsFolder,
} from "../toolchain/image/index.ts";
import { boardFiles, canNameBoard } from "../toolchain/project/index.ts";
import { closestName } from "../toolchain/spelling.ts";
import { isInPackage, ownBoards } from "./choice.ts";
import { refusing } from "./chosen-image.ts";
import { EXIT, Refusal, refusalOf } from "./exit.ts";

export function addBoard(program: Command): void {
  const board = program.command("board").description("the boards, and a new one");
  board
    .command("list")
    .description("list the boards, those of the project here or above included")
    .option("--json", "print one JSON document on stdout and nothing else")
    .addHelpText(
      "after",
      `
--json prints [{ name, title, processor, radio, flashBytes, ramBytes, folder }]; of a board that runs Lua processor and
flashBytes are null, and ramBytes is the heap of a program. What is wrong with the board.json of another is said on
stderr, with exit code 2.`,
    )
    .action(listBoards);
  board
    .command("new")
    .description("make the folder of a new board, which begins as another one")
    .argument("<name>", "its name: lower-case letters, digits and -")
    .requiredOption("--like <board>", "the board that it begins as")
    .addHelpText(
      "after",
      `
In a project the folder is boards/NAME beside joinery.json, and in a checkout of joinery its boards/NAME. The new board
builds and joins at once; docs/porting.md goes through what is then to be changed.

Examples:
  $ joinery board new my-board --like pro-mini-rfm95
  $ joinery build --board my-board
  $ joinery hil run join --board my-board`,
    )
    .action(makeBoard);
}

async function listBoards({ json }: { json?: boolean }): Promise<void> {
  const own = ownBoards();
  const boards: Board[] = [];
  const faults: BoardError[] = [];
  for (const name of await refusing(async () => boardNames(own))) {
    try {
      boards.push(loadBoard(name, own));
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      faults.push(error);
    }
  }
  process.stdout.write(
    json ? `${JSON.stringify(boards.map(described), null, 2)}\n` : tableOf(boards.map(rowOf)),
  );
  if (faults.length === 0) return;
  const { message, exitCode } = refusalOf({
    message: "",
    kind: "usage",
    diagnostics: faults.map(({ diagnostic }) => diagnostic),
  });
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}

function described(board: Board) {
  const { name, title, radio, dir } = board;
  const memory = isLuaBoard(board)
    ? { flashBytes: null, ramBytes: board.heapBytes }
    : { flashBytes: board.flashBytes, ramBytes: board.ramBytes };
  const processor = isLuaBoard(board) ? null : board.processor;
  return { name, title, processor, radio: radio.chip, ...memory, folder: dir };
}

const HEAD = ["board", "processor", "radio", "flash", "RAM"];
/** The columns of figures. */
const RIGHT = [3, 4];

function rowOf(board: Board): string[] {
  const { name, processor, radio, flashBytes, ramBytes } = described(board);
  return [
    name,
    processor ?? "runs Lua",
    radio,
    flashBytes === null ? "-" : kilobytes(flashBytes),
    kilobytes(ramBytes),
  ];
}

function kilobytes(bytes: number): string {
  return `${Number((bytes / 1024).toFixed(1))} KB`;
}

function tableOf(rows: readonly string[][]): string {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const padded = (cell: string, column: number) =>
    RIGHT.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]);
  return all.map((row) => `${row.map(padded).join("  ").trimEnd()}\n`).join("");
}

async function makeBoard(name: string, { like: likeName }: { like: string }): Promise<void> {
  if (!canNameBoard(name)) {
    throw new Refusal(
      `"${name}" cannot name a board: lower-case letters, digits and "-", beginning with a letter or digit, at most 63`,
      EXIT.usage,
    );
  }
  const own = ownBoards();
  const known = await refusing(async () => boardNames(own));
  if (known.includes(name))
    throw new Refusal(`there is a board ${name} already: choose another name`, EXIT.usage);
  if (!known.includes(likeName)) {
    const near = closestName(likeName, known);
    const hint = near === undefined ? `the boards are ${known.join(", ")}` : `did you mean ${near}?`;
    throw new Refusal(`there is no board ${likeName} to begin as: ${hint}`, EXIT.usage);
  }
  const like = await refusing(async () => loadBoard(likeName, own));
  const folder = join(boardsHere(own), name);
  write(folder, boardFiles(name, like));
  process.stdout.write(`${relative(process.cwd(), folder)}: a board that begins as ${likeName}

  joinery build --board ${name}
  joinery hil run join --board ${name}

board.json says its pins, radio and memories; README.md goes on from there
`);
}

/**
 * Where a new board goes: to the project's boards, or to those of the checkout. Throws Refusal where neither is here.
 */
function boardsHere(own: string | undefined): string {
  if (own !== undefined) return own;
  if (isInPackage(process.cwd())) return packageBoardsFolder;
  throw new Refusal(
    "a board belongs to a project, and there is no joinery.json here or above: begin one with joinery new NAME",
    EXIT.usage,
  );
}

function write(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  try {
    makeFolder(join(folder, ".."));
    mkdirSync(folder); // refuses a folder that is there: nothing of it is overwritten
    for (const [file, contents] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), contents, { flag: "wx" });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Refusal(
      code === "EEXIST" && existsSync(folder)
        ? `${folder} exists already: choose another name`
        : `cannot make the board: ${describeFileError(error as Error, folder)}`,
      EXIT.usage,
    );
  }
}
