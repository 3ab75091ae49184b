/**
 * Lockstep: virtual time stands still while a server works on an answer, so that a run depends on its
 * seed alone and not on how fast the machine is.
 */
import type { VirtualClock } from "./virtual-clock.ts";

/** A part that works in wall time: virtual time waits for it. Waiting for a virtual timer is not being busy. */
export interface Participant {
  readonly busy: boolean;
  /** Resolves once the part is not busy. */
  idle(): Promise<void>;
}

/** A board: it carries its own time between two instants of the clock. */
export interface SteppedMachine {
  /**
   * When the machine's processor has something to do next, if nothing from outside wakes it: its own time while it
   * runs.
   */
  readonly nextWakeNs: number;
  /**
   * Runs to `untilNs`, or to the first action that the run itself put on the clock before that, and
   * returns the instant reached. The chips of a board take their time from the board, not from the
   * shared clock, which stands still meanwhile.
   */
  runUntil(untilNs: number): number;
}

/** How far a board may run before the air hears of it: well under the detection time of any preamble. */
const SLICE_NS = 1_000_000;

/** Runs until `done()`, which is asked where no part is busy, or `limitNs`; tells which of the two ended it. */
export async function runLockstep(options: {
  clock: VirtualClock;
  machines: readonly SteppedMachine[];
  participants: readonly Participant[];
  done: () => boolean;
  limitNs: number;
}): Promise<"done" | "limit"> {
  const { clock, machines, participants, done, limitNs } = options;
  for (;;) {
    for (let quiet = false; !quiet; ) {
      quiet = true;
      for (const participant of participants) {
        if (!participant.busy) continue;
        quiet = false;
        await participant.idle();
      }
    }
    if (done()) return "done";
    if (clock.nowNs() >= limitNs) return "limit";
    let until = Math.min(clock.nextNs, limitNs);
    const awake = Math.min(...machines.map((machine) => machine.nextWakeNs));
    until = Math.min(until, Math.max(awake, clock.nowNs()) + SLICE_NS);
    for (const machine of machines) until = Math.min(until, machine.runUntil(until));
    clock.advanceTo(until);
  }
}
