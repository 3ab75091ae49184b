/**
 * The boards: one folder each, described by its `board.json`, in the `boards/` of this package or in that of an
 * application's project.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type Check,
  DocumentError,
  type Fail,
  line,
  matching,
  named,
  object,
  oneOf,
  optional,
  readJsonDocument,
  type Shape,
  wholeNumber,
} from "../json-document/index.ts";
import { packageRoot } from "../package-root.ts";
import { checkBaud, consoleShape } from "./board-console.ts";
import { currentsOf } from "./board-currents.ts";
import { type Flashing, flashingOf } from "./board-flashing.ts";
import { checkPins, otherPinsOf } from "./board-pins.ts";
import {
  isSx126x,
  pinsOfSx126x,
  pinsOfSx127x,
  type Radio,
  type RadioPins,
  radioOfAnyFamily,
  radioWithoutBusy,
} from "./board-radio.ts";
import { BoardError, UsageError } from "./errors.ts";
import { PROCESSORS, type Processor, type StoreLayout } from "./processors.ts";
import { checkServedPins } from "./served-pins.ts";
import { VECTORS } from "./vectors.ts";

/** What every `board.json` has, and where it was read. */
interface BoardData {
  readonly name: string;
  /** The folder of the board, with its HAL. */
  readonly dir: string;
  /** One line for people. */
  readonly title: string;
  /** How far the clock may be off, both ways: what the receive windows are widened by. */
  readonly clockErrorPpm: number;
  /**
   * From the end of a sleep to a command having reached the radio, at most: the receive windows open so much earlier.
   */
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
  /**
   * What else its C uses: of the bus and the console where the processor leaves it the choice, and what the board has.
   */
  readonly otherPins?: Readonly<Record<string, string>>;
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
  /**
   * How long the interpreter takes for an instruction of its virtual machine, a call into a module, a write to the
   * store.
   */
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

/** The C of a board itself. */
const HAL = "hal.c";

/** Where the C lies that the boards with a processor share. */
const processorsFolder = join(packageBoardsFolder, "processors");

/**
 * The folders with the C of a board: its own, that of its processor, that of the family. Not each of the last two is
 * there.
 */
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

/** What is empty in an image that takes no commands from its console. */
const CONSOLE_INPUT = "console-input.c";

/**
 * The vectors of the interrupts that the C of a board and its processor handles. `takesCommands`: in an image with
 * CONSOLE_COMMANDS.
 */
export function vectorsOf(board: ProcessorBoard, takesCommands = false): string[] {
  const paths = sourcesOf(board, ".c").filter((path) => takesCommands || basename(path) !== CONSOLE_INPUT);
  const texts = paths.map((path) => readFileSync(path, "utf8"));
  const named = [...texts.join("\n").matchAll(/^\s*(?:ISR|EMPTY_INTERRUPT|ISR_ALIAS)\s*\(\s*(\w+)/gm)];
  // Processors of a family differ in the names that they have.
  return named.map(([, vector]) => vector).filter((vector) => VECTORS[board.processor].includes(vector));
}

/**
 * The names that `loadBoard` knows, in alphabetical order. `own`: the `boards/` of a project, which need not be there.
 * Throws BoardError where it cannot be read.
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
    const why = `cannot read the folder ${folder}: ${(error as Error).message}: make it readable, or remove it`;
    throw new BoardError(new DocumentError(why));
  }
}

/**
 * Reads a board by name. Throws UsageError for a name that is not in `boardNames(own)`; BoardError for a bad file, for
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
    throw new BoardError(
      new DocumentError(
        `${another} has the name of a board of joinery's: give it another, in its board.json too`,
      ),
    );
  }
  return readBoard(dir, name);
}

/**
 * Reads and checks the `board.json` of a folder; `name`, where given, is what it must say. Throws BoardError naming the
 * file, the line and the field.
 */
export function readBoard(dir: string, name?: string): Board {
  const path = join(dir, "board.json");
  try {
    const fields = readJsonDocument(path, shapeOf, (fields, fail) => {
      if (name !== undefined && fields.name !== name) {
        fail("name", `that of its folder, "${name}"`, fields.name);
      }
      checkTogether(fields, fail);
      checkServed(dir, fields, fail);
    });
    return { dir, ...(fields as unknown as Omit<Board, "dir">) } as Board;
  } catch (error) {
    throw error instanceof DocumentError ? new BoardError(error) : error;
  }
}

/** The kind of board, and for one with a processor which. */
function shapeOf(fields: Record<string, unknown>, fail: Fail): Shape {
  if ("language" in fields) return LUA_BOARD;
  const known = named(...Object.keys(PROCESSORS));
  known(fields.processor, "processor", fail);
  return processorBoard(fields.processor as string, fields.radio as Radio | undefined);
}

/**
 * What the firmware's CLOCK_ERROR_PPM and COMMAND_LATENCY_US can be (firmware/lorawan/windows.ts,
 * firmware/hal/index.ts).
 */
const MOST_CLOCK_ERROR_PPM = 10_000;
const MOST_COMMAND_LATENCY_US = 5000;
/** The states of a module that runs Lua. */
const MODULE_STATES = ["Active", "Idle"];

const modulePin = matching(/^D(?:\d|1[012])$/, 'a pin of the module such as "D8"');
const fuse = matching(/^[0-9A-F]{2}$/, "two upper-case hexadecimal digits");

/** A whole number of octets, of which the part has `most`. */
const octets =
  (most: number, what: string): Check =>
  (value, field, fail) => {
    wholeNumber(1)(value, field, fail);
    if ((value as number) > most) fail(field, `at most ${most}, the ${what}`, value);
  };

/** Where the firmware's journal of nonces ends (firmware/store/journal.ts). */
const STORE_USED_BYTES = 1024;

const store: Check = (value, field, fail) => {
  if (!Number.isInteger(value) || (value as number) < STORE_USED_BYTES) {
    fail(field, `at least ${STORE_USED_BYTES}, the octets that the firmware keeps its nonces in`, value);
  }
};

const BOARD_DATA: Shape = {
  name: line,
  title: line,
  clockErrorPpm: wholeNumber(0, MOST_CLOCK_ERROR_PPM),
  commandLatencyUs: wholeNumber(0, MOST_COMMAND_LATENCY_US),
  eepromBytes: store,
  console: consoleShape,
};

/** Which pins it must have follows from its radio, which is checked before them. */
function processorBoard(name: string, radio: Radio | undefined): Shape {
  const processor = PROCESSORS[name];
  const { family, clockHz, flashBytes, ramBytes, storeBytes, pinName, flashMethods, states } = processor;
  const portPin: Check = (value, field, fail) => {
    if (!processor.pins.has(value as string)) fail(field, `${pinName} of the ${name}`, value);
  };
  return {
    ...BOARD_DATA,
    processor: line,
    clockHz: (value, field, fail) => {
      if (value !== clockHz)
        fail(field, `${clockHz}, the clock that the C of the ${name} is made for`, value);
    },
    flashBytes: octets(flashBytes, `flash of the ${name}`),
    ramBytes: octets(ramBytes, `RAM of the ${name}`),
    eepromBytes: (value, field, fail) => {
      store(value, field, fail);
      octets(storeBytes, `store of the ${name}`)(value, field, fail);
    },
    radio: radioOfAnyFamily,
    pins: radio && isSx126x(radio) ? pinsOfSx126x(portPin) : pinsOfSx127x(portPin),
    otherPins: otherPinsOf(processor, portPin),
    flashing: flashingOf(flashMethods),
    platformio: optional(object({ platform: line, board: line })),
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

/** Whether its `hal.c` serves the pins; a board without one is refused where it is compiled. */
function checkServed(dir: string, fields: Record<string, unknown>, fail: Fail): void {
  const path = join(dir, HAL);
  if (!existsSync(path)) return;
  const { pins } = fields as unknown as Board;
  checkServedPins({ ...pins }, { c: readFileSync(path, "utf8"), file: HAL }, fail);
}

/** What depends on more than one field. */
function checkTogether(fields: Record<string, unknown>, fail: Fail): void {
  checkPins(fields, fail);
  const board = fields as unknown as Board;
  if (isLuaBoard(board)) return;
  const { processor, clockHz, console } = board;
  checkBaud(console.baud, clockHz, PROCESSORS[processor], fail);
}
