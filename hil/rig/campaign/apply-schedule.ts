/** Puts a schedule of faults on a run. */
import type { VirtualClock } from "../../clock/index.ts";
import type { Duration } from "../duration.ts";
import type { AirFault, FrameChoice, FrameKind } from "../faulty-air.ts";
import type { FixtureDevice } from "../fixture-device.ts";
import type { Rig } from "../rig.ts";
import {
  describeFault,
  type FaultKind,
  type FaultSchedule,
  type FrameName,
  type ScheduledFault,
} from "./schedule.ts";

/** What faults are put on. */
export interface FaultTarget {
  readonly rig: Rig;
  readonly device: FixtureDevice;
  readonly clock: VirtualClock;
  /** Frequencies of the region's channels, from the first on. */
  readonly channelsHz: readonly number[];
  /** Has something done to a server; time stands until then. */
  readonly arrange: (what: string, work: () => Promise<void>) => void;
  /** Tells of it in the timeline. */
  readonly say: (text: string) => void;
}

/** What a fault that has begun is under way with. */
interface Running {
  /** Nothing of it is to come any more. */
  isOver(): boolean;
  end(): void;
}

const FRAME_KINDS: Readonly<Record<FrameName, readonly [FrameKind, "up" | "down"]>> = {
  "join-request": ["join-request", "up"],
  "join-accept": ["join-accept", "down"],
  uplink: ["data", "up"],
  downlink: ["data", "down"],
};

const ms = (value: number): Duration => `${value} ms`;

export class AppliedSchedule {
  readonly #target: FaultTarget;
  readonly #servers: Outages;
  readonly #running: Running[] = [];
  #waiting: number;
  #isEnded = false;

  constructor(schedule: FaultSchedule, target: FaultTarget) {
    this.#target = target;
    this.#servers = new Outages(target);
    this.#waiting = schedule.length;
    for (const fault of schedule) this.#await(fault);
  }

  /** Every fault has begun, and has come to its end. */
  get isOver(): boolean {
    return this.#isEnded || (this.#waiting === 0 && this.#running.every((running) => running.isOver()));
  }

  /** Ends what is under way, and leaves out what has not begun: from now on nothing is broken. */
  end(): void {
    this.#isEnded = true;
    for (const running of this.#running.splice(0)) running.end();
    this.#target.device.keepPower();
  }

  #await(fault: ScheduledFault): void {
    const { clock, rig, device } = this.#target;
    const { when } = fault;
    const begin = () => this.#begin(fault);
    if ("atMs" in when) {
      clock.at(clock.nowNs() + when.atMs * 1e6, begin);
      return;
    }
    const [kind, direction] = FRAME_KINDS[when.frame];
    const from = direction === "up" ? device.name : rig.gateway.eui;
    let left = when.count;
    rig.air.notice({ kind, from }, (frame) => {
      if (--left === 0) clock.at(frame.startNs + when.afterMs * 1e6, begin);
    });
  }

  #begin(fault: ScheduledFault): void {
    if (this.#isEnded) return;
    this.#waiting--;
    this.#target.say(`fault: ${describeFault(fault)}`);
    this.#running.push(this.#start(fault));
  }

  #start(fault: ScheduledFault): Running {
    const { rig, device, channelsHz } = this.#target;
    const { air, trust } = rig;
    const servers = this.#servers;
    switch (fault.fault) {
      case "power-cut":
        device.cutPower({ for: ms(fault.forMs) });
        return { isOver: () => device.isPowered, end: () => {} };
      case "power-cut-at-store-write":
        device.cutPower({ for: ms(fault.forMs), atStoreWrite: fault.write, phase: fault.phase });
        return { isOver: () => !device.isCutPending && device.isPowered, end: () => {} };
      case "brown-out":
        device.brownOut();
        return { isOver: () => device.isPowered, end: () => {} };
      case "frame-loss":
        return this.#frames(fault, (frames) => air.drop(frames));
      case "frame-corruption":
        return this.#frames(fault, (frames) => air.corrupt(frames));
      case "frame-delay":
        return this.#frames(fault, (frames) => air.delay(ms(fault.byMs), frames), fault.byMs);
      case "frame-duplicate":
      case "frame-replay":
        return this.#frames(fault, (frames) => air.duplicate(ms(fault.afterMs), frames), fault.afterMs);
      case "jamming": {
        const frequencyHz =
          fault.channel === 0 ? undefined : channelsHz[(fault.channel - 1) % channelsHz.length];
        return this.#for(fault.forMs, () => {
          const jam = air.jam({ frequencyHz });
          return () => jam.end();
        });
      }
      case "gateway-restart":
        return this.#for(fault.forMs, () => servers.hold("gateway", rig.gateway));
      case "join-server-restart":
        return this.#for(fault.forMs, () => servers.hold("Join Server", rig.joinServer));
      case "application-server-restart":
        return this.#for(fault.forMs, () => servers.hold("Application Server", rig.applicationServer));
      case "slow-join-server":
        rig.joinServer.delay(ms(fault.byMs));
        return this.#for(fault.forMs, () => () => rig.joinServer.delay("0 ms"));
      case "bogus-dns":
        return this.#for(fault.forMs, () =>
          servers.hold(`DNS of the ${fault.party}`, {
            stop: () => trust.spoilDns(fault.party),
            start: () => trust.restoreDns(fault.party),
          }),
        );
      case "swapped-certificate":
      case "expired-certificate":
        return this.#for(fault.forMs, () =>
          servers.hold(`certificate of the ${fault.party}`, {
            stop: () =>
              fault.fault === "swapped-certificate"
                ? trust.swapCertificate(fault.party)
                : trust.expireCertificate(fault.party),
            start: () => trust.restoreCertificate(fault.party),
          }),
        );
    }
  }

  /** `lateMs`: so long after their end something of them may still come. */
  #frames(
    { frames, count }: ScheduledFault<Extract<FaultKind, `frame-${string}`>>,
    meet: (frames: FrameChoice) => AirFault,
    lateMs = 0,
  ): Running {
    const [kind, direction] = FRAME_KINDS[frames];
    const { met, end } = meet({ kind, direction, count });
    const { clock } = this.#target;
    const isOver = () => met.length >= count && clock.nowNs() >= met[met.length - 1].endNs + lateMs * 1e6;
    return { isOver, end };
  }

  #for(forMs: number, begin: () => () => void): Running {
    const { clock } = this.#target;
    const undo = begin();
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      undo();
    };
    clock.at(clock.nowNs() + forMs * 1e6, end);
    return { isOver: () => isOver, end };
  }
}

interface Server {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Servers that are away: one that is taken away by two faults comes back with the end of the later. */
class Outages {
  readonly #target: FaultTarget;
  readonly #holds = new Map<string, number>();
  /** What is done to one server is done in order. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(target: FaultTarget) {
    this.#target = target;
  }

  /** Returns what brings it back. */
  hold(what: string, server: Server): () => void {
    if (this.#add(what, 1) === 1) this.#do(what, () => server.stop());
    return () => {
      if (this.#add(what, -1) === 0) this.#do(what, () => server.start());
    };
  }

  #add(what: string, change: number): number {
    const holds = (this.#holds.get(what) ?? 0) + change;
    this.#holds.set(what, holds);
    return holds;
  }

  #do(what: string, work: () => Promise<void>): void {
    const turn = (this.#turns.get(what) ?? Promise.resolve()).then(work);
    this.#turns.set(what, turn);
    this.#target.arrange(what, () => turn);
  }
}
