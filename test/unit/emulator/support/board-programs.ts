/** Small C programs on the HAL of a board with a Cortex-M0+, each built once a run in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../../../hil/clock/index.ts";
import { createMachine, type Finding, type ProcessorMachine } from "../../../../hil/emulator/index.ts";
import { sourcesOf } from "../../../../toolchain/image/board.ts";
import type { ElfImage } from "../../../../toolchain/image/elf.ts";
import { familyOf } from "../../../../toolchain/image/family.ts";
import { loadProcessorBoard, type ProcessorBoard } from "../../../../toolchain/image/index.ts";

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

/** What the compiler emits for firmware/hal, written by hand. */
const HAL_HEADER = `
#include <stdbool.h>
#include <stdint.h>
uint32_t hal_now(void);
void hal_sleep_until(uint32_t deadline);
void hal_radio_reset(bool asserted);
void hal_radio_select(bool selected);
uint8_t hal_radio_transfer(uint8_t out);
uint8_t hal_radio_events(void);
uint32_t hal_radio_event_time(void);
uint8_t hal_store_read(uint16_t address);
void hal_store_write(uint16_t address, uint8_t value);
void hal_console_write(uint8_t character);
uint8_t hal_battery_level(void);
`;

/** A machine that runs a program, with everything it reports. */
export class BoardBench {
  readonly clock = new VirtualClock();
  readonly findings: Finding[] = [];
  readonly machine: ProcessorMachine;
  readonly #program: BoardProgram;
  #console = "";

  constructor(program: BoardProgram) {
    this.#program = program;
    this.machine = createMachine(program, {
      clock: this.clock,
      eeprom: new Uint8Array(program.board.eepromBytes).fill(0xff),
      onFinding: (finding) => this.findings.push(finding),
    });
    this.machine.onConsole((octet) => {
      this.#console += String.fromCharCode(octet);
    });
  }

  get console(): string {
    return this.#console;
  }

  get messages(): string[] {
    return this.findings.map((finding) => finding.message);
  }

  /** Runs to an instant, as lockstep would: in slices that end at the actions of the clock. */
  runTo(untilNs: number): void {
    while (this.clock.nowNs() < untilNs) {
      const sliceNs = Math.min(untilNs, this.clock.nextNs);
      this.clock.advanceTo(this.machine.runUntil(sliceNs));
    }
  }

  /** Runs until the program has set its variable `done` to 1. Throws after `limitNs`. */
  runUntilDone(limitNs = 30e9): void {
    while (this.u8("done") !== 1) {
      if (this.clock.nowNs() > limitNs) {
        throw new Error(`the program is not done after ${limitNs} ns; findings: ${this.messages.join("; ")}`);
      }
      this.runTo(this.clock.nowNs() + 100_000);
    }
  }

  u8(variable: string, index = 0): number {
    return this.octets(variable)[index];
  }

  u32(variable: string, index = 0): number {
    return Buffer.from(this.octets(variable)).readUInt32LE(4 * index);
  }

  octets(variable: string): Uint8Array {
    const symbol = this.#program.symbols.get(variable);
    if (symbol === undefined) throw new Error(`the program has no variable ${variable}`);
    return this.machine.readRam(symbol.address, symbol.size);
  }
}
