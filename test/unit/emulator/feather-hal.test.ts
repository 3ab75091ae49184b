/** The HAL of feather-rp2040-rfm95 on the emulated processor, against the promises of firmware/hal. */
import assert from "node:assert/strict";
import type { CutPhase } from "../../../hil/emulator/index.ts";
import { storeFormat } from "../../../toolchain/provisioning/index.ts";
import { BoardBench, buildOnBoard } from "./support/board-programs.ts";
import { EchoChip } from "./support/echo-chip.ts";

const BOARD = "feather-rp2040-rfm95";
const PINS = { radioSelect: "GPIO16", radioReset: "GPIO17", dio0: "GPIO21", dio1: "GPIO22" };
const STORE = storeFormat("flash-sectors", 1024);

describe(`HAL of ${BOARD}`, () => {
  it("counts microseconds of the crystal", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint32_t at[20];
      void joinery_main(void)
      {
          for (uint8_t i = 0; i < 20; i++) {
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
    assert.equal(selectedNs.length, 20);
    for (let i = 1; i < 20; i++) {
      const passedUs = (selectedNs[i] - selectedNs[0]) / 1000;
      const readUs = bench.u32("at", i) - bench.u32("at", 0);
      assert.ok(Math.abs(readUs - passedUs) < 2, `reading ${i}: ${readUs} µs after ${passedUs} µs`);
    }
    assert.deepEqual(bench.messages, []);
  });

  it("sleeps to the deadline, not shorter and within microseconds longer, near and far", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile int32_t late[90];
      void joinery_main(void)
      {
          for (uint8_t i = 0; i < 90; i++) {
              uint32_t ahead = i < 60 ? i : (uint32_t)1 << (i - 63 < 0 ? 0 : i - 63);
              uint32_t deadline = hal_now() + ahead;
              hal_sleep_until(deadline);
              late[i] = (int32_t)(hal_now() - deadline);
          }
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    bench.runUntilDone(200e9);
    const late = Array.from({ length: 90 }, (_, i) => bench.u32("late", i) | 0);
    assert.ok(
      late.every((us) => us >= 0 && us <= 20),
      late.join(" "),
    );
    assert.deepEqual(bench.messages, []);
  });

  it("has a command at the radio within its latency of a deadline", async () => {
    const program = await buildOnBoard(
      BOARD,
      `volatile uint32_t deadline;
      void joinery_main(void)
      {
          deadline = hal_now() + 1000000;
          hal_radio_select(true);
          hal_radio_select(false);
          hal_sleep_until(deadline);
          hal_radio_select(true);
          hal_radio_transfer(0x81);
          hal_radio_transfer(0x06);
          hal_radio_select(false);
          done = 1;
      }`,
    );
    const bench = new BoardBench(program);
    const chip = new EchoChip();
    const atNs: number[] = [];
    chip.select = () => atNs.push(bench.machine.nowNs());
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone();
    const tookUs = (atNs[3] - atNs[0]) / 1000 - 1_000_000;
    assert.ok(tookUs > 0 && tookUs < program.board.commandLatencyUs / 2, `${tookUs} µs`);
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
    for (let edgeNs = calledNs - 5_000; edgeNs <= calledNs + 20_000; edgeNs += 500) {
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

  it("latches both DIO lines apart, stamps the last edge asleep, and clears them when read", async () => {
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
    chip.select = (selected) => {
      if (!selected) return;
      const startNs = bench.machine.nowNs();
      bench.machine.at(startNs + 300_000_000, () => chip.pulse(1));
      bench.machine.at(startNs + 700_000_000, () => chip.pulse(0));
    };
    bench.machine.attachRadio(chip, PINS);
    bench.runUntilDone();
    assert.deepEqual([bench.u8("first"), bench.u8("second"), bench.u8("third")], [2, 1, 0]);
    const edges = ["firstEdge", "secondEdge"].map((name) => bench.u32(name) - bench.u32("begun"));
    for (const [index, us] of [300_000, 700_000].entries()) {
      assert.ok(Math.abs(edges[index] - us) < 15, `${edges[index]} µs`);
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
          for (;;)
              ;
      }`,
    );
    const bench = new BoardBench(program);
    bench.runUntilDone(90e9);
    assert.equal(bench.u8("starts"), 2);
    // 60 s asleep, 8.4 s of the watchdog, and two starts.
    const sinceNs = bench.clock.nowNs();
    assert.ok(sinceNs > 68e9 && sinceNs < 69.5e9, `${sinceNs / 1e9} s`);
    assert.deepEqual(bench.messages, []);
  });
});

describe(`the store of ${BOARD}`, () => {
  const WRITE_ONE = `
    volatile uint8_t found;
    volatile uint32_t took;
    void joinery_main(void)
    {
        found = hal_store_read(1023);
        uint32_t start = hal_now();
        hal_store_write(1023, 0x5a);
        took = hal_now() - start;
        done = 1;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }`;

  it("keeps what is written, and the octets that were there, through a power cycle", async () => {
    const program = await buildOnBoard(BOARD, WRITE_ONE);
    const stored = STORE.pack(Uint8Array.from({ length: 1024 }, (_, index) => index & 0xff));
    const bench = new BoardBench(program, stored);
    bench.runUntilDone();
    assert.equal(bench.u8("found"), 0xff);
    const contents = STORE.unpack(bench.machine.eeprom);
    assert.deepEqual([contents[0], contents[1022], contents[1023]], [0, 0xfe, 0x5a]);
    // Out of XIP and back, 260 octets at 2 MHz, a page of the flash.
    assert.ok(bench.u32("took") > 2000 && bench.u32("took") < 4000, `${bench.u32("took")} µs`);
    bench.machine.powerOff();
    bench.machine.powerOn();
    bench.runUntilDone();
    assert.equal(bench.u8("found"), 0x5a);
    assert.deepEqual(bench.messages, []);
  });

  it("begins in a flash that was never written, where every octet reads 0xff", async () => {
    const bench = new BoardBench(await buildOnBoard(BOARD, WRITE_ONE));
    bench.runUntilDone();
    assert.equal(bench.u8("found"), 0xff);
    const contents = STORE.unpack(bench.machine.eeprom);
    assert.equal(contents[1023], 0x5a);
    assert.ok(contents.subarray(0, 1023).every((octet) => octet === 0xff));
    assert.deepEqual(bench.messages, []);
  });

  /** Octet i of the first 100 is written with 7 i + round, again and again. */
  const COUNTING = `
    volatile uint32_t wrong;
    volatile uint32_t written;
    void joinery_main(void)
    {
        written = 0;
        for (uint32_t round = 1; round <= 8; round++) {
            for (uint16_t i = 0; i < 100; i++) {
                hal_store_write(i, (uint8_t)(7u * i + round));
                if (hal_store_read(i) != (uint8_t)(7u * i + round))
                    wrong++;
                written++;
            }
        }
        done = 1;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }`;

  it("changes sectors when one is full, and loses nothing", async () => {
    const bench = new BoardBench(await buildOnBoard(BOARD, COUNTING));
    bench.runUntilDone(60e9);
    assert.equal(bench.u32("wrong"), 0);
    const contents = STORE.unpack(bench.machine.eeprom);
    for (let i = 0; i < 100; i++) assert.equal(contents[i], (7 * i + 8) & 0xff);
    const words = Buffer.from(bench.machine.eeprom);
    // 800 octets fill two sectors: the third that was begun is the first again.
    assert.deepEqual([words.readUInt32LE(1024), words.readUInt32LE(4096 + 1024)], [3, 2]);
    assert.deepEqual(bench.messages, []);
  });

  it("has each octet as before or as written, wherever the power goes, and goes on from there", async () => {
    const program = await buildOnBoard(BOARD, COUNTING);
    const phases: readonly CutPhase[] = ["before", "during", "after"];
    // Entries, and all of the writes at a change of sectors: erase, four pages, serial number, the entry behind.
    const counts = [1, 2, 6, 7, 8, 358, 359, 360, 363, 364, 365, 366];
    for (const count of counts) {
      for (const phase of phases) {
        const bench = new BoardBench(program);
        bench.machine.cutPowerAtStoreWrite(count, phase);
        bench.runTo(8e9);
        assert.equal(bench.machine.powered, false, `write ${count}`);
        const written = bench.u32("written");
        const contents = STORE.unpack(bench.machine.eeprom);
        const writtenAt = (index: number) =>
          index < 0 ? 0xff : (7 * (index % 100) + Math.floor(index / 100) + 1) & 0xff;
        for (let i = 0; i < 100; i++) {
          const last = written - 1 - ((((written - 1 - i) % 100) + 100) % 100);
          const isNext = i === written % 100;
          const allowed = isNext ? [writtenAt(last), writtenAt(written)] : [writtenAt(last)];
          assert.ok(
            allowed.includes(contents[i]),
            `${phase} write ${count}, ${written} written: octet ${i} is ${contents[i]}, not ${allowed.join(" or ")}`,
          );
        }
        bench.machine.powerOn();
        bench.runUntilDone(60e9);
        assert.equal(bench.u32("wrong"), 0);
        const after = STORE.unpack(bench.machine.eeprom);
        for (let i = 0; i < 100; i++) assert.equal(after[i], (7 * i + 8) & 0xff);
        assert.deepEqual(bench.messages, []);
      }
    }
  }).timeout(120_000);
});
