/** The boards of the project: one folder in `boards/` each, described by its `board.json`. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Check,
  DocumentError,
  matching,
  object,
  oneOf,
  readJsonDocument,
  type Shape,
  text,
  wholeNumber,
} from "../json-document/index.ts";
import { BuildError, UsageError } from "./errors.ts";

/** A port pin of the processor as its data sheet names it: "PB2". */
export type PinName = string;

/** A `board.json`, and where it was read. */
export interface Board {
  readonly name: string;
  /** The folder of the board, with `hal.c`. */
  readonly dir: string;
  /** One line for people. */
  readonly title: string;
  /** The processor as the C compiler names it: "atmega328p". */
  readonly processor: string;
  readonly clockHz: number;
  /** How far the clock may be off, both ways: what the receive windows are widened by. */
  readonly clockErrorPpm: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly eepromBytes: number;
  readonly console: { readonly baud: number };
  /** `powerPin`: the radio's output that the antenna hangs on. */
  readonly radio: { readonly chip: "sx1276"; readonly powerPin: "PA_BOOST" | "RFO" };
  readonly pins: {
    readonly radioSelect: PinName;
    readonly radioReset: PinName;
    readonly dio0: PinName;
    readonly dio1: PinName;
  };
  /** Hexadecimal, as avrdude takes them. */
  readonly fuses: { readonly low: string; readonly high: string; readonly extended: string };
  /** Typical supply currents at 3.3 V, by state of the processor and of the radio. */
  readonly currentsMicroampere: Readonly<Record<string, number>>;
}

/** The names that `loadBoard` knows, in alphabetical order. */
export function boardNames(): string[] {
  return readdirSync(boardsDirectory(), { withFileTypes: true })
    .filter((entry) => existsSync(join(entry.parentPath, entry.name, "board.json")))
    .map((entry) => entry.name)
    .sort();
}

/** Reads a board by name. Throws UsageError for a name that is not in `boardNames()`, BuildError for a bad file. */
export function loadBoard(name: string): Board {
  const known = boardNames();
  if (!known.includes(name)) {
    throw new UsageError(`unknown board "${name}"; known boards: ${known.join(", ")}`);
  }
  return readBoard(join(boardsDirectory(), name));
}

/** Reads and checks the `board.json` of a folder. Throws BuildError naming the file and the field. */
export function readBoard(dir: string): Board {
  const path = join(dir, "board.json");
  try {
    return { dir, ...(readJsonDocument(path, BOARD) as Omit<Board, "dir">) };
  } catch (error) {
    throw error instanceof DocumentError ? new BuildError(`the board: ${error.message}`) : error;
  }
}

const currents: Check = (value, field, fail) => {
  if (typeof value !== "object" || value === null) return fail(field, "an object", value);
  for (const [state, current] of Object.entries(value)) {
    if (typeof current !== "number" || !(current >= 0)) fail(`${field}.${state}`, "a current in µA", current);
  }
};
const pin = matching(/^P[A-L][0-7]$/, 'a port pin such as "PB2"');
const fuse = matching(/^[0-9A-F]{2}$/, "two upper-case hexadecimal digits");

const BOARD: Shape = {
  name: text,
  title: text,
  processor: text,
  clockHz: wholeNumber(1),
  clockErrorPpm: wholeNumber(0),
  flashBytes: wholeNumber(1),
  ramBytes: wholeNumber(1),
  eepromBytes: wholeNumber(1),
  console: object({ baud: wholeNumber(300) }),
  radio: object({ chip: oneOf("sx1276"), powerPin: oneOf("PA_BOOST", "RFO") }),
  pins: object({ radioSelect: pin, radioReset: pin, dio0: pin, dio1: pin }),
  fuses: object({ low: fuse, high: fuse, extended: fuse }),
  currentsMicroampere: currents,
};

/** `boards/` beside the package's `package.json`, from the sources as from `dist/`. */
function boardsDirectory(): string {
  let dir = import.meta.dirname;
  while (!existsSync(join(dir, "package.json"))) {
    if (dir === dirname(dir)) throw new BuildError(`no package.json above ${import.meta.dirname}`);
    dir = dirname(dir);
  }
  return join(dir, "boards");
}
