/** hal.lua of nodemcu-rfm95 on the emulated modules of NodeMCU: what the firmware's HAL promises. */
import assert from "node:assert/strict";
import { Air } from "../../../../hil/air/index.ts";
import { type Dio, type RadioChip, Sx127x } from "../../../../hil/emulator/chips/index.ts";
import { DIALECTS, LuaBench } from "./bench.ts";

const PINS = { radioSelect: "D8", radioReset: "D0", dio0: "D1", dio1: "D2" };

/** Lines that the pins of the radio can be driven by, and what the board did to them. */
class Wires implements RadioChip {
  readonly log: string[] = [];
  raise: (dio: Dio, level: boolean) => void = () => {};

  select(selected: boolean): void {
    this.log.push(selected ? "select" : "release");
  }

  transfer(out: number): number {
    this.log.push(`out ${out}`);
    return out ^ 0xff;
  }

  reset(asserted: boolean): void {
    this.log.push(asserted ? "reset" : "run");
  }

  onDio(listener: (dio: Dio, level: boolean) => void): void {
    this.raise = listener;
  }
}

for (const dialect of DIALECTS) {
  describe(`hal.lua under Lua ${dialect}`, () => {
    const benches: LuaBench[] = [];
    afterEach(() => {
      for (const bench of benches.splice(0)) bench.machine.close();
    });
    const run = (main: string, options = {}): LuaBench => {
      const bench = LuaBench.onHal(
        dialect,
        `return { main = function() ${main} end, variables = {} }`,
        options,
      );
      benches.push(bench);
      return bench;
    };
    const numbers = (bench: LuaBench) => bench.console.trim().split(/\s+/).map(Number);

    it("sleeps to its deadline: not shorter, and longer only by what waking up takes", () => {
      const bench = run(`
        for _, us in ipairs({ 1, 200, 999, 3000, 3001, 6000, 123456, 5000000 }) do
          local deadline = hal_now() + us
          hal_sleep_until(deadline)
          print(hal_now() - deadline)
        end`);
      bench.runTo(6e9);
      assert.deepEqual(bench.ends, []);
      const late = numbers(bench);
      assert.equal(late.length, 8);
      assert.ok(
        late.every((us) => us >= 0 && us < 150),
        `${late}`,
      );
    });

    it("returns at once from a sleep whose deadline is past", () => {
      const bench = run(
        "local t = hal_now() hal_sleep_until(t) hal_sleep_until((t - 1000000) % 4294967296) print(hal_now() - t)",
      );
      bench.runTo(1e9);
      assert.ok(numbers(bench)[0] < 300, bench.console);
    });

    it("counts 32 bits of microseconds, of which NodeMCU gives 31, and wraps", () => {
      const bench = run(`
        for i = 1, 5 do
          local deadline = (hal_now() + 1200000000) % 4294967296
          hal_sleep_until(deadline)
          print((hal_now() - deadline) % 4294967296, math.floor(hal_now() / 1000000))
        end`);
      bench.runTo(6001e9);
      assert.deepEqual(bench.ends, []);
      const lines = bench.console
        .trim()
        .split("\n")
        .map((line) => line.split("\t").map(Number));
      assert.ok(
        lines.every(([late]) => late < 200),
        bench.console,
      );
      assert.deepEqual(
        lines.map(([, second]) => second),
        [1200, 2400, 3600, 505, 1705],
      );
    });

    it("wakes at the edge of a pin, and tells the time of the edge and not of its notice", () => {
      const bench = run(`
        while true do
          hal_sleep_until((hal_now() + 60000000) % 4294967296)
          print(hal_radio_events(), hal_radio_event_time())
        end`);
      const wires = new Wires();
      bench.machine.attachRadio(wires, PINS);
      bench.clock.at(3_000_123_000, () => wires.raise(0, true));
      bench.clock.at(3_500_000_000, () => wires.raise(0, false));
      bench.clock.at(4_000_456_000, () => wires.raise(1, true));
      bench.runTo(5e9);
      assert.deepEqual(numbers(bench), [1, 3_000_123, 2, 4_000_456]);
    });

    it("stamps an edge that comes while the firmware works, and does not lose it", () => {
      const bench = run(`
        hal_sleep_until(hal_now() + 10000)
        for i = 1, 100000 do end
        print(hal_radio_events(), hal_radio_event_time())
        print(hal_radio_events())`);
      const wires = new Wires();
      bench.machine.attachRadio(wires, PINS);
      bench.clock.at(100_000_000, () => wires.raise(0, true));
      bench.clock.at(120_000_000, () => wires.raise(1, true));
      bench.runTo(2e9);
      assert.deepEqual(numbers(bench), [3, 120_000, 0]);
    });

    it("tells once of the edges of a pin that come faster than it takes them", () => {
      const bench = run(`
        for i = 1, 200000 do end
        print(hal_radio_events(), hal_radio_event_time())
        print(hal_radio_events())`);
      const wires = new Wires();
      bench.machine.attachRadio(wires, PINS);
      for (let edge = 0; edge < 200; edge++) {
        bench.clock.at(100_000_000 + edge * 1_000_000, () => wires.raise(0, edge % 2 === 0));
      }
      bench.runTo(2e9);
      assert.deepEqual(numbers(bench), [1, 100_000, 0]);
    });

    it("does not sleep where an edge rose before the call", () => {
      const bench = run(`
        for i = 1, 100000 do end
        local t = hal_now()
        hal_sleep_until(t + 1000000)
        print(hal_now() - t)`);
      const wires = new Wires();
      bench.machine.attachRadio(wires, PINS);
      bench.clock.at(150_000_000, () => wires.raise(0, true));
      bench.runTo(3e9);
      assert.ok(numbers(bench)[0] < 500, bench.console);
    });

    it("drives the pins of the radio: selected low, reset low or left alone", () => {
      const bench = run(`
        hal_radio_reset(true) hal_radio_reset(false)
        hal_radio_select(true) print(hal_radio_transfer(5), hal_radio_transfer(250)) hal_radio_select(false)`);
      const wires = new Wires();
      bench.machine.attachRadio(wires, PINS);
      bench.runTo(1e9);
      assert.deepEqual(wires.log, ["reset", "run", "select", "out 5", "out 250", "release"]);
      assert.deepEqual(numbers(bench), [250, 5]);
    });

    it("speaks to an SX1276", () => {
      const bench = run(`
        local function read(register)
          hal_radio_select(true) hal_radio_transfer(register)
          local value = hal_radio_transfer(0)
          hal_radio_select(false)
          return value
        end
        hal_radio_reset(true) hal_sleep_until(hal_now() + 200)
        hal_radio_reset(false) hal_sleep_until(hal_now() + 6000)
        print(read(0x42), read(0x01))`);
      const random = () => 0;
      bench.machine.attachRadio(
        new Sx127x({
          part: "sx1276",
          clock: bench.machine,
          air: new Air({ clock: bench.clock, random }),
          name: "device",
          random,
          onFinding: (finding) => bench.findings.push(finding),
        }),
        PINS,
      );
      bench.runTo(1e9);
      assert.deepEqual(numbers(bench), [0x12, 0x09]);
      assert.deepEqual(bench.findings, []);
    });

    it("reads and writes the store, and prints octet by octet", () => {
      const eeprom = new Uint8Array(1024).fill(0xff);
      eeprom[3] = 0x4a;
      const bench = run(
        `hal_store_write(1023, hal_store_read(3)) hal_console_write(0x41) hal_console_write(0x0a)
        print(hal_store_read(1023), hal_store_read(1022), hal_battery_level())`,
        { eeprom },
      );
      bench.runTo(1e9);
      assert.equal(bench.console, "A\n74\t255\t255\n");
      assert.equal(eeprom[1023], 0x4a);
    });

    it("says what is missing where the board has not been provisioned", () => {
      const bench = run("", { eeprom: new Uint8Array(0) });
      bench.runTo(1e9);
      assert.match(bench.ends[0], /device\.eeprom is not in the flash: provision the board first/);
    });
  });
}
