/** Small C programs for the emulated ATmega328P, each built once a run in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../../../hil/clock/index.ts";
import { Atmega328p, type Finding, type MachineOptions } from "../../../../hil/emulator/index.ts";
import { linkProgram } from "../../../../toolchain/image/avr-gcc.ts";
import { loadBoard } from "../../../../toolchain/image/board.ts";
import { type ElfImage, readAvrElf } from "../../../../toolchain/image/elf.ts";

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
export class Bench {
  readonly clock = new VirtualClock();
  readonly findings: Finding[] = [];
  readonly machine: Atmega328p;
  readonly #program: Pick<ElfImage, "symbols">;
  #console = "";

  constructor(
    program: Pick<ElfImage, "flash" | "ramEnd" | "symbols">,
    options: Partial<MachineOptions> = {},
  ) {
    this.#program = program;
    this.machine = new Atmega328p({
      clock: this.clock,
      clockHz: CLOCK_HZ,
      flash: program.flash,
      eeprom: new Uint8Array(1024).fill(0xff),
      ramEnd: program.ramEnd,
      consoleBaud: 38400,
      onFinding: (finding) => this.findings.push(finding),
      ...options,
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
  runUntilDone(limitNs = 10e9): void {
    while (this.u8("done") !== 1) {
      if (this.clock.nowNs() > limitNs) throw new Error(`the program is not done after ${limitNs} ns`);
      this.runTo(this.clock.nowNs() + 100_000);
    }
  }

  u8(variable: string, index = 0): number {
    return this.octets(variable)[index];
  }

  u16(variable: string, index = 0): number {
    return Buffer.from(this.octets(variable)).readUInt16LE(2 * index);
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
