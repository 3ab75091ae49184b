/** What a board draws in a day: the time in each state of processor and radio, times the currents of its `board.json`. */
import { type ProcessorBoard, processorOf } from "../board.ts";
import { BuildError } from "../errors.ts";

/** Seconds in each state within a run, of the processor and of the radio; each has one at any time. */
export interface StateTimes {
  readonly processor: {
    readonly active: number;
    /** Asleep with its clocks running. */
    readonly idle: number;
    /** Asleep as deeply as it goes while it counts the time. */
    readonly deep: number;
  };
  readonly radio: {
    readonly sleep: number;
    readonly standby: number;
    readonly receive: number;
    readonly transmit: number;
  };
}

/** What was measured: a device that joins once, unless it is personalised, and sends an uplink each period from then on. */
export interface EnergyScenario {
  readonly lorawan: "1.0.4" | "1.1";
  readonly region: string;
  readonly personalised: boolean;
  /** B: there are beacons and ping slots; C: the receiver is on whenever nothing is sent. */
  readonly deviceClass: "A" | "B" | "C";
  readonly dataRate: number;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  /** Conducted, as the radio was set. */
  readonly powerDbm: number;
  /** Of an uplink's PHYPayload. */
  readonly octets: number;
  readonly periodS: number;
  /** Whether every uplink was acknowledged; else the network is silent, and both windows end empty. */
  readonly acknowledged: boolean;
}

/** What one state takes of a day. */
export interface EnergyPart {
  /** As `currentsMicroampere` of `board.json` names it. */
  readonly state: string;
  /** To the millisecond. */
  readonly seconds: number;
  readonly microampere: number;
  /** To 0.1 µAh. */
  readonly milliampereHours: number;
}

export interface EnergyEstimate {
  readonly scenario: EnergyScenario;
  /** All that is drawn, each state once. */
  readonly parts: readonly EnergyPart[];
  /** A day's: the sum of its parts. */
  readonly milliampereHours: number;
  /** How much of that is the join, from power-up to the first uplink. */
  readonly joinMilliampereHours: number;
  readonly meanMicroampere: number;
  /** How long a battery would last that holds so much to its last, itself losing nothing; left out where none is named. */
  readonly battery?: { readonly milliampereHours: number; readonly years: number };
}

const DAY_S = 86_400;
const DAYS_A_YEAR = 365.25;
const MICROAMPERE_SECONDS = 3.6e6;

/**
 * A day that begins with a join, `join`, and goes on with what a period takes, `period`, over and over. Throws BuildError
 * where the board does not give a current that counts.
 */
export function energyADay(
  board: ProcessorBoard,
  scenario: EnergyScenario,
  { join, period }: { readonly join: StateTimes; readonly period: StateTimes },
  batteryMilliampereHours?: number,
): EnergyEstimate {
  const draws = drawsOf(board, scenario.powerDbm);
  const joinS = sum(Object.values(join.processor));
  const periods = (DAY_S - joinS) / sum(Object.values(period.processor));
  const parts = draws.flatMap(({ state, microampere, secondsOf }) => {
    const seconds = rounded(secondsOf(join) + periods * secondsOf(period), 1e3);
    if (seconds === 0) return [];
    return [{ state, seconds, microampere, milliampereHours: charge(seconds, microampere) }];
  });
  const milliampereHours = rounded(sum(parts.map((part) => part.milliampereHours)), 1e4);
  const joinMilliampereHours = rounded(
    sum(draws.map(({ microampere, secondsOf }) => charge(secondsOf(join), microampere))),
    1e4,
  );
  return {
    scenario,
    parts,
    milliampereHours,
    joinMilliampereHours,
    meanMicroampere: rounded((milliampereHours * 1000) / 24, 10),
    ...(batteryMilliampereHours !== undefined && {
      battery: {
        milliampereHours: batteryMilliampereHours,
        years: rounded(batteryMilliampereHours / milliampereHours / DAYS_A_YEAR, 100),
      },
    }),
  };
}

/**
 * What a run draws: each state that it has been in, with the transmitter at that power. Throws BuildError where the board
 * does not give a current that counts.
 */
export function energyOfRun(board: ProcessorBoard, powerDbm: number, times: StateTimes): EnergyPart[] {
  return drawsOf(board, powerDbm).flatMap(({ state, microampere, secondsOf }) => {
    const seconds = rounded(secondsOf(times), 1e6);
    if (seconds === 0) return [];
    return [
      {
        state,
        seconds,
        microampere,
        milliampereHours: rounded((seconds * microampere) / MICROAMPERE_SECONDS, 1e6),
      },
    ];
  });
}

/** A current, and how long it flows within a run. */
interface Draw {
  readonly state: string;
  readonly microampere: number;
  secondsOf(times: StateTimes): number;
}

function drawsOf(board: ProcessorBoard, powerDbm: number): Draw[] {
  const { currentsMicroampere: currents } = board;
  const draw = (state: string, secondsOf: Draw["secondsOf"]): Draw => {
    const microampere = currents[state];
    if (microampere === undefined) {
      throw new BuildError(
        `board.json of ${board.name} gives no current for ${state}: add it to currentsMicroampere`,
      );
    }
    return { state, microampere, secondsOf };
  };
  const { states } = processorOf(board);
  const deepest = `processor${states.at(-1)}`;
  // A sleep that the board gives no figure for is none that saves anything.
  const idle = states
    .slice(1, -1)
    .map((name) => `processor${name}`)
    .find((name) => currents[name] !== undefined);
  const processor =
    idle === undefined
      ? [draw("processorActive", ({ processor: { active, idle } }) => active + idle)]
      : [
          draw("processorActive", (times) => times.processor.active),
          draw(idle, (times) => times.processor.idle),
        ];
  return [
    draw(transmitState(board, powerDbm), (times) => times.radio.transmit),
    draw("radioReceive", (times) => times.radio.receive),
    draw("radioStandby", (times) => times.radio.standby),
    draw("radioSleep", (times) => times.radio.sleep),
    ...processor,
    draw(deepest, (times) => times.processor.deep),
    // Supplied all the time.
    ...(currents.antennaSwitch === undefined
      ? []
      : [draw("antennaSwitch", (times) => sum(Object.values(times.processor)))]),
  ];
}

/** The current of the next power that the board gives one for; above all of them, that of the highest. */
function transmitState({ name, currentsMicroampere }: ProcessorBoard, powerDbm: number): string {
  const powers = Object.keys(currentsMicroampere)
    .flatMap((state) => /^radioTransmit(\d+)Dbm$/.exec(state)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const power = powers.find((dbm) => dbm >= powerDbm) ?? powers.at(-1);
  if (power === undefined) {
    throw new BuildError(
      `board.json of ${name} gives no current of the transmitter: add one to currentsMicroampere, such as radioTransmit14Dbm`,
    );
  }
  return `radioTransmit${power}Dbm`;
}

function charge(seconds: number, microampere: number): number {
  return rounded((seconds * microampere) / MICROAMPERE_SECONDS, 1e4);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** To a whole number of `1 / steps`. */
function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
