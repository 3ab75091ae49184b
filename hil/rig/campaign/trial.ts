/** One schedule of faults on a device that joins and sends, on a rig of its own; what came of it. */
import { readNonces } from "../../../toolchain/provisioning/index.ts";
import type { Firmware } from "../device.ts";
import type { FixtureDevice } from "../fixture-device.ts";
import type { Foundation } from "../foundation.ts";
import { openRig, type Rig, type RigOptions } from "../rig.ts";
import type { TimelineEntry } from "../timeline.ts";
import type { AppliedSchedule } from "./apply-schedule.ts";
import { Invariants, type Violation } from "./invariants.ts";
import type { FaultSchedule } from "./schedule.ts";

export interface TrialOptions extends Omit<RigOptions, "seed"> {
  readonly seed: number;
  readonly firmware: Firmware;
  readonly foundation: Foundation;
}

export interface TrialResult {
  readonly schedule: FaultSchedule;
  /** Undefined: every invariant holds. */
  readonly violation: Violation | undefined;
  /** Virtual time, in seconds. */
  readonly seconds: number;
  /** How often the device has joined, and how much of what it sent was taken. */
  readonly joins: number;
  readonly uplinks: number;
  readonly downlinks: number;
  readonly timeline: readonly TimelineEntry[];
}

/** Faults are over at the latest so long after power-up. */
export const FAULTS_END = "90 s";
/**
 * So long after the faults the device has joined, is heard and hears. In the first hour a join-request at the slowest
 * data rate is followed by a pause of up to 222 s, and the channel of an uplink is silent for up to 150 s.
 */
export const COMEBACK = "15 min";

const DOWNLINK_PORT = 10;

/** Runs it to its end, or to the first violation. */
export async function runTrial(schedule: FaultSchedule, options: TrialOptions): Promise<TrialResult> {
  const { firmware, foundation, seed, ...rigOptions } = options;
  const rig = await openRig({ ...rigOptions, seed }, foundation);
  try {
    const device = await rig.device({ firmware });
    const trial = new Trial(rig, device);
    await trial.run(schedule);
    const { uplinks, consoleLines } = device;
    return {
      schedule,
      violation: trial.invariants.violation,
      seconds: rig.nowS,
      joins: consoleLines.filter((line) => line.startsWith("joined ")).length,
      uplinks: uplinks.length,
      downlinks: consoleLines.filter((line) => line.startsWith("downlink ")).length,
      timeline: [...rig.timeline],
    };
  } finally {
    await rig.close();
  }
}

class Trial {
  readonly invariants: Invariants;
  readonly #rig: Rig;
  readonly #device: FixtureDevice;
  #downlinks = 0;
  /** Of uplinks that a downlink was queued behind. */
  #answered = 0;

  constructor(rig: Rig, device: FixtureDevice) {
    this.#rig = rig;
    this.#device = device;
    this.invariants = new Invariants(rig, device);
  }

  async run(schedule: FaultSchedule): Promise<void> {
    this.#device.powerOn();
    const faults = this.#rig.apply(schedule, this.#device);
    await this.#endure(faults);
    faults.end();
    if (this.invariants.violation === undefined) await this.#comeBack();
    this.invariants.checkStore();
    this.invariants.checkKeys();
  }

  /** Behind every second uplink that is taken there is a downlink. */
  async #endure(faults: AppliedSchedule): Promise<void> {
    await this.#until(() => {
      this.#answer();
      return faults.isOver && this.#device.uplinks.length > 0;
    }, FAULTS_END);
  }

  #answer(): void {
    const { uplinks } = this.#device;
    if (uplinks.length < this.#answered + 2) return;
    this.#answered = uplinks.length;
    this.#queue();
  }

  async #comeBack(): Promise<void> {
    const { uplinks } = this.#device;
    const before = uplinks.length;
    const isHeard = () => this.#device.devAddr !== undefined && this.#device.uplinks.length > before;
    if (!(await this.#until(isHeard, COMEBACK))) return this.#missing("is not joined and heard");
    // Of those before, the last may have been sent behind a frame that was delayed, and be lost with it.
    const first = this.#queue();
    const hears = () => {
      this.#answer();
      return this.invariants.hasHeardSince(DOWNLINK_PORT, first);
    };
    if (!(await this.#until(hears, COMEBACK))) return this.#missing("does not hear what is sent to it");
    await this.#agree();
  }

  async #agree(): Promise<void> {
    const { identity, store, devAddr, uplinks } = this.#device;
    const { nextDevNonce, lastJoinNonce } = readNonces(store);
    const record = await this.#rig.joinServerRecord(identity);
    if (record?.lastDevNonce !== nextDevNonce - 1 || record.lastJoinNonce !== lastJoinNonce) {
      this.invariants.violate(
        "agreement",
        `the device's last DevNonce and JoinNonce are ${nextDevNonce - 1} and ${lastJoinNonce}, the Join Server's ` +
          `${record?.lastDevNonce} and ${record?.lastJoinNonce}`,
      );
    }
    const heard = uplinks.at(-1)?.devAddr;
    if (heard !== devAddr) {
      this.invariants.violate(
        "agreement",
        `the device is ${devAddr}, and the Application Server hears ${heard}`,
      );
    }
  }

  #queue(): Uint8Array {
    const number = ++this.#downlinks;
    const payload = Uint8Array.of(number >> 8, number);
    this.invariants.queued(DOWNLINK_PORT, payload);
    // While servers are away it may be lost.
    this.#device.send(DOWNLINK_PORT, payload, { onLost: () => {} });
    return payload;
  }

  async #until(condition: () => boolean, within: `${number} s` | `${number} min`): Promise<boolean> {
    const { invariants } = this;
    const isReached = await this.#rig.reaches(
      () => {
        invariants.look();
        return invariants.violation !== undefined || condition();
      },
      { within },
    );
    invariants.look();
    return isReached;
  }

  #missing(what: string): void {
    this.invariants.violate("comes-back", `${COMEBACK} after the faults the device ${what}`);
  }
}
