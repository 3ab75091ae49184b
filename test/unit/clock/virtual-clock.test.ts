import assert from "node:assert/strict";
import { VirtualClock } from "../../../hil/clock/index.ts";

describe("VirtualClock", () => {
  it("runs what is due in order of time, and of scheduling within an instant", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.at(20, () => ran.push("b"));
    clock.at(10, () => ran.push("a"));
    clock.at(20, () => ran.push("c"));
    clock.advanceTo(20);
    assert.deepEqual(ran, ["a", "b", "c"]);
  });

  it("shows each action the instant it was scheduled for", () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.at(5, () => seen.push(clock.nowNs()));
    clock.at(7, () => seen.push(clock.nowNs()));
    clock.advanceTo(100);
    assert.deepEqual([...seen, clock.nowNs()], [5, 7, 100]);
  });

  it("runs what an action schedules, if it is due before the end", () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.at(10, () => {
      clock.at(15, () => ran.push(15));
      clock.at(31, () => ran.push(31));
    });
    clock.advanceTo(30);
    assert.deepEqual(ran, [15]);
    assert.equal(clock.nextNs, 31);
  });

  it("does not run what is due later, and not what was cancelled", () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.at(11, () => ran.push("later"));
    clock.at(10, () => ran.push("cancelled")).cancel();
    clock.advanceTo(10);
    assert.deepEqual(ran, []);
  });

  it("passes over a cancelled action when it tells what is next", () => {
    const clock = new VirtualClock();
    const first = clock.at(10, () => {});
    clock.at(20, () => {});
    first.cancel();
    assert.equal(clock.nextNs, 20);
  });

  it("has nothing next when nothing is scheduled", () => {
    assert.equal(new VirtualClock().nextNs, Number.POSITIVE_INFINITY);
  });

  it("takes an instant in the past as now, and does not run it at once", () => {
    const clock = new VirtualClock();
    clock.advanceTo(100);
    let ran = false;
    const timer = clock.at(50, () => {
      ran = true;
    });
    assert.equal(ran, false);
    assert.equal(timer.atNs, 100);
    clock.advanceTo(100);
    assert.equal(ran, true);
  });

  it("rounds a fraction of a nanosecond up, never to before it is due", () => {
    assert.equal(new VirtualClock().at(10.2, () => {}).atNs, 11);
  });

  it("never goes back", () => {
    const clock = new VirtualClock();
    clock.advanceTo(100);
    clock.advanceTo(50);
    assert.equal(clock.nowNs(), 100);
  });
});
