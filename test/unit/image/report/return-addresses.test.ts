/** The way back through the calls, at each instruction of a function on its way in and out, on both families. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readElfFile } from "../../../../toolchain/image/elf-file.ts";
import { ReturnAddresses, type StackContents } from "../../../../toolchain/image/index.ts";
import { Bench, buildOnHal } from "../../emulator/support/programs.ts";

const SOURCE = `#define APART __attribute__((noinline, noclone))
volatile uint8_t in = 3;
APART uint8_t leaf(uint8_t i) { return (uint8_t)(i + in); }
APART uint8_t deep(uint8_t i) {
  volatile uint8_t array[20];
  array[i] = leaf(i);
  return (uint8_t)(array[i] + leaf(in));
}
APART uint8_t middle(uint8_t i) { return (uint8_t)(deep(i) + deep((uint8_t)(i + 1)) + in); }
void joinery_main(void) { for (;;) done = middle(in); }`;

/** By when the program runs, and long behind it. */
const STARTED_NS = 80e6;
const LIMIT_NS = 90e6;

for (const { board, root, pcAt, stackOf } of [
  {
    board: "pro-mini-rfm95",
    root: "main",
    pcAt: 35,
    stackOf: (registers: Buffer, read: (at: number, length: number) => Uint8Array): StackContents => ({
      octets: read(0x800000 + registers.readUInt16LE(33) + 1, 0x8ff - registers.readUInt16LE(33)),
      registers: [],
    }),
  },
  {
    board: "feather-rp2040-rfm95",
    root: "start",
    pcAt: 15 * 4,
    stackOf: (registers: Buffer, read: (at: number, length: number) => Uint8Array): StackContents => ({
      octets: read(registers.readUInt32LE(13 * 4), 0x20042000 - registers.readUInt32LE(13 * 4)),
      registers: Array.from({ length: 16 }, (_, number) => registers.readUInt32LE(4 * number)),
    }),
  },
]) {
  describe(`return addresses of a program for ${board}`, () => {
    it("lead back to the functions that called, from every instruction", async () => {
      const program = await buildOnHal(SOURCE, board);
      const elf = readFileSync(program.elfPath);
      const { symbols } = readElfFile(elf);
      const nameAt = (at: number) =>
        symbols.find(({ kind, address, size }) => kind === "function" && address <= at && at < address + size)
          ?.name;
      const returns = new ReturnAddresses(elf, program.flash);
      const bench = new Bench(program);
      const { machine } = bench;
      const debug = machine.debugPort;
      const deep = program.symbols.get("deep")!.address & ~1;
      bench.runTo(STARTED_NS);
      debug.breakpoints.add(deep);
      machine.runUntil(LIMIT_NS);
      debug.breakpoints.clear();
      const seen = new Map<string, number>();
      for (let step = 0; step < 400; step++) {
        const registers = Buffer.from(debug.readRegisters());
        const pc = registers.readUInt32LE(pcAt);
        const contents = stackOf(registers, (at, length) => debug.readMemory(at, length)!);
        const way = [pc, ...returns.from(pc, contents).map((address) => address - 2)].map(nameAt).join(" < ");
        seen.set(way, (seen.get(way) ?? 0) + 1);
        debug.stepping = true;
        machine.runUntil(LIMIT_NS);
      }
      const outside = `middle < ${root}`;
      assert.deepEqual(
        new Set(seen.keys()),
        new Set([`deep < ${outside}`, `leaf < deep < ${outside}`, root, outside]),
      );
      for (const [way, count] of seen) assert.ok(count > 5, `${way}: ${count}`);
    });
  });
}
