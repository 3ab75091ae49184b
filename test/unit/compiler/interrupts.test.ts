/**
 * Interrupts on an emulated ATmega328P, between any two instructions at which they are on: the main program and the
 * handler must agree about every one of them.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { avrInterrupt, CPU } from "avr8js";
import { executeInstruction } from "../../../hil/emulator/atmega/negation.ts";
import { C_FLAGS } from "../../fuzz/compiler/c-program.ts";
import { randomFrom } from "../../fuzz/compiler/random.ts";
import { compileProgram, inFolder, LANGUAGE } from "./targets.ts";

const PROGRAM = `import { critical, dispatch, type Int, u16, type u32, u32 as wrap32, u8, Volatile32, VolatileFlag } from ${JSON.stringify(LANGUAGE)};
/** @extern test_output */
function output(_value: u32): void {}
const EDGES = 400;
const total = new Volatile32();
const stop = new VolatileFlag();
const numbers = new Uint16Array(4);
let waiting: Int<0, 4> = 0;
let missed: u16 = 0;

/** Each edge has a number, and either waits or is counted as missed. @isr INT0_vect */
export function onEdge(): void {
  total.write(wrap32(total.read() + 1));
  if (waiting < 4) {
    numbers[waiting] = u16(total.read());
    waiting++;
  } else {
    missed = u16(missed + 1);
  }
  if (total.read() >= EDGES) stop.write(true);
}

let seen: u32 = 0;
let last: u16 = 0;
let wrong: u16 = 0;
/** What waits must be in order, and all that came must wait or be missed. */
function check(): void {
  let now: u32 = 0;
  let came: u32 = 0;
  critical(() => {
    now = total.read();
    came = waiting + missed;
    for (let i = 0; i < waiting; i++) {
      const number = numbers[i];
      if (number <= last) wrong = u16(wrong + 1);
      last = number;
    }
    critical(() => {
      waiting = 0;
    });
    missed = 0;
  });
  if (wrap32(now - seen) !== came) wrong = u16(wrong + 1);
  seen = now;
}
let idled: u8 = 0;
function idle(): void {
  idled = u8(idled + 1);
}
const STEPS = dispatch([check, idle]);
export function main(): void {
  let step: Int<0, 1> = 0;
  while (!stop.read()) {
    STEPS[step]();
    step = 1 - step;
  }
  check();
  output(wrong);
  output(seen);
}
`;

const PORT = `#include <avr/interrupt.h>
#include <avr/io.h>
#include "main.h"
void joinery_main(void);
void test_output(uint32_t value) {
  for (uint8_t i = 0; i < 4; i++) {
    GPIOR0 = (uint8_t)value;
    value >>= 8;
  }
}
int main(void) {
  sei();
  joinery_main();
  return 0;
}
`;

const GPIOR0 = 0x3e;
const SREG = 0x5f;
/** The vector of INT0, in words. */
const INT0 = 2;

/** Runs the C of the program with interrupts as `seed` has them: how often it was wrong, and how many edges it saw. */
function run(
  files: ReadonlyMap<string, string>,
  seed: number,
): { wrong: number; seen: number; edges: number } {
  return inFolder([...files, ["test_port.c", PORT]], (folder) => {
    const sources = [...files.keys(), "test_port.c"].filter((file) => file.endsWith(".c"));
    const target = ["-mmcu=atmega328p", "-Os", "-o", "program.elf"];
    execFileSync("avr-gcc", [...C_FLAGS, ...target, ...sources], { cwd: folder, stdio: "pipe" });
    execFileSync("avr-objcopy", ["-O", "binary", "program.elf", "program.bin"], { cwd: folder });
    const flash = new Uint16Array(16384);
    new Uint8Array(flash.buffer).set(readFileSync(join(folder, "program.bin")));
    const cpu = new CPU(flash);
    const written: number[] = [];
    cpu.writeHooks[GPIOR0] = (value) => {
      written.push(value);
      return true;
    };
    const random = randomFrom(seed);
    let edges = 0;
    while (written.length < 8 && cpu.cycles < 20_000_000) {
      const on = (cpu.data[SREG] & 0x80) !== 0;
      executeInstruction(cpu);
      // After the instruction that turns them on, one more runs first (DS40002061B, 7.7).
      if (on && (cpu.data[SREG] & 0x80) !== 0 && random() < 0.02 && edges < 60000) {
        avrInterrupt(cpu, INT0);
        edges++;
      }
    }
    const [wrong, seen] = new Uint32Array(Uint8Array.from(written).buffer);
    return { wrong, seen, edges };
  });
}

describe("interrupts", function () {
  this.timeout(60000);
  let files: ReadonlyMap<string, string>;

  before(() => {
    files = inFolder([["main.ts", PROGRAM]], (folder) => compileProgram(folder).files);
  });

  it("find the main program and the handler agreed, wherever they come", () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { wrong, seen, edges } = run(files, seed);
      assert.equal(wrong, 0);
      assert.ok(seen >= 400 && seen <= edges, `${seen} of ${edges}`);
    }
  });

  it("would be torn apart without critical sections", () => {
    const header = files.get("joinery_interrupts.h")!;
    const open = new Map(files).set("joinery_interrupts.h", header.replace("  cli();\n", ""));
    assert.notEqual(open.get("joinery_interrupts.h"), header);
    assert.ok([1, 2, 3, 4].some((seed) => run(open, seed).wrong > 0));
  });
});
