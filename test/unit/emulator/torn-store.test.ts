/**
 * What power that goes at an instant of a write to the store leaves of it: on each processor, at instants all over a
 * write.
 */
import assert from "node:assert/strict";
import { VirtualClock } from "../../../hil/clock/index.ts";
import { type Step, StoreMemory } from "../../../hil/emulator/store-memory.ts";
import { storeLayoutOf } from "../../../toolchain/image/index.ts";
import { storeFormat } from "../../../toolchain/provisioning/index.ts";
import { seeded } from "../firmware/support/bench.ts";
import { Bench, buildOnHal } from "./support/programs.ts";

const ALL = new Uint8Array(64).fill(0xff);
const ERASE: Step = { takesNs: 1000, drives: ALL, to: 1 };
const PROGRAM: Step = { takesNs: 1000, drives: ALL, to: 0 };

/**
 * The octets of a memory whose power goes at an instant of an operation on it, and what they read as after each start.
 */
function cutAt(atNs: number, steps: readonly Step[], octets: Uint8Array, seed = 1) {
  const clock = new VirtualClock();
  const memory = new StoreMemory({ octets, clock, powerOff: () => {}, random: seeded(seed) });
  memory.begin(0, steps);
  clock.advanceTo(atNs);
  memory.losePower();
  const read = () => {
    memory.regainPower();
    return Buffer.from(octets).toString("hex");
  };
  return { memory, read };
}

const onesIn = (octets: Uint8Array) =>
  octets.reduce((sum, octet) => sum + octet.toString(2).replaceAll("0", "").length, 0);

describe("a memory whose power goes in the midst of an operation", () => {
  it("has turned more bits the later that is, first to ones and then to zeros", () => {
    const ones = [0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000].map((atNs) => {
      const octets = new Uint8Array(64);
      cutAt(atNs, [ERASE, PROGRAM], octets);
      return onesIn(octets);
    });
    assert.deepEqual([ones[0], ones[4], ones[8]], [0, 512, 0]);
    for (const [at, expected] of [
      [1, 128],
      [2, 256],
      [3, 384],
      [5, 384],
      [6, 256],
      [7, 128],
    ])
      assert.ok(Math.abs(ones[at] - expected) < 40, `${ones}`);
  });

  it("is the same with the same seed, and another with another", () => {
    const tornBy = (seed: number) => {
      const octets = new Uint8Array(64);
      cutAt(500, [ERASE], octets, seed);
      return Buffer.from(octets).toString("hex");
    };
    assert.equal(tornBy(1), tornBy(1));
    assert.notEqual(tornBy(1), tornBy(2));
  });

  it("has weak bits, which read otherwise at each start until they are driven again, to the end", () => {
    const octets = new Uint8Array(64);
    const { memory, read } = cutAt(500, [ERASE], octets);
    const starts = new Set(Array.from({ length: 20 }, read));
    assert.ok(starts.size > 1);
    memory.begin(0, [{ takesNs: 10, drives: ALL.subarray(0, 32), to: 1 }]);
    assert.equal(memory.complete(), true);
    for (let start = 0; start < 20; start++) {
      read();
      assert.equal(onesIn(octets.subarray(0, 32)), 256);
    }
    memory.begin(32, [{ takesNs: 10, drives: ALL.subarray(32), to: 0 }]);
    memory.complete();
    assert.equal(new Set(Array.from({ length: 20 }, read)).size, 1);
  });

  it("leaves what was there already, and what is not driven", () => {
    const octets = new Uint8Array(64).fill(0xa5);
    const { read } = cutAt(990, [{ takesNs: 1000, drives: new Uint8Array(64).fill(0x0f), to: 1 }], octets);
    for (let start = 0; start < 20; start++) {
      read();
      assert.ok(octets.every((octet) => (octet & 0xf5) === 0xa5));
    }
  });
});

/** Where the octet lies in the memory, and what may stand there: bits that an instant of the write has for sure. */
interface Memory {
  readonly board: string;
  readonly takesMs: number;
  readonly at: number;
  readonly octets: number;
  /** In hexadecimal: at the end of each step of the write, the old contents first. */
  readonly stages: readonly string[];
}

const MEMORIES: readonly Memory[] = [
  { board: "pro-mini-rfm95", takesMs: 3.4, at: 8, octets: 1, stages: ["aa", "ff", "55"] },
  // The whole word.
  {
    ...{ board: "nucleo-l073rz-sx1276", takesMs: 6.56, at: 8, octets: 4 },
    stages: ["aaaaaaaa", "00000000", "55aaaaaa"],
  },
  // The third word of the log, behind the octet written before and the word that the start has spoilt.
  {
    ...{ board: "feather-rp2040-rfm95", takesMs: 0.4, at: 1280 + 16, octets: 8 },
    stages: ["ffffffffffffffff", "08005500f7ffaaff"],
  },
];

const OVERWRITE = `
  void joinery_main(void)
  {
      hal_store_write(4, 0x11);
      done = 1;
      hal_sleep_until(hal_now() + 20000);
      hal_store_write(8, 0x55);
      done = 2;
      for (;;)
          hal_sleep_until(hal_now() + 1000000);
  }`;

for (const { board, takesMs, at, octets, stages } of MEMORIES) {
  describe(`the store of ${board}, whose power goes in the midst of a write`, () => {
    const [old, ...ends] = stages.map((stage) => Buffer.from(stage, "hex"));
    const last = ends[ends.length - 1];

    let format: ReturnType<typeof storeFormat>;

    const boot = async (random?: () => number) => {
      const program = await buildOnHal(OVERWRITE, board);
      format = storeFormat(storeLayoutOf(program.board), 1024);
      const eeprom = format.pack(new Uint8Array(1024).fill(0xaa));
      const bench = new Bench(program, { eeprom, random });
      while (bench.u8("done") !== 1) bench.runTo(bench.clock.nowNs() + 10_000);
      return bench;
    };
    const contents = ({ machine }: Bench) => Buffer.from(machine.eeprom.subarray(at, at + octets));

    it("has some bits as they were and others as they were to be", async () => {
      const probe = await boot();
      while (!probe.machine.storeBusy) probe.runTo(probe.clock.nowNs() + 1000);
      const startNs = probe.clock.nowNs();
      while (probe.machine.storeBusy) probe.runTo(probe.clock.nowNs() + 1000);
      const takesNs = probe.clock.nowNs() - startNs;
      assert.ok(Math.abs(takesNs / 1e6 - takesMs) < 0.05, `${takesNs} ns`);
      assert.deepEqual(contents(probe), last);

      let torn = 0;
      const INSTANTS = 40;
      for (let instant = 1; instant < INSTANTS; instant++) {
        const bench = await boot(seeded(instant));
        bench.clock.at(startNs + (takesNs * instant) / INSTANTS, () => bench.machine.powerOff());
        bench.runTo(startNs + takesNs);
        assert.equal(bench.machine.powered, false);
        const step = Math.floor((instant / INSTANTS) * ends.length);
        const [from, to] = [step === 0 ? old : ends[step - 1], ends[step]];
        const found = contents(bench);
        found.forEach((octet, index) => {
          assert.equal((octet ^ from[index]) & (octet ^ to[index]), 0, `instant ${instant}: ${octet}`);
        });
        if (stages.every((stage) => stage !== found.toString("hex"))) torn++;
      }
      assert.ok(torn > INSTANTS / 2, `${torn} of ${INSTANTS - 1} are torn`);
    });

    it("has the same where the cut was planned for a write", async () => {
      const found = new Set<string>();
      for (let seed = 1; seed <= 12; seed++) {
        const bench = await boot(seeded(seed));
        bench.machine.cutPowerAtStoreWrite(1, "during");
        bench.runTo(bench.clock.nowNs() + 50e6);
        assert.equal(bench.machine.powered, false);
        found.add(contents(bench).toString("hex"));
      }
      const torn = [...found].filter((octets) => !stages.includes(octets));
      assert.ok(torn.length >= 6, [...found].join(" "));
    });

    it("holds what is then written there, at each start, and nothing else has changed", async () => {
      // Bits are weak at the ends of the steps, which look whole.
      for (const [index, part] of [0.01, 0.3, 0.492, 0.51, 0.7, 0.99].entries()) {
        for (let seed = 1; seed <= 3; seed++) {
          const random = seeded(10 * index + seed);
          let numbers = 0;
          const bench = await boot(() => (numbers++ === 0 ? part : random()));
          const { machine } = bench;
          machine.cutPowerAtStoreWrite(1, "during");
          bench.runTo(bench.clock.nowNs() + 50e6);
          assert.equal(machine.powered, false);
          machine.powerOn();
          while (bench.u8("done") !== 2) bench.runTo(bench.clock.nowNs() + 10_000);
          const written = Buffer.from(format.unpack(machine.eeprom));
          assert.equal(written[8], 0x55);
          const inWord = board.startsWith("nucleo") ? 4 : 1;
          assert.ok(written.every((octet, at) => octet === (at === 4 ? 0x11 : 0xaa) || (at & -inWord) === 8));
          for (let start = 0; start < 6; start++) {
            machine.powerOff();
            machine.powerOn();
            assert.deepEqual(
              Buffer.from(format.unpack(machine.eeprom)),
              written,
              `part ${part}, seed ${seed}`,
            );
          }
          assert.deepEqual(bench.messages, []);
        }
      }
    });
  });
}
