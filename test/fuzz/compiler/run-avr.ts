/** The AVR core of avr8js, as an ATmega1284P: the core of the ATmega328P with room for many programs at once. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CPU } from "avr8js";
import { executeInstruction } from "../../../hil/emulator/atmega/negation.ts";
import { END } from "./batch.ts";
import { C_FLAGS, RANDOM_FLAGS } from "./c-program.ts";
import { type Run, wordsOf } from "./calls.ts";
import type { CTarget } from "./run-c.ts";

const execute = promisify(execFile);

/** Words pass octet by octet through two general purpose registers that the emulation watches. */
export const AVR_PORT = `#include <avr/io.h>
static uint32_t port_read(void) {
  uint32_t word = GPIOR1;
  word |= (uint32_t)GPIOR1 << 8;
  word |= (uint32_t)GPIOR1 << 16;
  word |= (uint32_t)GPIOR1 << 24;
  return word;
}
static void port_write(uint32_t word) {
  for (uint8_t i = 0; i < 4; i++) {
    GPIOR0 = (uint8_t)word;
    word >>= 8;
  }
}
`;
const GPIOR0 = 0x3e;
const GPIOR1 = 0x4a;
const FLASH_BYTES = 128 * 1024;
const SRAM_BYTES = 16 * 1024;
/** What a call may take; those of random programs take a few thousand. */
const MOST_CYCLES = 20_000_000;

export const avrTarget: CTarget = {
  name: "avr",
  port: AVR_PORT,
  compiler: "avr-gcc",
  flags: [...C_FLAGS, ...RANDOM_FLAGS, "-mmcu=atmega1284p", "-Os"],
  async load(folder) {
    await execute("avr-objcopy", ["-O", "binary", "program", "program.bin"], { cwd: folder });
    const image = await readFile(join(folder, "program.bin"));
    if (image.length > FLASH_BYTES) return undefined;
    return (calls) => runAvrImage(image, wordsOf(calls, END), calls.length);
  },
};

/**
 * Has a program read words until it has written `count` of them. It may be one for a smaller ATmega with these
 * registers.
 */
export function runAvrImage(image: Uint8Array, words: Uint32Array, count: number): Run {
  const flash = new Uint16Array(FLASH_BYTES / 2);
  new Uint8Array(flash.buffer).set(image);
  const cpu = new CPU(flash, SRAM_BYTES);
  const input = new Uint8Array(words.buffer);
  const output = new Uint8Array(4 * count);
  let read = 0;
  let written = 0;
  let callFrom = 0;
  cpu.readHooks[GPIOR1] = () => input[read++];
  cpu.writeHooks[GPIOR0] = (value) => {
    output[written++] = value;
    callFrom = cpu.cycles;
    return true;
  };
  while (written < output.length && cpu.cycles - callFrom < MOST_CYCLES) {
    executeInstruction(cpu);
  }
  const values = [...new Uint32Array(output.buffer, 0, Math.floor(written / 4))];
  return values.length === count ? { values } : { values, failure: `no value in ${MOST_CYCLES} cycles` };
}
