/** The air of a run, and what a spec may do to the frames on it. */
import { Air, type Disturbance, type Shadowing, type Transmission } from "../air/index.ts";
import type { VirtualClock } from "../clock/index.ts";
import { FType } from "../lorawan/index.ts";
import { type Duration, nsOf } from "./duration.ts";
import { frameTypeOf } from "./frame-type.ts";

export type FrameKind = "join-request" | "join-accept" | "rejoin-request" | "data" | "beacon";

/** Which frames: those to which all that is given applies. */
export interface FrameChoice {
  /** "up": what devices send; "down": what gateways send. */
  readonly direction?: "up" | "down";
  readonly kind?: FrameKind;
  /** The station that sends it: the `name` of a device, the EUI of a gateway. */
  readonly from?: string;
  /** Whether it is one of them, asked last. */
  readonly matching?: (frame: Transmission) => boolean;
  /** So many of them, then no more. */
  readonly count?: number;
  /** For so long from now on. */
  readonly during?: Duration;
}

/** Something that a spec does to frames, until it is ended. */
export interface AirFault {
  /** The frames that it has met, in order. */
  readonly met: readonly Transmission[];
  end(): void;
}

/** The station that repeats frames: no fault meets what it sends. */
const REPEATER = "repeater";

const KINDS: Readonly<Record<string, FrameKind>> = {
  beacon: "beacon",
  [FType.joinRequest]: "join-request",
  [FType.joinAccept]: "join-accept",
  [FType.rejoinRequest]: "rejoin-request",
  [FType.unconfirmedDataUp]: "data",
  [FType.unconfirmedDataDown]: "data",
  [FType.confirmedDataUp]: "data",
  [FType.confirmedDataDown]: "data",
};

const DOWN: ReadonlySet<FType | "beacon"> = new Set<FType | "beacon">([
  "beacon",
  FType.joinAccept,
  FType.unconfirmedDataDown,
  FType.confirmedDataDown,
]);

export class FaultyAir extends Air {
  readonly #clock: VirtualClock;

  constructor(options: { clock: VirtualClock; random: () => number; shadowing?: Shadowing }) {
    super(options);
    this.#clock = options.clock;
  }

  /** Nobody hears them. */
  drop(frames: FrameChoice = {}): AirFault {
    return this.#meet(frames, () => "lost");
  }

  /** They arrive with other octets than were sent. */
  corrupt(frames: FrameChoice = {}): AirFault {
    return this.#meet(frames, () => "corrupted");
  }

  /** Whatever begins on a channel arrives broken; on all channels, where no frequency is given. */
  jam({ frequencyHz, during }: { frequencyHz?: number; during?: Duration } = {}): AirFault {
    const overlaps = (frame: Transmission) =>
      frequencyHz === undefined || Math.abs(frame.frequencyHz - frequencyHz) < frame.bandwidthHz;
    return this.corrupt({ matching: overlaps, during });
  }

  /** They arrive with the octets that `change` makes of theirs, all whole: as from somebody who forges them. */
  alter(change: (octets: Uint8Array) => Uint8Array, frames: FrameChoice = {}): AirFault {
    return this.#meet(frames, (frame) => {
      this.#repeat({ ...frame, payload: change(frame.payload.slice()) }, frame.startNs);
      return "lost";
    });
  }

  /** They do not arrive in their time, but so much later. */
  delay(by: Duration, frames: FrameChoice = {}): AirFault {
    return this.#meet(frames, (frame) => {
      this.#repeat(frame, frame.startNs + nsOf(by));
      return "lost";
    });
  }

  /** They arrive in their time, and once more so long after their end: as of somebody who has recorded them. */
  duplicate(after: Duration, frames: FrameChoice = {}): AirFault {
    return this.#meet(frames, (frame) => {
      this.#repeat(frame, frame.endNs + nsOf(after));
      return undefined;
    });
  }

  /** A frame that was on the air goes on it again, now: as of somebody who has recorded it. */
  repeat(frame: Transmission): void {
    this.#repeat(frame, this.#clock.nowNs());
  }

  /** Tells of each of them as it begins. */
  notice(frames: FrameChoice, listener: (frame: Transmission) => void): void {
    this.onTransmission((frame) => {
      if (isChosen(frame, frames)) listener(frame);
    });
  }

  #repeat(frame: Transmission, startNs: number): void {
    // Octets may be written until a frame has ended.
    this.#clock.at(Math.min(frame.endNs, startNs), () => {
      const repeated = {
        ...frame,
        from: REPEATER,
        payload: frame.payload.slice(),
        startNs,
        endNs: startNs + frame.endNs - frame.startNs,
      };
      this.#clock.at(startNs, () => this.transmit(repeated));
    });
  }

  /** `fate`, asked once a frame: what becomes of it at all receivers. */
  #meet(choice: FrameChoice, fate: (frame: Transmission) => Disturbance | undefined): AirFault {
    const { count = Number.POSITIVE_INFINITY, during } = choice;
    const endNs = during === undefined ? Number.POSITIVE_INFINITY : this.#clock.nowNs() + nsOf(during);
    const fates = new WeakMap<Transmission, Disturbance | undefined>();
    const met: Transmission[] = [];
    const end = this.disturb((frame) => {
      if (fates.has(frame)) return fates.get(frame);
      if (met.length >= count || frame.startNs >= endNs || !isChosen(frame, choice)) return undefined;
      const verdict = fate(frame);
      fates.set(frame, verdict);
      met.push(frame);
      return verdict;
    });
    return { met, end };
  }
}

function isChosen(frame: Transmission, { direction, kind, from, matching }: FrameChoice): boolean {
  if (frame.from === REPEATER) return false;
  if (from !== undefined && frame.from !== from) return false;
  const type = frameTypeOf(frame);
  if (kind !== undefined && (type === undefined || kind !== KINDS[type])) return false;
  if (direction !== undefined && (type === undefined || direction !== (DOWN.has(type) ? "down" : "up")))
    return false;
  return matching?.(frame) ?? true;
}
