/** When in the life of a device its power goes: all over what it sends and hears, and where it is busy. */
import type { RadioEvent } from "../../../hil/emulator/chips/index.ts";
import type { CutPhase } from "../../../hil/emulator/index.ts";

export type Cut =
  | { readonly at: "instant"; readonly afterNs: number }
  /** Behind the `count`th event of a type on the air since power-up, 1 being the first. */
  | {
      readonly at: "event";
      readonly event: RadioEvent["type"];
      readonly count: number;
      readonly afterNs: number;
    }
  /** The `count`th write to the store since power-up. */
  | { readonly at: "write"; readonly count: number; readonly phase: CutPhase };

/** Seconds between two uplinks of the devices of a campaign. */
export const PERIOD_S = 10;

/** The life of a device from power-up on, as far as cuts are spread over it. */
export interface Life {
  readonly lengthNs: number;
  /** Where the device works, which it does for a hundredth of its life: for how long behind which events. */
  readonly busy: readonly (readonly [event: RadioEvent["type"], count: number, forNs: number])[];
  /** Writes to the store. */
  readonly writes: number;
}

/**
 * Of a device that joins, up to the windows of its second uplink. It writes the record of the DevNonce and that of the
 * JoinNonce, 8 octets each, one of them twice.
 */
export const JOINING: Life = {
  lengthNs: 22e9,
  busy: [
    ["tx-start", 1, 65e6], // the join-request, and the end of its transmission
    ["rx-open", 1, 75e6], // the join-accept
    ["rx-done", 1, 200e6], // its keys, its record, the first uplink
    ["tx-start", 2, 55e6],
    ["rx-open", 2, 10e6],
    ["tx-start", 3, 55e6],
  ],
  writes: 18,
};

/** A record of the counters, and one of what the network has set: their octets, one of them twice. */
const COUNTERS = 17;
const PARAMETERS = 129;

/** Of a personalised device of 1.1: its first uplink, and the downlink behind it, each with a record before it. */
export const PERSONALISED_11: Life = {
  lengthNs: 8e9,
  busy: [
    ["tx-start", 1, 60e6],
    ["rx-open", 1, 20e6],
    ["rx-done", 1, 120e6],
  ],
  writes: 2 * COUNTERS,
};

/** The same of 1.0.4, and the record of what the downlink has set, before the second uplink. */
export const PERSONALISED_10: Life = {
  lengthNs: 16e9,
  busy: [...PERSONALISED_11.busy, ["tx-start", 2, 60e6]],
  writes: 2 * COUNTERS + PARAMETERS,
};
const PHASES: readonly CutPhase[] = ["during", "before", "during", "after"];

/** Writes to the store before the program begins, by processor: some settle there what the last cut has left. */
const WRITES_AT_START: Readonly<Record<string, number>> = { rp2040: 2 };

/**
 * Of four cuts two are at an instant, one where the device is busy, and one at a write. The instants lie in equal parts
 * of a life, one in each. `random`: 0..1, seeded.
 */
export function planCuts(
  count: number,
  processor: string,
  random: () => number,
  life: Life = JOINING,
): Cut[] {
  const writes = life.writes + (WRITES_AT_START[processor] ?? 0);
  return Array.from({ length: count }, (_, index): Cut => {
    const turn = Math.floor(index / 4);
    if (index % 4 === 1) {
      const [event, which, forNs] = life.busy[turn % life.busy.length];
      return { at: "event", event, count: which, afterNs: Math.round(random() * forNs) };
    }
    if (index % 4 === 3) {
      const phase = PHASES[Math.floor(turn / writes) % PHASES.length];
      return { at: "write", count: 1 + (turn % writes), phase };
    }
    return { at: "instant", afterNs: Math.round(((index + 2 * random()) * life.lengthNs) / (count + 2)) };
  });
}

export function describeCut(cut: Cut): string {
  switch (cut.at) {
    case "instant":
      return `${(cut.afterNs / 1e9).toFixed(6)} s after power-up`;
    case "event":
      return `${(cut.afterNs / 1e6).toFixed(3)} ms after ${cut.event} ${cut.count}`;
    case "write":
      return `${cut.phase} write ${cut.count} to the store`;
  }
}
