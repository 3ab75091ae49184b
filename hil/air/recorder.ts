/** Everything on the air, packet by packet, and what became of it: the material of capture files and reports. */
import type { Air, Arrival } from "./air.ts";
import type { Transmission } from "./transmission.ts";

/** A packet as it came in at one station. */
export interface RecordedArrival {
  readonly receiver: string;
  readonly rssiDbm: number;
  readonly snrDb: number;
  /** Whether what the receiver got is what was sent; undefined where it did not listen, or not to the end. */
  readonly intact: boolean | undefined;
}

export interface RecordedPacket {
  /** Its payload is complete at its end. */
  readonly transmission: Transmission;
  /** Its transmitter stopped before its end. */
  readonly aborted: boolean;
  /** At the stations whose receivers were on the air, and to which no fault made it lost. */
  readonly arrivals: readonly RecordedArrival[];
}

export class AirRecorder {
  readonly #packets = new Map<
    Transmission,
    { aborted: boolean; arrivals: { receiver: string; arrival: Arrival; intact?: boolean }[] }
  >();

  /** Records what begins from now on. */
  constructor(air: Air) {
    air.observe({
      started: (transmission, arrivals) => {
        const entries = arrivals.map((arrival) => ({ receiver: arrival.receiver, arrival }));
        this.#packets.set(transmission, { aborted: false, arrivals: entries });
      },
      aborted: (transmission) => {
        const packet = this.#packets.get(transmission);
        if (packet !== undefined) packet.aborted = true;
      },
      followed: (arrival, intact) => {
        const packet = this.#packets.get(arrival.transmission);
        const entry = packet?.arrivals.find((candidate) => candidate.arrival === arrival);
        // Of several demodulators of a station one that got it is enough.
        if (entry !== undefined) entry.intact = entry.intact === true || intact;
      },
    });
  }

  /** In the order in which they began. */
  get packets(): RecordedPacket[] {
    return [...this.#packets].map(([transmission, { aborted, arrivals }]) => ({
      transmission,
      aborted,
      arrivals: arrivals.map(({ receiver, arrival: { rssiDbm, snrDb }, intact }) => ({
        receiver,
        rssiDbm,
        snrDb,
        intact,
      })),
    }));
  }
}
