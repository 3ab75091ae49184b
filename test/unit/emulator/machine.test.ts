/** The machine as the rig sees it: time, lockstep, power, memories. */
import assert from "node:assert/strict";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { createMachine } from "../../../hil/emulator/index.ts";
import { Bench, buildBare, buildOnHal, CLOCK_HZ } from "./support/programs.ts";

const COUNT = "volatile uint32_t count; int main(void) { count = 0; for (;;) count++; }";

describe("an ATmega328P as a machine in lockstep", () => {
  it("runs to the instant asked for, to the next instruction", async () => {
    const bench = new Bench(await buildBare(COUNT));
    assert.equal(bench.machine.runUntil(1_000_000), 1_000_000);
    const aheadNs = bench.machine.nowNs() - 1_000_000;
    assert.ok(aheadNs >= 0 && aheadNs <= 5 * 125, `${aheadNs} ns ahead`);
    assert.equal(bench.machine.cycles, bench.machine.nowNs() / 125);
    assert.equal(bench.machine.nextWakeNs, bench.machine.nowNs());
  });

  it("ends its slice where one of its own chips schedules something", async () => {
    const bench = new Bench(
      await buildOnHal("void joinery_main(void) { hal_radio_select(true); for (;;) ; }"),
    );
    const happened: number[] = [];
    bench.machine.attachRadio(
      {
        select: () =>
          bench.machine.at(bench.machine.nowNs() + 10_000, () => happened.push(bench.clock.nowNs())),
        transfer: () => 0,
        reset: () => {},
        onDio: () => {},
      },
      { radioSelect: "PB2", radioReset: "PB1", dio0: "PD2", dio1: "PD3" },
    );
    const reachedNs = bench.machine.runUntil(1_000_000);
    assert.ok(reachedNs < 100_000, `ran on to ${reachedNs}`);
    assert.deepEqual(happened, []);
    bench.clock.advanceTo(reachedNs);
    assert.deepEqual(happened, [reachedNs]);
  });

  it("never schedules before its own time, which is ahead of the clock", async () => {
    const bench = new Bench(await buildBare(COUNT));
    bench.machine.runUntil(5_000_000);
    assert.ok(bench.machine.at(0, () => {}).atNs >= 5_000_000);
  });

  it("tells when it wakes from idle, and never from power-down without an interrupt", async () => {
    const idle = new Bench(
      await buildOnHal("void joinery_main(void) { for (;;) hal_sleep_until(hal_now() + 60000); }"),
    );
    idle.runTo(1e6);
    const wakeNs = idle.machine.nextWakeNs;
    assert.ok(wakeNs > 60e6 && wakeNs < 60.1e6, `${wakeNs}`);
    const down = new Bench(
      await buildBare(
        'int main(void) { SMCR = _BV(SE) | _BV(SM1); __asm__ volatile("sei"); __asm__ volatile("sleep"); done = 1; for (;;) ; }',
      ),
    );
    down.runTo(1e9);
    assert.equal(down.machine.nextWakeNs, Number.POSITIVE_INFINITY);
    assert.notEqual(down.u8("done"), 1);
    assert.ok(down.machine.nowNs() >= 1e9);
    assert.ok(down.machine.cycles < 1000, "no cycle passes while the oscillator stands");
  });

  it("runs at the rate of this board's clock, not at the nominal one", async () => {
    const program = await buildBare(COUNT);
    const cyclesAt = (clockErrorPpm: number) => {
      const machine = createMachine(program, {
        clock: new VirtualClock(),
        eeprom: new Uint8Array(1024),
        clockErrorPpm,
      });
      machine.runUntil(1e9);
      return machine.cycles;
    };
    assert.ok(Math.abs(cyclesAt(0) - 8_000_000) < 5);
    assert.ok(Math.abs(cyclesAt(1000) - 8_008_000) < 5);
  });

  it("has no body for a processor it does not know, and says which it knows", () => {
    const board = {
      processor: "atmega1284p",
      clockHz: CLOCK_HZ,
      flashBytes: 32768,
      console: { baud: 38400 },
    };
    assert.throws(
      () =>
        createMachine(
          { board, flash: new Uint8Array(2), ramEnd: 0x100 },
          { clock: new VirtualClock(), eeprom: new Uint8Array(1024) },
        ),
      /"atmega1284p".*atmega328p, atmega32u4/,
    );
  });
});

describe("the memories of an ATmega328P", () => {
  it("starts with undefined SRAM, which the start-up code zeroes where C says so", async () => {
    const bench = new Bench(
      await buildBare("volatile uint8_t zeroed[4]; int main(void) { done = 1; zeroed[0] = 0; for (;;) ; }"),
    );
    assert.notEqual(bench.u8("zeroed", 1), 0);
    bench.runUntilDone();
    assert.deepEqual([...bench.octets("zeroed")], [0, 0, 0, 0]);
  });

  it("refuses to read outside the SRAM", async () => {
    const { machine } = new Bench(await buildBare(COUNT));
    assert.throws(() => machine.readRam(0xff, 1), RangeError);
    assert.throws(() => machine.readRam(0x8ff, 2), RangeError);
    assert.equal(machine.readRam(0x8ff, 1).length, 1);
  });

  it("refuses an EEPROM or a flash of another size", async () => {
    const program = await buildBare(COUNT);
    assert.throws(
      () => new Bench(program, { eeprom: new Uint8Array(512) }),
      /1024 octets of EEPROM, not 512/,
    );
    assert.throws(
      () => new Bench(program, { flash: new Uint8Array(40000) }),
      /40000 octets does not fit 32768/,
    );
  });

  it("measures the deepest stack, with the frames of interrupts", async () => {
    const shallow = new Bench(await buildBare("int main(void) { done = 1; for (;;) ; }"));
    shallow.runUntilDone();
    const deep = new Bench(
      await buildBare(`
        static __attribute__((noinline)) uint8_t use(volatile uint8_t *room) { return room[99]; }
        int main(void) { volatile uint8_t room[100]; room[99] = 1; done = use(room); for (;;) ; }`),
    );
    deep.runUntilDone();
    const more = deep.machine.stackPeakBytes - shallow.machine.stackPeakBytes;
    assert.ok(more >= 100 && more <= 106, `${more} octets more`);
  });
});

describe("the console of an ATmega328P", () => {
  it("stays ready to send when its speed is doubled", async () => {
    const bench = new Bench(
      await buildBare(`
        static void put(uint8_t c) { while (!(UCSR0A & _BV(UDRE0))) ; UDR0 = c; }
        int main(void) { UCSR0B = _BV(TXEN0); UCSR0A = _BV(U2X0); UBRR0 = 25; put('o'); put('k'); done = 1; for (;;) ; }`),
    );
    bench.runUntilDone();
    assert.equal(bench.console, "ok");
    assert.deepEqual(bench.messages, []);
  });
});

describe("the power of an ATmega328P", () => {
  const WRITER = `
    volatile uint8_t done;
    void joinery_main(void)
    {
        uint8_t boots = hal_store_read(0);
        hal_store_write(0, (uint8_t)(boots + 1));
        hal_store_write(1, 0x11);
        hal_store_write(2, 0x22);
        done = 1;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }`;

  it("forgets the RAM and keeps the EEPROM", async () => {
    const bench = new Bench(await buildOnHal(WRITER));
    bench.runUntilDone();
    bench.machine.powerOff();
    assert.equal(bench.machine.powered, false);
    assert.equal(bench.machine.nextWakeNs, Number.POSITIVE_INFINITY);
    const offNs = bench.clock.nowNs();
    bench.runTo(offNs + 1e9);
    assert.equal(bench.machine.nowNs(), offNs + 1e9);
    bench.machine.powerOn();
    assert.notEqual(bench.u8("done"), 1);
    bench.runUntilDone();
    assert.deepEqual([...bench.machine.eeprom.subarray(0, 4)], [1, 0x11, 0x22, 0xff]);
    assert.ok(bench.clock.nowNs() > offNs + 1e9);
  });

  for (const [phase, expected] of [
    ["before", [0, 0x33, 0xff]],
    ["after", [0, 0x11, 0xff]],
  ] as const) {
    it(`cuts the power ${phase} the second write to the store`, async () => {
      const eeprom = new Uint8Array(1024).fill(0xff);
      eeprom[1] = 0x33;
      const bench = new Bench(await buildOnHal(WRITER), { eeprom });
      bench.machine.cutPowerAtStoreWrite(2, phase);
      bench.runTo(50e6);
      assert.equal(bench.machine.powered, false);
      assert.deepEqual([...eeprom.subarray(0, 3)], expected);
    });
  }

  const EEPROM =
    "static void go(uint8_t mode) { EECR = mode | _BV(EEMPE); EECR |= _BV(EEPE); while (EECR & _BV(EEPE)) ; }";

  it("erases an octet alone, and programs one alone, each in half the time", async () => {
    const eeprom = new Uint8Array(1024).fill(0x33);
    const bench = new Bench(
      await buildBare(`${EEPROM}
        int main(void) { EEAR = 1; go(_BV(EEPM0)); EEAR = 2; EEDR = 0x55; go(_BV(EEPM1)); done = 1; for (;;) ; }`),
      { eeprom },
    );
    bench.runUntilDone();
    assert.deepEqual([...eeprom.subarray(0, 4)], [0x33, 0xff, 0x11, 0x33]);
    const tookMs = bench.clock.nowNs() / 1e6;
    assert.ok(tookMs > 3.4 && tookMs < 3.6, `${tookMs} ms`);
    assert.deepEqual(bench.messages, []);
  });
});

describe("instructions that avr8js executes otherwise than the chip", () => {
  it("NEG of -128 overflows: a negated octet keeps its sign when it is widened", async () => {
    const bench = new Bench(
      await buildBare(`volatile int8_t octets[3] = {-128, 127, 1};
        volatile int16_t negated[3];
        int main(void) { for (uint8_t i = 0; i < 3; i++) negated[i] = 0 - octets[i]; done = 1; for (;;) ; }`),
    );
    bench.runUntilDone();
    assert.deepEqual(
      [bench.u16("negated"), bench.u16("negated", 1), bench.u16("negated", 2)],
      [128, 0xff81, 0xffff],
    );
  });
});
