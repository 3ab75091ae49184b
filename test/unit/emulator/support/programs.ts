/** Small C programs for the emulated boards, each built once a run in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMachine, type MachineOptions } from "../../../../hil/emulator/index.ts";
import { sourcesOf } from "../../../../toolchain/image/board.ts";
import type { ElfImage } from "../../../../toolchain/image/elf.ts";
import { familyOf } from "../../../../toolchain/image/family.ts";
import { type ProcessorBoard, storeLayoutOf } from "../../../../toolchain/image/index.ts";
import { storeFormat } from "../../../../toolchain/provisioning/index.ts";
import { loadProcessorBoard } from "../../../support/processor-board.ts";
import { MachineBench } from "./bench.ts";
import { HAL_HEADER } from "./hal-header.ts";

export const CLOCK_HZ = 8_000_000;

export interface Program extends ElfImage {
  readonly elfPath: string;
  readonly board: ProcessorBoard;
}

/** By their processors: an ATmega328P, and an ATmega32U4. */
export const PRO_MINI = "pro-mini-rfm95";
export const FEATHER = "feather-32u4-rfm95";

const built = new Map<string, Promise<Program>>();

const root = mkdtempSync(join(tmpdir(), "joinery-programs-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));

/**
 * Builds a program for an ATmega, with a `main` of its own and a variable `done`. `more`: C and headers beside it, by
 * name.
 */
export function buildBare(
  source: string,
  board = PRO_MINI,
  more: ReadonlyMap<string, string> = new Map(),
): Promise<Program> {
  return buildOnce(
    loadProcessorBoard(board),
    `#include <avr/interrupt.h>\n#include <avr/io.h>\n#include <stdint.h>\nvolatile uint8_t done;\n${source}`,
    [],
    more,
  );
}

/**
 * Builds a program with a `joinery_main` and a variable `done`, on the HAL of a board. `radio`: the radio that the
 * board has instead of its own.
 */
export function buildOnHal(
  source: string,
  name = PRO_MINI,
  radio = loadProcessorBoard(name).radio,
): Promise<Program> {
  const board = { ...loadProcessorBoard(name), radio };
  return buildOnce(
    board,
    `#include "hal.h"\nvolatile uint8_t done;\nvoid joinery_main(void);\n${source}`,
    sourcesOf(board, ".c"),
    new Map(),
  );
}

function buildOnce(
  board: ProcessorBoard,
  source: string,
  ofBoard: readonly string[],
  more: ReadonlyMap<string, string>,
): Promise<Program> {
  const key = `${board.name} ${board.radio.chip}\n${source}`;
  const known = built.get(key);
  if (known !== undefined) return known;
  const program = build(board, ofBoard, new Map([["test.c", source], ...more]));
  built.set(key, program);
  return program;
}

async function build(
  board: ProcessorBoard,
  ofBoard: readonly string[],
  files: ReadonlyMap<string, string>,
): Promise<Program> {
  const family = familyOf(board);
  const workDir = mkdtempSync(join(root, "program-"));
  writeFileSync(join(workDir, "hal.h"), HAL_HEADER);
  for (const [name, text] of files) writeFileSync(join(workDir, name), text);
  const own = [...files.keys()].filter((name) => name.endsWith(".c")).map((name) => join(workDir, name));
  const elfPath = await family.link(board, { sources: [...own, ...ofBoard], workDir });
  return { board, elfPath, ...family.readElf(readFileSync(elfPath)) };
}

/** A machine of the program's board. Its store was never written, if `eeprom` is not given. */
export class Bench extends MachineBench {
  constructor(
    program: Pick<Program, "board" | "flash" | "ramEnd" | "symbols">,
    options: Partial<Pick<MachineOptions, "eeprom" | "flash" | "watchdogError" | "random">> = {},
  ) {
    const { bytes } = storeFormat(storeLayoutOf(program.board), program.board.eepromBytes);
    const { eeprom = new Uint8Array(bytes).fill(0xff), flash = program.flash, ...more } = options;
    super(program, (bench) => createMachine({ ...program, flash }, { eeprom, ...more, ...bench }));
  }
}
