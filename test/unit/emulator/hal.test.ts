/** The HALs of the boards with an ATmega on the emulated processors, against the promises of firmware/hal. */
import assert from "node:assert/strict";
import { loadProcessorBoard } from "../../../toolchain/image/board.ts";
import { EchoChip } from "./support/echo-chip.ts";
import { Bench, buildOnHal as buildOn, FEATHER, PRO_MINI } from "./support/programs.ts";

interface Traits {
  readonly name: string;
  readonly ports: string;
  readonly txd: string;
  /** What nobody pulls up. */
  readonly floating: readonly string[];
}

const BOARDS: readonly Traits[] = [
  {
    name: PRO_MINI,
    ports: "BCD",
    txd: "PD1",
    // NRESET, which the radio pulls up; the crystal; RESET and a pin that is none; DIO0 and DIO1.
    floating: ["PB1", "PB6", "PB7", "PC6", "PC7", "PD2", "PD3"],
  },
  {
    name: FEATHER,
    ports: "BCDEF",
    txd: "PD3",
    // The divider of the battery and DIO1; pins that are none; NRESET; of port E HWB, which the board pulls down, and DIO0.
    floating: [
      ...["PB5", "PB6"],
      ...["PC0", "PC1", "PC2", "PC3", "PC4", "PC5"],
      "PD4",
      ...["PE0", "PE1", "PE2", "PE3", "PE4", "PE5", "PE6", "PE7"],
      ...["PF2", "PF3"],
    ],
  },
];

const SLEEP_ONCE = `
volatile uint8_t done, events;
volatile uint32_t before, after, edge;
void joinery_main(void)
{
    for (uint8_t n = 0; n < 200; n++)
        __asm__ volatile("");
    before = hal_now();
    hal_sleep_until(before + 2000);
    after = hal_now();
    events = hal_radio_events();
    edge = hal_radio_event_time();
    done = 1;
}`;

for (const { name, ports, txd, floating } of BOARDS) {
  describe(`HAL of ${name}`, () => {
    const { pins } = loadProcessorBoard(name);
    const buildOnHal = (source: string) => buildOn(source, name);

    it("counts microseconds exactly, over many overflows of Timer1", async () => {
      const program = await buildOnHal(`
      volatile uint8_t done;
      volatile uint32_t at[40];
      void joinery_main(void)
      {
          for (uint8_t i = 0; i < 40; i++) {
              hal_radio_select(true);
              at[i] = hal_now();
              hal_radio_select(false);
              for (uint16_t n = 0; n < 60000; n++)
                  __asm__ volatile("");
          }
          done = 1;
      }`);
      const bench = new Bench(program);
      const selectedNs: number[] = [];
      const chip = new EchoChip();
      chip.select = (selected) => {
        if (selected) selectedNs.push(bench.machine.nowNs());
      };
      bench.machine.attachRadio(chip, pins);
      bench.runUntilDone();
      assert.equal(selectedNs.length, 40);
      const span = selectedNs[39] - selectedNs[0];
      assert.ok(span > 15 * 65_536_000, "the program runs over many overflows");
      for (let i = 1; i < 40; i++) {
        const passedUs = (selectedNs[i] - selectedNs[0]) / 1000;
        const readUs = bench.u32("at", i) - bench.u32("at", 0);
        assert.ok(Math.abs(readUs - passedUs) < 1.6, `reading ${i}: ${readUs} µs after ${passedUs} µs`);
      }
    });

    it("reads and sleeps right at every cycle around an overflow of Timer1", async () => {
      const probes = Array.from({ length: 120 }, (_, cycles) => `PROBE(${cycles})`).join(" ");
      const program = await buildOnHal(`
      volatile uint8_t done, before, after;
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

    it("sleeps to the deadline, not shorter and at most 20 µs longer, for deadlines near and far", async () => {
      const program = await buildOnHal(`
      volatile uint8_t done;
      volatile int32_t late[80];
      void joinery_main(void)
      {
          for (uint8_t i = 0; i < 80; i++) {
              uint32_t deadline = hal_now() + (i < 72 ? i : (uint32_t)1 << (i - 60));
              hal_sleep_until(deadline);
              late[i] = (int32_t)(hal_now() - deadline);
          }
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      const late = Array.from({ length: 80 }, (_, i) => bench.u32("late", i) | 0);
      // Below the time that the call itself takes the deadline is past before the processor could sleep.
      assert.ok(
        late.every((us) => us >= 0 && us <= 20),
        late.join(" "),
      );
      assert.deepEqual(bench.messages, []);
    });

    for (const dio of [0, 1] as const)
      it(`does not lose an edge of DIO${dio} that comes at any cycle around the call of sleep`, async () => {
        const program = await buildOnHal(SLEEP_ONCE);
        const probe = new Bench(program);
        probe.machine.attachRadio(new EchoChip(), pins);
        while (
          Number.isFinite(probe.machine.nextWakeNs) &&
          probe.machine.nextWakeNs <= probe.machine.nowNs()
        ) {
          probe.runTo(probe.clock.nowNs() + 125);
        }
        const asleepNs = probe.clock.nowNs();
        for (let edgeNs = asleepNs - 150 * 125; edgeNs <= asleepNs + 10 * 125; edgeNs += 125) {
          const bench = new Bench(program);
          const chip = new EchoChip();
          bench.machine.attachRadio(chip, pins);
          bench.clock.at(edgeNs, () => chip.rise(dio));
          bench.runUntilDone(10e6);
          const wokeUs = bench.u32("after") - bench.u32("before");
          assert.ok(wokeUs < 100, `an edge at ${edgeNs} ns let the board sleep for ${wokeUs} µs`);
          assert.equal(bench.u8("events"), 1 << dio);
        }
      });

    it("latches both DIO lines apart, stamps the last edge, and clears them when read", async () => {
      const program = await buildOnHal(`
      volatile uint8_t done, first, second, third;
      volatile uint32_t firstEdge, secondEdge;
      void joinery_main(void)
      {
          hal_sleep_until(1000000);
          first = hal_radio_events();
          firstEdge = hal_radio_event_time();
          hal_sleep_until(1000000);
          second = hal_radio_events();
          secondEdge = hal_radio_event_time();
          third = hal_radio_events();
          done = 1;
      }`);
      const bench = new Bench(program);
      const chip = new EchoChip();
      bench.machine.attachRadio(chip, pins);
      bench.clock.at(300_000_000, () => chip.rise(1));
      bench.clock.at(301_000_000, () => chip.fall(1));
      bench.clock.at(700_000_000, () => chip.rise(0));
      bench.clock.at(701_000_000, () => chip.fall(0));
      bench.runUntilDone();
      assert.deepEqual([bench.u8("first"), bench.u8("second"), bench.u8("third")], [2, 1, 0]);
      // Timer1 starts some 20 µs after the power; the stamp is taken some ten cycles after the edge.
      assert.ok(Math.abs(bench.u32("firstEdge") - 300_000) < 40, `${bench.u32("firstEdge")}`);
      // One handler may take a microsecond longer to its stamp than the other.
      const apartUs = bench.u32("secondEdge") - bench.u32("firstEdge");
      assert.ok(Math.abs(apartUs - 400_000) <= 1, `${apartUs} µs`);
    });

    it("keeps an edge that comes while interrupts are off", async () => {
      const program = await buildOnHal(`
      #include <avr/interrupt.h>
      volatile uint8_t done, events;
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

    it("speaks mode 0 at 4 MHz to the radio, and floats NRESET when it is released", async () => {
      const program = await buildOnHal(`
      volatile uint8_t done, in[2];
      void joinery_main(void)
      {
          hal_radio_reset(true);
          hal_radio_reset(false);
          hal_radio_select(true);
          in[0] = hal_radio_transfer(0x42);
          in[1] = hal_radio_transfer(0x00);
          hal_radio_select(false);
          done = 1;
      }`);
      const bench = new Bench(program);
      const chip = new EchoChip();
      bench.machine.attachRadio(chip, pins);
      bench.runUntilDone();
      assert.deepEqual(chip.log, ["reset", "release", "select", "42", "0", "deselect"]);
      assert.deepEqual([bench.u8("in", 0), bench.u8("in", 1)], [0xbd, 0xff]);
      assert.deepEqual(bench.messages, []);
    });

    it("writes the store in 3.4 ms an octet, and reads it back after a power cycle", async () => {
      const program = await buildOnHal(`
      volatile uint8_t done, found;
      volatile uint32_t took;
      void joinery_main(void)
      {
          found = hal_store_read(1023);
          uint32_t start = hal_now();
          hal_store_write(1023, 0x5a);
          took = hal_now() - start;
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      assert.equal(bench.u8("found"), 0xff);
      assert.ok(Math.abs(bench.u32("took") - 3400) < 30, `${bench.u32("took")} µs`);
      assert.equal(bench.machine.eeprom[1023], 0x5a);
      bench.machine.powerOff();
      bench.machine.powerOn();
      bench.runTo(bench.clock.nowNs() + 20e6);
      assert.equal(bench.u8("found"), 0x5a);
      assert.deepEqual(bench.messages, []);
    });

    it("writes to the console at 38400 Bd", async () => {
      const program = await buildOnHal(`
      volatile uint8_t done;
      volatile uint32_t took;
      void joinery_main(void)
      {
          hal_console_write('j');
          uint32_t start = hal_now();
          for (uint8_t c = 'a'; c < 'k'; c++)
              hal_console_write(c);
          took = hal_now() - start;
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      assert.equal(bench.console, "jabcdefghij");
      assert.ok(Math.abs(bench.u32("took") - 2600) < 30, `ten characters in ${bench.u32("took")} µs`);
      assert.deepEqual(bench.messages, []);
    });

    it("lets no input float but those that the radio drives, and idles the console high", async () => {
      const program = await buildOnHal(`
      #include <avr/io.h>
      volatile uint8_t done, floating[${ports.length}], txd;
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

    it("turns off a watchdog that a reset has left running", async () => {
      const program = await buildOnHal(`
      #include <avr/io.h>
      #include <avr/wdt.h>
      volatile uint8_t done, count __attribute__((section(".noinit")));
      void joinery_main(void)
      {
          if (count == 0xa5) {
              count = 1;
              wdt_enable(WDTO_15MS);
              for (;;)
                  ;
          }
          hal_sleep_until(hal_now() + 500000);
          done = 1;
      }`);
      const bench = new Bench(program);
      bench.runUntilDone();
      assert.equal(bench.u8("count"), 1);
      assert.ok(bench.clock.nowNs() > 515e6);
    });
  });
}
