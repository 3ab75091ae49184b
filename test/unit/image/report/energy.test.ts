/** What a day takes: recorded times of each board, and the estimate that they and its currents make. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  type EnergyEstimate,
  type EnergyScenario,
  energyADay,
  energyOfRun,
  type StateTimes,
} from "../../../../toolchain/image/index.ts";
import { energyLine, energyLines } from "../../../../toolchain/image/report/energy-text.ts";
import { loadProcessorBoard } from "../../../support/processor-board.ts";
import { EMULATED_BOARDS } from "../../emulator/support/emulated-boards.ts";

interface Recorded {
  readonly scenario: EnergyScenario;
  readonly join: StateTimes;
  readonly period: StateTimes;
  readonly day: Omit<EnergyEstimate, "scenario">;
}

const recorded: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL("../../../data/energy.json", import.meta.url), "utf8"),
);

const DAY_S = 86_400;
const PRO_MINI = "pro-mini-rfm95";

describe("what a board draws in a day", () => {
  it("is recorded for every board that is emulated", () => {
    assert.deepEqual(Object.keys(recorded), EMULATED_BOARDS);
  });

  for (const [name, { scenario, join, period, day }] of Object.entries(recorded)) {
    describe(`on ${name}`, () => {
      const estimate = energyADay(loadProcessorBoard(name), scenario, { join, period });

      it("follows from the times and the currents, to 0.1 µAh", () => {
        assert.deepEqual(estimate, { scenario, ...day });
      });

      it("is the sum of its parts, each its time by its current", () => {
        const { currentsMicroampere } = loadProcessorBoard(name);
        const tenths = (milliampereHours: number) => Math.round(milliampereHours * 1e4);
        let sum = 0;
        for (const { state, seconds, microampere, milliampereHours } of estimate.parts) {
          assert.equal(microampere, currentsMicroampere[state]);
          assert.equal(tenths(milliampereHours), tenths((seconds * microampere) / 3.6e6), state);
          sum += tenths(milliampereHours);
        }
        assert.equal(sum, tenths(estimate.milliampereHours));
      });

      it("has the processor and the radio in one state at any time, all day", () => {
        for (const part of ["processor", "radio"]) {
          const seconds = estimate.parts
            .filter(({ state }) => state.startsWith(part))
            .reduce((sum, { seconds }) => sum + seconds, 0);
          assert.ok(Math.abs(seconds - DAY_S) < 0.01, `${part}: ${seconds} s`);
        }
      });
    });
  }

  it("of a run is each state that it was in, its time by its current", () => {
    const board = loadProcessorBoard(PRO_MINI);
    const { radioTransmit17Dbm, radioReceive, processorActive, processorPowerDown } =
      board.currentsMicroampere;
    const parts = energyOfRun(board, 14, {
      processor: { active: 0.5, idle: 0, deep: 1.5 },
      radio: { sleep: 0, standby: 0, receive: 1.939, transmit: 0.061 },
    });
    const expected: [string, number, number][] = [
      ["radioTransmit17Dbm", 0.061, radioTransmit17Dbm],
      ["radioReceive", 1.939, radioReceive],
      ["processorActive", 0.5, processorActive],
      ["processorPowerDown", 1.5, processorPowerDown],
    ];
    assert.deepEqual(
      parts.map(({ state, seconds, microampere }) => [state, seconds, microampere]),
      expected,
    );
    for (const { seconds, microampere, milliampereHours } of parts) {
      assert.ok(Math.abs(milliampereHours - (seconds * microampere) / 3.6e6) < 1e-6);
    }
  });

  it("counts a transmission at the next power that the board gives a current for", () => {
    const { scenario, join, period } = recorded[PRO_MINI];
    const board = loadProcessorBoard(PRO_MINI);
    const transmits = (powerDbm: number) =>
      energyADay(board, { ...scenario, powerDbm }, { join, period }).parts[0].state;
    assert.deepEqual(
      [2, 13, 14, 17, 20].map(transmits),
      [13, 13, 17, 17, 17].map((dbm) => `radioTransmit${dbm}Dbm`),
    );
  });

  it("counts a sleep without a current of its own as work", () => {
    const name = "nucleo-l073rz-sx1276";
    const { scenario, join, period } = recorded[name];
    const idling = { ...period, processor: { active: 1, idle: 2, deep: 57 } };
    const { parts } = energyADay(loadProcessorBoard(name), scenario, { join, period: idling });
    const active = parts.find(({ state }) => state === "processorActive")?.seconds ?? 0;
    assert.ok(Math.abs(active - DAY_S / 20) < 10, `${active} s`);
  });

  it("needs the currents of board.json, and names the one that is missing", () => {
    const { scenario, join, period } = recorded[PRO_MINI];
    const board = loadProcessorBoard(PRO_MINI);
    const without = (pattern: RegExp) => ({
      ...board,
      currentsMicroampere: Object.fromEntries(
        Object.entries(board.currentsMicroampere).filter(([state]) => !pattern.test(state)),
      ),
    });
    assert.throws(
      () => energyADay(without(/radioStandby/), scenario, { join, period }),
      /^BuildError: board\.json of pro-mini-rfm95 gives no current for radioStandby: add it to currentsMicroampere$/,
    );
    assert.throws(
      () => energyADay(without(/Transmit/), scenario, { join, period }),
      /gives no current of the transmitter: add one .* such as radioTransmit14Dbm$/,
    );
  });

  it("says how long a battery would last, of which one", () => {
    const { scenario, join, period } = recorded[PRO_MINI];
    const estimate = energyADay(loadProcessorBoard(PRO_MINI), scenario, { join, period }, 2400);
    assert.deepEqual(estimate.battery, { milliampereHours: 2400, years: 1.75 });
    assert.match(
      energyLines(estimate).at(-1) ?? "",
      /^ {2}a battery of 2400 mAh would last 1\.8 years, its own discharge not counted$/,
    );
  });

  it("is a line of a build, and a table with its scenario in the report", () => {
    const { scenario, day } = recorded[PRO_MINI];
    const estimate = { scenario, ...day };
    assert.match(energyLine(estimate), /^3\.7\d mAh a day at DR5 \(SF7\), an uplink each 60\.5 s$/);
    const [scenarioLine, , head, first] = energyLines(estimate);
    assert.equal(
      scenarioLine,
      "  EU868, LoRaWAN 1.1, class A: an uplink of 17 octets each 60.5 s at DR5 (SF7) and 14 dBm,",
    );
    assert.match(head, /^ +mAh +% +seconds +µA {2}state$/);
    assert.match(first, /^ +1\.78\d\d +4\d\.\d +7\d\.\d{3} +87000 {2}radioTransmit17Dbm$/);
  });
});
