/** The emulated ATmega328P as a debugger sees it. */
import assert from "node:assert/strict";
import { Bench, buildBare, CLOCK_HZ } from "./support/programs.ts";

const CYCLE_NS = 1e9 / CLOCK_HZ;
const DATA = 0x800000;
const EEPROM = 0x810000;
const SP_AT = 33;
const PC_AT = 35;

const COUNT = `volatile uint8_t count;
__attribute__((noinline)) void tick(void) { count++; }
int main(void) { for (;;) tick(); }`;

async function bench(source = COUNT) {
  const program = await buildBare(source);
  const board = new Bench(program);
  const debug = board.machine.debugPort;
  const pc = () => Buffer.from(debug.readRegisters()).readUInt32LE(PC_AT);
  const addressOf = (name: string) => program.symbols.get(name)?.address ?? Number.NaN;
  return { program, machine: board.machine, board, debug, pc, addressOf };
}

describe("the debug port of an emulated ATmega328P", () => {
  it("stops before the instruction after a sleep once, when it is over", async () => {
    const { machine, board, debug, addressOf } = await bench(`#include <avr/sleep.h>
ISR(TIMER1_OVF_vect) {}
int main(void) {
  TCCR1B = _BV(CS10); TIMSK1 = _BV(TOIE1); sleep_enable(); sei();
  __asm__ volatile("sleep"); __asm__ volatile(".global awake"); __asm__ volatile(".type awake, @function"); __asm__ volatile("awake: nop");
  done = 1;
  for (;;) ;
}`);
    const stopsNs: number[] = [];
    debug.onStop = () => stopsNs.push(machine.nowNs());
    debug.breakpoints.add(addressOf("awake"));
    board.runTo(20e6);
    assert.equal(stopsNs.length, 1);
    assert.ok(stopsNs[0] >= 65536 * CYCLE_NS);
    assert.equal(board.u8("done"), 1);
  });

  it("changes nothing of what a program does, and when", async () => {
    const source = `volatile uint16_t seen;
#include <avr/sleep.h>
ISR(TIMER1_OVF_vect) { seen++; }
int main(void) {
  TCCR1B = _BV(CS10); TIMSK1 = _BV(TOIE1); sei();
  for (;;) sleep_mode();
}`;
    const plain = new Bench(await buildBare(source));
    const { board, debug, addressOf } = await bench(source);
    debug.breakpoints.add(addressOf("__vector_13"));
    plain.runTo(50e6);
    board.runTo(50e6);
    assert.equal(board.machine.cycles, plain.machine.cycles);
    assert.equal(board.u8("seen"), plain.u8("seen"));
    assert.ok(board.u8("seen") > 3);
  });

  it("reads and writes registers in GDB's order", async () => {
    const { machine, debug, pc, addressOf } = await bench();
    debug.breakpoints.add(addressOf("tick"));
    machine.runUntil(1e6);
    const registers = Buffer.from(debug.readRegisters());
    assert.equal(registers.length, 39);
    // The return address is all that lies on the stack besides that of main.
    assert.equal(registers.readUInt16LE(SP_AT), 0x8ff - 4);
    registers[24] = 0x5a;
    registers.writeUInt32LE(addressOf("main"), PC_AT);
    debug.writeRegisters(registers);
    assert.equal(debug.readRegisters()[24], 0x5a);
    assert.equal(pc(), addressOf("main"));
    assert.deepEqual(debug.registerRuns.slice(-3), [
      [32, 1],
      [33, 2],
      [35, 4],
    ]);
  });

  it("reads flash, data and EEPROM at the addresses of avr-gdb, and nothing beyond them", async () => {
    const { program, board, debug } = await bench();
    const hex = (octets: Uint8Array | undefined) => octets && Buffer.from(octets).toString("hex");
    assert.equal(hex(debug.readMemory(0, 4)), hex(program.flash.subarray(0, 4)));
    const at = program.symbols.get("count")?.address ?? Number.NaN;
    assert.equal(debug.writeMemory(DATA + at, Uint8Array.of(7)), true);
    assert.equal(board.u8("count"), 7);
    board.machine.eeprom[3] = 0x42;
    assert.equal(hex(debug.readMemory(EEPROM + 3, 1)), "42");
    assert.equal(debug.readMemory(0x8000, 1), undefined);
    assert.equal(debug.readMemory(DATA + 0x8ff, 2), undefined);
    assert.equal(debug.readMemory(EEPROM + 1024, 1), undefined);
    assert.equal(debug.writeMemory(0, Uint8Array.of(0)), false);
  });

  it("writes an I/O register as the program would", async () => {
    const { machine, debug } = await bench("int main(void) { for (;;) ; }");
    const [PIND, DDRD, PORTD] = [0x29, 0x2a, 0x2b];
    debug.writeMemory(DATA + DDRD, Uint8Array.of(0xff));
    debug.writeMemory(DATA + PORTD, Uint8Array.of(0x81));
    machine.runUntil(10_000);
    assert.deepEqual([...(debug.readMemory(DATA + PIND, 1) ?? [])], [0x81]);
  });
});
