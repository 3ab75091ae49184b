/** The store in the flash of an RP2040: a journal of octets in two sectors, which stands a power cut at any write. */
import assert from "node:assert/strict";
import type { CutPhase } from "../../../../hil/emulator/index.ts";
import { storeFormat } from "../../../../toolchain/provisioning/index.ts";
import { Bench, buildOnHal } from "../support/programs.ts";

const BOARD = "feather-rp2040-rfm95";
const STORE = storeFormat("flash-sectors", 1024);

describe(`the store of ${BOARD}`, () => {
  const WRITE_ONE = `
    volatile uint8_t found;
    void joinery_main(void)
    {
        found = hal_store_read(1023);
        hal_store_write(1023, 0x5a);
        done = 1;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }`;

  it("begins in a flash that was never written, where every octet reads 0xff", async () => {
    const bench = new Bench(await buildOnHal(WRITE_ONE, BOARD));
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
    const bench = new Bench(await buildOnHal(COUNTING, BOARD));
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
    const program = await buildOnHal(COUNTING, BOARD);
    const phases: readonly CutPhase[] = ["before", "during", "after"];
    // Entries, and all of the writes at a change of sectors: erase, four pages, serial number, the entry behind.
    const counts = [1, 2, 6, 7, 8, 358, 359, 360, 363, 364, 365, 366];
    for (const count of counts) {
      for (const phase of phases) {
        const bench = new Bench(program);
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
