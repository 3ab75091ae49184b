/** A bare ARMv6-M processor: the Cortex-M0+ core of rp2040js on a bus of flash, RAM and two words of port. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { RP2040 } from "rp2040js";
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

/** The core alone: the package exports it only as the class of an instance's field. */
const Core = new RP2040().core.constructor as new (bus: object) => RP2040["core"];

function runImage(image: Uint8Array, calls: readonly Call[]): Run {
  const flash = new Uint8Array(FLASH_BYTES);
  flash.set(image);
  const memories = [
    { from: 0, octets: flash, writable: false },
    { from: RAM, octets: new Uint8Array(RAM_BYTES), writable: true },
  ].map((memory) => ({ ...memory, view: new DataView(memory.octets.buffer) }));
  const input = wordsOf(calls, END);
  const values: number[] = [];
  let read = 0;
  let callFrom = 0;
  /** The core adds the registers of LDRSB and LDRSH without a carry that is lost: 32 bits are the address. */
  const at = (sum: number, width: number, write: boolean) => {
    const address = sum >>> 0;
    for (const memory of memories) {
      const offset = address - memory.from;
      if (offset >= 0 && offset + width <= memory.octets.length && (memory.writable || !write)) {
        return { view: memory.view, offset };
      }
    }
    throw new Error(`${write ? "write to" : "read of"} address 0x${address.toString(16)}`);
  };
  const bus = {
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    onBreak(code: number) {
      throw new Error(`breakpoint ${code}`);
    },
    readUint32(address: number): number {
      if (address === PORT_WORD) return input[read++];
      const { view, offset } = at(address, 4, false);
      return view.getUint32(offset, true);
    },
    readUint16(address: number): number {
      const { view, offset } = at(address, 2, false);
      return view.getUint16(offset, true);
    },
    readUint8(address: number): number {
      const { view, offset } = at(address, 1, false);
      return view.getUint8(offset);
    },
    writeUint32(address: number, value: number): void {
      if (address === PORT_WORD) {
        values.push(value >>> 0);
        callFrom = core.cycles;
        return;
      }
      const { view, offset } = at(address, 4, true);
      view.setUint32(offset, value, true);
    },
    writeUint16(address: number, value: number): void {
      const { view, offset } = at(address, 2, true);
      view.setUint16(offset, value, true);
    },
    writeUint8(address: number, value: number): void {
      const { view, offset } = at(address, 1, true);
      view.setUint8(offset, value);
    },
  };
  const core = new Core(bus);
  core.reset();
  try {
    while (values.length < calls.length && core.cycles - callFrom < MOST_CYCLES) core.executeInstruction();
  } catch (error) {
    return { values, failure: (error as Error).message };
  }
  return values.length === calls.length
    ? { values }
    : { values, failure: `no value in ${MOST_CYCLES} cycles` };
}
