/** Small C programs on the HAL of a board with a Cortex-M0+, each built once a run in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMachine } from "../../../../hil/emulator/index.ts";
import { sourcesOf } from "../../../../toolchain/image/board.ts";
import type { ElfImage } from "../../../../toolchain/image/elf.ts";
import { familyOf } from "../../../../toolchain/image/family.ts";
import { loadProcessorBoard, type ProcessorBoard, storeLayoutOf } from "../../../../toolchain/image/index.ts";
import { storeFormat } from "../../../../toolchain/provisioning/index.ts";
import { MachineBench } from "./bench.ts";
import { HAL_HEADER } from "./hal-header.ts";

export interface BoardProgram extends ElfImage {
  readonly board: ProcessorBoard;
}

const root = mkdtempSync(join(tmpdir(), "joinery-board-programs-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));

/** Builds a program with a `joinery_main` and a variable `done`. */
export async function buildOnBoard(name: string, source: string): Promise<BoardProgram> {
  const board = loadProcessorBoard(name);
  const family = familyOf(board);
  const workDir = mkdtempSync(join(root, "program-"));
  const test = join(workDir, "test.c");
  writeFileSync(join(workDir, "hal.h"), HAL_HEADER);
  writeFileSync(test, `#include "hal.h"\nvolatile uint8_t done;\nvoid joinery_main(void);\n${source}`);
  const elfPath = await family.link(board, { sources: [test, ...sourcesOf(board, ".c")], workDir });
  return { board, ...family.readElf(readFileSync(elfPath)) };
}

/** A machine of the board, its store as `stored` has it; never written if not given. */
export class BoardBench extends MachineBench {
  constructor(program: BoardProgram, stored?: Uint8Array) {
    const { board } = program;
    const { bytes } = storeFormat(storeLayoutOf(board), board.eepromBytes);
    const eeprom = stored ?? new Uint8Array(bytes).fill(0xff);
    super(program, (bench) => createMachine(program, { eeprom, ...bench }));
  }
}
