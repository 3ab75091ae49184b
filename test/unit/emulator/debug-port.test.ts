/** What a debugger may count on, whatever the processor. What only one has is tested in a file of its own. */
import assert from "node:assert/strict";
import { bench as bootRp2040, build as buildRp2040 } from "./rp2040/programs.ts";
import { bench as bootStm32l0, build as buildStm32l0 } from "./stm32l0/programs.ts";
import type { MachineBench, Symbols } from "./support/bench.ts";
import { Bench, buildBare } from "./support/programs.ts";

/** Two instructions at least, of which the first is no jump. */
const COUNT = `volatile uint8_t count;
__attribute__((noinline)) void tick(void) { count++; }
int main(void) { for (;;) tick(); }`;

interface Debugged {
  readonly processor: string;
  readonly build: (source: string) => Promise<{ readonly symbols: Symbols; readonly flash: Uint8Array }>;
  readonly boot: (source: string) => Promise<MachineBench>;
  /** Where the program counter stands among the registers in GDB's order. */
  readonly pcAt: number;
  /** Where GDB has the flash, and what it adds to the addresses of data. */
  readonly flash: number;
  readonly data: number;
  /** By when the program runs. */
  readonly startNs: number;
}

const CASES: readonly Debugged[] = [
  {
    processor: "ATmega328P",
    build: (source) => buildBare(source),
    boot: async (source) => new Bench(await buildBare(source)),
    ...{ pcAt: 35, flash: 0, data: 0x800000, startNs: 1e6 },
  },
  {
    processor: "STM32L073",
    ...{ build: buildStm32l0, boot: bootStm32l0 },
    ...{ pcAt: 15 * 4, flash: 0x08000000, data: 0, startNs: 1e6 },
  },
  {
    processor: "RP2040",
    ...{ build: buildRp2040, boot: bootRp2040 },
    ...{ pcAt: 15 * 4, flash: 0x10000000, data: 0, startNs: 20e6 },
  },
];

for (const { processor, build, boot, pcAt, flash, data, startNs } of CASES) {
  describe(`the debug port of every emulated processor: ${processor}`, () => {
    async function counting() {
      const { symbols, flash } = await build(COUNT);
      const board = await boot(COUNT);
      const { machine } = board;
      const debug = machine.debugPort;
      const pc = () => Buffer.from(debug.readRegisters()).readUInt32LE(pcAt);
      // The lowest bit of a symbol of Thumb code says just that.
      return { board, machine, debug, pc, contents: flash, tick: symbols.get("tick")!.address & ~1, symbols };
    }

    it("ends the slice before the instruction of a breakpoint, each time that the program comes there", async () => {
      const { board, machine, debug, pc, tick } = await counting();
      let stops = 0;
      debug.onStop = () => stops++;
      debug.breakpoints.add(tick);
      for (let round = 0; round < 3; round++) {
        const reachedNs = machine.runUntil(startNs);
        assert.ok(reachedNs < startNs);
        assert.equal(reachedNs, machine.nowNs());
        assert.equal(pc(), tick);
        assert.equal(board.u8("count"), round);
      }
      assert.equal(stops, 3);
      debug.breakpoints.clear();
      assert.equal(machine.runUntil(startNs), startNs);
    });

    it("stands still behind the change of a watched place, and once for each", async () => {
      const { board, machine, debug, tick, symbols } = await counting();
      debug.breakpoints.add(tick);
      machine.runUntil(startNs);
      debug.breakpoints.clear();
      const place = data + symbols.get("count")!.address;
      const stops: (number | undefined)[] = [];
      debug.onStop = (changed) => stops.push(changed);
      assert.equal(debug.watchpoints.add(place, 1), true);
      machine.runUntil(startNs);
      for (let round = 1; round <= 3; round++) {
        assert.equal(board.u8("count"), round);
        assert.ok(machine.runUntil(startNs) < startNs);
      }
      assert.deepEqual(stops, [place, place, place, place]);
      assert.equal(debug.watchpoints.add(data + 0x7fff0000, 1), false);
      debug.watchpoints.delete(place, 1);
      assert.equal(machine.runUntil(startNs), startNs);
    });

    it("executes one instruction for a step, and then stands still", async () => {
      const { machine, debug, pc, tick } = await counting();
      debug.breakpoints.add(tick);
      machine.runUntil(startNs);
      debug.breakpoints.clear();
      debug.stepping = true;
      assert.ok(machine.runUntil(startNs) < startNs);
      assert.ok(pc() === tick + 2 || pc() === tick + 4, `from ${tick} to ${pc()}`);
      assert.equal(debug.stepping, false);
    });

    it("reads the flash and writes variables, but not the flash", async () => {
      const { board, debug, contents, symbols } = await counting();
      assert.deepEqual(Buffer.from(debug.readMemory(flash, 8)!), Buffer.from(contents.subarray(0, 8)));
      assert.equal(debug.writeMemory(data + symbols.get("count")!.address, Uint8Array.of(7)), true);
      assert.equal(board.u8("count"), 7);
      assert.equal(debug.writeMemory(flash, Uint8Array.of(0)), false);
      assert.deepEqual(board.messages, []);
    });
  });
}
