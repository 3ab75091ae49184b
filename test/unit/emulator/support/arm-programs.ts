/** Small C programs for the emulated boards with a Cortex-M0+, each built once a run in a temporary folder. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MachineOptions, ProcessorMachine } from "../../../../hil/emulator/index.ts";
import { MachineBench, type Symbols } from "./bench.ts";

const execute = promisify(execFile);

const FLAGS = [
  ...["-mcpu=cortex-m0plus", "-mthumb", "-Os", "-std=c11", "-Wall", "-Wextra", "-Werror"],
  ...["-ffreestanding", "-nostartfiles", "-specs=nano.specs", "-Wl,--build-id=none", "-T", "image.ld"],
];

/** Where a processor has its memories, and the C that every program begins with. */
export interface Part {
  readonly flashStart: number;
  readonly ramStart: number;
  readonly ramBytes: number;
  /** Names of interrupt handlers, by number; a program that has none of that name has a loop there. */
  readonly handlers: readonly string[];
  readonly prelude: string;
}

export interface ArmProgram {
  readonly part: Part;
  readonly flash: Uint8Array;
  readonly ramEnd: number;
  readonly elfPath: string;
  readonly symbols: Symbols;
}

const root = mkdtempSync(join(tmpdir(), "joinery-arm-programs-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
const built = new Map<string, Promise<ArmProgram>>();

/** Builds a program with a `main`, and a variable `done`. */
export function buildProgram(part: Part, source: string): Promise<ArmProgram> {
  const key = `${part.prelude}\n${source}`;
  const known = built.get(key);
  if (known !== undefined) return known;
  const program = build(part, source);
  built.set(key, program);
  return program;
}

async function build(part: Part, source: string): Promise<ArmProgram> {
  const cwd = mkdtempSync(join(root, "program-"));
  writeFileSync(join(cwd, "start.c"), startOf(part));
  writeFileSync(join(cwd, "program.c"), `${PRELUDE}${part.prelude}\n${source}\n`);
  writeFileSync(join(cwd, "image.ld"), linkerScript(part));
  await execute("arm-none-eabi-gcc", [...FLAGS, "-g", "-o", "program.elf", "start.c", "program.c"], { cwd });
  await execute("arm-none-eabi-objcopy", ["-O", "binary", "program.elf", "program.bin"], { cwd });
  const { stdout } = await execute("arm-none-eabi-nm", ["-S", "program.elf"], { cwd });
  const symbols = symbolsOf(stdout);
  return {
    part,
    flash: await readFile(join(cwd, "program.bin")),
    ramEnd: symbols.get("variables_end")?.address ?? Number.NaN,
    elfPath: join(cwd, "program.elf"),
    symbols,
  };
}

/** Lines such as "20000000 00000004 B done"; a symbol of the linker script has no size. */
function symbolsOf(text: string): Symbols {
  const symbols = new Map<string, { address: number; size: number }>();
  for (const line of text.trimEnd().split("\n")) {
    const words = line.split(" ");
    const size = words.length === 4 ? Number.parseInt(words[1], 16) : 0;
    symbols.set(words[words.length - 1], { address: Number.parseInt(words[0], 16), size });
  }
  return symbols;
}

const PRELUDE = `#include <stdbool.h>
#include <stdint.h>
#define REG(ADDRESS) (*(volatile uint32_t *)(ADDRESS))
#define REG16(ADDRESS) (*(volatile uint16_t *)(ADDRESS))
#define REG8(ADDRESS) (*(volatile uint8_t *)(ADDRESS))
#define BIT(NUMBER) (1u << (NUMBER))
volatile uint8_t done;
static inline void wfi(void) { __asm__ volatile("wfi" ::: "memory"); }
static inline void mask(void) { __asm__ volatile("cpsid i" ::: "memory"); }
static inline void unmask(void) { __asm__ volatile("cpsie i" ::: "memory"); }
static inline void enable(unsigned irq) { REG(0xe000e100) = BIT(irq); }
`;

function startOf(part: Part): string {
  const handlers = ["hard_fault", "systick", ...part.handlers.filter((name) => name !== "")];
  const declarations = handlers
    .map((name) => `void ${name}(void) __attribute__((weak, alias("unexpected")));`)
    .join("\n");
  const vectors = part.handlers.map((name) => (name === "" ? "0" : name)).join(", ");
  return `#include <stdint.h>
int main(void);
extern uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[], stack_top[];
__attribute__((noreturn, used)) void reset(void) {
  const uint32_t *source = data_source;
  for (uint32_t *word = data_begin; word < data_end; word++) { *word = *source; source++; }
  for (uint32_t *word = bss_begin; word < bss_end; word++) { *word = 0; }
  (void)main();
  for (;;) { }
}
void unexpected(void) { for (;;) { } }
${declarations}
__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = {
  (void (*)(void))stack_top, reset, 0, hard_fault, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, systick, ${vectors}};
`;
}

function linkerScript({ flashStart, ramStart, ramBytes }: Part): string {
  return `MEMORY {
  flash (rx) : ORIGIN = ${flashStart}, LENGTH = 128K
  ram (rw) : ORIGIN = ${ramStart}, LENGTH = ${ramBytes}
}
SECTIONS {
  .text : { KEEP(*(.boot2)) KEEP(*(.vectors)) *(.text*) *(.rodata*) . = ALIGN(4); } > flash
  .data : { data_begin = .; *(.data*) . = ALIGN(4); data_end = .; } > ram AT > flash
  data_source = LOADADDR(.data);
  .bss (NOLOAD) : { . = ALIGN(4); bss_begin = .; *(.bss*) *(COMMON) . = ALIGN(4); bss_end = .; } > ram
  .noinit (NOLOAD) : { *(.noinit*) . = ALIGN(4); variables_end = .; } > ram
  stack_top = ${ramStart + ramBytes};
}
`;
}

export class ArmBench extends MachineBench {
  constructor(
    program: ArmProgram,
    make: new (options: MachineOptions) => ProcessorMachine,
    options: Partial<MachineOptions> = {},
  ) {
    super(
      program,
      (bench) =>
        new make({
          clockHz: 16_000_000,
          flash: program.flash,
          eeprom: new Uint8Array(1024),
          ramEnd: program.ramEnd,
          consoleBaud: 115_200,
          ...bench,
          ...options,
        }),
    );
  }
}
