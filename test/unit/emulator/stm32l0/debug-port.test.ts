/** The emulated STM32L073 as a debugger sees it; gdb-multiarch itself on the last one (Debian: gdb-multiarch). */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runLockstep } from "../../../../hil/clock/index.ts";
import { GdbServer, Stm32l073 } from "../../../../hil/emulator/index.ts";
import { ArmBench } from "../support/arm-programs.ts";
import { build } from "./programs.ts";

const SP_AT = 13 * 4;
const PC_AT = 15 * 4;

const COUNT = `volatile uint32_t count;
__attribute__((noinline)) void tick(void) { count++; }
int main(void) { for (;;) tick(); }`;

async function bench(source = COUNT) {
  const program = await build(source);
  const board = new ArmBench(program, Stm32l073);
  const debug = board.machine.debugPort;
  const pc = () => Buffer.from(debug.readRegisters()).readUInt32LE(PC_AT);
  const addressOf = (name: string) => (program.symbols.get(name)?.address ?? Number.NaN) & ~1;
  return { program, machine: board.machine, board, debug, pc, addressOf };
}

describe("the debug port of an emulated STM32L073", () => {
  it("stops at the first instruction of an interrupt handler", async () => {
    const { machine, debug, pc, addressOf } = await bench(`volatile uint32_t served;
      int main(void) { enable(31); REG(0xe000e200) = BIT(31); for (;;) { } }
      void last_irq(void) { served++; }`);
    debug.breakpoints.add(addressOf("last_irq"));
    machine.runUntil(1e6);
    assert.equal(pc(), addressOf("last_irq"));
    assert.equal(Buffer.from(debug.readRegisters()).readUInt32LE(16 * 4) & 0x3f, 47, "the exception in xPSR");
  });

  it("changes nothing of what a program does, and when", async () => {
    const source = `volatile uint32_t seen;
      int main(void) {
        RCC(0x38) |= BIT(0); TIM2(0x2c) = 999; TIM2(0x0c) = 1; TIM2(0) = 1; enable(15);
        for (;;) wfi();
      }
      void tim2_irq(void) { TIM2(0x10) = 0; seen++; }`;
    const plain = new ArmBench(await build(source), Stm32l073);
    const { board, debug, addressOf } = await bench(source);
    debug.breakpoints.add(addressOf("tim2_irq"));
    plain.runTo(20e6);
    board.runTo(20e6);
    assert.equal(board.machine.cycles, plain.machine.cycles);
    assert.equal(board.u32("seen"), plain.u32("seen"));
    assert.ok(board.u32("seen") > 30);
  });

  it("reads and writes registers in GDB's order, and says what they are", async () => {
    const { debug, pc, addressOf } = await bench();
    const registers = Buffer.from(debug.readRegisters());
    assert.equal(registers.length, 17 * 4);
    assert.equal(registers.readUInt32LE(SP_AT), 0x20005000);
    registers.writeUInt32LE(0xdeadbeef, 4);
    registers.writeUInt32LE(addressOf("main") | 1, PC_AT);
    debug.writeRegisters(registers);
    assert.equal(Buffer.from(debug.readRegisters()).readUInt32LE(4), 0xdeadbeef);
    assert.equal(pc(), addressOf("main"));
    assert.match(
      debug.targetDescription ?? "",
      /m-profile.*name="r0".*name="sp".*name="lr".*name="pc".*name="xpsr"/,
    );
    assert.doesNotMatch(debug.targetDescription ?? "", /[#$*}]/);
  });

  it("reads flash, SRAM and data EEPROM, writes SRAM alone, and touches no peripheral", async () => {
    const { program, board, debug, addressOf } = await bench();
    const hex = (octets: Uint8Array | undefined) => octets && Buffer.from(octets).toString("hex");
    assert.equal(hex(debug.readMemory(0x08000000, 8)), hex(program.flash.subarray(0, 8)));
    assert.equal(debug.writeMemory(addressOf("count"), Uint8Array.of(7, 0, 0, 0)), true);
    assert.equal(board.u32("count"), 7);
    assert.equal(hex(debug.readMemory(0x080817ff, 1)), "00");
    for (const address of [0x40021000, 0x20005000, 0x08081800, 0]) {
      assert.equal(debug.readMemory(address, 1), undefined);
    }
    assert.equal(debug.writeMemory(0x08000000, Uint8Array.of(0)), false);
  });

  it("serves gdb-multiarch: a breakpoint by name, a variable, a step, the way back to the caller", async () => {
    const { program, machine, board } = await bench();
    let over = false;
    const server = new GdbServer(machine.debugPort, () => {
      over = true;
    });
    const port = await server.listen(0);
    const commands = ["break tick", "continue", "continue", "print count", "stepi", "backtrace", "kill"];
    const gdb = promisify(execFile)("gdb-multiarch", [
      ...["-batch", "-nx", "-ex", "set confirm off", "-ex", `target remote 127.0.0.1:${port}`],
      ...commands.flatMap((command) => ["-ex", command]),
      program.elfPath,
    ]);
    const machines = [machine];
    await runLockstep({
      clock: board.clock,
      machines,
      participants: [server],
      done: () => over,
      limitNs: 10e9,
    });
    await server.close();
    const { stdout } = await gdb;
    assert.match(stdout, /\$1 = 1\n/);
    assert.match(stdout, /#0 .*tick.*\n#1 .*main/);
  });
});
