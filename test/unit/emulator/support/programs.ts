/** Small C programs for the emulated ATmega328P, each built once a run in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ATMEGA328P, AtmegaMachine, type MachineOptions } from "../../../../hil/emulator/index.ts";
import { linkProgram } from "../../../../toolchain/image/avr-gcc.ts";
import { loadBoard } from "../../../../toolchain/image/board.ts";
import { type ElfImage, readAvrElf } from "../../../../toolchain/image/elf.ts";
import { MachineBench } from "./bench.ts";
import { HAL_HEADER } from "./hal-header.ts";

export const CLOCK_HZ = 8_000_000;

export interface Program extends ElfImage {
  readonly elfPath: string;
}

const built = new Map<string, Promise<Program>>();

const root = mkdtempSync(join(tmpdir(), "joinery-programs-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));

/** Builds a program with a `main` of its own, and a variable `done`. */
export function buildBare(source: string): Promise<Program> {
  return buildOnce(
    `#include <avr/interrupt.h>\n#include <avr/io.h>\n#include <stdint.h>\nvolatile uint8_t done;\n${source}`,
    [],
  );
}

/** Builds a program with a `joinery_main`, on the HAL of pro-mini-rfm95. */
export function buildOnHal(source: string): Promise<Program> {
  return buildOnce(`#include "hal.h"\nvoid joinery_main(void);\n${source}`, [
    join(loadBoard("pro-mini-rfm95").dir, "hal.c"),
  ]);
}

function buildOnce(source: string, more: readonly string[]): Promise<Program> {
  const known = built.get(source);
  if (known !== undefined) return known;
  const program = build(source, more);
  built.set(source, program);
  return program;
}

async function build(source: string, more: readonly string[]): Promise<Program> {
  const workDir = mkdtempSync(join(root, "program-"));
  writeFileSync(join(workDir, "hal.h"), HAL_HEADER);
  writeFileSync(join(workDir, "test.c"), source);
  const elfPath = await linkProgram({
    processor: "atmega328p",
    sources: [join(workDir, "test.c"), ...more],
    defines: { F_CPU: `${CLOCK_HZ}UL`, CONSOLE_BAUD: "38400UL" },
    workDir,
  });
  return { elfPath, ...readAvrElf(readFileSync(elfPath)) };
}

export class Bench extends MachineBench<AtmegaMachine> {
  constructor(
    program: Pick<ElfImage, "flash" | "ramEnd" | "symbols">,
    options: Partial<MachineOptions> = {},
  ) {
    super(
      program,
      (bench) =>
        new AtmegaMachine(ATMEGA328P, {
          clockHz: CLOCK_HZ,
          flash: program.flash,
          eeprom: new Uint8Array(1024).fill(0xff),
          ramEnd: program.ramEnd,
          consoleBaud: 38400,
          ...bench,
          ...options,
        }),
    );
  }
}
