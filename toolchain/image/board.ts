/**
 * The boards: one folder each, described by its `board.json`, in the `boards/` of this package or in that of an
 * application's project.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Check,
  DocumentError,
  type Fail,
  matching,
  named,
  object,
  oneOf,
  optional,
  readJsonDocument,
  type Shape,
  text,
  wholeNumber,
} from "../json-document/index.ts";
import { packageRoot } from "../package-root.ts";
import { currentsOf } from "./board-currents.ts";
import { type Flashing, flashingOf } from "./board-flashing.ts";
import {
  INTERRUPTING_LINES,
  isSx126x,
  pinsOfSx126x,
  pinsOfSx127x,
  type Radio,
  type RadioPins,
  radioOfAnyFamily,
  radioWithoutBusy,
} from "./board-radio.ts";
import { BuildError, UsageError } from "./errors.ts";
import { PROCESSORS, type Processor, type StoreLayout } from "./processors.ts";

/** What every `board.json` has, and where it was read. */
interface BoardData {
  readonly name: string;
  /** The folder of the board, with its HAL. */
  readonly dir: string;
  /** One line for people. */
  readonly title: string;
  /** How far the clock may be off, both ways: what the receive windows are widened by. */
  readonly clockErrorPpm: number;
  /** From the end of a sleep to a command having reached the radio, at most: the receive windows open so much earlier. */
  readonly commandLatencyUs: number;
  /** Octets of the store that survives power loss. */
  readonly eepromBytes: number;
  readonly console: { readonly baud: number };
  readonly radio: Radio;
  /** Port pins of the processor as its data sheet names them ("PB2"), or pins of a module as printed there ("D8"). */
  readonly pins: RadioPins;
  /** Typical supply currents at 3.3 V, by state of the processor and of the radio. */
  readonly currentsMicroampere: Readonly<Record<string, number>>;
}

/** A board that runs an image in the flash of its processor: the firmware compiled to C, with the board's `hal.c`. */
export interface ProcessorBoard extends BoardData {
  /** A name of `PROCESSORS`: "atmega328p". */
  readonly processor: string;
  readonly clockHz: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Of an AVR: hexadecimal, as avrdude takes them. */
  readonly fuses?: { readonly low: string; readonly high: string; readonly extended: string };
  /** How an image gets into its flash. */
  readonly flashing?: Flashing;
  /** Its platform and its board there, where PlatformIO can compile for it without a framework. */
  readonly platformio?: { readonly platform: string; readonly board: string };
}

/** A board whose firmware is an interpreter: the firmware as a Lua program, with the board's `hal.lua`. */
export interface LuaBoard extends BoardData {
  readonly language: "lua";
  /** Octets of the heap that a program may take, counted as its README says. */
  readonly heapBytes: number;
  /** How long the interpreter takes for an instruction of its virtual machine, a call into a module, a write to the store. */
  readonly timing: {
    readonly instructionNs: number;
    readonly moduleCallNs: number;
    readonly storeWriteNs: number;
  };
}

export type Board = ProcessorBoard | LuaBoard;

export function isLuaBoard(board: Board): board is LuaBoard {
  return "language" in board;
}

/** What the data sheet says of a board's processor. */
export function processorOf({ processor }: Pick<ProcessorBoard, "processor">): Processor {
  return PROCESSORS[processor];
}

/** How the store of a board lies in its memory. That of a module is a file. */
export function storeLayoutOf(board: Board): StoreLayout {
  return isLuaBoard(board) ? "octets" : processorOf(board).storeLayout;
}

/** The boards of this package. */
export const packageBoardsFolder = join(packageRoot, "boards");

/** Where the C lies that the boards with a processor share. */
const processorsFolder = join(packageBoardsFolder, "processors");

/** The folders with the C of a board: its own, that of its processor, that of the family. Not each of the last two is there. */
export function sourceFoldersOf(board: Pick<ProcessorBoard, "dir" | "processor">): string[] {
  const { dir, processor } = board;
  const shared = [processor, processorOf(board).family].map((name) => join(processorsFolder, name));
  return [dir, ...shared.filter((folder) => existsSync(folder))];
}

/** The files of a board, its processor and its family that an image is made from, by the ends of their names: ".c". */
export function sourcesOf(board: Pick<ProcessorBoard, "dir" | "processor">, ...ends: string[]): string[] {
  return sourceFoldersOf(board).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => ends.some((end) => name.endsWith(end)))
      .sort()
      .map((name) => join(folder, name)),
  );
}

/** The vectors of the interrupts that the C of a board and its processor handles. */
export function vectorsOf(board: ProcessorBoard): string[] {
  const texts = sourcesOf(board, ".c").map((path) => readFileSync(path, "utf8"));
  return [...texts.join("\n").matchAll(/^\s*(?:ISR|EMPTY_INTERRUPT|ISR_ALIAS)\s*\(\s*(\w+)/gm)].map(
    ([, vector]) => vector,
  );
}

/**
 * The names that `loadBoard` knows, in alphabetical order. `own`: the `boards/` of a project, which need not be there.
 * Throws BuildError where it cannot be read.
 */
export function boardNames(own?: string): string[] {
  const folders = own === undefined ? [packageBoardsFolder] : [packageBoardsFolder, own];
  return [...new Set(folders.flatMap(boardsIn))].sort();
}

function boardsIn(folder: string): string[] {
  try {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(folder).filter((name) => existsSync(join(folder, name, "board.json")));
  } catch (error) {
    throw new BuildError(
      `the boards: cannot read the folder ${folder}: ${(error as Error).message}: make it readable, or remove it`,
    );
  }
}

/**
 * Reads a board by name. Throws UsageError for a name that is not in `boardNames(own)`; BuildError for a bad file, for
 * one that says another name than its folder has, and where two folders have the name: images, reports and budgets say
 * it, and it must lead back to one board.
 */
export function loadBoard(name: string, own?: string): Board {
  const known = boardNames(own);
  if (!known.includes(name)) {
    throw new UsageError(`unknown board "${name}"; known boards: ${known.join(", ")}`);
  }
  const folders = [packageBoardsFolder, ...(own === undefined || own === packageBoardsFolder ? [] : [own])];
  const [dir, another] = folders
    .filter((folder) => boardsIn(folder).includes(name))
    .map((folder) => join(folder, name));
  if (another !== undefined) {
    throw new BuildError(
      `the board: ${another} has the name of a board of joinery's: give it another, in its board.json too`,
    );
  }
  const board = readBoard(dir);
  if (board.name === name) return board;
  const path = join(dir, "board.json");
  throw new BuildError(`the board: ${path}: name must be that of its folder, "${name}", not "${board.name}"`);
}

/** The same, of this package, for what only an image of a processor has. Throws UsageError for a board that runs Lua. */
export function loadProcessorBoard(name: string): ProcessorBoard {
  const board = loadBoard(name);
  if (isLuaBoard(board)) throw new UsageError(`${name} runs a Lua program, not an image of a processor`);
  return board;
}

/** Reads and checks the `board.json` of a folder. Throws BuildError naming the file, the line and the field. */
export function readBoard(dir: string): Board {
  const path = join(dir, "board.json");
  try {
    const fields = readJsonDocument(path, shapeOf, checkPins);
    return { dir, ...(fields as unknown as Omit<Board, "dir">) } as Board;
  } catch (error) {
    throw error instanceof DocumentError ? new BuildError(`the board: ${error.message}`) : error;
  }
}

/** The kind of board, and for one with a processor which. */
function shapeOf(fields: Record<string, unknown>, fail: Fail): Shape {
  if ("language" in fields) return LUA_BOARD;
  const known = named(...Object.keys(PROCESSORS));
  known(fields.processor, "processor", fail);
  return processorBoard(fields.processor as string, fields.radio as Radio | undefined);
}

/** What the firmware's CLOCK_ERROR_PPM and COMMAND_LATENCY_US can be (firmware/lorawan/windows.ts, firmware/hal/index.ts). */
const MOST_CLOCK_ERROR_PPM = 10_000;
const MOST_COMMAND_LATENCY_US = 5000;
/** The states of a module that runs Lua. */
const MODULE_STATES = ["Active", "Idle"];

const modulePin = matching(/^D\d+$/, 'a pin of the module such as "D8"');
const fuse = matching(/^[0-9A-F]{2}$/, "two upper-case hexadecimal digits");

/** A whole number of octets, of which the part has `most`. */
const octets =
  (most: number, what: string): Check =>
  (value, field, fail) => {
    wholeNumber(1)(value, field, fail);
    if ((value as number) > most) fail(field, `at most ${most}, the ${what}`, value);
  };

const BOARD_DATA: Shape = {
  name: text,
  title: text,
  clockErrorPpm: wholeNumber(0, MOST_CLOCK_ERROR_PPM),
  commandLatencyUs: wholeNumber(0, MOST_COMMAND_LATENCY_US),
  eepromBytes: wholeNumber(1),
  console: object({ baud: wholeNumber(300) }),
};

/** Which pins it must have follows from its radio, which is checked before them. */
function processorBoard(name: string, radio: Radio | undefined): Shape {
  const processor = PROCESSORS[name];
  const { family, flashBytes, ramBytes, storeBytes, pinName, flashMethods, states } = processor;
  const portPin: Check = (value, field, fail) => {
    if (!processor.pins.has(value as string)) fail(field, `${pinName} of the ${name}`, value);
  };
  return {
    ...BOARD_DATA,
    processor: text,
    clockHz: wholeNumber(1),
    flashBytes: octets(flashBytes, `flash of the ${name}`),
    ramBytes: octets(ramBytes, `RAM of the ${name}`),
    eepromBytes: octets(storeBytes, `store of the ${name}`),
    radio: radioOfAnyFamily,
    pins: radio && isSx126x(radio) ? pinsOfSx126x(portPin) : pinsOfSx127x(portPin),
    flashing: flashingOf(flashMethods),
    platformio: optional(object({ platform: text, board: text })),
    currentsMicroampere: currentsOf(states),
    ...(family === "avr" && { fuses: object({ low: fuse, high: fuse, extended: fuse }) }),
  };
}

const LUA_BOARD: Shape = {
  ...BOARD_DATA,
  language: oneOf("lua"),
  heapBytes: wholeNumber(1),
  timing: object({
    instructionNs: wholeNumber(1),
    moduleCallNs: wholeNumber(0),
    storeWriteNs: wholeNumber(0),
  }),
  radio: radioWithoutBusy,
  pins: pinsOfSx127x(modulePin),
  currentsMicroampere: currentsOf(MODULE_STATES),
};

/** No two lines of the radio on one pin, nor two that interrupt on one input of the interrupt controller. */
function checkPins(fields: Record<string, unknown>, fail: Fail): void {
  const lines = Object.entries(fields.pins as Record<string, string>);
  const { interruptLine } = PROCESSORS[fields.processor as string] ?? {};
  lines.forEach(([line, pin], index) => {
    for (const [other, itsPin] of lines.slice(0, index)) {
      if (pin === itsPin) {
        fail.because(
          `pins.${line}`,
          `is ${pin}, which pins.${other} is too: give each line a pin of its own`,
        );
      }
      if (interruptLine === undefined || ![line, other].every((name) => INTERRUPTING_LINES.includes(name)))
        continue;
      const shared = interruptLine(pin);
      if (shared === interruptLine(itsPin)) {
        const fault = `is ${pin}, which shares the interrupt ${shared} with pins.${other}, ${itsPin}: take pins of two numbers`;
        fail.because(`pins.${line}`, fault);
      }
    }
  });
}
