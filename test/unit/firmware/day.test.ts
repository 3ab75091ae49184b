/** A day of the sensor on the emulated boards with an AVR, which rest between two uplinks. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";
import { runBoard } from "./support/board-run.ts";

const DAY_S = 24 * 3600;
const PERIOD_S = 600;

/** Of the processor in the mean, which in idle all day would draw 800 and 1500. */
const BOARDS = [
  { name: "pro-mini-rfm95", lorawan11: true, watchdogError: 0.07, mostMicroampere: 9 },
  { name: "feather-32u4-rfm95", lorawan11: false, watchdogError: -0.1, mostMicroampere: 40 },
];

for (const { name, lorawan11, watchdogError, mostMicroampere } of BOARDS)
  describe(`a day of ${name} with a watchdog that is ${100 * watchdogError} % off`, () => {
    const outDir = mkdtempSync(join(tmpdir(), "joinery-day-"));
    after(() => rmSync(outDir, { recursive: true, force: true }));

    it(`sends each period, at most a hundredth and 40 ms late, with windows in time and ${mostMicroampere} µA for the processor`, async () => {
      const board = loadProcessorBoard(name);
      const config = { LORAWAN_1_1: lorawan11, PERIOD_S };
      const image = await buildImage({ board, config, outDir });
      const { clockErrorPpm } = board;
      const { bench, network, machine } = await runBoard(
        image,
        // One that confirmed no keys of 1.1 would be joined anew.
        { lorawan11, optNeg: false },
        { durationS: DAY_S, clockErrorPpm, watchdogError },
      );
      assert.deepEqual(bench.findings, []);
      assert.equal(bench.devNonces.length, 1);
      const startsS = bench.events
        .filter(({ type }) => type === "tx-start")
        .slice(1)
        .map(({ atNs }) => atNs / 1e9);
      assert.equal(network.received.length, startsS.length);
      assert.ok(startsS.length > 0.98 * (DAY_S / PERIOD_S), `${startsS.length} uplinks`);
      const errorS = (PERIOD_S * clockErrorPpm) / 1e6;
      const periodsS = startsS.slice(1).map((startS, i) => startS - startsS[i]);
      // What comes before an uplink takes some milliseconds, more or less.
      const shortest = PERIOD_S - errorS - 0.05;
      const longest = 1.01 * PERIOD_S + errorS + 0.09;
      assert.deepEqual(
        periodsS.filter((period) => period < shortest || period > longest),
        [],
      );
      const widestUs = 2 * 6 * clockErrorPpm + 2000;
      for (const { afterUs } of bench.windows) {
        const earlyUs = Math.ceil(afterUs / 1e6) * 1e6 - afterUs;
        assert.ok(earlyUs >= 0 && earlyUs <= widestUs, `a window opened ${earlyUs} µs early`);
      }
      const { processorActive, processorIdle, processorPowerDown } = board.currentsMicroampere;
      const idleShare = machine.asleepNs.idle / 1e9 / DAY_S;
      const downShare = machine.asleepNs.powerDown / 1e9 / DAY_S;
      const microampere =
        (1 - idleShare - downShare) * processorActive +
        idleShare * processorIdle +
        downShare * processorPowerDown;
      assert.ok(microampere < mostMicroampere, `${microampere} µA`);
    });
  });
