/** The Lua machine as the rig sees it: time, lockstep, heap, errors, power, store. Programs are Lua by hand. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { buildLuaHost, LuaHostError, type LuaMachine } from "../../../../hil/emulator/index.ts";
import { DIALECTS, LuaBench } from "./bench.ts";

const TIMING = { instructionNs: 1000, moduleCallNs: 50_000, storeWriteNs: 2_000_000 };

for (const dialect of DIALECTS) {
  describe(`a board that runs Lua ${dialect}`, () => {
    const benches: LuaBench[] = [];
    const keep = (bench: LuaBench): LuaBench => {
      benches.push(bench);
      return bench;
    };
    const alone = (program: string, options = {}) =>
      keep(new LuaBench(dialect, { "init.lua": program }, { timing: TIMING, ...options }));
    afterEach(() => {
      for (const bench of benches.splice(0)) bench.machine.close();
    });

    describe("in time", () => {
      it("takes the same time for every instruction and for every call into a module", () => {
        const bench = alone(`
          local now = tmr.now
          local first = now()
          local second = now()
          for i = 1, 1000 do end
          print(second - first, now() - second)`);
        bench.runTo(100e6);
        const [call, loop] = bench.console.trim().split("\t").map(Number);
        // MOVE, CALL; and of the loop 1000 times FORLOOP, FORPREP and what loads its numbers.
        assert.equal(call, 50 + 2);
        assert.ok(loop > 1000 + 50 && loop < 1000 + 50 + 12, `${loop} µs`);
      });

      it("ends its slice at the instant asked for, also inside of a loop without an end", () => {
        const bench = alone("while true do end");
        assert.equal(bench.machine.runUntil(300_000), 300_000);
        assert.equal(bench.machine.nowNs(), 300_000);
        assert.equal(bench.machine.nextWakeNs, 300_000);
      });

      it("tells when an alarm will wake it, and never wakes by itself without one", () => {
        const bench = alone(`
          tmr.create():alarm(250, tmr.ALARM_SINGLE, function() print(tmr.now()) end)`);
        bench.runTo(1e6);
        const wakeNs = bench.machine.nextWakeNs;
        assert.ok(wakeNs > 250e6 && wakeNs < 251e6, `${wakeNs}`);
        bench.runTo(300e6);
        assert.ok(Math.abs(Number(bench.console) - wakeNs / 1000) < 200, bench.console);
        assert.equal(bench.machine.nextWakeNs, Number.POSITIVE_INFINITY);
        assert.equal(bench.machine.nowNs(), 300e6);
      });

      it("ends its slice where one of its own chips schedules something", () => {
        const bench = alone(`
          spi.setup(1, spi.MASTER, spi.CPOL_LOW, spi.CPHA_LOW, 8, 16, spi.FULLDUPLEX)
          gpio.mode(8, gpio.OUTPUT)
          while true do end`);
        bench.machine.attachRadio(
          {
            select: (selected) => {
              if (selected) bench.machine.at(bench.machine.nowNs() + 10_000, () => {});
            },
            transfer: () => 0,
            reset: () => {},
            onDio: () => {},
          },
          { radioSelect: "D8", radioReset: "D0", dio0: "D1", dio1: "D2" },
        );
        const reachedNs = bench.machine.runUntil(1_000_000);
        assert.ok(reachedNs < 200_000, `ran on to ${reachedNs}`);
        assert.equal(bench.machine.nowNs(), reachedNs);
      });

      it("runs at the rate of this board's clock, not at the nominal one", () => {
        const microseconds = (clockErrorPpm: number) => {
          const bench = alone("tmr.delay(1000000) print(tmr.now())", { clockErrorPpm });
          bench.runTo(2e9);
          return bench.machine.nowNs() > 0 ? Number(bench.console) : 0;
        };
        const ends = (clockErrorPpm: number) => {
          const bench = alone("tmr.delay(1000000) while true do end", { clockErrorPpm });
          bench.machine.runUntil(2e9);
          return microseconds(clockErrorPpm);
        };
        assert.ok(Math.abs(ends(0) - ends(1000)) <= 2, "a delay is as long by its own clock");
        const bench = alone("tmr.create():alarm(1000, tmr.ALARM_SINGLE, function() end)", {
          clockErrorPpm: 1000,
        });
        bench.runTo(1e6);
        assert.ok(Math.abs(bench.machine.nextWakeNs - 1e9 / 1.001) < 500_000, `${bench.machine.nextWakeNs}`);
      });

      it("does the same at the same time in every run", () => {
        const trace = () => {
          const bench = LuaBench.onHal(
            dialect,
            `return { main = function()
              local garbage
              for i = 1, 40 do
                for j = 1, 50 do garbage = { i, j, tostring(j) } end
                hal_sleep_until(hal_now() + 777 * i)
                print(hal_now())
              end
            end, variables = {} }`,
          );
          keep(bench).runTo(2e9);
          return `${bench.console} ${bench.machine.heapPeakBytes} ${bench.machine.nowNs()}`;
        };
        assert.equal(trace(), trace());
      });
    });

    describe("with a heap that ends", () => {
      const HOG = "local all = {} for i = 1, 1e6 do all[i] = { i } end";

      it("never holds more than the limit, and says that it ended there", () => {
        const bench = alone(HOG, { heapBytes: 20_000 });
        bench.runTo(1e9);
        assert.deepEqual(bench.ends, ["not enough memory at 20000 B of heap"]);
        assert.ok(
          bench.machine.heapPeakBytes > 10_000 && bench.machine.heapPeakBytes <= 20_000,
          `${bench.machine.heapPeakBytes} B`,
        );
        assert.equal(bench.machine.nextWakeNs, Number.POSITIVE_INFINITY);
      });

      it("says so too where the firmware's coroutine runs out of it", () => {
        const program = `return { main = function() ${HOG} end, variables = {} }`;
        const bench = keep(LuaBench.onHal(dialect, program, { heapBytes: 60_000 }));
        bench.runTo(1e9);
        assert.deepEqual(bench.ends, ["not enough memory at 60000 B of heap"]);
      });

      it("says so where Lua has another error for it", () => {
        const bench = alone("(table.unpack or unpack)({}, 1, 5000)", { heapBytes: 20_000 });
        bench.runTo(1e9);
        assert.match(bench.ends[0], /^not enough memory at 20000 B of heap/);
      });

      it("does not blame it for an error after a collection that made room", () => {
        const bench = alone("for i = 1, 20000 do local garbage = { i } end error('broken')", {
          heapBytes: 30_000,
        });
        bench.runTo(10e9);
        assert.match(bench.ends[0], /^init\.lua:1: broken/);
      });

      it("counts what the program holds, not the libraries", () => {
        const peak = (program: string) => {
          const bench = alone(program);
          bench.runTo(1e9);
          assert.deepEqual(bench.ends, []);
          return bench.machine.heapPeakBytes;
        };
        const nothing = peak("");
        assert.ok(nothing < 4096, `${nothing} B for nothing`);
        const text = peak('text = string.rep("x", 10000)');
        assert.ok(text - nothing >= 10_000 && text - nothing < 32_000, `${text - nothing} B`);
      });

      it("takes back what is garbage", () => {
        const bench = alone("for i = 1, 20000 do local garbage = { i } end print('done')", {
          heapBytes: 30_000,
        });
        bench.runTo(10e9);
        assert.equal(bench.console, "done\n");
      });
    });

    describe("with a faulty program", () => {
      it("tells the error and the way to it, and stands still", () => {
        const bench = alone("local function inner()\n  local nothing\n  nothing.field = 1\nend\ninner()");
        bench.runTo(10e6);
        const [reason] = bench.ends;
        assert.match(
          reason,
          /^init\.lua:3: attempt to index (local 'nothing' \(a nil value\)|a nil value \(local 'nothing'\))/,
        );
        assert.match(reason, /stack traceback:/);
        assert.match(reason, /init\.lua:5: in main chunk/);
        assert.equal(bench.machine.nextWakeNs, Number.POSITIVE_INFINITY);
        assert.equal(bench.machine.runUntil(20e6), 20e6);
      });

      it("tells the way inside of the firmware's coroutine", () => {
        const program =
          "local function work()\n  error('broken')\nend\nreturn { main = function()\n  hal_sleep_until(hal_now() + 5000)\n  work()\nend, variables = {} }";
        const bench = keep(LuaBench.onHal(dialect, program));
        bench.runTo(1e9);
        assert.match(bench.ends[0], /^joinery\.lua:2: broken\nstack traceback:/);
        assert.match(bench.ends[0], /joinery\.lua:6: in function/);
      });

      it("names the file that the flash lacks", () => {
        const bench = alone('dofile("joinery.lua")');
        bench.runTo(1e6);
        assert.match(bench.ends[0], /cannot open joinery\.lua: there is no such file in the flash/);
      });

      it("tells what the compiler refuses", () => {
        const bench = alone("local = 1");
        bench.runTo(1e6);
        assert.match(bench.ends[0], /^init\.lua:1: .*<name>.* expected near '='/);
      });

      it("lets the rig look into what the program has left", () => {
        const bench = keep(
          LuaBench.onHal(
            dialect,
            "return { main = function() error('x') end, variables = { ['a.ts:k'] = function() return { [0] = 7, 8 } end } }",
          ),
        );
        bench.runTo(1e9);
        assert.equal(bench.ends.length, 1);
        assert.deepEqual(bench.machine.readVariable("a.ts:k"), Uint8Array.of(7, 8));
      });
    });

    describe("with variables", () => {
      const PROGRAM = `
        local key = { [0] = 1, 2, 255 }
        return { main = function() while true do key[0] = 9 hal_radio_events() end end, variables = {
          ["lorawan/session.ts:appSKey"] = function() return key end,
          ["a.ts:wide"] = function() return { [0] = 1, 256 } end,
          ["a.ts:scalar"] = function() return 5 end,
          ["a.ts:broken"] = function() error({}) end,
        } }`;

      it("shows an array of octets, and takes neither time nor heap for it", () => {
        const bench = keep(LuaBench.onHal(dialect, PROGRAM));
        bench.runTo(200e6);
        const [nowNs, peak] = [bench.machine.nowNs(), bench.machine.heapPeakBytes];
        assert.deepEqual(bench.machine.readVariable("lorawan/session.ts:appSKey"), Uint8Array.of(9, 2, 255));
        assert.deepEqual([bench.machine.nowNs(), bench.machine.heapPeakBytes], [nowNs, peak]);
        bench.runTo(201e6);
        assert.deepEqual(bench.ends, []);
      });

      it("refuses what is not there and what is no array of octets, and goes on", () => {
        const bench = keep(LuaBench.onHal(dialect, PROGRAM));
        assert.throws(() => bench.machine.readVariable("a.ts:scalar"), /has not been loaded/);
        bench.runTo(200e6);
        for (const [name, message] of [
          ["a.ts:nothing", /a\.ts:nothing cannot be read: .*no such variable/],
          ["a.ts:wide", /element 1 is not an octet/],
          ["a.ts:scalar", /not an array of octets/],
          ["a.ts:broken", /an error that is not a text/],
        ] as const) {
          assert.throws(() => bench.machine.readVariable(name), message);
        }
        bench.runTo(201e6);
        assert.deepEqual(bench.ends, []);
        bench.machine.powerOff();
        assert.throws(() => bench.machine.readVariable("a.ts:wide"), /the board has no power/);
      });
    });

    describe("with a store", () => {
      const COUNT = `
        local store = file.open("device.eeprom", "r+")
        local function at(address) store:seek("set", address) return store:read(1):byte() end
        local function put(address, value) store:seek("set", address) store:write(string.char(value)) store:flush() end
        print(at(0), at(1), at(2))
        put(0, 1) put(1, 2) put(2, 3)
        print("written")
        while true do end`;

      it("keeps what was flushed, and takes the time that the flash takes", () => {
        const eeprom = new Uint8Array(16).fill(0xff);
        const bench = alone(COUNT, { eeprom });
        bench.runTo(6e6);
        assert.equal(bench.console, "255\t255\t255\n");
        bench.runTo(10e6);
        assert.equal(bench.console, "255\t255\t255\nwritten\n");
        assert.deepEqual(eeprom.subarray(0, 4), Uint8Array.of(1, 2, 3, 0xff));
      });

      it("loses what was not flushed when the power goes", () => {
        const bench = alone(`
          local store = file.open("device.eeprom", "r+")
          store:write("\\1")
          store:seek("set", 0)
          print(store:read(1):byte())
          while true do end`);
        bench.runTo(5e6);
        assert.equal(bench.console, "1\n");
        bench.machine.powerOff();
        assert.equal(bench.machine.eeprom[0], 0xff);
      });

      it("starts anew by node.restart, with nothing but the store, and its time goes on", () => {
        const bench = alone(
          `local store = file.open("device.eeprom", "r+")
          local count = store:read(1):byte() + 1
          print(count, kept, tmr.now() < 5000)
          kept = true
          store:seek("set", 0) store:write(string.char(count)) store:flush()
          if count < 3 then node.restart() print("goes on") end`,
          { eeprom: new Uint8Array(16) },
        );
        bench.runTo(30e6);
        assert.equal(bench.console, "1\tnil\ttrue\n2\tnil\ttrue\n3\tnil\ttrue\n");
        assert.equal(bench.machine.eeprom[0], 3);
        assert.deepEqual(bench.ends, []);
        assert.deepEqual(bench.findings, []);
        assert.ok(bench.machine.nowNs() >= 30e6);
      });

      it("cannot be written past its end", () => {
        const bench = alone(
          'local s = file.open("device.eeprom", "r+") s:seek("set", 16) print(s:write("x"))',
          {
            eeprom: new Uint8Array(16),
          },
        );
        bench.runTo(5e6);
        assert.equal(bench.console, "nil\n");
      });

      for (const [phase, second] of [
        ["before", 0xff],
        ["during", 0xff],
        ["after", 2],
      ] as const) {
        it(`loses its power ${phase} the second write, and starts anew with what the store then holds`, () => {
          const eeprom = new Uint8Array(16).fill(0xff);
          eeprom[1] = phase === "during" ? 7 : 0xff;
          const bench = alone(COUNT, { eeprom });
          bench.machine.cutPowerAtStoreWrite(2, phase);
          bench.runTo(20e6);
          assert.equal(bench.machine.powered, false);
          assert.deepEqual(eeprom.subarray(0, 3), Uint8Array.of(1, second, 0xff));
          assert.equal(bench.machine.nextWakeNs, Number.POSITIVE_INFINITY);
          bench.machine.powerOn();
          bench.runTo(40e6);
          assert.ok(bench.console.endsWith(`1\t${second}\t255\nwritten\n`), bench.console);
        });
      }
    });

    describe("as a process", () => {
      const isAlive = (pid: number): boolean => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      };
      const ended = async (pid: number): Promise<boolean> => {
        for (let waits = 0; waits < 100 && isAlive(pid); waits++) await setTimeout(10);
        return !isAlive(pid);
      };
      const pidOf = (machine: LuaMachine): number => {
        assert.ok(machine.processId !== undefined);
        return machine.processId;
      };

      it("is gone after the power was cut, and after the run", async () => {
        const bench = alone("while true do end");
        bench.runTo(1e6);
        const first = pidOf(bench.machine);
        bench.machine.powerOff();
        assert.equal(bench.machine.processId, undefined);
        bench.machine.powerOn();
        bench.runTo(2e6);
        const second = pidOf(bench.machine);
        bench.machine.close();
        assert.ok(await ended(first));
        assert.ok(await ended(second));
      });

      it("leaves no pipe and no file behind", () => {
        const ours = () => readdirSync(tmpdir()).filter((name) => /^joinery-(pipes|host)-/.test(name));
        const before = ours();
        const bench = alone("while true do end");
        bench.runTo(1e6);
        assert.deepEqual(ours(), before);
      });

      it("is told to have ended with the words that it left", () => {
        const files = new Map([["a name that is too long for the flash of the board", Buffer.of()]]);
        assert.throws(
          () => alone("", { files }).runTo(1e6),
          /the Lua host has ended by itself: not a line of the rig: a name/,
        );
      });

      it("is told where it cannot be started", () => {
        const host = { dialect, path: "/nowhere/host" };
        assert.throws(() => alone("", { host }), /\/nowhere\/host could not be started/);
      });

      it("is told to have ended where somebody else ended it", () => {
        const bench = alone("while true do end");
        bench.runTo(1e6);
        process.kill(pidOf(bench.machine), "SIGKILL");
        assert.throws(() => bench.runTo(5e6), /the Lua host has ended by itself/);
      });
    });

    it("is told to be missing with the one command that installs it", () => {
      const path = process.env.PATH;
      process.env.PATH = "/nowhere";
      try {
        assert.throws(
          () => buildLuaHost(dialect, tmpdir()),
          (error: Error) =>
            error instanceof LuaHostError &&
            error.kind === "missing" &&
            new RegExp(`apt-get install lua${dialect} liblua${dialect}\\S*-dev$`).test(error.message),
        );
      } finally {
        process.env.PATH = path;
      }
    });
  });
}
