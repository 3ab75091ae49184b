/** The store in the flash of an RP2040: a journal of octets in two sectors, which stands a power cut at any write. */
import assert from "node:assert/strict";
import { storeFormat } from "../../../../toolchain/provisioning/index.ts";
import { seeded } from "../../firmware/support/bench.ts";
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

  /** Reads 16 octets, rests, and writes all of them. */
  const CHANGING = `
    volatile uint8_t seen[16];
    volatile uint32_t written;
    void joinery_main(void)
    {
        written = 0;
        for (uint16_t i = 0; i < 16; i++)
            seen[i] = hal_store_read(i);
        done = 1;
        hal_sleep_until(hal_now() + 20000);
        for (uint16_t i = 0; i < 16; i++) {
            hal_store_write(i, (uint8_t)(5u * seen[i] + 77u));
            written++;
        }
        done = 2;
        for (;;)
            hal_sleep_until(hal_now() + 1000000);
    }`;
  const changed = (octet: number) => (5 * octet + 77) & 0xff;

  /** In the course of a write: at both ends the cells that have turned, or not yet, are weak. */
  const PARTS = [0.005, 0.995, 0.3, 0.985, 0.6, 0.015, 0.9];
  const ENDS = ["before", "after"] as const;

  /** The first number is that part, the others are seeded. */
  function partThenSeeded(part: number, seed: number): () => number {
    const random = seeded(seed);
    let isFirst = true;
    return () => {
      const next = isFirst ? part : random();
      isFirst = false;
      return next;
    };
  }

  for (const [state, starts] of [
    ["just provisioned", 0],
    ["in use", 2],
    ["about to change sectors", 20],
  ] as const) {
    it(`has each octet as before or as written, wherever the power goes, and as it was read, when ${state}`, async () => {
      const program = await buildOnHal(CHANGING, BOARD);
      const eeprom = STORE.pack(Uint8Array.from({ length: 1024 }, (_, index) => index));
      const machineOn = (from: Uint8Array, random?: () => number) =>
        new Bench(program, { eeprom: Uint8Array.from(from), random });
      let before: Uint8Array = eeprom;
      for (let start = 0; start < starts; start++) {
        const bench = machineOn(before);
        runUntil(bench, 2);
        before = bench.machine.eeprom;
      }
      const whole = machineOn(before);
      let writes = 0;
      for (let wasBusy = false; whole.u8("done") !== 2; ) {
        whole.runTo(whole.clock.nowNs() + 50_000);
        const { storeBusy } = whole.machine;
        if (storeBusy && !wasBusy) writes++;
        wasBusy = storeBusy;
      }
      assert.equal(writes, starts === 20 ? 24 : 18);
      let seed = 0;
      for (let count = 1; count <= writes; count++) {
        for (let which = 0; which < 3; which++) {
          seed++;
          const isEnd = which === 2;
          const phase = isEnd ? ENDS[count % 2] : "during";
          const part = PARTS[seed % PARTS.length];
          const bench = machineOn(before, partThenSeeded(part, seed));
          bench.machine.cutPowerAtStoreWrite(count, phase);
          bench.runTo(1e9);
          const where = `${phase} write ${count}, part ${part}, seed ${seed}`;
          assert.equal(bench.machine.powered, false, where);
          check(bench, where);
        }
      }
    });
  }

  function runUntil(bench: Bench, state: number): void {
    while (bench.u8("done") !== state) {
      assert.ok(bench.clock.nowNs() < 20e9);
      bench.runTo(bench.clock.nowNs() + 500_000);
    }
  }

  /** Starts again, and what it reads then; several times, since weak cells read as they like. */
  function restart(bench: Bench): number[] {
    if (bench.machine.powered) bench.machine.powerOff();
    bench.machine.powerOn();
    runUntil(bench, 1);
    return [...bench.octets("seen")];
  }

  /** The power has gone: the contents that a write may have changed, and that nothing else does. */
  function check(bench: Bench, where: string): void {
    // Before the program began to write, RAM is a pattern, and nothing was written.
    const begun = bench.u32("written") <= 16 && bench.u8("done") === 1;
    const old = begun ? [...bench.octets("seen")] : undefined;
    const written = begun ? bench.u32("written") : 0;
    const seen = restart(bench);
    old?.forEach((octet, index) => {
      const allowed = index < written ? [changed(octet)] : [octet];
      if (index === written) allowed.push(changed(octet));
      assert.ok(allowed.includes(seen[index]), `${where}: octet ${index} is ${seen[index]}`);
    });
    for (let start = 0; start < 3; start++) assert.deepEqual(restart(bench), seen, where);
    runUntil(bench, 2);
    const next = seen.map(changed);
    for (let start = 0; start < 3; start++) assert.deepEqual(restart(bench), next, where);
    assert.deepEqual(bench.messages, [], where);
  }
});
