/**
 * What only the HALs of the boards with an ATmega have: an overflow each 65 ms, the I bit, pins that float, rest timed
 * by the watchdog.
 */
import assert from "node:assert/strict";
import { boardNames, isLuaBoard, loadBoard, processorOf } from "../../../toolchain/image/board.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { EchoChip } from "./support/echo-chip.ts";
import { Bench, buildOnHal as buildOn } from "./support/programs.ts";

interface Traits {
  readonly ports: string;
  readonly txd: string;
  /** What the processor needs for itself. */
  readonly taken: readonly string[];
}

const TRAITS: Readonly<Record<string, Traits>> = {
  // The crystal, RESET.
  atmega328p: { ports: "BCD", txd: "PD1", taken: ["PB6", "PB7", "PC6"] },
  // HWB, which the boot loader wants pulled down.
  atmega32u4: { ports: "BCDEF", txd: "PD3", taken: ["PE2"] },
};

/** What else has a level of its own on a board, by its README. */
const WIRED: Readonly<Record<string, readonly string[]>> = {
  // The divider of the battery.
  "feather-32u4-rfm95": ["PB5"],
};

const BOARDS = boardNames().filter((name) => {
  const board = loadBoard(name);
  return !isLuaBoard(board) && processorOf(board).family === "avr";
});

for (const name of BOARDS) {
  describe(`what only an AVR has in the HAL of ${name}`, () => {
    const board = loadProcessorBoard(name);
    const { pins } = board;
    const { ports, txd, taken } = TRAITS[board.processor];
    /** Nobody pulls these up: the radio drives NRESET, DIO0 and DIO1, and some are no pins of the package. */
    const floating = [...ports]
      .flatMap((port) => [0, 1, 2, 3, 4, 5, 6, 7].map((number) => `P${port}${number}`))
      .filter(
        (pin) =>
          [pins.radioReset, pins.dio0, pins.dio1, ...taken, ...(WIRED[name] ?? [])].includes(pin) ||
          !processorOf(board).pins.has(pin),
      );
    const buildOnHal = (source: string) => buildOn(source, name);

    it("reads and sleeps right at every cycle around an overflow of Timer1", async () => {
      const probes = Array.from({ length: 120 }, (_, cycles) => `PROBE(${cycles})`).join(" ");
      const program = await buildOnHal(`
      volatile uint8_t before, after;
      volatile int32_t worstReading, longestSleep;
      #define PROBE(CYCLES) \\
          hal_sleep_until(overflow - 20); \\
          __builtin_avr_delay_cycles(CYCLES); \\
          note((int32_t)(hal_now() - overflow)); \\
          overflow += 0x10000; \\
          hal_sleep_until(overflow - 20); \\
          __builtin_avr_delay_cycles(CYCLES); \\
          hal_sleep_until(overflow + 30); \\
          late = (int32_t)(hal_now() - overflow) - 30; \\
          if (late > longestSleep) \\
              longestSleep = late; \\
          overflow += 0x10000;
      static void note(int32_t offset)
      {
          if (offset < 0)
              before++;
          else
              after++;
          if (offset < -20 || offset > 20)
              worstReading = offset;
      }
      void joinery_main(void)
      {
          uint32_t overflow = 0x10000;
          int32_t late;
          worstReading = longestSleep = 0;
          before = after = 0;
          ${probes}
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone(60e9);
      assert.equal(bench.u32("worstReading") | 0, 0);
      assert.ok(bench.u8("before") > 20 && bench.u8("after") > 20, "the readings lie on both sides");
      assert.ok((bench.u32("longestSleep") | 0) <= 20, `${bench.u32("longestSleep")} µs late`);
    });

    it("keeps an edge that comes while interrupts are off", async () => {
      const program = await buildOnHal(`
      #include <avr/interrupt.h>
      volatile uint8_t events;
      volatile uint32_t edge, end;
      void joinery_main(void)
      {
          cli();
          for (uint16_t n = 0; n < 1000; n++)
              __asm__ volatile("");
          sei();
          end = hal_now();
          events = hal_radio_events();
          edge = hal_radio_event_time();
          done = 1;
      }`);
      const bench = new Bench(program);
      const chip = new EchoChip();
      bench.machine.attachRadio(chip, pins);
      bench.clock.at(300_000, () => chip.pulse(0));
      bench.runUntilDone();
      assert.equal(bench.u8("events"), 1);
      assert.ok(bench.u32("end") - bench.u32("edge") < 20, "the interrupt runs as soon as it may");
    });

    it("lets no input float but those that the radio drives, and idles the console high", async () => {
      const program = await buildOnHal(`
      #include <avr/io.h>
      volatile uint8_t floating[${ports.length}], txd;
      void joinery_main(void)
      {
          ${[...ports].map((letter, port) => `floating[${port}] = (uint8_t)~(DDR${letter} | PORT${letter});`).join("\n")}
          txd = PORTD & _BV(${txd});
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      const floats = (port: number, pin: number) => ((bench.u8("floating", port) >> pin) & 1) === 1;
      const found = [...ports].flatMap((letter, port) =>
        [0, 1, 2, 3, 4, 5, 6, 7].filter((pin) => floats(port, pin)).map((pin) => `P${letter}${pin}`),
      );
      assert.deepEqual(found, floating);
      assert.notEqual(bench.u8("txd"), 0);
    });

    for (const percent of [-10, 7, 10])
      it(`never rests too short, nor longer than by a hundredth and 40 ms, with a watchdog that is ${percent} % off`, async () => {
        const program = await buildOnHal(`
        void joinery_main(void)
        {
            hal_radio_select(true);
            hal_rest_until(hal_now() + 600000000);
            hal_radio_select(false);
            done = 1;
        }`);
        const bench = new Bench(program, { watchdogError: percent / 100 });
        const edgesNs: number[] = [];
        const chip = new EchoChip();
        chip.select = () => edgesNs.push(bench.machine.nowNs());
        bench.machine.attachRadio(chip, pins);
        bench.runUntilDone(700e9);
        const tookS = (edgesNs[1] - edgesNs[0]) / 1e9;
        assert.ok(tookS >= 600 && tookS <= 606.04, `${tookS} s`);
        assert.deepEqual(bench.messages, []);
      });

    it("is in power-down for almost all of a rest, and idle for less than two of its measurements", async () => {
      const program = await buildOnHal(
        "void joinery_main(void) { hal_rest_until(hal_now() + 60000000); done = 1; }",
      );
      const bench = new Bench(program);
      bench.runUntilDone(70e9);
      const { idle, powerDown } = bench.machine.asleepNs;
      assert.ok(idle > 32e6 && idle < 75e6, `${idle / 1e6} ms idle`);
      assert.ok(powerDown > 59.9e9, `${powerDown / 1e6} ms in power-down`);
    });

    it("lets the console send its last characters before power-down", async () => {
      const program = await buildOnHal(`
      void joinery_main(void)
      {
          hal_console_write('o');
          hal_console_write('k');
          hal_rest_until(hal_now() + 1000000);
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      assert.equal(bench.console, "ok");
      assert.deepEqual(bench.messages, []);
    });

    it("times a sleep behind a rest to the microsecond, and the end of a transmission", async () => {
      const program = await buildOnHal(`
      volatile uint32_t edge;
      volatile int32_t late;
      void joinery_main(void)
      {
          hal_rest_until(hal_now() + 20000000);
          hal_radio_select(true);
          hal_sleep_until(hal_now() + 3000000);
          edge = hal_radio_event_time();
          (void)hal_radio_events();
          hal_sleep_until(edge + 5000000);
          late = (int32_t)(hal_now() - edge) - 5000000;
          hal_radio_select(false);
          done = 1;
      }`);
      const bench = new Bench(program, { watchdogError: 0.07 });
      const chip = new EchoChip();
      let edgeNs = 0;
      let endNs = 0;
      chip.select = (selected) => {
        if (selected) {
          edgeNs = bench.machine.nowNs() + 1_000_000_000;
          bench.clock.at(edgeNs, () => chip.rise(0));
        } else {
          endNs = bench.machine.nowNs();
        }
      };
      bench.machine.attachRadio(chip, pins);
      bench.runUntilDone(40e9);
      const tookUs = (endNs - edgeNs) / 1000;
      assert.ok(tookUs >= 5_000_000 && tookUs < 5_000_040, `${tookUs} µs`);
      assert.ok((bench.u32("late") | 0) <= 20);
    });

    it("gives a program that a reset by the watchdog has left 16 ms its 8 s again", async () => {
      const program = await buildOnHal(`
      #include <avr/io.h>
      #include <avr/wdt.h>
      volatile uint8_t count __attribute__((section(".noinit")));
      void joinery_main(void)
      {
          if (count == 0xa5) {
              count = 1;
              wdt_enable(WDTO_15MS);
              for (;;)
                  ;
          }
          for (uint32_t end = hal_now() + 500000; hal_now() < end;)
              ;
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      assert.equal(bench.u8("count"), 1);
      assert.ok(bench.clock.nowNs() > 515e6);
    });
  });
}
