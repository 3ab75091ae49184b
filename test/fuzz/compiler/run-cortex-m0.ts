/** A bare ARMv6-M processor: the Cortex-M0+ core of the emulated boards on a bus of flash, RAM and a word of port. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type AddressSpace, SystemBus } from "../../../hil/emulator/cortex-m/bus.ts";
import { CortexM0, Fault } from "../../../hil/emulator/cortex-m/core.ts";
import { hex } from "../../../hil/emulator/cortex-m/hex.ts";
import { END } from "./batch.ts";
import { C_FLAGS, RANDOM_FLAGS } from "./c-program.ts";
import { type Call, type Run, wordsOf } from "./calls.ts";
import type { CTarget } from "./run-c.ts";

const execute = promisify(execFile);

const FLASH_BYTES = 1024 * 1024;
const RAM = 0x20000000;
const RAM_BYTES = 256 * 1024;
const PORT_WORD = 0x40000000;
const MOST_CYCLES = 20_000_000;

/** Vectors, and a start that copies and clears what C counts on. */
const PORT = `static uint32_t port_read(void) { return *(volatile uint32_t *)${PORT_WORD}u; }
static void port_write(uint32_t word) { *(volatile uint32_t *)${PORT_WORD}u = word; }
int main(void);
extern uint32_t data_begin[], data_end[], data_source[], bss_begin[], bss_end[], stack_top[];
__attribute__((noreturn, used)) static void start(void) {
  const uint32_t *source = data_source;
  for (uint32_t *word = data_begin; word < data_end; word++) { *word = *source; source++; }
  for (uint32_t *word = bss_begin; word < bss_end; word++) { *word = 0; }
  (void)main();
  for (;;) { }
}
__attribute__((section(".vectors"), used)) static void *const vectors[2] = {(void *)stack_top, (void *)start};
`;
const LINKER_SCRIPT = `MEMORY {
  flash (rx) : ORIGIN = 0, LENGTH = ${FLASH_BYTES}
  ram (rw) : ORIGIN = ${RAM}, LENGTH = ${RAM_BYTES}
}
SECTIONS {
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) . = ALIGN(4); } > flash
  .data : { data_begin = .; *(.data*) . = ALIGN(4); data_end = .; } > ram AT > flash
  data_source = LOADADDR(.data);
  .bss (NOLOAD) : { . = ALIGN(4); bss_begin = .; *(.bss*) *(COMMON) . = ALIGN(4); bss_end = .; } > ram
  stack_top = ${RAM + RAM_BYTES};
}
`;

export const cortexM0Target: CTarget = {
  name: "cortex-m0plus",
  port: PORT,
  compiler: "arm-none-eabi-gcc",
  flags: [
    ...C_FLAGS,
    ...RANDOM_FLAGS,
    ...["-mcpu=cortex-m0plus", "-mthumb", "-Os", "-nostartfiles", "-specs=nano.specs", "-T", "image.ld"],
  ],
  prepare(folder) {
    writeFileSync(join(folder, "image.ld"), LINKER_SCRIPT);
  },
  async load(folder) {
    await execute("arm-none-eabi-objcopy", ["-O", "binary", "program", "program.bin"], { cwd: folder });
    const image = await readFile(join(folder, "program.bin"));
    if (image.length > FLASH_BYTES) return undefined;
    return (calls) => runImage(image, calls);
  },
};

function runImage(image: Uint8Array, calls: readonly Call[]): Run {
  const input = wordsOf(calls, END);
  const values: number[] = [];
  const misuses: string[] = [];
  let read = 0;
  const port: AddressSpace = {
    read(address, width) {
      if (address !== PORT_WORD || width !== 4) throw new Fault(`reads ${hex(address)}, where nothing is`);
      return input[read++];
    },
    write(address, width, value) {
      if (address !== PORT_WORD || width !== 4) throw new Fault(`writes ${hex(address)}, where nothing is`);
      values.push(value);
      core.stopCycles = values.length === calls.length ? 0 : core.cycles + MOST_CYCLES;
    },
    onBreak(code) {
      throw new Fault(`executes breakpoint ${code}`);
    },
  };
  const flash = new Uint8Array(FLASH_BYTES);
  flash.set(image);
  const bus = new SystemBus(
    { start: 0, octets: flash },
    { start: RAM, octets: new Uint8Array(RAM_BYTES) },
    port,
  );
  const program = { start: 0, end: image.length, ramEnd: RAM };
  const core = new CortexM0(bus, program, 0, (message) => misuses.push(message));
  core.start();
  core.stopCycles = MOST_CYCLES;
  if (!core.halted) core.run();
  if (misuses.length > 0) return { values, failure: misuses.join("; ") };
  return values.length === calls.length
    ? { values }
    : { values, failure: `no value in ${MOST_CYCLES} cycles` };
}
