/** What the HAL of nucleo-l073rz-sx1262 has of its own: BUSY, DIO1 alone, and the supply of the antenna switch. */
import assert from "node:assert/strict";
import { EchoChip } from "./support/echo-chip.ts";
import { Bench, buildOnHal } from "./support/programs.ts";

const BOARD = "nucleo-l073rz-sx1262";
const PINS = { radioSelect: "PA8", radioReset: "PA0", busy: "PB3", dio1: "PB4" };

/** A chip that is busy when it is attached, and when it is told. */
class BusyChip extends EchoChip {
  busy = true;
  #listener: (level: boolean) => void = () => {};
  onBusy(listener: (level: boolean) => void): void {
    this.#listener = listener;
  }
  setBusy(level: boolean): void {
    this.busy = level;
    this.#listener(level);
  }
}

describe(`HAL of ${BOARD}`, () => {
  it("reads BUSY: before the first change, and within a poll of each", async () => {
    const program = await buildOnHal(
      `volatile bool first;
      volatile uint32_t fell, rose;
      void joinery_main(void)
      {
          first = hal_radio_busy();
          hal_radio_select(true);
          while (hal_radio_busy()) ;
          fell = hal_now();
          while (!hal_radio_busy()) ;
          rose = hal_now();
          done = 1;
      }`,
      BOARD,
    );
    const bench = new Bench(program);
    const chip = new BusyChip();
    chip.select = (selected) => {
      if (!selected) return;
      const nowNs = bench.machine.nowNs();
      bench.machine.at(nowNs + 1_000_000, () => chip.setBusy(false));
      bench.machine.at(nowNs + 4_000_000, () => chip.setBusy(true));
    };
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone();
    assert.equal(bench.u8("first"), 1);
    const highUs = bench.u32("rose") - bench.u32("fell");
    assert.ok(Math.abs(highUs - 3000) < 40, `${highUs} µs`);
    assert.deepEqual(bench.messages, []);
  });

  it("wakes up from Stop mode at DIO1, which alone makes an event", async () => {
    const program = await buildOnHal(
      `volatile uint8_t events;
      volatile uint32_t begun, edge;
      void joinery_main(void)
      {
          hal_radio_select(true);
          begun = hal_now();
          hal_sleep_until(begun + 3000000);
          events = hal_radio_events();
          edge = hal_radio_event_time();
          done = 1;
      }`,
      BOARD,
    );
    const bench = new Bench(program);
    const chip = new BusyChip();
    chip.select = (selected) => {
      if (!selected) return;
      const nowNs = bench.machine.nowNs();
      bench.machine.at(nowNs + 100_000_000, () => chip.setBusy(false));
      bench.machine.at(nowNs + 200_000_000, () => chip.pulse(0));
      bench.machine.at(nowNs + 300_000_000, () => chip.pulse(1));
    };
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone();
    assert.equal(bench.u8("events"), 2);
    const sleptUs = bench.u32("edge") - bench.u32("begun");
    assert.ok(Math.abs(sleptUs - 300_000) < 50, `${sleptUs} µs`);
    assert.deepEqual(bench.messages, []);
  });

  it("supplies the antenna switch from PA9, driven high", async () => {
    const program = await buildOnHal(
      `volatile uint8_t mode, level;
      void joinery_main(void)
      {
          mode = *(volatile uint32_t *)0x50000000 >> 18 & 3;
          level = *(volatile uint32_t *)0x50000010 >> 9 & 1;
          done = 1;
      }`,
      BOARD,
    );
    const bench = new Bench(program);
    bench.runUntilDone();
    assert.deepEqual([bench.u8("mode"), bench.u8("level")], [1, 1]);
  });
});
