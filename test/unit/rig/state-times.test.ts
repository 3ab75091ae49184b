/** The times of processor and radio in their states, and what passes between two readings. */
import assert from "node:assert/strict";
import type { ProcessorMachine } from "../../../hil/emulator/index.ts";
import { measureEnergy } from "../../../hil/rig/index.ts";
import { StateClock, timesBetween } from "../../../hil/rig/state-times.ts";
import type { Image } from "../../../toolchain/image/index.ts";
import { loadProcessorBoard } from "../../support/processor-board.ts";

describe("the times of a board in its states", () => {
  /** A machine of which nothing counts but its time and its sleep. */
  const machine = { now: 0, asleep: { idle: 0, powerDown: 0 } };
  const asMachine = {
    nowNs: () => machine.now,
    get asleepNs() {
      return machine.asleep;
    },
  } as ProcessorMachine;

  it("begin with the radio in standby, and add up to what has passed", () => {
    machine.now = 5e9;
    const states = new StateClock(asMachine);
    machine.now = 6e9;
    states.enter("transmit");
    machine.now = 6.5e9;
    states.enter("sleep");
    machine.now = 15e9;
    machine.asleep = { idle: 2e9, powerDown: 7e9 };
    const first = states.read();
    assert.deepEqual(first, {
      processor: { active: 1, idle: 2, deep: 7 },
      radio: { sleep: 8.5, standby: 1, receive: 0, transmit: 0.5 },
    });
    states.enter("receive");
    machine.now = 17e9;
    machine.asleep = { idle: 3e9, powerDown: 7e9 };
    assert.deepEqual(timesBetween(first, states.read(), 0.5), {
      processor: { active: 0.5, idle: 0.5, deep: 0 },
      radio: { sleep: 0, standby: 0, receive: 1, transmit: 0 },
    });
  });

  it("are not to be had of a processor that is not emulated", async () => {
    const board = { ...loadProcessorBoard("pro-mini-rfm95"), processor: "z80" };
    await assert.rejects(
      measureEnergy({ board } as unknown as Image, { lorawan: "1.1", region: "EU868" }),
      /there is no emulation of the z80, which pro-mini-rfm95 has/,
    );
  });
});
