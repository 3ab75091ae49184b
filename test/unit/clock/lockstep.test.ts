import assert from "node:assert/strict";
import {
  type Participant,
  runLockstep,
  type SteppedMachine,
  VirtualClock,
} from "../../../hil/clock/index.ts";

/** A machine that sleeps until `wakesNs` and then runs; it notes how far it was let run each time. */
class Machine implements SteppedMachine {
  readonly ranTo: number[] = [];
  nextWakeNs: number;
  /** Ends the first run that would pass it. */
  readonly #stopsAtNs: number;

  constructor(wakesNs: number, stopsAtNs = Number.POSITIVE_INFINITY) {
    this.nextWakeNs = wakesNs;
    this.#stopsAtNs = stopsAtNs;
  }

  runUntil(untilNs: number): number {
    const last = this.ranTo.at(-1) ?? 0;
    const reached = last < this.#stopsAtNs ? Math.min(untilNs, this.#stopsAtNs) : untilNs;
    this.ranTo.push(reached);
    if (this.nextWakeNs <= reached) this.nextWakeNs = reached;
    return reached;
  }
}

const nobody: readonly Participant[] = [];

describe("runLockstep", () => {
  it("ends as soon as the run is done", async () => {
    const clock = new VirtualClock();
    let done = false;
    clock.at(1000, () => {
      done = true;
    });
    const end = await runLockstep({
      clock,
      machines: [],
      participants: nobody,
      done: () => done,
      limitNs: 9000,
    });
    assert.equal(end, "done");
    assert.equal(clock.nowNs(), 1000);
  });

  it("ends at the limit when the run is not done by then", async () => {
    const clock = new VirtualClock();
    const end = await runLockstep({
      clock,
      machines: [],
      participants: nobody,
      done: () => false,
      limitNs: 5000,
    });
    assert.equal(end, "limit");
    assert.equal(clock.nowNs(), 5000);
  });

  it("lets a running machine run a millisecond at most before the air hears of it", async () => {
    const clock = new VirtualClock();
    const machine = new Machine(0);
    await runLockstep({
      clock,
      machines: [machine],
      participants: nobody,
      done: () => false,
      limitNs: 3_000_000,
    });
    assert.deepEqual(machine.ranTo, [1_000_000, 2_000_000, 3_000_000]);
  });

  it("jumps over the time in which every machine sleeps", async () => {
    const clock = new VirtualClock();
    const machine = new Machine(60_000_000_000);
    await runLockstep({
      clock,
      machines: [machine],
      participants: nobody,
      done: () => clock.nowNs() > 60_000_000_000,
      limitNs: 61e9,
    });
    assert.ok(machine.ranTo.length <= 3, `${machine.ranTo.length} slices for a minute of sleep`);
  });

  it("does not let a machine run past what the clock has next", async () => {
    const clock = new VirtualClock();
    clock.at(400_000, () => {});
    const machine = new Machine(0);
    await runLockstep({
      clock,
      machines: [machine],
      participants: nobody,
      done: () => machine.ranTo.length > 0,
      limitNs: 5e6,
    });
    assert.deepEqual(machine.ranTo, [400_000]);
  });

  it("stops the clock where one machine stopped, so that nothing is missed", async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const machine = new Machine(0, 300_000);
    await runLockstep({
      clock,
      machines: [machine],
      participants: nobody,
      done: () => {
        seen.push(clock.nowNs());
        return seen.length === 2;
      },
      limitNs: 5e6,
    });
    assert.deepEqual(seen, [0, 300_000]);
  });

  it("holds time while a participant is busy, also one that another made busy", async () => {
    const clock = new VirtualClock();
    const idleAt: string[] = [];
    const participant = (name: string, then: () => void) => ({
      busy: false,
      async idle() {
        await new Promise((resolve) => setImmediate(resolve));
        this.busy = false;
        idleAt.push(`${name} at ${clock.nowNs()}`);
        then();
      },
    });
    const first = participant("first", () => {});
    const second = participant("second", () => {
      if (idleAt.length === 1) first.busy = true;
    });
    clock.at(1000, () => {
      second.busy = true;
    });
    await runLockstep({
      clock,
      machines: [],
      participants: [first, second],
      done: () => false,
      limitNs: 2000,
    });
    assert.deepEqual(idleAt, ["second at 1000", "first at 1000"]);
  });

  it("ends with the error of a participant that cannot become idle", async () => {
    const stuck: Participant = { busy: true, idle: () => Promise.reject(new Error("no answer")) };
    await assert.rejects(
      runLockstep({
        clock: new VirtualClock(),
        machines: [],
        participants: [stuck],
        done: () => false,
        limitNs: 1000,
      }),
      /no answer/,
    );
  });
});
