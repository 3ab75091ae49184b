/** The HAL of nucleo-l073rz-sx1276 on the emulated processor, against the promises of firmware/hal. */
import assert from "node:assert/strict";
import { BoardBench, buildOnBoard } from "./support/board-programs.ts";
import { EchoChip } from "./support/echo-chip.ts";

const BOARD = "nucleo-l073rz-sx1276";
const PINS = { radioSelect: "PB6", radioReset: "PA0", dio0: "PA10", dio1: "PB3" };
/** A tick of the crystal. */
const TICK_US = 1e6 / 32768;

describe(`HAL of ${BOARD}`, () => {
  it("counts microseconds of the crystal, to a tick, over many laps of LPTIM1", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint32_t at[30];
      void joinery_main(void)
      {
          for (uint8_t i = 0; i < 30; i++) {
              hal_radio_select(true);
              at[i] = hal_now();
              hal_radio_select(false);
              hal_sleep_until(at[i] + 517003);
          }
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    const selectedNs: number[] = [];
    const chip = new EchoChip();
    chip.select = (selected) => {
      if (selected) selectedNs.push(bench.machine.nowNs());
    };
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone(30e9);
    assert.equal(selectedNs.length, 30);
    assert.ok(selectedNs[29] - selectedNs[0] > 14e9, "the program runs over many laps");
    for (let i = 1; i < 30; i++) {
      const passedUs = (selectedNs[i] - selectedNs[0]) / 1000;
      const readUs = bench.u32("at", i) - bench.u32("at", 0);
      assert.ok(Math.abs(readUs - passedUs) < TICK_US + 5, `reading ${i}: ${readUs} µs after ${passedUs} µs`);
    }
    assert.deepEqual(bench.messages, []);
  });

  it("sleeps to the deadline, not shorter and within the latency longer, near and far and at the ends of laps", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile int32_t late[120];
      static uint32_t ahead(uint8_t i)
      {
          if (i < 60)
              return i * 9u;
          if (i < 80)
              return (uint32_t)1 << (i - 58);
          return 2000000u - hal_now() % 2000000u + (i - 100u) * 17u;
      }
      void joinery_main(void)
      {
          for (uint8_t i = 0; i < 120; i++) {
              uint32_t deadline = hal_now() + ahead(i);
              hal_sleep_until(deadline);
              late[i] = (int32_t)(hal_now() - deadline);
          }
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    bench.runUntilDone(200e9);
    const late = Array.from({ length: 120 }, (_, i) => bench.u32("late", i) | 0);
    assert.ok(
      late.every((us) => us >= 0 && us <= 100),
      late.join(" "),
    );
    assert.deepEqual(bench.messages, []);
  });

  it("does not lose an edge that comes at any time around the call of sleep", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint8_t events;
      volatile uint32_t before, after;
      void joinery_main(void)
      {
          hal_sleep_until(hal_now() + 5000);
          before = hal_now();
          hal_radio_select(true);
          hal_sleep_until(before + 50000);
          after = hal_now();
          events = hal_radio_events();
          done = 1;
      }`,
    );
    const probe = new BoardBench(program);
    const silent = new EchoChip();
    let calledNs = 0;
    silent.select = (selected) => {
      if (selected) calledNs = probe.machine.nowNs();
    };
    probe.machine.attachRadio(silent, PINS);
    probe.runUntilDone();
    assert.ok(calledNs > 0 && probe.u32("after") - probe.u32("before") >= 50_000);
    for (let edgeNs = calledNs - 10_000; edgeNs <= calledNs + 40_000; edgeNs += 500) {
      const bench = new BoardBench(program);
      const chip = new EchoChip();
      bench.machine.attachRadio(chip, PINS);
      bench.clock.at(edgeNs, () => chip.pulse(0));
      bench.runUntilDone();
      const sleptUs = bench.u32("after") - bench.u32("before");
      assert.ok(sleptUs < 200, `an edge at ${edgeNs} ns let the board sleep for ${sleptUs} µs`);
      assert.equal(bench.u8("events"), 1);
    }
  });

  it("latches both DIO lines apart, stamps the last edge in Stop mode, and clears them when read", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint8_t first, second, third;
      volatile uint32_t begun, firstEdge, secondEdge;
      void joinery_main(void)
      {
          hal_radio_select(true);
          begun = hal_now();
          hal_sleep_until(begun + 3000000);
          first = hal_radio_events();
          firstEdge = hal_radio_event_time();
          hal_sleep_until(begun + 3000000);
          second = hal_radio_events();
          secondEdge = hal_radio_event_time();
          third = hal_radio_events();
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    const chip = new EchoChip();
    let startNs = 0;
    chip.select = (selected) => {
      if (!selected) return;
      startNs = bench.machine.nowNs();
      bench.machine.at(startNs + 300_000_000, () => chip.pulse(1));
      bench.machine.at(startNs + 700_000_000, () => chip.pulse(0));
    };
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone();
    assert.ok(startNs > 0);
    assert.deepEqual([bench.u8("first"), bench.u8("second"), bench.u8("third")], [2, 1, 0]);
    const edges = ["firstEdge", "secondEdge"].map((name) => bench.u32(name) - bench.u32("begun"));
    for (const [index, us] of [300_000, 700_000].entries()) {
      assert.ok(Math.abs(edges[index] - us) < TICK_US + 15, `${edges[index]} µs`);
    }
    assert.deepEqual(bench.messages, []);
  });

  it("speaks mode 0 to the radio, and floats NRESET when it is released", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint8_t in[2];
      void joinery_main(void)
      {
          hal_radio_reset(true);
          hal_radio_reset(false);
          hal_radio_select(true);
          in[0] = hal_radio_transfer(0x42);
          in[1] = hal_radio_transfer(0x00);
          hal_radio_select(false);
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    const chip = new EchoChip();
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone();
    assert.deepEqual(chip.log, ["reset", "release", "select", "42", "0", "deselect"]);
    assert.deepEqual([bench.u8("in", 0), bench.u8("in", 1)], [0xbd, 0xff]);
    assert.deepEqual(bench.messages, []);
  });

  it("writes the store in two programming times an octet, and reads it back after a power cycle", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint8_t found;
      volatile uint32_t took;
      void joinery_main(void)
      {
          found = hal_store_read(1023);
          uint32_t start = hal_now();
          hal_store_write(1023, 0x5a);
          took = hal_now() - start;
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    bench.runUntilDone();
    assert.equal(bench.u8("found"), 0xff);
    assert.ok(Math.abs(bench.u32("took") - 6560) < 100, `${bench.u32("took")} µs`);
    assert.equal(bench.machine.eeprom[1023], 0x5a);
    bench.machine.powerOff();
    bench.machine.powerOn();
    bench.runUntilDone();
    assert.equal(bench.u8("found"), 0x5a);
    assert.deepEqual(bench.messages, []);
  });

  it("writes to the console at 115200 Bd, to the last bit before it sleeps", async () => {
    const program = await buildOnBoard(
      BOARD,
      `void joinery_main(void)
      {
          for (uint8_t c = 'a'; c < 'k'; c++)
              hal_console_write(c);
          hal_sleep_until(hal_now() + 10000);
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    bench.runUntilDone();
    assert.equal(bench.console, "abcdefghij");
    assert.deepEqual(bench.messages, []);
  });

  it("is reset by the watchdog where it does not sleep any more, and not where it sleeps", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint8_t starts __attribute__((section(".noinit")));
      volatile uint32_t slept;
      void joinery_main(void)
      {
          if (starts == 1) {
              starts = 2;
              done = 1;
              for (;;)
                  hal_sleep_until(hal_now() + 1000000);
          }
          starts = 0;
          hal_sleep_until(hal_now() + 60000000);
          starts = 1;
          slept = hal_now();
          for (;;)
              ;
      }`,
    );
    const bench = new BoardBench(program);
    bench.runUntilDone(130e9);
    assert.equal(bench.u8("starts"), 2);
    const sinceNs = bench.clock.nowNs();
    // 2 s until the crystal swings, 60 s asleep, 28 s of the watchdog at 37 kHz, 2 s again or none.
    assert.ok(sinceNs > 88e9 && sinceNs < 96e9, `${sinceNs / 1e9} s`);
  });
});
